"""``adapter_config.json``: an adapter is not a model by itself, and names the one it sits on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanner.evidence import Evidence
from scanner.evidence.frontmatter import ADAPTER_CONFIG
from scanner.evidence.jsontext import Fields, load_object
from scanner.evidence.reader import whole_file
from scanner.fact import Basis, Gap
from scanner.hub import Hub
from scanner.model import Model, ModelRef, Parent, Relation

LIMIT = 2**20
_KEY = "base_model_name_or_path"


@dataclass(frozen=True, slots=True)
class AdapterFact:
    base_model_name_or_path: str | None
    peft_type: str | None
    revision: str | None
    problems: tuple[str, ...] = ()


def parse(data: bytes) -> AdapterFact:
    """Raises: Malformed."""
    value, problems = load_object(data)
    top = Fields(value)
    return AdapterFact(top.text(_KEY, "model_name"), top.text("peft_type"), top.text("revision"), problems)


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``adapter``. A local path stays the parent it claims to be: an edge that leads nowhere."""
    yield from whole_file("adapter", model, hub, ADAPTER_CONFIG, LIMIT, parse, lambda fact: _parents(fact, model))


def _parents(fact: AdapterFact, model: Model) -> Iterator[Parent]:
    if fact.base_model_name_or_path is None:
        return
    ref = ModelRef.parse(fact.base_model_name_or_path)
    if ref.repo is not None and fact.revision:
        ref = replace(ref, revision=fact.revision)
    yield Parent(ref, Basis.DECLARED, model.at(ADAPTER_CONFIG, _KEY), Relation.ADAPTER)
