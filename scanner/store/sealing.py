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
    Key,
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
from scanner.store.journal import ALTERED, ORIGIN, Journal, end, origin, recorded
from scanner.store.tables import log


def refuse_key_of_another(signer: Signer, name: str) -> None:
    """See that a key which is named after a log signs nothing of another.

    Raises:
        UsageError: it is named after another than the log called ``name``.
    """
    if signer.key.name != name and signer.key.name.startswith(ORIGIN):
        raise UsageError(
            f"the key is that of the log {signer.key.name}, and this is {name}: nothing was signed",
            hint="a key is for one log (--new-key makes another); or is this not the file you mean?",
        )


def seal(connection: Connection, signer: Signer, at: str, old: int, new: bool) -> Growth:
    """Sign the log as it is now and keep the checkpoint in its head; prove that the log of ``old`` records begins it.

    A key that did not sign the last checkpoint is first made a record itself. Every record is hashed anew: what is
    signed is what is there. And what is there must be what was signed last, by the key that the log names: else
    whoever wrote the file anew would have it signed by the next nightly job.

    Raises:
        DatabaseUnreadable: the log is not what was signed before, or not what its head says: nothing is signed.
        UsageError: the log has fewer than ``old`` records, or the key is that of another log.
    """
    journal = Journal(connection)
    refuse_key_of_another(signer, journal.origin)
    key = str(signer.key)
    before = journal.last("key")
    replaces = before.get("key") if before else None
    last = _last_signed(connection, replaces)
    if replaces is None and not new and signer.key.name == journal.origin:
        raise DatabaseUnreadable(
            "the key was made for this log, which says that it was never signed: nothing was signed",
            hint=f"{ALTERED}; a key that really never signed can be made anew (--new-key)",
        )
    if replaces != key:
        journal.append(entry("key", key=key, replaces=replaces, at=at))
        journal.write()
    if old > journal.size:
        raise UsageError(f"the log has {journal.size} records, fewer than {old}", hint="give the size a witness knows")
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


def _last_signed(connection: Connection, key: str | None) -> Checkpoint | None:
    """What was signed last, by ``key``, the last that the log names; None where there are neither.

    Raises:
        DatabaseUnreadable: there is only one of them, or another key signed.
    """
    last = _checkpoint(connection)
    if last is None and key is None:
        return None
    if last is None or key is None:
        missing = "its checkpoint is gone" if last is None else "it does not say by which key"
        raise DatabaseUnreadable(f"the log was signed, and {missing}: nothing was signed", hint=ALTERED)
    try:
        if last.note and last.note.signed_by([Key.parse(str(key))]):
            return last.checkpoint
    except BadNote as error:
        raise DatabaseUnreadable(
            f"nothing was signed: of the checkpoint in the database, {error}", hint=ALTERED
        ) from error
    raise DatabaseUnreadable(
        "the checkpoint in the database is not signed by the key that the log names: nothing was signed", hint=ALTERED
    )


def prove(connection: Connection, number: int) -> Inclusion:
    """The record of scan ``number`` and the proof that it is in the last checkpoint.

    Raises:
        UsageError: there is no such scan, or it is newer than the last checkpoint.
        DatabaseUnreadable: the log is not the one that was signed, or files another record under that number.
    """
    place, body = recorded(connection, number)
    known = _checkpoint(connection)
    last = known.checkpoint if known else None
    if last is None or place >= last.size:
        raise UsageError(f"scan {number} is in no checkpoint yet", hint="modelorigin audit checkpoint signs one")
    path = inclusion(place, last.size)
    tree = Tree(wanted=[*path, Span(0, last.size)])
    tree.extend(_leaves(connection, last.size))
    if tree.size != last.size or tree.hash(Span(0, last.size)) != last.root:
        raise DatabaseUnreadable("the log is not the one that was signed: nothing can be proven", hint=ALTERED)
    return Inclusion(place, tuple(map(tree.hash, path)), end(connection).checkpoint, body.encode())


def _checkpoint(connection: Connection) -> Witnessed | None:
    """The checkpoint in the database.

    Raises:
        DatabaseUnreadable: it does not read, or is that of another log.
    """
    row = end(connection)
    if row.checkpoint is None:
        return None
    try:
        last = Witnessed.parse(row.checkpoint)
    except BadNote as error:
        raise DatabaseUnreadable(f"the checkpoint in the database does not read: {error}", hint=ALTERED) from error
    if last.checkpoint.origin != origin(row.file):
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
        if isinstance(body, str):
            yield leaf_hash(body.encode())
        elif body is None and isinstance(leaf := kept.get(str(seq)), str) and re.fullmatch("[0-9a-f]{64}", leaf):
            yield bytes.fromhex(leaf)
        else:
            raise DatabaseUnreadable(f"record {seq} of the log is gone, and no redaction tells of it", hint=ALTERED)
