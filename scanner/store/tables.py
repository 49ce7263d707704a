"""The tables of the audit and the guards that make them append-only. What is recorded stays as it was recorded.

    documents   facts, policies and waivers as text, each named by the SHA-256 of that text, each stored once
    scans       one model judged at one time: the number a report prints
    decisions   what one policy said in that scan
    evidence    what was read for it, and the digest of what was read

SQLite's STRICT tables know only text, integers and bytes: a time is text in UTC, a document is the very text that was
hashed. The guards are triggers: they stop a mistake and an ordinary edit; whoever owns the file can drop them.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

HEAD = "0001"
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

Index("ix_scans_model_at", scans.c.model_key, scans.c.at)
Index("ix_scans_at", scans.c.at)
Index("ix_decisions_scan", decisions.c.scan_id)
Index("ix_evidence_scan", evidence.c.scan_id)

version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, so that the version of a file is read, and a new file is stamped, without Alembic."""


def guards(dialect: str) -> Iterator[tuple[str, str, str]]:
    """The triggers that make every audit table append-only in ``dialect``, as (name, table, statement)."""
    for table in metadata.sorted_tables:
        key = next(iter(table.primary_key)).name
        yield from (_sqlite_guards if dialect == "sqlite" else _postgresql_guards)(table.name, key)


def _sqlite_guards(table: str, key: str) -> Iterator[tuple[str, str, str]]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    # INSERT OR REPLACE removes the old row without firing a delete trigger, so an existing key is refused as well.
    exists = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - names of our own tables
    for act, when in (("update", "BEFORE UPDATE"), ("delete", "BEFORE DELETE"), ("replace", "BEFORE INSERT")):
        name = f"{table}_no_{act}"
        condition = f"{exists} " if act == "replace" else ""
        yield name, table, f"CREATE TRIGGER {name} {when} ON {table} {condition}{refuse}"


def _postgresql_guards(table: str, _key: str) -> Iterator[tuple[str, str, str]]:
    for act, when, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        name = f"{table}_no_{act}"
        run = "EXECUTE FUNCTION modelorigin_append_only()"
        yield name, table, f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH {each} {run}"


_POSTGRESQL_REFUSAL = """
CREATE OR REPLACE FUNCTION modelorigin_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$
"""


def guard(connection: Connection) -> None:
    """Put every guard in place, anew where it was lost: Alembic's batch mode drops triggers without a word."""
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.exec_driver_sql(_POSTGRESQL_REFUSAL)
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
    return [name for name, _, _ in guards(connection.dialect.name) if name not in standing]


def create(connection: Connection) -> None:
    """Make all tables and guards in an empty database and stamp it with ``HEAD``."""
    metadata.create_all(connection)
    version.create(connection)
    guard(connection)
    connection.execute(version.insert().values(version_num=HEAD))
