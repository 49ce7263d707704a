"""``adapter_config.json``: an adapter is not a model by itself, and names the one it sits on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from scanner.errors import Reason
from scanner.evidence import Evidence
from scanner.evidence.fields import load_object
from scanner.evidence.files import holds_weights
from scanner.evidence.frontmatter import ADAPTER_CONFIG
from scanner.evidence.reader import copies, gap, whole_file
from scanner.fact import Basis, Gap
from scanner.hub import Hub
from scanner.model import Model, ModelRef, Parent, Relation, Role

LIMIT = 2**20
MAX_FILES = 8
_KEY = "base_model_name_or_path"
_OLD_KEY = "model_name"
_ADAPTER_WEIGHTS = re.compile(r"adapter_|.*lora|training_args|optimizer", re.I)


@dataclass(frozen=True, slots=True)
class AdapterFact:
    """``base`` is ``malformed`` where the file names no model: an adapter sits on something all the same."""

    base: ModelRef
    problems: tuple[str, ...] = ()


def parse(data: bytes) -> AdapterFact:
    """Raises: Malformed."""
    value, problems = load_object(data)
    return AdapterFact(_base(value), problems)


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``adapter``, in whatever folder, at most ``MAX_FILES``.

    A local path stays the parent it claims to be: an edge that leads nowhere.
    """
    paths = copies(model, (ADAPTER_CONFIG,))
    for path in paths[:MAX_FILES]:
        yield from whole_file("adapter", model, hub, path, LIMIT, parse, partial(_parents, model=model, path=path))
    for path in paths[MAX_FILES : MAX_FILES + 1]:
        yield gap(model, path, Reason.TOO_LARGE, path, f"only {MAX_FILES} of {len(paths)} adapter configs are read")


def _base(value: Mapping[str, Any]) -> ModelRef:
    name = value.get(_KEY) if value.get(_KEY) is not None else value.get(_OLD_KEY)
    if isinstance(name, list) and len(name) == 1 and (ref := ModelRef.parse(name[0])).repo is not None:
        return ref
    ref = ModelRef.parse(name)
    return ref if ref.raw else replace(ref, raw=repr(name))


def _parents(fact: AdapterFact, model: Model, path: str) -> Iterator[Parent]:
    ref, at = fact.base, model.at(path, _KEY)
    if not _is_optional(model, path):
        yield Parent(ref, Basis.DECLARED, at, Relation.ADAPTER)
    elif ref.repo is None or ref.repo.key not in (model.repo.key, model.requested.key):
        yield Parent(ref, Basis.DECLARED, at, Relation.COMPONENT, Role.COMPONENT)


def _is_optional(model: Model, path: str) -> bool:
    """Whether an adapter lies in a folder beside the full weights: the model is used with it or without."""
    root = [a.path for a in model.artifacts or () if "/" not in a.path]
    if "/" not in path or ADAPTER_CONFIG in root:
        return False
    return any(holds_weights(name, frozenset(root)) and not _ADAPTER_WEIGHTS.match(name) for name in root)
