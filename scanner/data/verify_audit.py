# fmt: off
"""Verify an audit database, or an exported proof, without the program that made it.

    python verify_audit.py audit.db|scan.tlog-proof --key NAME+ID+BASE64 [--checkpoint FILE ...]

A second reading of the same rules, to be read itself: Python, and the package cryptography where there are signatures.
Trees are those of RFC 6962; notes, checkpoints and proofs those of https://c2sp.org. Ends with 0 (as recorded), 1 (not
as recorded) or 3 (not known: nothing from outside holds it, or unreadable)."""
import argparse, json, re, sqlite3, sys
from base64 import b64decode
from collections import Counter
from contextlib import suppress
from functools import reduce
from hashlib import sha256
from pathlib import Path
VERSION, FORM, SHAPE = "0002", "modelorigin/log/v1", "ca31228857901ea5f9788fbb582a6b048fb046ec9ef4893c4193f144c45f9fb9"
TABLES = {"alembic_version", "decisions", "documents", "evidence", "head", "log", "scans"}
DECISION, EVIDENCE = "policy_name, policy_digest, verdict, digest", "kind, subject, at, sha256, size"
ABOUT = {"scan": "id", "policy": "name", "waivers": "digest", "redaction": "scan", "registry": None, "key": None}
problems: list[str] = []
def digest(text):
    return sha256(text.encode()).hexdigest()
def node(left, right):
    return sha256(b"\1" + left + right).digest()
def push(peaks, found, size=1):
    while peaks and peaks[-1][0] == size:
        found, size = node(peaks.pop()[1], found), 2 * size
    peaks.append((size, found))  # the perfect subtrees a tree is made of, each with its size, largest first
def root_of(peaks):
    return reduce(lambda right, one: node(one[1], right), peaks[-2::-1], peaks[-1][1]) if peaks else sha256().digest()
def opened(title, text, keys):
    """Title, origin, size and root of a checkpoint, and whether a key that was given signed it."""
    if text.startswith("checkpoint "):
        _, origin, size, root = text.split()
        return title, origin, int(size), b64decode(root, validate=True), False
    (body, _, lines), signed = text.rpartition("\n\n"), False
    origin, size, root = body.split("\n")[:3]
    for dash, name, value in (line.split(" ") for line in lines.splitlines()):
        blob = b64decode(value, validate=True)
        ours = name == origin or not name.startswith("modelorigin/")  # else it is the key of another log
        for public in [key for owner, number, key in keys if ours and (dash, name, blob[:4]) == ("—", owner, number)]:
            import cryptography.exceptions as exceptions, cryptography.hazmat.primitives.asymmetric.ed25519 as ed25519
            with suppress(exceptions.InvalidSignature):
                ed25519.Ed25519PublicKey.from_public_bytes(public).verify(blob[4:], f"{body}\n".encode())
                signed = True
    if keys and not signed:
        problems.append(f"{title} is not signed by a key that was given")
    return title, origin, int(size), b64decode(root, validate=True), signed
def verify_proof(text, keys):
    head, _, note = text.partition("\n\n")
    _, extra, index, *path = head.split("\n")
    body, at = b64decode(extra.removeprefix("extra ")), int(index.removeprefix("index "))
    title, origin, size, root, signed = opened("the checkpoint", note, keys)
    found, last = sha256(b"\0" + body).digest(), size - 1
    for other in map(b64decode, path):  # RFC 9162, 2.1.3.2
        found = node(other, found) if at & 1 or at == last else node(found, other)
        while at == last and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    if last or found != root:
        problems.append(f"the record is not in {title}")
    print(f"{json.dumps(json.loads(body))}\nis a record of {origin}, {size} records")
    return signed
def is_recorded(db, said, body, seen):
    """Are the rows of a scan, of its decisions and of its evidence what its record said, to the letter?"""
    which, number, late = "WHERE scan_id = ? ORDER BY id", (said["id"],), said.keys() & {"before_log"}
    row = dict(db.execute("SELECT * FROM scans WHERE id = ?", number).fetchone() or {})
    judged = [dict(one) for one in db.execute(f"SELECT {DECISION}, body FROM decisions {which}", number)]
    read = [list(one) for one in db.execute(f"SELECT {EVIDENCE} FROM evidence {which}", number)]
    seen.update(scans=bool(row), decisions=len(judged), evidence=len(read))
    what = digest(json.dumps(read, ensure_ascii=False, separators=(",", ":")))
    row |= {"decisions": judged, "evidence_digest": what, "kind": "scan", "schema": FORM, **dict.fromkeys(late, True)}
    bodies = [digest(one.pop("body")) for one in judged] == [one["digest"] for one in judged]
    return bodies and json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True) == body
