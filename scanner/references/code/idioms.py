"""Which call takes a model, and where in it: data, in ``data/idioms/javascript.yaml`` and ``other_languages.yaml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from scanner import data

SCRIPT = "idioms/javascript.yaml"
OTHERS = "idioms/other_languages.yaml"
WORDS = "idioms/code.yaml"


@dataclass(frozen=True, slots=True)
class Idiom:
    """A call. ``model`` and ``revision`` are positions (from 0) and names of its arguments, looked for in this order.

    ``on``: what it is called on, in lower case, empty where that does not matter. ``files``: words of which one stands
    in the file where the call is meant; without one, only a text of an id's shape is believed. ``inner``: where the
    name is inside an argument that is an object. ``kind``: the argument that tells a dataset from a model. ``bare``:
    what a name of one part is, where it is none of the Hub's; ``library``: what each name is that is no address of the
    Hub. ``weak``: the call takes models of services too, so that only what looks like one of the Hub's is believed.
    ``default``: a call without a model loads one all the same. ``dataset``: the call takes a dataset.
    """

    name: str
    on: frozenset[str]
    files: tuple[str, ...]
    model: tuple[int | str, ...]
    inner: tuple[int | str, ...]
    revision: tuple[int | str, ...]
    kind: tuple[int | str, ...]
    bare: str
    library: str
    weak: bool
    default: bool
    dataset: bool


@cache
def calls(file: str) -> dict[str, tuple[Idiom, ...]]:
    """The idioms of a file by the last word of the call."""
    table: dict[str, tuple[Idiom, ...]] = {}
    for name, record in data.whole(file).items():
        idiom = _idiom(name, record)
        for call in record["calls"]:
            table[call] = (*table.get(call, ()), idiom)
    return table


def _idiom(name: str, record: dict[str, Any]) -> Idiom:
    return Idiom(
        name,
        frozenset(word.casefold() for word in record.get("on", ())),
        tuple(record.get("files", ())),
        tuple(record["model"]),
        tuple(record.get("inner", ())),
        tuple(record.get("revision", ())),
        tuple(record.get("kind", ())),
        record.get("bare", ""),
        record.get("library", ""),
        record.get("weak", False),
        record.get("default", False),
        record.get("dataset", False),
    )


@dataclass(frozen=True, slots=True)
class Words:
    """``models`` and ``datasets``: endings of names that speak of one, in lower case without ``_`` and ``-``.

    ``packages``: words after which a package is named. ``schemes``: what an address of a model begins with besides
    the Hub's own. ``same``: calls that give back the text they are called on or given; ``otherwise``: calls whose last
    argument is what is taken when nothing else is there; ``lookups``: likewise, where it is not the only one. ``own``:
    what the object itself is called. ``tags``: words that stand right before the quote of a model's name. ``links``:
    names of what is followed by a person. ``revisions``: names of what pins a model that stands beside them.
    ``definitions``: words before the name of a function that is written down. ``shells``: words before a text
    that a shell runs. ``apart``: names, in lower case, whose value is no model's name whatever stands around.
    ``contexts``: names of a first argument that says nothing of what is called. ``hints``: parts of words of which
    one stands, in any case, in each file that holds an idiom; ``beside``: likewise for ``models`` and ``datasets``.
    """

    models: tuple[str, ...]
    datasets: tuple[str, ...]
    packages: frozenset[str]
    schemes: re.Pattern[str]
    same: frozenset[str]
    otherwise: frozenset[str]
    lookups: frozenset[str]
    own: frozenset[str]
    tags: frozenset[str]
    links: frozenset[str]
    revisions: frozenset[str]
    definitions: frozenset[str]
    shells: frozenset[str]
    apart: frozenset[str]
    contexts: frozenset[str]
    hints: tuple[bytes, ...]
    beside: tuple[bytes, ...]

    def speaks_of(self, name: str) -> str:
        """``model``, ``dataset`` or nothing, by the name beside a text."""
        lower = name.casefold().replace("_", "").replace("-", "").strip("@$?!")
        if lower.endswith(self.datasets):
            return "dataset"
        return "model" if lower.endswith(self.models) else ""


@cache
def words() -> Words:
    table = {name: record["words"].split() for name, record in data.whole(WORDS).items()}
    return Words(
        tuple(table["models"]),
        tuple(table["datasets"]),
        frozenset(table["packages"]),
        re.compile("(?:" + "|".join(map(re.escape, table["schemes"])) + ")", re.I),
        frozenset(table["same"]),
        frozenset(table["otherwise"]),
        frozenset(table["lookups"]),
        frozenset(table["own"]),
        frozenset(table["tags"]),
        frozenset(table["links"]),
        frozenset(table["revisions"]),
        frozenset(table["definitions"]),
        frozenset(table["shells"]),
        frozenset(table["apart"]),
        frozenset(table["contexts"]),
        tuple(word.encode() for word in (*table["hints"], *data.whole(WORDS)["hints"]["phrases"])),
        tuple(word.encode() for word in table["beside"]),
    )
