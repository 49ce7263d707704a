"""Which columns of a parquet file hold which fact of the Hub's list, and what the list would show for them.

Two layouts are met: the community's daily statistics and the weekly snapshots. Their schema changes unannounced: what
is a struct in one year is text in another. So each field is made the JSON that the list shows, whatever type it has
of those that can hold it. A file that lacks what every layout has, or has something else under a name, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_TEXT, _MOMENT, _NUMBER = "VARCHAR", "TIMESTAMP.*|VARCHAR", "U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT"
_FLAG, _TREE = "BOOLEAN|VARCHAR", r"VARCHAR|JSON|STRUCT\(.*\)|MAP\(.*\)"
_TAGS, _FILES = r"VARCHAR\[\]", r"VARCHAR\[\]|STRUCT\(.*rfilename VARCHAR.*\)\[\]"
_NOTHING = '"NULL"'
"""The type of a column without any value."""

FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "_id": (_TEXT, ("_id",)),
    "id": (_TEXT, ("id", "modelId")),
    "sha": (_TEXT, ("sha",)),
    "createdAt": (_MOMENT, ("createdAt", "created_at")),
    "lastModified": (_MOMENT, ("lastModified", "last_modified")),
    "downloads": (_NUMBER, ("downloads",)),
    "downloadsAllTime": (_NUMBER, ("downloadsAllTime", "downloads_all_time")),
    "likes": (_NUMBER, ("likes",)),
    "gated": (_FLAG, ("gated",)),
    "disabled": (_FLAG, ("disabled",)),
    "private": (_FLAG, ("private",)),
    "library_name": (_TEXT, ("library_name", "library")),
    "pipeline_tag": (_TEXT, ("pipeline_tag",)),
    "tags": (_TAGS, ("tags",)),
    "cardData": (_TREE, ("cardData", "card_data")),
    "config": (_TREE, ("config",)),
    "siblings": (_FILES, ("siblings",)),
    "baseModels": (_TREE, ("baseModels", "base_models")),
    "safetensors": (_TREE, ("safetensors",)),
    "gguf": (_TREE, ("gguf",)),
}
"""What the list calls a fact, the types that can hold it, and the columns that may: the first that the file has."""
REQUIRED = ("_id", "id", "createdAt", "lastModified", "downloads", "likes", "tags")
"""What every layout has; a file without them is another kind of table."""

DATES = ("createdAt", "lastModified")
COUNTS = ("downloads", "downloadsAllTime", "likes")
FLAGS = ("gated", "disabled", "private")
TREES = ("cardData", "config", "baseModels", "safetensors", "gguf")
_LISTS = ("tags", "siblings")
_SPARSE = ("cardData", "config", "safetensors")
_LONGEST = 10_000
"""Bytes of a text that is looked at together with those of two thousand other rows."""
_FLOATS = ("DOUBLE", "FLOAT")
_ISO = r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z"

Known = Mapping[str, tuple[str, str]]
"""Column, quoted, and type of each field that a file has."""


def known(types: Mapping[str, str]) -> Known:
    """The columns of a file that hold something, of which ``types`` gives name and type, by field."""
    held = {field: next((name for name in names if name in types), None) for field, (_, names) in FIELDS.items()}
    return {
        field: (f'"{name}"', types[name])
        for field, name in held.items()
        if name is not None and types[name] != _NOTHING
    }


def wrong(types: Mapping[str, str]) -> list[str]:
    """What is wrong with the columns of a file, each in words; nothing where it can be read."""
    found = known(types)
    lacks = [field for field in REQUIRED if not any(name in types for name in FIELDS[field][1])]
    lacks += [field for field in ("_id", "id") if field not in lacks and field not in found]
    odd = [
        f"{name} is {kind[:80]}, not {' or '.join(_SPOKEN[FIELDS[field][0]])}"
        for field, (name, kind) in found.items()
        if not re.fullmatch(FIELDS[field][0], kind)
    ]
    return ([f"no column {', '.join(lacks)}"] if lacks else []) + odd


_SPOKEN = {
    _TEXT: ("text",),
    _MOMENT: ("a timestamp", "text"),
    _NUMBER: ("a number",),
    _FLAG: ("true and false", "text"),
    _TREE: ("JSON as text", "a struct"),
    _TAGS: ("a list of texts",),
    _FILES: ("a list of texts", "of structs with rfilename"),
}


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
        at = _moment(column, kind)
        shown = f"to_json(strftime(make_timestamp(epoch_us({at})), '%Y-%m-%dT%H:%M:%S.000Z'))"
        return f"CASE WHEN isfinite({at}) THEN {shown} ELSE to_json({column}::VARCHAR) END"
    if field in COUNTS and kind in _FLOATS:
        whole = f"to_json(try_cast({column} AS BIGINT))"
        return f"CASE WHEN {_integral(column)} THEN {whole} ELSE to_json({column}::VARCHAR) END"
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
    """The JSON of one of ``TREES``; NULL where its text is none, or so long that many at once would be too many."""
    column, kind = fields.get(field, ("NULL", "JSON"))
    if kind == "VARCHAR":
        return f"CASE WHEN strlen({column}) <= {_LONGEST} THEN try_cast({column} AS JSON) END"
    return f"{shown_as(field, column, kind)}::JSON"


def date(field: str, fields: Known) -> str:
    """In unix seconds; NULL where it is none."""
    column, kind = fields.get(field, ("NULL", ""))
    if _is_date(kind):
        at = _moment(column, kind)
        return f"CASE WHEN isfinite({at}) THEN try_cast(floor(epoch({at})) AS BIGINT) END"
    if kind != "VARCHAR":
        return "NULL::BIGINT"
    cut = f"CASE WHEN regexp_full_match({column}, '{_ISO}') THEN left({column}, 19) END"
    return f"try_cast(epoch(try_cast({cut} AS TIMESTAMP)) AS BIGINT)"


def number(field: str, fields: Known) -> str:
    """A count; NULL where it is none."""
    column, kind = fields.get(field, ("NULL", ""))
    if kind in _FLOATS:
        return f"CASE WHEN {_integral(column)} THEN try_cast({column} AS BIGINT) END"
    return f"try_cast({column} AS BIGINT)" if kind.endswith(("INT", "INTEGER")) else "NULL::BIGINT"


def typed(field: str, kind: str, fields: Known) -> str:
    """The value where the column has just that type, else NULL."""
    column, found = fields.get(field, ("NULL", ""))
    return f"{column}::{kind}" if found == kind else f"NULL::{kind}"


def _is_date(kind: str) -> bool:
    return kind.startswith(("TIMESTAMP", "DATE"))


def _moment(column: str, kind: str) -> str:
    """A timestamp in microseconds, whatever its unit."""
    return f"try_cast({column} AS {'TIMESTAMPTZ' if kind.endswith(('TIMESTAMPTZ', 'TIME ZONE')) else 'TIMESTAMP'})"


def _integral(column: str) -> str:
    return f"{column} = trunc({column}) AND abs({column}) < 9e18"
