"""The SQL that cuts the rows of a parquet file into parts.

A row is *plain* when every field has the expected shape. Of such a row the parts are taken, see ``PARTS``: facts of its
own, and texts that many rows share, which ``parts`` reads. Any other row is read whole.

The tests are written so that a doubt makes a row less plain, never other than it is.
"""

from __future__ import annotations

import re

from scanner.catalogue import columns
from scanner.catalogue.columns import COUNTS, DATES, FIELDS, FLAGS, TREES, Known
from scanner.hub.answers import WHOLE

ITEM, FIELD = "\x1f", "\x1e"
"""What stands before each item of a joined list, and between joined texts."""
CARD = ("license", "license_name", "license_link")
"""What ``card`` lists."""
CONFIG = ("architectures", "model_type", "auto_map", "tokenizer_config.auto_map")
"""What ``config`` lists."""

_PART = "[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?"
_BASE = "[A-Za-z0-9._-]+/[A-Za-z0-9._-]{2,}"
# JSON writes these as they are, and reading leaves them so.
_SAFE = r"[!#-\[\]-~]"
_FILES = "STRUCT(rfilename VARCHAR)[]"
_MODELS = r"models STRUCT\((?:_id VARCHAR, id|id VARCHAR, _id) VARCHAR\)\[\]"
_BASES = re.compile(rf"STRUCT\((?:relation VARCHAR, {_MODELS}|{_MODELS}, relation VARCHAR)\)")


def parts(path: str, fields: Known) -> str:
    """The statement that selects of each row its number, whether it is plain, and its ``PARTS``."""
    steps, source = [], columns.reading(path)
    held = _held(fields) | _parents(fields)
    for step, made in (("held", held), ("looked", _LOOKED), ("judged", _JUDGED)):
        listed = ", ".join(f"{expression} AS {name}" for name, expression in made.items())
        steps.append(f"{step} AS (SELECT *, {listed} FROM {source})")
        source = step
    return f"WITH {', '.join(steps)} SELECT file_row_number, plain, {', '.join(PARTS)} FROM judged"


# -- the fields under names of their own


def _held(fields: Known) -> dict[str, str]:
    """``has_`` whether there is a value, ``x_`` the value where its type fits."""
    held = {f"has_{field}": f"{fields[field][0]} IS NOT NULL" if field in fields else "false" for field in FIELDS}
    held |= {f"x_{field}": columns.typed(field, "VARCHAR", fields) for field in ("_id", "id", "sha")}
    held |= {f"x_{field}": columns.date(field, fields) for field in DATES}
    held |= {f"x_{field}": columns.number(field, fields) for field in COUNTS}
    for field in (*FLAGS, "library_name", "pipeline_tag"):
        shown = columns.shown_as(field, *fields[field]) if field in fields else "NULL"
        held[f"x_{field}"] = f"({shown})::VARCHAR"
    held |= {f"x_{field}": columns.tree(field, fields) for field in TREES}
    column, kind = fields.get("siblings", ("NULL", ""))
    names = f"list_transform({column}, lambda file: file.rfilename)"
    held["x_siblings"] = names if kind == _FILES else columns.typed("siblings", "VARCHAR[]", fields)
    return held | {"x_tags": columns.typed("tags", "VARCHAR[]", fields)}


def _parents(fields: Known) -> dict[str, str]:
    """The parts of ``baseModels``: lists of ids and of ``_id``s, the relation, how many there are."""
    column, kind = fields.get("baseModels", ("NULL", ""))
    if _BASES.fullmatch(kind):
        lists = [f"list_transform({column}.models, lambda base: base.{name})" for name in ("id", "_id")]
        return {
            "ids": lists[0],
            "hub_ids": lists[1],
            "relation": f"{column}.relation",
            "bases": f"len({column}.models)",
        }
    tree = columns.tree("baseModels", fields)
    return {
        "ids": f"json_extract_string({tree}, '$.models[*].id')::VARCHAR[]",
        "hub_ids": f"json_extract_string({tree}, '$.models[*]._id')::VARCHAR[]",
        "relation": f"json_extract_string({tree}, '$.relation')",
        "bases": f"json_array_length({tree}, '$.models')",
    }


