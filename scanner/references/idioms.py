"""Which commands take a model, and where: ``data/idioms/commands.yaml`` as it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from scanner import data

FILE = "idioms/commands.yaml"
_LISTS = "words of "
HUB = frozenset(("huggingface", "hf.co/", "hf-mirror", "hf://", "@hf.co"))
"""What an address of the Hub cannot do without."""


@dataclass(frozen=True, slots=True)
class Idiom:
    """One command; the fields are told at the top of the data."""

    name: str
    words: tuple[str, ...]
    takes: str = ""
    options: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    revision: frozenset[str] = frozenset()
    kind: frozenset[str] = frozenset()
    library: str = ""
    other: str = ""
    tag: bool = False


GENERAL = Idiom("", ())
"""Of a command that no record speaks of."""


@dataclass(slots=True)
class _Table:
    by_program: dict[str, list[Idiom]] = field(default_factory=dict)
    lists: dict[str, frozenset[str]] = field(default_factory=dict)


@cache
def _table() -> _Table:
    table = _Table()
    for name, record in data.whole(FILE).items():
        if name.startswith(_LISTS):
            table.lists[name.removeprefix(_LISTS)] = frozenset(record["words"].split())
        else:
            idiom = _idiom(name, record)
            table.by_program.setdefault(idiom.words[0], []).append(idiom)
    for known in table.by_program.values():
        known.sort(key=lambda idiom: -len(idiom.words))
    return table


def _idiom(name: str, record: dict[str, Any]) -> Idiom:
    def listed(field_name: str) -> frozenset[str]:
        return frozenset(record.get(field_name, "").split())

    return Idiom(
        name,
        tuple(name.lower().split()),
        record.get("takes", ""),
        listed("options"),
        listed("others"),
        listed("named"),
        listed("keys"),
        listed("revision"),
        listed("kind"),
        record.get("library", ""),
        record.get("other", ""),
        record.get("tag") is True,
    )


def words(name: str) -> frozenset[str]:
    """A list of the data: ``shells``, ``speech``, ``assignment``, ``values``."""
    return _table().lists[name]


def loading() -> frozenset[str]:
    """The first words of the commands that take a model by other than its address."""
    loads = {
        idiom.name.lower() if " " in idiom.name and "model" in idiom.words else idiom.words[0]
        for known in _table().by_program.values()
        for idiom in known
        if idiom.takes not in ("", "addresses") or idiom.options or idiom.others or idiom.keys
    }
    return frozenset(loads)


def program(word: str) -> str:
    """A word as a command is named by it: without folder, ending, image registry and tag."""
    name = word.lstrip("@").replace("\\", "/").rpartition("/")[2].lower().partition("@")[0].partition(":")[0]
    return name.removesuffix(".exe")


def match(texts: Sequence[str]) -> tuple[Idiom, int]:
    """The command that a line's words run and the index of the word after it; ``GENERAL`` and 0 where none is known.

    Whatever stands before it is taken to start it: ``sudo``, ``srun``, ``docker run``. The last one known counts.
    """
    best = (GENERAL, 0)
    for index, text in enumerate(texts):
        for idiom in _table().by_program.get(program(text), ()):
            after = _after(texts, index + 1, idiom.words[1:])
            if after and (idiom.takes or idiom.options or idiom.keys or not best[0].words):
                best = (idiom, after)
                break
    return best


def _after(texts: Sequence[str], index: int, wanted: tuple[str, ...]) -> int:
    for word in wanted:
        while index < len(texts) and texts[index].startswith("-"):
            index += 1
        if index == len(texts) or texts[index].lower() != word:
            return 0
        index += 1
    return index
