"""``config.json``: architecture, dimensions, where the model was loaded from, code it calls for.

``_name_or_path`` is where somebody's training run loaded the weights from: often the base, often a folder of theirs, at
times something unrelated. A folder is noise; a repository is weak evidence and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scanner.evidence import Evidence
from scanner.evidence.jsontext import Fields, load_object
from scanner.evidence.reader import whole_file
from scanner.fact import Basis, Gap
from scanner.hub import Hub
from scanner.model import Model, ModelRef, Parent, RefForm, Relation, Role
from scanner.text import clean_line

CONFIG = "config.json"
LIMIT = 4 * 2**20
WEAK = "weak: {key}"

_NAME = "_name_or_path"
_TEXT_PARTS = ("text_config", "llm_config", "language_config")
_VISION_KEYS = ("mm_vision_tower", "vision_tower")
_RUN_FOLDER = re.compile(r"(?:checkpoint|step|epoch|global_step|iter)[-_]?\d+|final|merged|output|best|last", re.I)
_MAX_PARTS = 64


@dataclass(frozen=True, slots=True)
class ConfigFact:
    """``auto_map`` are the classes that loading takes from repository code, other repositories' included.

    ``text_model_type`` is the model type of the language part of a composite model, ``component_types`` of its other
    parts. ``origins`` are the names found under ``_name_or_path`` and the like, each with its key.
    """

    model_type: str | None
    architectures: tuple[str, ...]
    vocab_size: int | None
    hidden_size: int | None
    num_layers: int | None
    name_or_path: str | None
    auto_map: tuple[str, ...]
    quantization: str | None
    transformers_version: str | None
    text_model_type: str | None
    component_types: tuple[str, ...]
    origins: tuple[tuple[str, str, Role], ...] = ()
    problems: tuple[str, ...] = ()


def parse(data: bytes) -> ConfigFact:
    """Raises: Malformed."""
    value, problems = load_object(data)
    top = Fields(value)
    text = next((top.fields(part) for part in _TEXT_PARTS if top.fields(part).values), Fields({}))
    parts = _parts(top)
    return ConfigFact(
        model_type=top.text("model_type"),
        architectures=top.texts("architectures"),
        vocab_size=_integer(top, text, "vocab_size", "n_vocab", "padded_vocab_size"),
        hidden_size=_integer(top, text, "hidden_size", "n_embd", "d_model", "dim"),
        num_layers=_integer(top, text, "num_hidden_layers", "n_layer", "n_layers", "num_layers"),
        name_or_path=top.text(_NAME),
        auto_map=auto_map(value),
        quantization=top.fields("quantization_config").text("quant_method"),
        transformers_version=top.text("transformers_version"),
        text_model_type=text.text("model_type"),
        component_types=tuple(t for key, part in parts if key not in _TEXT_PARTS and (t := part.text("model_type"))),
        origins=_origins(top, parts),
        problems=(*problems, *_odd_names(top, parts)),
    )


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``config``."""
    yield from whole_file("config", model, hub, CONFIG, LIMIT, parse, lambda fact: _parents(fact, model, CONFIG))


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


def _integer(top: Fields, text: Fields, *keys: str) -> int | None:
    found = top.integer(*keys)
    return text.integer(*keys) if found is None else found


def _parts(top: Fields) -> list[tuple[str, Fields]]:
    keys = [k for k, v in top.values.items() if k.endswith("_config") and isinstance(v, dict)]
    return [(clean_line(key, 100), top.fields(key)) for key in keys[:_MAX_PARTS]]


def _origins(top: Fields, parts: list[tuple[str, Fields]]) -> tuple[tuple[str, str, Role], ...]:
    found: list[tuple[str, str | None, Role]] = [(_NAME, top.text(_NAME), Role.WEIGHTS)]
    for key, part in parts:
        role = Role.WEIGHTS if key in _TEXT_PARTS else Role.COMPONENT
        found.append((f"{key}.{_NAME}", part.text(_NAME), role))
    found += [(key, top.text(key), Role.COMPONENT) for key in _VISION_KEYS]
    return tuple((key, name, role) for key, name, role in found if name)


def _odd_names(top: Fields, parts: list[tuple[str, Fields]]) -> tuple[str, ...]:
    named = [(_NAME, top), *((f"{key}.{_NAME}", part) for key, part in parts)]
    return tuple(f"{key} is not a text" for key, at in named if not isinstance(at.values.get(_NAME), (str, type(None))))


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
