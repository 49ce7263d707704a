"""What a publisher declares in fields made for it: base models, their relation, the licence.

The same fields stand in two places, the front matter of README.md and the card as the hub parsed it: read alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.fact import Basis, Locator
from scanner.model import Model, ModelRef, Parent, Relation
from scanner.text import clean_line

MAX_PARENTS = 256
ADAPTER_CONFIG = "adapter_config.json"
RELATIONS = {r.value: r for r in (Relation.FINETUNE, Relation.ADAPTER, Relation.MERGE, Relation.QUANTIZED)}


def listed_relation(model: Model) -> Relation:
    """The relation to its base that the file listing alone settles."""
    return Relation.ADAPTER if model.artifact(ADAPTER_CONFIG) else Relation.UNSPECIFIED


def references(value: object) -> tuple[ModelRef, ...]:
    """A ``base_model`` field as references: a string, a list, nothing; any other shape is one malformed reference."""
    items = value if isinstance(value, (list, tuple)) else [value]
    stated = [i for i in items if i is not None and not (isinstance(i, str) and not i.strip())]
    return tuple({ref.raw: ref for ref in map(ModelRef.parse, stated[: MAX_PARENTS + 1])}.values())


def declared_parents(meta: Mapping[str, Any], at: Locator, otherwise: Relation) -> tuple[Parent, ...]:
    """The parents that ``base_model`` names, at most ``MAX_PARENTS + 1`` so that a caller sees there were more."""
    written = _line(meta.get("base_model_relation"))
    relation = RELATIONS.get((written or "").lower())
    note = f"relation written as {written!r}" if written and relation is None else ""
    return tuple(
        Parent(ref, Basis.DECLARED, at, relation or otherwise, note=note) for ref in references(meta.get("base_model"))
    )


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
