"""Models made of parts: ``model_index.json`` (diffusers), ``modules.json`` (sentence-transformers), each part's config.

A part is somebody's model too: its config may name where it was loaded from, and take its classes from a repository.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from scanner.errors import Reason
from scanner.evidence import Evidence, config
from scanner.evidence.config import CONFIG, LIMIT, PIPELINE, parse, parts_loaded
from scanner.evidence.fields import Fields, load, load_object
from scanner.evidence.reader import Malformed, gap, whole_file
from scanner.fact import Gap
from scanner.hub import Hub
from scanner.model import Model
from scanner.text import clean_line

MODULES = "modules.json"
MAX_CONFIGS = 12
_MAX_PARTS = 64


@dataclass(frozen=True, slots=True)
class PipelineFact:
    """``components`` are (folder, library, class); a library of its own is repository code."""

    components: tuple[tuple[str, str, str], ...]
    problems: tuple[str, ...] = ()


def parse_pipeline(data: bytes) -> PipelineFact:
    """Raises: Malformed."""
    value, problems = load_object(data)
    components = [
        (clean_line(name, 100), clean_line(entry[0], 200), clean_line(entry[1], 200))
        for name, entry in value.items()
        if isinstance(entry, list) and len(entry) == 2 and all(isinstance(e, str) for e in entry)
    ]
    return PipelineFact(tuple(components[:_MAX_PARTS]), problems)


def parse_modules(data: bytes) -> PipelineFact:
    """Raises: Malformed."""
    value, problems = load(data)
    if not isinstance(value, list):
        raise Malformed("not a JSON list")
    modules = [Fields(entry) for entry in value[:_MAX_PARTS] if isinstance(entry, dict)]
    components = []
    for module in modules:
        library, _, name = (module.text("type") or "").rpartition(".")
        components.append((module.text("path") or "", library, name))
    return PipelineFact(tuple(components), problems)


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kinds ``pipeline``, ``modules`` and, for each part that has one, ``component_config``."""
    found = [
        *whole_file("pipeline", model, hub, PIPELINE, LIMIT, parse_pipeline),
        *whole_file("modules", model, hub, MODULES, LIMIT, parse_modules),
    ]
    yield from found
    paths = component_configs(model, [item for item in found if isinstance(item, Evidence)])
    for path in paths[:MAX_CONFIGS]:
        claims = partial(parts_loaded, model=model, path=path)
        yield from whole_file("component_config", model, hub, path, LIMIT, parse, claims)
    if len(paths) > MAX_CONFIGS:
        yield gap(model, "component configs", Reason.TOO_LARGE, None, f"only {MAX_CONFIGS} of {len(paths)} are read")


def component_configs(model: Model, evidence: list[Evidence]) -> list[str]:
    """The configs of the parts that the pipeline or the modules list, as far as the listing shows them.

    Where the modules alone are the model, their configs are the model's and are read as such.
    """
    named = [name for e in evidence if e.kind in ("pipeline", "modules") for name, _, _ in e.fact.components if name]
    paths = dict.fromkeys(f"{name.strip('/')}/{CONFIG}" for name in named)
    bodies = config.paths(model)
    return [path for path in paths if model.artifact(path) is not None and path not in bodies]
