"""The tables of the audit and the guards that make them append-only. What is recorded stays as it was recorded.

    documents   facts, policies and waivers as text, each named by the SHA-256 of that text, each stored once
    scans       one model judged at one time: the number a report prints
    decisions   what one policy said in that scan
    evidence    what was read for it, and the digest of what was read
    log         a record of each scan and of each change of what it was judged by: the leaves of a Merkle tree
    head        one row: which file this is, how far the log goes, the edge of its tree, the last signed checkpoint

SQLite's STRICT tables know only text, integers and bytes: a time is text in UTC, a document is the very text that was
hashed. The guards are triggers (``guards``): they stop a mistake and an ordinary edit; whoever owns the file can drop
them, and is found out by ``verify``.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

HEAD = "0002"
"""The newest migration. Revisions are numbered, so older and newer can be told apart without reading the migrations."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

documents = Table(
    "documents",
    metadata,
    Column("digest", Text, CheckConstraint("length(digest) = 64", name="digest"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_strict=True,
)

scans = Table(
    "scans",
    metadata,
    Column("id", _NUMBER, CheckConstraint("id > 0", name="id"), primary_key=True),
    Column("at", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("requested", Text, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("model_key", Text, nullable=False),
    Column("revision", Text),
    Column("hub_id", Text),
    Column("hub", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("tool_version", Text, nullable=False),
    Column("registry_digest", Text, nullable=False),
    Column("verdict", Text, CheckConstraint("verdict IN ('ALLOW', 'REVIEW', 'DENY')", name="verdict"), nullable=False),
    Column("facts_digest", Text, ForeignKey("documents.digest"), nullable=False),
    Column("waivers_digest", Text, ForeignKey("documents.digest")),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", _NUMBER, CheckConstraint("id > 0", name="id"), primary_key=True),
    Column("scan_id", _NUMBER, ForeignKey("scans.id"), nullable=False),
    Column("policy_name", Text, nullable=False),
    Column("policy_digest", Text, ForeignKey("documents.digest"), nullable=False),
    Column("verdict", Text, CheckConstraint("verdict IN ('ALLOW', 'REVIEW', 'DENY')", name="verdict"), nullable=False),
    Column("digest", Text, CheckConstraint("length(digest) = 64", name="digest"), nullable=False),
    Column("body", Text, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", _NUMBER, CheckConstraint("id > 0", name="id"), primary_key=True),
    Column("scan_id", _NUMBER, ForeignKey("scans.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text),
    Column("at", Text, nullable=False),
    Column("sha256", Text),
    Column("size", _NUMBER),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

log = Table(
    "log",
    metadata,
    Column("seq", _NUMBER, CheckConstraint("seq >= 0", name="seq"), primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text),
    Column("body", Text),
    sqlite_strict=True,
)

head = Table(
    "head",
    metadata,
    Column("id", _NUMBER, CheckConstraint("id = 1", name="id"), primary_key=True, autoincrement=False),
    Column("file", Text, CheckConstraint("length(file) = 16", name="file"), nullable=False),
    Column("size", _NUMBER, nullable=False),
    Column("scans", _NUMBER, nullable=False),
    Column("edge", LargeBinary, nullable=False),
    Column("checkpoint", Text),
    sqlite_strict=True,
)

Index("ix_scans_model_at", scans.c.model_key, scans.c.at)
Index("ix_scans_at", scans.c.at)
Index("ix_decisions_scan", decisions.c.scan_id)
Index("ix_evidence_scan", evidence.c.scan_id)
Index("ix_log_subject", log.c.kind, log.c.subject)

RECORDED = (documents, scans, decisions, evidence, log)
"""The tables that grow with what is recorded."""

version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, so that the version of a file is read, and a new file is stamped, without Alembic."""
