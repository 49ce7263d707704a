"""A hub small enough to read at a glance: readings built claim by claim, tables of a few rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from scanner.curated import Curated, CuratedDispute
from scanner.errors import Reason
from scanner.evidence import Evidence, Reading
from scanner.evidence.card import Remark
from scanner.evidence.config import Part
from scanner.fact import Basis, Gap, Locator
from scanner.family import Families
from scanner.lineage import Contradiction, Knowledge, Lineage, resolve
from scanner.model import Model, ModelRef, Parent, Relation, RepoId, Role

Claim = Callable[[Model], Parent]


def _claim(text: str, basis: Basis, path: str | None, key: str, relation: str, role: str, **more: str) -> Claim:
    def made(model: Model) -> Parent:
        ref = ModelRef.parse(text)
        return Parent(
            ref, basis, model.at(path, key), Relation(relation), Role(role), more.get("hub_id"), more.get("note", "")
        )

    return made


def front(text: str, relation: str = "unspecified") -> Claim:
    return _claim(text, Basis.DECLARED, "README.md", "base_model", relation, "weights")


def tag(text: str, relation: str = "finetune") -> Claim:
    return _claim(text, Basis.DECLARED, None, "tags", relation, "weights")


def listed(text: str, hub_id: str, relation: str = "finetune") -> Claim:
    return _claim(text, Basis.DECLARED, None, "baseModels", relation, "weights", hub_id=hub_id)


def adapter(text: str) -> Claim:
    path = "adapter_config.json"
    return _claim(text, Basis.DECLARED, path, "base_model_name_or_path", "adapter", "weights")


def recipe(text: str) -> Claim:
    return _claim(text, Basis.OBSERVED, "mergekit_config.yml", "models", "merge", "weights")


def prose(text: str, relation: str = "finetune", role: str = "weights") -> Claim:
    return _claim(text, Basis.STATED, "README.md", "line=12", relation, role)


def loaded(text: str) -> Claim:
    return _claim(
        text, Basis.OBSERVED, "config.json", "_name_or_path", "unspecified", "weights", note="weak: _name_or_path"
    )


def part(text: str) -> Claim:
    key, note = "mm_vision_tower", "weak: mm_vision_tower"
    return _claim(text, Basis.OBSERVED, "config.json", key, "component", "component", note=note)


def config(
    model_type: str, vocab_size: int | None = None, text_model_type: str | None = None
) -> Callable[[Model], Evidence]:
    parts = (Part("text_config", Role.WEIGHTS, text_model_type, None),) if text_model_type else ()
    fact = SimpleNamespace(model_type=model_type, architectures=(), vocab_size=vocab_size, parts=parts)
    return lambda model: Evidence("config", model.at("config.json"), fact)


def part_config(model_type: str, vocab_size: int | None = None) -> Callable[[Model], Evidence]:
    made = config(model_type, vocab_size)
    return lambda model: Evidence("component_config", model.at("text_encoder/config.json"), made(model).fact)


def pipeline(*components: tuple[str, str, str]) -> Callable[[Model], Evidence]:
    fact = SimpleNamespace(components=components)
    return lambda model: Evidence("pipeline", model.at("model_index.json"), fact)


def embedded(text: str) -> Claim:
    """What a converter copies into a GGUF file: the base of the original, not the original."""
    return _claim(text, Basis.DECLARED, "model-q4.gguf", "general.base_model.0.repo_url", "unspecified", "weights")


def gguf(vocab_size: int | None, tokenizer_pre: str | None, name: str | None = None) -> Callable[[Model], Evidence]:
    fact = SimpleNamespace(name=name, vocab_size=vocab_size, tokenizer_pre=tokenizer_pre)
    return lambda model: Evidence("gguf", model.at("model-q4.gguf"), fact)


def shows(kind: str, path: str) -> Callable[[Model], Evidence]:
    """A file that was read and names no parent."""
    return lambda model: Evidence(kind, model.at(path), SimpleNamespace())


def unread(id: str, path: str, reason: Reason = Reason.GATED) -> Gap:
    return Gap(id, path, reason, f"dir://{id}/{path}")


def card(
    *names: tuple[str, str], from_scratch: bool | str = False, mentions: tuple[str, ...] = ()
) -> Callable[[Model], Evidence]:
    stated = tuple(SimpleNamespace(text=text, role=role, key="line=3") for text, role in names)
    says = from_scratch if isinstance(from_scratch, str) else "trained from scratch"
    fact = SimpleNamespace(
        stated_names=stated, from_scratch=Remark(says, "line=5") if from_scratch else None, mentions=mentions
    )
    return lambda model: Evidence("card", model.at("README.md"), fact)


def reading(id: str, *said: Callable[[Model], Any], gaps: tuple[Gap, ...] = (), **model: Any) -> Reading:
    """A model that was read: each of ``said`` gives a claim or an evidence; one source of evidence for each claim."""
    model.setdefault("tags", ())
    model.setdefault("requested", RepoId.parse(id))
    published = Model("dir", repo=RepoId.parse(id), **model)
    made = [one(published) for one in said]
    evidence = (e if isinstance(e, Evidence) else Evidence("hub", e.at, SimpleNamespace(), parents=(e,)) for e in made)
    return Reading(published, tuple(evidence), gaps)


class World:
    """Answers for the models it holds, whatever their case; ``asked`` is every question it was put."""

    def __init__(self, *readings: Reading, gone: Mapping[str, Reason] | None = None) -> None:
        self.asked: list[str] = []
        self.held = {r.model.repo.key: r for r in readings}
        self.gone = {name.casefold(): reason for name, reason in (gone or {}).items()}

    def moved(self, old: str, new: str) -> World:
        self.held[old.casefold()] = self.held[new.casefold()]
        return self

    def __call__(self, repo: RepoId) -> Reading | Gap:
        self.asked.append(str(repo))
        found = self.held.get(repo.key)
        reason = self.gone.get(repo.key, Reason.GONE_OR_PRIVATE)
        return found or Gap(str(repo), "model", reason, f"dir://{repo}")


@dataclass
class SmallCurated(Curated):
    """``edges``: child to (parent, relation, role); ``roots``: id to citation; ``known``: id to (against, verdict)."""

    edges: Mapping[str, Sequence[tuple[str, str, str]]] = field(default_factory=dict)
    roots: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

    def parents(self, repo: RepoId | str) -> tuple[Parent, ...]:
        at = Locator("curated", str(repo), None, "lineages.yaml")
        rows = self.edges.get(str(repo), ())
        return tuple(Parent(ModelRef.parse(p), Basis.CURATED, at, Relation(r), Role(role)) for p, r, role in rows)

    def root(self, repo: RepoId | str) -> str | None:
        return self.roots.get(str(repo))

    def disputes(self, repo: RepoId | str) -> tuple[CuratedDispute, ...]:
        return tuple(
            CuratedDispute(a, verdict, "looked at", "a report") for a, verdict in self.known.get(str(repo), ())
        )


FAMILIES = Families(
    {
        "qwen": {"name": "Qwen", "developer": "Qwen", "brand": True, "names": ["Qwen"]},
        "qwen2.5": {
            "name": "Qwen2.5",
            "developer": "Qwen",
            "model_types": ["qwen2"],
            "architectures": ["Qwen2_5_VLForConditionalGeneration"],
            "vocab_sizes": [151936],
            "distinctive_vocab": [151936],
            "tokenizer_pre": ["qwen2"],
            "name_patterns": ["qwen2.5"],
            "names": ["Qwen2.5"],
        },
        "llama 3": {
            "name": "Llama 3",
            "developer": "meta-llama",
            "model_types": ["llama"],
            "vocab_sizes": [128256],
            "distinctive_vocab": [128256],
            "tokenizer_pre": ["llama-bpe"],
            "name_patterns": ["llama-3"],
            "names": ["Llama 3"],
            "shared": True,
        },
        "deepseek": {
            "name": "DeepSeek-V3 / R1",
            "developer": "deepseek-ai",
            "model_types": ["deepseek_v3"],
            "vocab_sizes": [129280],
            "distinctive_vocab": [129280],
            "name_patterns": ["deepseek-"],
            "names": ["DeepSeek-V3", "DeepSeek R1"],
        },
    }
)


CONDUITS = ("rehost", "mirror")


def knowledge(curated: SmallCurated | None = None) -> Knowledge:
    """Two namespaces act for one organisation when they are one up to ``-labs``."""
    return Knowledge(
        curated or SmallCurated(),
        FAMILIES,
        lambda namespace: namespace in CONDUITS,
        lambda a, b: a.removesuffix("-labs") == b.removesuffix("-labs"),
    )


def trace(subject: Reading, *others: Reading, curated: SmallCurated | None = None, **limits: int) -> Lineage:
    return resolve(subject, World(*others), knowledge(curated), **limits)


def kinds(lineage: Lineage) -> list[str]:
    return [c.kind for c in lineage.contradictions]


def only(lineage: Lineage) -> Contradiction:
    assert len(lineage.contradictions) == 1, lineage.contradictions
    return lineage.contradictions[0]


def says(contradiction: Contradiction) -> list[tuple[str, str]]:
    return [(side.says, side.basis.value) for side in contradiction.sides]
