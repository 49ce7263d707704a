"""What leaves the database to prove it later: signed checkpoints, proofs of growth, the proof of one record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection, select

from scanner.errors import DatabaseUnreadable, UsageError
from scanner.log import (
    BadNote,
    Checkpoint,
    Growth,
    Inclusion,
    Signer,
    Span,
    Tree,
    Witnessed,
    consistency,
    inclusion,
    leaf_hash,
)
from scanner.store.connection import stream
from scanner.store.entries import entry, parsed
from scanner.store.journal import ALTERED, Journal, end, origin
from scanner.store.tables import log


def seal(connection: Connection, signer: Signer, at: str, old: int) -> Growth:
    """Sign the log as it is now and keep the checkpoint in its head; prove that the log of ``old`` records begins it.

    A key that did not sign the last checkpoint is first made a record itself. Every record is hashed anew: what is
    signed is what is there.

    Raises:
        DatabaseUnreadable: the log is not what was signed before, or not what its head says: nothing is signed.
        UsageError: the log has fewer than ``old`` records.
    """
    journal = Journal(connection)
    key = str(signer.key)
    before = journal.last("key")
    replaces = before.get("key") if before else None
    if replaces != key:
        journal.append(entry("key", key=key, replaces=replaces, at=at))
        journal.write()
    if old > journal.size:
        raise UsageError(f"the log has {journal.size} records, fewer than {old}", hint="give the size a witness knows")
    last = _checkpoint(connection)
    path = consistency(old, journal.size)
    tree = Tree(wanted=[*path, *([Span(0, last.size)] if last else [])])
    tree.extend(_leaves(connection))
    if (tree.size, tree.edge) != (journal.size, journal.edge):
        raise DatabaseUnreadable("the records of the log are not those its head tells of", hint=ALTERED)
    if last and (last.size > tree.size or tree.hash(Span(0, last.size)) != last.root):
        raise DatabaseUnreadable(
            f"the log is not the one that was signed at {last.size} records: nothing was signed", hint=ALTERED
        )
    note = signer.sign(Checkpoint(journal.origin, tree.size, tree.root).text)
    journal.write(checkpoint=note)
    return Growth(old, tuple(map(tree.hash, path)), note)


def prove(connection: Connection, number: int) -> Inclusion:
    """The record of scan ``number`` and the proof that it is in the last checkpoint.

    Raises:
        UsageError: there is no such scan, or it is newer than the last checkpoint.
        DatabaseUnreadable: the log is not the one that was signed.
    """
    place = select(log.c.seq, log.c.body).where(log.c.kind == "scan", log.c.subject == str(number))
    found = connection.execute(place).one_or_none()
    if found is None or found.body is None:
        raise UsageError(f"there is no scan {number}", hint="modelorigin audit list shows the recorded scans")
    last = _checkpoint(connection)
    if last is None or found.seq >= last.size:
        raise UsageError(f"scan {number} is in no checkpoint yet", hint="modelorigin audit checkpoint signs one")
    path = inclusion(found.seq, last.size)
    tree = Tree(wanted=[*path, Span(0, last.size)])
    tree.extend(_leaves(connection, last.size))
    if tree.size != last.size or tree.hash(Span(0, last.size)) != last.root:
        raise DatabaseUnreadable("the log is not the one that was signed: nothing can be proven", hint=ALTERED)
    return Inclusion(found.seq, tuple(map(tree.hash, path)), end(connection).checkpoint, found.body.encode())


def _checkpoint(connection: Connection) -> Checkpoint | None:
    """What was signed last.

    Raises:
        DatabaseUnreadable: it does not read, or is that of another log.
    """
    row = end(connection)
    if row.checkpoint is None:
        return None
    try:
        last = Witnessed.parse(row.checkpoint).checkpoint
    except BadNote as error:
        raise DatabaseUnreadable(f"the checkpoint in the database does not read: {error}", hint=ALTERED) from error
    if last.origin != origin(row.file):
        raise DatabaseUnreadable("the checkpoint in the database is that of another log", hint=ALTERED)
    return last


def _leaves(connection: Connection, size: int | None = None) -> Iterator[bytes]:
    """The hashes of the first ``size`` records, or of all; for one that was redacted, the hash that is kept of it.

    Raises:
        DatabaseUnreadable: a record is gone and no redaction tells of it.
    """
    told = connection.execute(select(log.c.body).where(log.c.kind == "redaction")).scalars()
    kept = {str(redaction.get("seq")): redaction.get("leaf") for redaction in map(parsed, told)}
    query = select(log.c.seq, log.c.body).order_by(log.c.seq)
    if size is not None:
        query = query.where(log.c.seq < size)
    for seq, body in stream(connection, query):
        if body is not None:
            yield leaf_hash(body.encode())
        elif isinstance(leaf := kept.get(str(seq)), str) and re.fullmatch("[0-9a-f]{64}", leaf):
            yield bytes.fromhex(leaf)
        else:
            raise DatabaseUnreadable(f"record {seq} of the log is gone, and no redaction tells of it", hint=ALTERED)