# -- what is looked at, and what it tells


def _values(tree: str, keys: tuple[str, ...]) -> str:
    """The values under ``keys``, as a list of JSON."""
    return f"json_extract({tree}, [{', '.join(repr(f'$.{key}') for key in keys)}])"


def _joined(items: str) -> str:
    """How many items there are, and each behind a mark; NULL where there is no list."""
    listed = f"concat_ws('{ITEM}', len({items}), array_to_string({items}, '{ITEM}'))"
    return f"CASE WHEN {items} = [] THEN '0' WHEN {items} IS NOT NULL THEN {listed} END"


def _all(*tests: str) -> str:
    # A test is asked of those rows only that passed the ones before.
    return f"CASE WHEN {' AND '.join(tests)} THEN true ELSE false END"


_LOOKED = {
    "card": _values("x_cardData", (*CARD, "base_model", "base_model_relation")),
    "base_tags": "coalesce(list_filter(x_tags, lambda tag: starts_with(tag, 'base_model:')), [])",
    "card_base": "nullif(card[4]::VARCHAR, 'null')",
    "card_relation": "nullif(card[5]::VARCHAR, 'null')",
    "named": "array_to_string(ids, ',')",
    "counts": "json_extract(x_safetensors, '$.parameters')::VARCHAR",
    "total": "json_extract(x_gguf, '$.total')::VARCHAR",
    **{f"type_{field}": f"json_type(x_{field})" for field in TREES},
}

_IDENTIFIED = _all(
    f"regexp_full_match(x_id, '(?:{_PART}/)?{_PART}') AND length(x_id) <= 96 AND NOT contains(x_id, '--')",
    "NOT contains(x_id, '..') AND NOT ends_with(x_id, '.git')",
    "regexp_full_match(x__id, '[0-9a-f]{24}') AND NOT starts_with(x__id, '00000000')",
)
_KNOWN_BASES = _all(
    "bases BETWEEN 1 AND 200 AND len(ids) = bases AND len(hub_ids) = bases",
    "(bases = 1 OR len(list_distinct(ids)) = bases)",
    "relation IN ('finetune', 'adapter', 'quantized', 'merge')",
    f"regexp_full_match(named, '(?:{_BASE},)*{_BASE}')",
    "(length(named) <= 96 OR list_max(list_transform(ids, lambda id: length(id))) <= 96)",
    "regexp_full_match(array_to_string(hub_ids, ','), '(?:[0-9a-f]{24},)*[0-9a-f]{24}')",
    "NOT contains(concat(',', array_to_string(hub_ids, ',')), ',00000000')",
)
_COMPUTED_TAGS = (
    "list_sort(list_concat(list_transform(ids, lambda id: concat('base_model:', id)),"
    " list_transform(ids, lambda id: concat('base_model:', relation, ':', id))))"
)
_JUDGED = {
    "plain": _all(
        _IDENTIFIED,
        "(NOT has_sha OR regexp_full_match(x_sha, '[0-9a-f]{40}'))",
        *[f"(NOT has_{field} OR x_{field} IS NOT NULL)" for field in DATES],
        *[f"(NOT has_{field} OR x_{field} >= 0)" for field in COUNTS],
        "(NOT has_tags OR len(x_tags) <= 2000)",
        "(NOT has_siblings OR len(x_siblings) <= 100000)",
        *[f"(NOT has_{field} OR type_{field} IN ('OBJECT', 'NULL'))" for field in TREES],
    ),
    # What an entry keeps of the hub's word, the card and the tags: NULL where they do not tell it so plainly.
    "by_hub": f"CASE WHEN {_KNOWN_BASES} THEN true WHEN NOT has_baseModels OR type_baseModels = 'NULL' THEN false END",
    "by_tags": f"""CASE WHEN len(base_tags) = 0 THEN ''
        WHEN by_hub AND bases = 1 AND len(base_tags) = 2 AND base_tags[1] = concat('base_model:', named)
        AND base_tags[2] = concat('base_model:', relation, ':', named) THEN 'true'
        WHEN by_hub AND len(base_tags) = 2 * bases AND list_sort(base_tags) = {_COMPUTED_TAGS} THEN 'true'
        WHEN regexp_full_match(array_to_string(base_tags, ' '), '(?:base_model:{_SAFE}* )*base_model:{_SAFE}*')
        AND list_max(list_transform(base_tags, lambda tag: length(tag))) <= 300
        THEN concat('["', array_to_string(base_tags, '","'), '"]') END""",
    "by_card": f"""CASE WHEN card_base IS NULL THEN ''
        WHEN by_hub AND card_base = concat('["', replace(named, ',', '","'), '"]') THEN 'true'
        WHEN by_hub AND card_base = concat('"', named, '"') THEN 'true'
        WHEN regexp_full_match(card_base, '"{_SAFE}*/{_SAFE}{{2,}}"') AND length(card_base) <= 300
        THEN card_base END""",
    "by_relation": """CASE WHEN card_relation IS NULL THEN ''
        WHEN regexp_full_match(card_relation, '"[A-Za-z0-9_-]{1,100}"') THEN card_relation END""",
    "told": "by_hub IS NOT NULL AND by_tags IS NOT NULL AND by_card IS NOT NULL AND by_relation IS NOT NULL",
}

