"""Which columns of a parquet file hold which fact of the Hub's list, and what the list would show for them.

The schema of these files changes unannounced: every column but the two of identity may be missing, and what is a
struct in one year is text in another. So each field is made the JSON that the list shows, whatever type it has.
"""

from __future__ import annotations

from collections.abc import Mapping

FIELDS: dict[str, tuple[str, ...]] = {
    "_id": ("_id",),
    "id": ("id", "modelId"),
    "sha": ("sha",),
    "createdAt": ("createdAt", "created_at"),
    "lastModified": ("lastModified", "last_modified"),
    "downloads": ("downloads",),
    "downloadsAllTime": ("downloadsAllTime", "downloads_all_time"),
    "likes": ("likes",),
    "gated": ("gated",),
    "disabled": ("disabled",),
    "private": ("private",),
    "library_name": ("library_name", "library"),
    "pipeline_tag": ("pipeline_tag",),
    "tags": ("tags",),
    "cardData": ("cardData", "card_data"),
    "config": ("config",),
    "siblings": ("siblings",),
    "baseModels": ("baseModels", "base_models"),
    "safetensors": ("safetensors",),
    "gguf": ("gguf",),
}
"""What the Hub's list calls a fact, and the columns that may hold it: the first one that the file has."""

DATES = ("createdAt", "lastModified")
COUNTS = ("downloads", "downloadsAllTime", "likes")
FLAGS = ("gated", "disabled", "private")
TREES = ("cardData", "config", "baseModels", "safetensors", "gguf")
_LISTS = ("tags", "siblings")
_SPARSE = ("cardData", "config", "safetensors")
_FLOATS = ("DOUBLE", "FLOAT")
_ISO = r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z"

Known = Mapping[str, tuple[str, str]]
"""Column, quoted, and type of each field that a file has."""


def known(types: Mapping[str, str]) -> Known:
    """The columns of a file, of which ``types`` gives name and type, by field."""
    held = {field: next((name for name in names if name in types), None) for field, names in FIELDS.items()}
    return {field: (f'"{name}"', types[name]) for field, name in held.items() if name is not None}


def reading(path: str) -> str:
    """The rows of the file at ``path``, each with its number."""
    return f"read_parquet('{path.replace(chr(39), chr(39) * 2)}', file_row_number = true)"


def whole(path: str, fields: Known) -> str:
    """The statement that selects rows as JSON texts; its parameter is the list of their numbers in the file."""
    shown = [f"'{field}', {shown_as(field, *column)}" for field, column in fields.items()]
    return (
        f"SELECT json_object({', '.join(shown)})::VARCHAR FROM {reading(path)}"
        " WHERE file_row_number IN (SELECT unnest(?)) ORDER BY file_row_number"
    )


def shown_as(field: str, column: str, kind: str) -> str:
    """The value as the list would show it, as JSON."""
    if field in (*TREES, *_LISTS) and kind == "VARCHAR":
        return f"CASE WHEN json_valid({column}) THEN {column}::JSON ELSE to_json({column}) END"
    if field in DATES and _is_date(kind):
        return f"to_json(strftime(make_timestamp(epoch_us({column})), '%Y-%m-%dT%H:%M:%S.000Z'))"
    if field in COUNTS and kind in _FLOATS:
        return f"CASE WHEN {_integral(column)} THEN to_json({column}::BIGINT) ELSE to_json({column}::VARCHAR) END"
    if field in FLAGS and kind == "VARCHAR":
        said = f"CASE lower({column}) WHEN 'false' THEN 'false'::JSON WHEN 'true' THEN 'true'::JSON"
        return f"{said} ELSE to_json({column}) END"
    if field == "siblings" and kind == "VARCHAR[]":
        return f"to_json(list_transform({column}, lambda name: {{'rfilename': name}}))"
    if field in _SPARSE and kind.startswith("STRUCT"):
        # A struct has a place for what a row lacks: a merge patch drops it.
        return f"CASE WHEN {column} IS NOT NULL THEN json_merge_patch('{{}}', to_json({column})) END"
    return f"to_json({column})"


def tree(field: str, fields: Known) -> str:
    """The JSON of one of ``TREES``; NULL where its text is none."""
    column, kind = fields.get(field, ("NULL", "JSON"))
    return f"try_cast({column} AS JSON)" if kind == "VARCHAR" else f"{shown_as(field, column, kind)}::JSON"


def date(field: str, fields: Known) -> str:
    """In unix seconds; NULL where it is none."""
    column, kind = fields.get(field, ("NULL", ""))
    if _is_date(kind):
        return f"floor(epoch({column}))::BIGINT"
    if kind != "VARCHAR":
        return "NULL::BIGINT"
    cut = f"CASE WHEN regexp_full_match({column}, '{_ISO}') THEN left({column}, 19) END"
    return f"epoch(try_cast({cut} AS TIMESTAMP))::BIGINT"


def number(field: str, fields: Known) -> str:
    """A count; NULL where it is none."""
    column, kind = fields.get(field, ("NULL", ""))
    if kind in _FLOATS:
        return f"CASE WHEN {_integral(column)} THEN {column}::BIGINT END"
    return f"try_cast({column} AS BIGINT)" if kind.endswith(("INT", "INTEGER")) else "NULL::BIGINT"


def typed(field: str, kind: str, fields: Known) -> str:
    """The value where the column has just that type, else NULL."""
    column, found = fields.get(field, ("NULL", ""))
    return f"{column}::{kind}" if found == kind else f"NULL::{kind}"


def _is_date(kind: str) -> bool:
    return kind.startswith(("TIMESTAMP", "DATE"))


def _integral(column: str) -> str:
    return f"{column} = trunc({column}) AND abs({column}) < 9e18"
