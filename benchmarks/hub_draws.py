"""Draws the models of the made-up Hub one after another: who made it, from what, on which licence, and said how."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import hub_shapes as shapes
from hub_shapes import APACHE, LANGUAGES, SYLLABLES, TOPICS, TRAINED, WEIGHED, WORDS, Line

FLOOR = 1_646_263_744
"""2022-03-02T23:29:04Z, the second that older models bear."""
END = 1_795_392_000
"""2026-11-23T00:00:00Z: nothing is younger."""
BASE_TAG = "base_model:"
_DEEPEST = 8
_NEW = 0.3
"""How often an owner who is anybody is somebody new."""
ROOT, FINETUNE, ADAPTER, QUANTIZED, MERGE, ALONE = "root", "finetune", "adapter", "quantized", "merge", "alone"

Base = tuple[str, str]
"""The id of a repository and its ``_id``."""


@dataclass(slots=True)
class Drawn:
    """One model. ``kind`` is the relation to its ``bases``; ``files`` and ``license`` are keys of the tables of shapes.

    An ``odd`` one says of its bases something else than the hub computes: ``hub`` is what the hub knows of them,
    ``written`` and ``relation`` stand in the card, ``tagged`` are the tags.
    """

    number: int
    id: str
    hub_id: str
    sha: str
    created: int
    modified: int
    downloads: int
    kind: str
    line: Line
    license: int
    files: str
    card: bool
    gated: str | bool
    disabled: bool
    free: tuple[str, ...]
    bases: list[Base]
    relation: str | None = None
    odd: bool = False
    hub: list[Base] = field(default_factory=list)
    written: Any = None
    tagged: list[str] = field(default_factory=list)

    def says(self, *ids: str) -> None:
        """The card and the tags name other bases than the hub knows."""
        self.written = ids[0] if len(ids) == 1 else list(ids)
        self.tagged = base_tags(self.kind, ids)


def base_tags(relation: str, ids: list[str] | tuple[str, ...]) -> list[str]:
    """The tags the hub computes."""
    return [f"{BASE_TAG}{id}" for id in ids] + [f"{BASE_TAG}{relation}:{id}" for id in ids]


class World:
    """What is remembered of the models drawn so far: name, owner, line, licence, generations that may still follow."""

    def __init__(self, count: int, seed: int) -> None:
        self.count, self.seed = count, seed
        self.draw = random.Random(seed).random
        self.real = iter(shapes.real_roots())
        self.ids: list[str] = []
        self.owner, self.line, self.parents, self.first = array("I"), array("I"), array("I"), array("I")
        self.left = bytearray()
        self.lines: list[Line] = []
        self.owners: list[str] = []
        self.numbers: dict[str, int] = {}
        self.taken: set[str] = set()
        self.planned: dict[int, str] = {}

    def __iter__(self) -> Iterator[Drawn]:
        return map(self._model, range(self.count))

    def _model(self, n: int) -> Drawn:
        draw = self.draw
        kind, declared = self._kind(n)
        parents = [n - 1] if n in self.planned else self._parents(n, kind)
        real = next(self.real, None) if kind == ROOT else None
        owner, name = self._name(n, kind, parents, real[0] if real else None)
        line = self.line[parents[0]] if parents else self._new_line(n, real)
        self._remember(n, owner, name, line, parents, kind)
        hub_id, sha = self.hub_id(n)
        created = _created(n, self.count)
        shape = self.lines[line]
        license = self._license(kind, declared, shape)
        gate = draw() * (1 if kind == ROOT else 15)
        model = Drawn(
            number=n,
            id=self.ids[n],
            hub_id=hub_id,
            sha=sha,
            created=created,
            modified=min(END, created + int(9_000 * (1 / (draw() + 1e-6) - 1))),
            downloads=int((3_000_000 / (n + 1) + 50) / (draw() + 1e-5)) if kind == ROOT else self._downloads(),
            kind=kind,
            line=shape,
            license=license,
            files=_files(kind, name, shape, draw()),
            card=declared or license > 0 or draw() < 0.5,
            gated="manual" if gate < 0.05 else "auto" if gate < 0.1 else False,
            disabled=draw() < 0.0003,
            free=self._tags(n),
            bases=[(self.ids[p], self.hub_id(p)[0]) for p in parents] if declared else [],
            relation=kind if declared and draw() < 0.25 else None,
        )
        if declared and n not in self.planned:
            self._oddly(model)
        return model

    def _kind(self, n: int) -> tuple[str, bool]:
        """What the model is, and whether it declares its base."""
        if n in self.planned:
            return FINETUNE, True
        share = self.draw()
        if n < 10 or share < 0.01:
            return ROOT, False
        if share >= 0.86:
            return ALONE, False
        r = self.draw()
        return ADAPTER if r < 0.407 else FINETUNE if r < 0.765 else QUANTIZED if r < 0.977 else MERGE, share < 0.71

    def hub_id(self, n: int) -> tuple[str, str]:
        """``_id`` and commit of a model, drawn or not."""
        digest = blake2b(f"{self.seed}:{n}".encode(), digest_size=28).hexdigest()
        return f"{_created(n, self.count):08x}{digest[:16]}", digest[16:]

    def _parents(self, n: int, kind: str) -> list[int]:
        if kind in (ROOT, ALONE):
            return []
        draw = self.draw
        popular = 0.5 if kind == QUANTIZED else 0.75
        found: dict[int, None] = {}
        for _ in range(2 + int(draw() * draw() * 4) if kind == MERGE else 1):
            chosen = self.parents[int(draw() * len(self.parents))] if draw() < popular else int(draw() * n)
            found[chosen if self.left[chosen] else self.first[self.line[chosen]]] = None
        if kind == MERGE and len(found) < 2:
            found[1 if 0 in found else 0] = None
        return list(found)

    def _remember(self, n: int, owner: int, name: str, line: int, parents: list[int], kind: str) -> None:
        self.ids.append(f"{self.owners[owner]}/{name}")
        self.owner.append(owner)
        self.line.append(line)
        left = min((self.left[p] for p in parents), default=_DEEPEST + 1) - 1
        self.left.append(0 if kind == QUANTIZED else max(0, left))
        self.parents.extend(parents or [n] * (3 if kind == ROOT else 0))

    def _new_line(self, n: int, real: tuple[str, str, int] | None) -> int:
        self.lines.append(shapes.line(n, self.draw(), real[1:] if real else None))
        self.first.append(n)
        return len(self.lines) - 1

    def _name(self, n: int, kind: str, parents: list[int], real: str | None) -> tuple[int, str]:
        draw = self.draw
        if real:
            space, _, name = real.partition("/")
            return self._owner(space), name
        if n in self.planned:
            return self.owner[n - 1], self.planned[n]
        word = WORDS[int(draw() * len(WORDS))]
        if not parents:
            known = kind == ROOT and draw() < 0.4
            return self._publisher(conduit=False) if known else self._anybody(n), f"{word.title()}-{n:x}"
        base = self.ids[parents[0]].split("/")[1]
        stem = base[:42].rstrip("-._")
        if kind == QUANTIZED:
            r = draw()
            owner = self._publisher(conduit=True) if r < 0.4 else self._own(parents) if r < 0.65 else self._anybody(n)
            name = base[:70].rstrip("-._") + _QUANTISED[int(draw() * len(_QUANTISED))]
            if f"{owner}/{name}" in self.taken:
                name += f"-{n:x}"
            self.taken.add(f"{owner}/{name}")
            return owner, name
        owner = self._own(parents) if draw() < 0.05 else self._anybody(n)
        if kind == MERGE:
            return owner, f"{word}-{stem[:24].rstrip('-._')}-merge-{n:x}"
        if draw() < 0.15:
            return owner, f"{word}-{int(draw() * 100)}-{n:x}"
        return owner, f"{stem}-{'lora-' if kind == ADAPTER else ''}{word}-{n:x}"

    def _own(self, parents: list[int]) -> int:
        return self.owner[parents[0]]

    def _anybody(self, n: int) -> int:
        if n and self.draw() >= _NEW:
            return self.owner[int(self.draw() * n)]
        first, second, word = (int(self.draw() * len(p)) for p in (SYLLABLES, SYLLABLES, WORDS))
        space = f"{SYLLABLES[first]}{SYLLABLES[second]}"
        self.owners.append(f"{space}{n:x}" if word % 3 else f"{space.title()}-{WORDS[word]}-{n:x}")
        return len(self.owners) - 1

    def _publisher(self, conduit: bool) -> int:
        """One of the registry; those at the front of its list often."""
        handles = shapes.publishers(conduit)
        return self._owner(handles[int(len(handles) * self.draw() ** 3)])

    def _owner(self, space: str) -> int:
        if space not in self.numbers:
            self.numbers[space] = len(self.owners)
            self.owners.append(space)
        return self.numbers[space]

    def _downloads(self) -> int:
        """None in thirty days for two of three."""
        return 0 if (r := self.draw()) < 0.645 else int(3 * ((1.00001 - r) / 0.355) ** -1.1)

    def _license(self, kind: str, declared: bool, line: Line) -> int:
        if kind == ROOT:
            return line.license
        if self.draw() >= (0.42 if declared else 0.18):
            return 0
        r = self.draw()
        if line.license and r < 0.7:
            return line.license
        return APACHE if r < 0.85 else WEIGHED[int(self.draw() * len(WEIGHED))]

    def _tags(self, n: int) -> tuple[str, ...]:
        draw = self.draw
        found = []
        if draw() < 0.4:
            found.append(LANGUAGES[int(len(LANGUAGES) * draw() ** 3)])
        if draw() < 0.4:
            found.append(TRAINED[int(draw() * len(TRAINED))])
        if draw() < 0.25:
            found.append(TOPICS[int(len(TOPICS) * draw() ** 2)])
        if draw() < 0.2:
            found.append(f"dataset:{self.ids[int(n * draw() ** 4)].split('/')[0]}/data-{int(draw() * 30)}")
        return tuple(found)

    def _oddly(self, model: Drawn) -> None:
        share = self.draw()
        if share < _ODD[-1][0]:
            model.odd, model.hub = True, model.bases
            model.says(*[id for id, _ in model.bases])
            next(change for until, change in _ODD if share < until)(self, model)


_QUANTISED = (*["-GGUF"] * 6, "-i1-GGUF", "-AWQ", "-GPTQ-Int4", "-4bit")


def _created(n: int, count: int) -> int:
    """Models come ever faster; each twentieth in the second of the one before, the first fiftieth in one second."""
    age = max(0.0, ((n if n % 20 else n - 1) / count - 0.02) / 0.98)
    return FLOOR + int((END - FLOOR - 86_400) * age**0.45)


def _files(kind: str, name: str, line: Line, r: float) -> str:
    if kind == ALONE:
        return ("agent", "checkpoint", "empty", "whole", "pickle", "onnx", "empty")[int(r * 7)]
    if kind == ADAPTER:
        if line.library == "diffusers":
            return "lora"
        return "adapter" if r < 0.6 else "adapter-trained" if r < 0.9 else "adapter-old"
    if kind == QUANTIZED:
        return "gguf" if "-GGUF" in name else "packed"
    if line.library == "diffusers":
        return "diffusers"
    if kind == MERGE:
        return "merge"
    if line.remote_code:
        return "code"
    if line.parameters > 5_000_000_000 and r < 0.8:
        return "sharded"
    return "whole" if r < 0.7 else "both" if r < 0.8 else "pickle" if r < 0.97 else "onnx"


# -- odd ways to declare a base


def _vanished(world: World, model: Drawn) -> None:
    model.hub = []
    model.says(f"gone-{model.number % 997}/{model.bases[0][0].split('/')[1]}")


def _local_path(world: World, model: Drawn) -> None:
    model.hub = []
    form = ("/workspace/{}/checkpoint-1200", "./out/{}", "models/{}", "/root/.cache/{}", "D:\\models\\{}")
    model.says(form[model.number % len(form)].format(model.bases[0][0].split("/")[1]))


def _wrong_case(world: World, model: Drawn) -> None:
    model.says(*[id.swapcase() if model.number % 2 else id.lower() for id, _ in model.bases])


def _address(world: World, model: Drawn) -> None:
    model.written = f"https://huggingface.co/{model.bases[0][0]}" + ("/tree/main" if model.number % 2 else "")


def _other_tags(world: World, model: Drawn) -> None:
    other = world.ids[int(model.number * world.draw())]
    model.tagged = base_tags(FINETUNE if model.number % 2 else QUANTIZED, [model.bases[0][0], other])


def _other_relation(world: World, model: Drawn) -> None:
    model.relation = ("merge", "Finetuned", "adapter", "quantized")[model.number % 4]


def _old_tags(world: World, model: Drawn) -> None:
    model.hub, model.tagged = [], [f"{BASE_TAG}{id}" for id, _ in model.bases]


def _strange_list(world: World, model: Drawn) -> None:
    model.written = [None, *[id for id, _ in model.bases]] if model.number % 2 else {"name": model.bases[0][0]}


def _itself(world: World, model: Drawn) -> None:
    model.hub = [(model.id, model.hub_id)]
    model.says(model.id)


def _cycle(world: World, model: Drawn) -> None:
    """Two or three that name each other: the next models will be drawn so."""
    last = model.number + 1 + model.number % 2
    if last >= world.count:
        return
    owner, _, name = model.id.partition("/")
    world.planned = {n: f"{name[:60].rstrip('-._')}-turn-{n:x}" for n in range(model.number + 1, last + 1)}
    model.hub = [(f"{owner}/{world.planned[last]}", world.hub_id(last)[0])]
    model.says(model.hub[0][0])


_ODD: tuple[tuple[float, Callable[[World, Drawn], None]], ...] = (
    (0.016, _vanished),
    (0.023, _local_path),
    (0.030, _wrong_case),
    (0.034, _address),
    (0.040, _other_tags),
    (0.043, _other_relation),
    (0.046, _old_tags),
    (0.048, _strange_list),
    (0.049, _itself),
    (0.050, _cycle),
)
"""Up to which share of those that declare a base."""