_ONE_COUNT = rf'\{{"(?:{"|".join(sorted(WHOLE))})":[0-9]{{1,18}}\}}'
_TELLING_TAGS = _joined("list_filter(x_tags, lambda tag: tag = 'custom_code' OR starts_with(tag, 'license:'))")
_SHARED = (
    "coalesce(x_library_name, '')",
    "coalesce(x_pipeline_tag, '')",
    *[f"coalesce(x_{field}, '')" for field in FLAGS],
    "CASE WHEN type_cardData = 'OBJECT' THEN to_json(card[1:3])::VARCHAR ELSE '' END",
    "CASE WHEN x_config = '{}' THEN '{}' WHEN type_config = 'OBJECT'"
    f" THEN to_json({_values('x_config', CONFIG)})::VARCHAR ELSE '' END",
    f"coalesce({_TELLING_TAGS}, '')",
)

PARTS = (
    "x_id",
    "CASE WHEN plain THEN try(unhex(x__id)) END",
    "CASE WHEN plain THEN try(unhex(x_sha)) END",
    *[f"x_{field}" for field in (*DATES, *COUNTS)],
    # The parameters, and what they are counted from where that takes more than one number.
    f"CASE WHEN regexp_full_match(counts, '{_ONE_COUNT}')"
    " THEN try_cast(regexp_extract(counts, ':([0-9]+)', 1) AS BIGINT)"
    " WHEN counts IS NULL AND regexp_full_match(total, '[0-9]{1,18}') THEN try_cast(total AS BIGINT) END AS parameters",
    "CASE WHEN parameters IS NULL AND (counts IS NOT NULL OR total IS NOT NULL)"
    f" THEN concat(counts, '{FIELD}', total) END",
    _joined("list_filter(x_tags, lambda tag: NOT starts_with(tag, 'base_model:'))"),
    _joined("x_siblings"),
    # What is said of the bases, as an entry keeps it, else each one's word.
    """CASE WHEN told AND (by_hub OR len(base_tags) > 0 OR card_base IS NOT NULL OR card_relation IS NOT NULL)
        THEN concat('{', concat_ws(',', '"card":' || nullif(by_card, ''), '"card_relation":' || nullif(by_relation, ''),
        CASE WHEN by_hub THEN concat('"hub":[', array_to_string(list_transform(list_zip(ids, hub_ids),
        lambda base: concat('["', base[1], '","', base[2], '"]')), ','), '],"relation":"', relation, '"') END,
        '"tags":' || nullif(by_tags, '')), '}') END""",
    """CASE WHEN NOT told THEN json_object('tags', base_tags, 'baseModels', x_baseModels, 'cardData',
        json_object('base_model', card_base::JSON, 'base_model_relation', card_relation::JSON))::VARCHAR END""",
    # What the profile is made of besides the files: texts of JSON, and a joined list of tags.
    f"concat_ws('{FIELD}', {', '.join(_SHARED)})",
)
"""What is selected of a row: of worth only where it is plain."""
