"""The recipe mergekit leaves beside what it made: every model that went into the merge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from scanner.errors import DataError, Reason
from scanner.evidence import Evidence
from scanner.evidence.frontmatter import MAX_PARENTS
from scanner.evidence.reader import Malformed, copies, gap, whole_file
from scanner.fact import Basis, Gap
from scanner.hub import Hub
from scanner.model import Model, ModelRef, Parent, RefForm, Relation
from scanner.strictyaml import load
from scanner.text import clean_line

RECIPES = ("mergekit_config.yml", "mergekit_config.yaml", "mergekit_moe_config.yml", "mergekit_moe_config.yaml")
LIMIT = 256 * 2**10
MAX_FILES = 8
_MODEL_KEYS = ("model", "base_model", "source_model")


@dataclass(frozen=True, slots=True)
class MergeFact:
    """``models`` as the recipe writes them, each once, LoRAs (``model+lora``) as models of their own."""

    models: tuple[str, ...]
    problems: tuple[str, ...] = ()


def parse(data: bytes) -> MergeFact:
    """Raises: Malformed."""
    try:
        document = load(data.decode("utf-8-sig"), error=DataError, tolerant=True)
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from error
    except DataError as error:
        raise Malformed(clean_line(error.message, 200)) from error
    if not isinstance(document.value, dict):
        raise Malformed("not a YAML mapping")
    models = tuple(dict.fromkeys(_models(document.value)))
    problems = [f"duplicate key {clean_line(key, 100)!r}" for key in document.duplicates[:20]]
    if len(models) > MAX_PARENTS:
        problems.append(f"more than {MAX_PARENTS} models")
    if not models:
        problems.append("names no model")
    return MergeFact(models[:MAX_PARENTS], tuple(problems))


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``merge``, in whatever folder the recipes lie, at most ``MAX_FILES``."""
    paths = copies(model, RECIPES)
    for path in paths[:MAX_FILES]:
        yield from whole_file("merge", model, hub, path, LIMIT, parse, partial(_parents, model=model, path=path))
    for path in paths[MAX_FILES : MAX_FILES + 1]:
        yield gap(model, path, Reason.TOO_LARGE, path, f"only {MAX_FILES} of {len(paths)} merge recipes are read")


def _models(value: Any) -> Iterator[str]:
    """Every model named anywhere in the recipe: the reader bounds how deep it nests."""
    if isinstance(value, list):
        for item in value:
            yield from _models(item)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if key in _MODEL_KEYS and isinstance(item, str):
            yield from (line for part in item.split("+") if (line := clean_line(part)))
        elif key == "path" and isinstance(item, str) and (line := clean_line(item)):
            yield line
        else:
            yield from _models(item)


def _parents(fact: MergeFact, model: Model, path: str) -> Iterator[Parent]:
    for name in fact.models:
        ref = ModelRef.parse(name)
        if ref.repo is not None and ref.repo.namespace is None:
            # In a recipe a bare name is a folder or an earlier step.
            ref = replace(ref, form=RefForm.LOCAL_PATH, repo=None)
        yield Parent(ref, Basis.OBSERVED, model.at(path, "models"), Relation.MERGE)
