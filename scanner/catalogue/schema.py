"""The tables of the catalogue's file, written once. What each column means stands beside it.

Names and models are two things: a name leads to a model today and may lead to another tomorrow, a model is its hub
``_id``. No row is ever deleted; a model that is no longer found keeps its row and changes its ``state``.
"""

from __future__ import annotations

APPLICATION = 0x4D4F4341
"""``PRAGMA application_id``: tells a catalogue from any other SQLite file."""
VERSION = 1

PRESENT, GONE = 0, 1
"""States of a model: seen when last looked for; not seen (deleted, made private: from outside one answer)."""

TABLES = """
-- Facts about the file itself: when it was last swept, what the classes were computed from.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Where rows are from: the hub's API, a bulk file, a bundle. A number orders them: the API's word is the best.
CREATE TABLE sources (
    num INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('api', 'bulk', 'starter')),
    what TEXT NOT NULL,                     -- the endpoint, or the file and its SHA-256
    as_of INTEGER NOT NULL,                 -- unix seconds
    UNIQUE (kind, what, as_of)
) STRICT;

-- Tags, each text once.
CREATE TABLE words (num INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

-- Namespaces. The owner's own facts come from one overview call each, once in a while.
CREATE TABLE publishers (
    num INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    owner_id BLOB,                          -- the _id of the account behind the name, 12 bytes
    owner_kind TEXT,                        -- organisation, user
    owner_created INTEGER,                  -- unix seconds
    owner_seen INTEGER                      -- unix seconds; NULL: never asked
) STRICT;

-- Names of repositories, in the hub's spelling. One that was only ever named by others has no holder.
CREATE TABLE names (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE COLLATE NOCASE,
    publisher INTEGER REFERENCES publishers,  -- NULL: a bare legacy name
    holder INTEGER                          -- the model the name leads to
) STRICT;

-- What many models have in common, each combination once: canonical JSON, see profile.py.
CREATE TABLE profiles (
    num INTEGER PRIMARY KEY,
    body TEXT NOT NULL UNIQUE,
    license TEXT, pipeline TEXT, library TEXT, model_type TEXT, formats TEXT, gated TEXT
) STRICT;

CREATE TABLE models (
    num INTEGER PRIMARY KEY,
    hub_id BLOB NOT NULL UNIQUE,            -- 12 bytes; the first four are the second it was created
    name INTEGER NOT NULL REFERENCES names, -- its present name, the last one where it is gone
    sha BLOB,                               -- the commit, 20 bytes
    created INTEGER, modified INTEGER,      -- unix seconds
    downloads INTEGER, downloads_total INTEGER, likes INTEGER, parameters INTEGER,
    tags BLOB,                              -- numbers of words, see packed.py; NULL: not known
    bases TEXT,                             -- what each source says of its parents, see bases.py; NULL: nothing
    profile INTEGER NOT NULL REFERENCES profiles,
    state INTEGER NOT NULL,
    since INTEGER NOT NULL,                 -- unix seconds: in this state
    source INTEGER NOT NULL REFERENCES sources,
    first_seen INTEGER NOT NULL, seen INTEGER NOT NULL,  -- unix seconds
    sweep INTEGER,                          -- the last sweep that met it
    summary INTEGER REFERENCES summaries,   -- NULL: not concluded yet
    stamp INTEGER                           -- counts judging runs: changed before this one; NULL: since the last one
) STRICT;

-- Which models name which as a parent, by name: the hub resolves names, not we.
CREATE TABLE edges (
    parent INTEGER NOT NULL REFERENCES names,
    child INTEGER NOT NULL REFERENCES models,
    relation TEXT NOT NULL,
    PRIMARY KEY (parent, child)
) STRICT, WITHOUT ROWID;

-- What happened to a model or a name: renamed, another _id under a name, gone, back, gated, licence.
CREATE TABLE events (
    num INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,                    -- unix seconds
    kind TEXT NOT NULL,
    model INTEGER NOT NULL REFERENCES models,
    name INTEGER NOT NULL REFERENCES names,
    before TEXT, after TEXT,
    source INTEGER NOT NULL REFERENCES sources
) STRICT;

-- One run through the list. The address of the next page is stored with the rows of the one before it.
CREATE TABLE sweeps (
    num INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,                     -- full, recent, author, ids
    scope TEXT NOT NULL,                    -- what was asked: the first address
    started INTEGER NOT NULL,
    next TEXT,                              -- where it goes on; NULL: nowhere
    page INTEGER NOT NULL,                  -- pages done
    body TEXT,                              -- SHA-256 of the last page
    rows INTEGER NOT NULL, new INTEGER NOT NULL, changed INTEGER NOT NULL, unread INTEGER NOT NULL,
    idle INTEGER NOT NULL,                  -- pages in a row that brought no new _id
    watermark INTEGER,                      -- the newest lastModified it met
    finished INTEGER,                       -- unix seconds; NULL: not to its end
    whole INTEGER NOT NULL                  -- 1: it met everything there is, so what it did not meet is gone
) STRICT;

-- Rows that could not be read, as they came.
CREATE TABLE rejects (
    num INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    source INTEGER NOT NULL REFERENCES sources,
    why TEXT NOT NULL,
    body BLOB NOT NULL,                     -- zlib
    digest BLOB NOT NULL UNIQUE             -- SHA-256 of the body
) STRICT;

-- Names to be asked for one by one, most wanted first.
CREATE TABLE queue (
    name INTEGER NOT NULL REFERENCES names,
    task TEXT NOT NULL,                     -- model, owner
    why TEXT NOT NULL,
    priority INTEGER NOT NULL,
    not_before INTEGER NOT NULL,            -- unix seconds
    attempts INTEGER NOT NULL,
    last TEXT,                              -- how the last attempt ended
    lease INTEGER NOT NULL,                 -- unix seconds: until then somebody is at it
    PRIMARY KEY (name, task)
) STRICT, WITHOUT ROWID;

-- What only a detail answer shows; true for ever of one commit.
CREATE TABLE details (
    model INTEGER PRIMARY KEY REFERENCES models,
    sha BLOB,
    seen INTEGER NOT NULL,
    scan_done INTEGER,
    issues TEXT                             -- JSON: [[path, level], ...]
) STRICT;

-- Where a model comes from, in short: countries of control, roots, licences; each combination once. Texts are joined by
-- blanks and sorted; ? is what is not known.
CREATE TABLE summaries (
    num INTEGER PRIMARY KEY,
    publisher TEXT NOT NULL,                -- the country its publisher is controlled from
    roots TEXT NOT NULL,                    -- those of its roots
    ancestors TEXT NOT NULL,                -- those of the models between
    root_ids TEXT NOT NULL,                 -- its roots; empty: it is the root
    license TEXT NOT NULL,                  -- its licence as declared
    licenses TEXT NOT NULL,                 -- those of all the models it comes out of
    complete INTEGER NOT NULL,              -- 1: followed to its roots
    UNIQUE (publisher, roots, ancestors, root_ids, license, licenses, complete)
) STRICT;

-- A policy applied to the whole catalogue, on a day, with the tables of a day.
CREATE TABLE judgements (
    num INTEGER PRIMARY KEY,
    policy TEXT NOT NULL, digest TEXT NOT NULL, as_of TEXT NOT NULL, tables TEXT NOT NULL,
    at INTEGER NOT NULL,                    -- unix seconds
    stamp INTEGER NOT NULL,                 -- models with a later stamp have changed since
    UNIQUE (digest, as_of, tables)
) STRICT;

-- The rules that weigh on a verdict, by id, joined by blanks; each combination once.
CREATE TABLE rulesets (num INTEGER PRIMARY KEY, rules TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE verdicts (
    judgement INTEGER NOT NULL REFERENCES judgements,
    model INTEGER NOT NULL REFERENCES models,
    verdict INTEGER NOT NULL,               -- 0 allow, 1 review, 2 deny
    rules INTEGER NOT NULL REFERENCES rulesets,
    PRIMARY KEY (judgement, model)
) STRICT, WITHOUT ROWID;

-- The words of all names, by the number of the name; filled when somebody searches, see search.py.
CREATE VIRTUAL TABLE search USING fts5 (id, content = 'names', content_rowid = 'num', columnsize = 0);
"""

INDEXES = """
CREATE INDEX names_by_publisher ON names (publisher);
CREATE INDEX names_by_holder ON names (holder);
CREATE INDEX models_by_name ON models (name);
-- Counting needs no more than what stands in these two.
CREATE INDEX models_by_profile ON models (profile, state, downloads);
CREATE INDEX models_by_summary ON models (summary, state, downloads);
-- The orders of a search; most models are liked by nobody.
CREATE INDEX models_by_downloads ON models (downloads);
CREATE INDEX models_by_likes ON models (likes) WHERE likes > 0;
CREATE INDEX models_by_modified ON models (modified);
CREATE INDEX models_gone ON models (state) WHERE state = 1;
CREATE INDEX events_by_model ON events (model);
CREATE INDEX events_by_name ON events (name);
CREATE INDEX queue_by_priority ON queue (priority, not_before);
"""
"""Every question is answered without them, only later: a file that lacks one gets it from whoever fills it next."""
