"""The triggers that make the tables append-only, in SQLite and PostgreSQL.

Nothing is changed or removed, with two exceptions. The head of the log moves on, never back. And what was recorded of
a scan may go once the log says that it was redacted: its record keeps its place, and its hash stands in that record of
the redaction, so that every proof still holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from scanner.store.tables import metadata

# Names of our own tables and columns; no value of anybody else stands in a statement below.
_REDACTED = "EXISTS (SELECT 1 FROM log WHERE kind = 'redaction' AND subject = {})"
_REDACTS = (
    "NEW.body IS NULL AND OLD.body IS NOT NULL AND NEW.seq = OLD.seq AND OLD.kind = 'scan' AND NEW.kind = OLD.kind "
    f"AND NEW.subject = OLD.subject AND {_REDACTED.format('OLD.subject')}"
)
_MOVES_ON = "NEW.id = OLD.id AND NEW.file = OLD.file AND NEW.size >= OLD.size AND NEW.scans >= OLD.scans"
_LEFT_OVER = (
    "OLD.kind <> 'policy' AND EXISTS (SELECT 1 FROM log WHERE kind = 'redaction') AND NOT EXISTS "
    "(SELECT 1 FROM scans WHERE facts_digest = OLD.digest OR waivers_digest = OLD.digest)"
)
UPDATES = {"log": _REDACTS, "head": _MOVES_ON}
"""When a row may be changed, by table."""
DELETES = {
    "documents": _LEFT_OVER,
    "scans": _REDACTED.format("CAST(OLD.id AS TEXT)"),
    "decisions": _REDACTED.format("CAST(OLD.scan_id AS TEXT)"),
    "evidence": _REDACTED.format("CAST(OLD.scan_id AS TEXT)"),
}
"""When a row may be removed, by table."""
_REFUSAL = "modelorigin_append_only"


def guards(dialect: str) -> Iterator[tuple[str, str, str]]:
    """The triggers that make every audit table append-only in ``dialect``, as (name, table, statement)."""
    for table in metadata.sorted_tables:
        key = next(iter(table.primary_key)).name
        yield from (_sqlite_guards if dialect == "sqlite" else _postgresql_guards)(table.name, key)


def _sqlite_guards(table: str, key: str) -> Iterator[tuple[str, str, str]]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    # INSERT OR REPLACE removes the old row without firing a delete trigger, so an existing key is refused as well.
    exists = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608
    for act, when, condition in (
        ("update", "UPDATE", _unless(UPDATES.get(table))),
        ("delete", "DELETE", _unless(DELETES.get(table))),
        ("replace", "INSERT", f"WHEN {exists} "),
    ):
        name = f"{table}_no_{act}"
        yield name, table, f"CREATE TRIGGER {name} BEFORE {when} ON {table} {condition}{refuse}"


def _unless(allowed: str | None) -> str:
    # A comparison with NULL is neither true nor false, and must not let anything through.
    return f"WHEN ({allowed}) IS NOT TRUE " if allowed else ""


def _postgresql_guards(table: str, _key: str) -> Iterator[tuple[str, str, str]]:
    for act, when, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        name = f"{table}_no_{act}"
        run = f"EXECUTE FUNCTION {_REFUSAL}()"
        yield name, table, f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH {each} {run}"


def _postgresql_refusal() -> str:
    """What the guards of a server run."""
    cases = [("UPDATE", table, allowed, "NEW") for table, allowed in UPDATES.items()]
    cases += [("DELETE", table, allowed, "OLD") for table, allowed in DELETES.items()]
    allow = "\n".join(
        f"IF TG_OP = '{act}' AND TG_TABLE_NAME = '{table}' THEN IF {allowed} THEN RETURN {row}; END IF; END IF;"
        for act, table, allowed, row in cases
    )
    return f"BEGIN\n{allow}\nRAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END"


def guard(connection: Connection) -> None:
    """Put every guard in place, anew where it was lost: Alembic's batch mode drops triggers without a word."""
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        returns = f"CREATE OR REPLACE FUNCTION {_REFUSAL}() RETURNS trigger LANGUAGE plpgsql AS"
        connection.exec_driver_sql(f"{returns} $${_postgresql_refusal()}$$")
    for name, table, statement in guards(connection.dialect.name):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}" + ("" if sqlite else f" ON {table}"))
        connection.exec_driver_sql(statement)


def missing_guards(connection: Connection) -> list[str]:
    """Names of the guards that are not in the database as they should be; empty when all stand."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        found = {row.name: row.sql for row in connection.execute(text(query))}
        return [name for name, _, statement in guards("sqlite") if found.get(name) != statement]
    query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    standing = set(connection.execute(text(query)).scalars())
    source = text("SELECT prosrc FROM pg_proc WHERE proname = :name")
    run = connection.execute(source, {"name": _REFUSAL}).scalars().all()
    changed = [] if run == [_postgresql_refusal()] else [_REFUSAL]
    return changed + [name for name, _, _ in guards(connection.dialect.name) if name not in standing]
