"""What a publisher declares in fields made for it: base models, their relation, the licence.

The same fields stand in two places, the front matter of README.md and the card as the hub parsed it: read alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.fact import Basis, Locator
from scanner.model import Model, ModelRef, Parent, Relation
from scanner.text import clean_line

MAX_PARENTS = 256
ADAPTER_CONFIG = "adapter_config.json"
_BASE = "base_model:"
_NO_BASE = re.compile(r"none|null|n/?a|-+", re.I)
RELATIONS = {r.value: r for r in (Relation.FINETUNE, Relation.ADAPTER, Relation.MERGE, Relation.QUANTIZED)}


def listed_relation(model: Model) -> Relation:
    """The relation to its base that the file listing alone settles."""
    listed = model.artifact(ADAPTER_CONFIG) or (model.listing is not None and model.listing.adapter)
    return Relation.ADAPTER if listed else Relation.UNSPECIFIED


def references(value: object) -> tuple[ModelRef, ...]:
    """A ``base_model`` field, each reference once, at most ``MAX_PARENTS + 1``.

    A string, a list or nothing; ``none`` and its like are nothing; any other shape is one malformed reference.
    """
    items = value if isinstance(value, (list, tuple)) else [value]
    found: dict[str, ModelRef] = {}
    for item in items:
        if item is None or (isinstance(item, str) and (_is_none(item) or item in found)):
            continue
        ref = ModelRef.parse(item)
        found.setdefault(ref.raw, ref)
        if len(found) > MAX_PARENTS:
            break
    return tuple(found.values())


def declared_parents(meta: Mapping[str, Any], at: Locator, otherwise: Relation) -> tuple[Parent, ...]:
    """The parents that ``base_model`` names, at most ``MAX_PARENTS + 1`` so that a caller sees there were more."""
    written = _line(meta.get("base_model_relation"))
    relation = RELATIONS.get((written or "").lower())
    note = f"relation written as {written!r}" if written and relation is None else ""
    return tuple(
        Parent(ref, Basis.DECLARED, at, relation or otherwise, note=note) for ref in references(meta.get("base_model"))
    )


def tag_parents(tags: Sequence[str], at: Locator, otherwise: Relation) -> tuple[Parent, ...]:
    """Parents from ``base_model:RELATION:ID`` and ``base_model:ID``; the second adds nothing beside the first."""
    found: dict[str, Parent] = {}
    plain: list[str] = []
    for value in tagged(tags, _BASE):
        head, colon, rest = value.partition(":")
        if _is_none(rest if colon and head in RELATIONS else value):
            continue
        if colon and head in RELATIONS:
            found.setdefault(value, Parent(ModelRef.parse(rest), Basis.DECLARED, at, RELATIONS[head]))
        else:
            plain.append(value)
    related = {parent.ref.raw for parent in found.values()}
    for value in plain:
        if value not in related:
            found.setdefault(value, Parent(ModelRef.parse(value), Basis.DECLARED, at, otherwise))
    return tuple(found.values())


def tagged(tags: Sequence[str], prefix: str) -> tuple[str, ...]:
    """What stands behind ``prefix`` in the tags that begin with it."""
    return tuple(value for tag in tags if tag.startswith(prefix) and (value := tag.removeprefix(prefix).strip()))


def _is_none(text: str) -> bool:
    return not text.strip() or _NO_BASE.fullmatch(text.strip()) is not None


def license_ids(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """The licence ids that are declared: empty when there are none. A value of an odd shape is kept as its text."""
    value = meta.get("license")
    items = value if isinstance(value, (list, tuple)) else [value]
    return tuple(line for item in items[:50] if (line := _line(item)))


def license_text(meta: Mapping[str, Any], key: str) -> str | None:
    """``license_name`` or ``license_link`` as it is written."""
    return _line(meta.get(key))


def _line(value: object) -> str | None:
    if value is None:
        return None
    return clean_line(value if isinstance(value, str) else repr(value)) or None
