"""One sheet of the pack as parquet, its columns typed, written by DuckDB."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scanner.errors import ScannerError
from scanner.export.audit.gather import SCHEMA, Pack
from scanner.export.audit.rows import Rows
from scanner.export.audit.sheets import SHEETS, Kind

_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.COUNT: "BIGINT",
    Kind.TRUTH: "BOOLEAN",
    Kind.DAY: "DATE",
    Kind.MOMENT: "TIMESTAMPTZ",
    Kind.LIST: "VARCHAR[]",
    Kind.WAIVERS: "STRUCT(rule VARCHAR, ticket VARCHAR, approver VARCHAR, expires DATE)[]",
}
_MEMORY = "500MB"


def write_parquet(pack: Pack, file: Path, sheet: str) -> None:
    """A row group holds what fits in memory; what is not known is NULL. What the file is about stands in its metadata.

    Raises:
        ScannerError: DuckDB could not write it.
    """
    import duckdb

    told = SHEETS[sheet]
    names = [column.name for column in told.columns]
    with Rows(file.with_name(f"{file.name}.jsonl")) as rows:
        for row in told.rows(pack):
            rows.add({name: row.get(name) for name in names})
    columns = ", ".join(f"{_quoted(column.name)}: {_quoted(_TYPES[column.kind])}" for column in told.columns)
    reading = (
        f"SELECT * FROM read_json({_quoted(str(rows.path))}, format = 'newline_delimited', columns = {{{columns}}},"  # noqa: S608
        " maximum_object_size = 100000000)"
    )
    metadata = ", ".join(f"{name}: {_quoted(value)}" for name, value in _metadata(pack.head, sheet).items())
    settings: dict[str, str | bool | int | float | list[str]] = {
        # One thread: the rows keep their order, and the same rows make the same bytes.
        "threads": 1, "memory_limit": _MEMORY, "temp_directory": str(file.parent),
        "autoinstall_known_extensions": False,
    }  # fmt: skip
    try:
        with duckdb.connect(config=settings) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{metadata}}}"
            connection.execute(f"COPY ({reading}) TO {_quoted(str(file))} ({options})")
    except duckdb.Error as error:
        said = str(error).partition("\n")[0]
        raise ScannerError(
            f"cannot write parquet: {said}", hint="is there room? TMPDIR names another folder"
        ) from error


def _metadata(head: Mapping[str, Any], sheet: str) -> dict[str, str]:
    """What tells a reader of the file alone what is in it, and in what state the database was."""
    about = {name: head[name] for name in ("period", "filter", "population", "verification")}
    return {"schema": SCHEMA, "sheet": sheet, "about": json.dumps(about, ensure_ascii=True, separators=(",", ":"))}


def _quoted(text: str) -> str:
    """A text as SQL writes it: statements that write files take no parameters."""
    return "'" + text.replace("'", "''") + "'"
