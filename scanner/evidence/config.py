"""``config.json``: architecture, dimensions, where the model was loaded from, code it calls for.

``_name_or_path`` is where somebody's training run loaded the weights from: often the base, often a folder of theirs, at
times something unrelated. A folder is noise; a repository is weak evidence and says so.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from scanner.errors import Reason
from scanner.evidence import Evidence
from scanner.evidence.fields import Fields, load_object
from scanner.evidence.reader import copies, gap, whole_file
from scanner.fact import Basis, Gap
from scanner.hub import Hub
from scanner.model import Model, ModelRef, Parent, RefForm, Relation, Role
from scanner.text import clean_line

CONFIG = "config.json"
PIPELINE = "model_index.json"
LIMIT = 4 * 2**20
MAX_FILES = 8
WEAK = "weak: {key}"

_NAME = "_name_or_path"
_VOCABULARY = ("vocab_size", "n_vocab", "padded_vocab_size")
_TEXT_PARTS = ("text_config", "llm_config", "language_config")
_VISION_KEYS = ("mm_vision_tower", "vision_tower")
_RUN_FOLDER = re.compile(r"(?:checkpoint|step|epoch|global_step|iter)[-_]?\d+|final|merged|output|best|last", re.I)
_MAX_PARTS = 64


@dataclass(frozen=True, slots=True)
class Part:
    """The config of one part inside a composite model's: ``role`` is ``weights`` for its language model."""

    key: str
    role: Role
    model_type: str | None
    vocab_size: int | None


@dataclass(frozen=True, slots=True)
class ConfigFact:
    """``auto_map`` are the classes that loading takes from repository code, other repositories' included.

    ``vocab_size`` is the model's, else that of its first language part. ``origins`` are the names found under
    ``_name_or_path`` and the like, each with its key.
    """

    model_type: str | None
    architectures: tuple[str, ...]
    vocab_size: int | None
    auto_map: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    origins: tuple[tuple[str, str, Role], ...] = ()
    problems: tuple[str, ...] = ()


def parse(data: bytes) -> ConfigFact:
    """Raises: Malformed."""
    value, problems = load_object(data)
    top = Fields(value)
    nested = _nested(value)
    parts = tuple(
        Part(key, _role(key), part.text("model_type"), part.integer(*_VOCABULARY)) for key, part in nested if key
    )
    sizes = (part.vocab_size for part in parts if part.role is Role.WEIGHTS)
    own_size = top.integer(*_VOCABULARY)
    return ConfigFact(
        model_type=top.text("model_type"),
        architectures=top.texts("architectures"),
        vocab_size=next((size for size in sizes if size is not None), None) if own_size is None else own_size,
        auto_map=auto_map(value),
        parts=parts,
        origins=_origins(top, nested),
        problems=(*problems, *_odd_names(nested)),
    )


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``config``, at most ``MAX_FILES``."""
    found = paths(model)
    for path in found[:MAX_FILES]:
        yield from whole_file("config", model, hub, path, LIMIT, parse, partial(_parents, model=model, path=path))
    for path in found[MAX_FILES : MAX_FILES + 1]:
        yield gap(model, path, Reason.TOO_LARGE, path, f"only {MAX_FILES} of {len(found)} configs are read")


def paths(model: Model) -> list[str]:
    """The config at the root; where there is none, and no index of parts either, those of all folders."""
    if model.artifact(CONFIG):
        return [CONFIG]
    return [] if model.artifact(PIPELINE) else copies(model, (CONFIG,))


def auto_map(value: Any) -> tuple[str, ...]:
    """The class references under every ``auto_map`` of a JSON tree, whatever its shape, at most ``_MAX_PARTS``.

    ``other/repo--module.Class`` names the code of another repository.
    """
    found: dict[str, None] = {}
    left: list[tuple[Any, bool]] = [(value, False)]
    while left and len(found) < _MAX_PARTS:
        item, inside = left.pop()
        if isinstance(item, dict):
            left += [(child, inside or key == "auto_map") for key, child in reversed(item.items())]
        elif isinstance(item, list):
            left += [(child, inside) for child in reversed(item)]
        elif inside and isinstance(item, str) and (line := clean_line(item)):
            found[line] = None
    return tuple(found)


def _nested(value: dict[str, Any]) -> list[tuple[str, Fields]]:
    """The object itself, under an empty key, and every config inside it, however deep, by its dotted key."""
    found = [("", Fields(value))]
    left = deque((key, item) for key, item in value.items())
    while left and len(found) <= _MAX_PARTS:
        key, item = left.popleft()
        if isinstance(item, dict):
            if key.endswith("_config") or isinstance(item.get("model_type"), str) or _NAME in item:
                found.append((clean_line(key, 200), Fields(item)))
            left.extend((f"{key[-1000:]}.{inner}", child) for inner, child in item.items())
    return found


def _role(key: str) -> Role:
    return Role.WEIGHTS if key.rpartition(".")[2] in ("", *_TEXT_PARTS) else Role.COMPONENT


def _origins(top: Fields, nested: list[tuple[str, Fields]]) -> tuple[tuple[str, str, Role], ...]:
    found = [(_name_key(key), part.text(_NAME), _role(key)) for key, part in nested]
    found += [(key, top.text(key), Role.COMPONENT) for key in _VISION_KEYS]
    return tuple((key, name, role) for key, name, role in found if name)


def _odd_names(nested: list[tuple[str, Fields]]) -> tuple[str, ...]:
    odd = (key for key, at in nested if not isinstance(at.values.get(_NAME), (str, type(None))))
    return tuple(f"{_name_key(key)} is not a text" for key in odd)


def _name_key(key: str) -> str:
    return f"{key}.{_NAME}" if key else _NAME


def parts_loaded(fact: ConfigFact, model: Model, path: str) -> Iterator[Parent]:
    """What the config of a part names: whatever it was there, here it is a part."""
    for parent in _parents(fact, model, path):
        yield replace(parent, relation=Relation.COMPONENT, role=Role.COMPONENT)


def _parents(fact: ConfigFact, model: Model, path: str) -> Iterator[Parent]:
    own = {model.repo.key, model.requested.key}
    for key, name, role in fact.origins:
        ref = ModelRef.parse(name)
        # A bare name is a folder far more often than a legacy repository, and asking for it would give it away.
        if ref.form is not RefForm.ID or ref.repo is None or ref.repo.namespace is None or ref.repo.key in own:
            continue
        if _RUN_FOLDER.fullmatch(ref.repo.name):
            continue
        relation = Relation.COMPONENT if role is Role.COMPONENT else Relation.UNSPECIFIED
        yield Parent(ref, Basis.OBSERVED, model.at(path, key), relation, role, note=WEAK.format(key=key))