def records(db, redactions, used):
    """Of each record of the log: the last scan up to it, and the leaf it is. ``used`` gets the texts it is about."""
    last, seen = 0, Counter(scans=0, decisions=0, evidence=0)
    for place, (seq, kind, subject, body) in enumerate(db.execute("SELECT * FROM log ORDER BY seq")):
        said = redactions.get(seq, {"scan": 0, "leaf": ""}) if body is None else json.loads(body)
        about = "scan" if body is None else ABOUT[kind]
        right = (seq, body is None, kind) == (place, seq in redactions, "scan" if body is None else kind)
        right = right and (str(said[about]) if about else None) == subject
        if kind == "scan":
            number = said["scan" if body is None else "id"]
            right, last = right and number > last and (body is None or is_recorded(db, said, body, seen)), number
            used |= {(name, said[f"{name}_digest"]) for name in ("facts", "waivers") if said.get(f"{name}_digest")}
        used |= {("policy", said["digest"])} if kind == "policy" else set()
        if not right or (body is not None and said["kind"] != kind):
            problems.append(f"record {seq} is not what it was, or what it tells of is not")
        yield last, bytes.fromhex(said["leaf"]) if body is None else sha256(b"\0" + body.encode()).digest()
    problems.extend(f"there are {table} that no record tells of" for table, count in seen.items()
                    if db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] != count)

def shape(db):
    for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql > '' ORDER BY type, name"):
        words = sorted(re.findall(r'\w+|[^\w\s"]', sql))
        if name in TABLES or (kind in ("index", "trigger") and TABLES & {word.lower() for word in words}):
            yield " ".join([kind, name, *words])
def verify_log(db, keys, outside):
    db.row_factory = sqlite3.Row
    if digest("\n".join(shape(db))) != SHAPE:
        problems.append("the tables, indexes and guards are not those that were made")
    for check in ("integrity_check", "foreign_key_check"):
        problems.extend(f"SQLite: {tuple(row)}" for row in db.execute(f"PRAGMA {check}") if row[0] != "ok")
    [(file, *head, own)] = db.execute("SELECT file, size, scans, edge, checkpoint FROM head")
    marks = [opened("the checkpoint in the database", own, keys)] if own else []
    marks += [opened(path, Path(path).read_text("utf-8"), keys) for path in outside]
    told = [(seq, json.loads(body)) for seq, body in db.execute("SELECT seq, body FROM log WHERE kind = 'redaction'")]
    gone = {one["seq"]: one for seq, one in told if one["seq"] < seq}
    if len(gone) != len(told) or (own or "").startswith("checkpoint "):
        problems.append("a redaction is told twice or too early, or the checkpoint in the database is not signed")
    peaks, used, size, last, roots = [], set(), 0, 0, {0: root_of([])}
    for size, (last, leaf) in enumerate(records(db, gone, used), 1):  # noqa: B007
        push(peaks, leaf)
        roots |= {size: root_of(peaks)} if size in [mark[2] for mark in marks] else {}
    keyed = db.execute("SELECT 1 FROM log WHERE kind = 'key'").fetchone()
    if [size, last, b"".join(peak for _, peak in peaks)] != head or (keyed and not own):
        problems.append("the head is not that of the log")
    texts = {(kind, name): digest(body) for name, kind, body in db.execute("SELECT * FROM documents")}
    if texts.keys() != used or any(name != found for (_, name), found in texts.items()):
        problems.append("the texts are not those that were recorded")
    for title, origin, at, root, _ in marks:
        if (origin, root) != (f"modelorigin/{file}", roots.get(at)) or at > (marks[0][2] if own else 0):
            problems.append(f"this is not the log of {title}")
    print(f"modelorigin/{file}: {size} records, root {root_of(peaks).hex()}, {len(told)} redacted")
    held = max([at for place, (*_, at, _, signed) in enumerate(marks) if signed or place >= bool(own)], default=0)
    return held and not any(one["seq"] < held <= seq for seq, one in told)
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    for name in ("--key", "--checkpoint"):
        parser.add_argument(name, action="append", default=[])
    given = parser.parse_args()
    try:
        keys = [(n, bytes.fromhex(i), b64decode(key)[1:]) for n, i, key in (text.split("+", 2) for text in given.key)]
        if given.file.open("rb").read(5) == b"c2sp.":
            anchored = verify_proof(given.file.read_text("utf-8"), keys)
        else:
            how = "mode=ro" if Path(f"{given.file}-wal").exists() else "mode=ro&immutable=1"
            db = sqlite3.connect(f"{given.file.absolute().as_uri()}?{how}", uri=True, isolation_level=None)
            db.execute("BEGIN")
            if db.execute("SELECT version_num FROM alembic_version").fetchall() != [(VERSION,)]:
                raise ValueError(f"not an audit database of version {VERSION}")
            anchored = verify_log(db, keys, given.checkpoint)
    except (AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError, sqlite3.Error) as error:
        print("\n".join([*problems, f"cannot be read: {error!r}"]))
        return 1 if problems else 3
    print("\n".join(problems) or ("as recorded" if anchored else "consistent, and not all held by what is outside"))
    return 1 if problems else 0 if anchored else 3
sys.exit(main())
