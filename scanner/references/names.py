"""What a text names: a model, a dataset, a path, or something else that only looks like it.

A place that takes nothing but a model (a loader's argument) is believed; a name beside a text (``base_model:``) is
believed where the text has the shape of an id; a bare text is believed only where the name itself is known, or is made
like those of models: a size, a family and a variant. What is not believed is ignored, with the reason. All words are
data, in ``data/idioms/names.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from fnmatch import translate
from functools import cache

from scanner import data
from scanner.model import ModelRef, RefForm, RepoId
from scanner.references.reference import Confidence, Kind
from scanner.text import clean_line

FILE = "idioms/names.yaml"

# An id as it can stand between other characters: two parts by the Hub's naming rule, then a revision or a tag.
ID = r"[A-Za-z0-9_][A-Za-z0-9._-]*/[A-Za-z0-9_][A-Za-z0-9._-]*(?:[@:][A-Za-z0-9._/-]+)?"
_ID = re.compile(ID)
_HUB = r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co|hf-mirror\.com)/|hf://"
_SSH = r"(?:ssh://)?git@(?:ssh\.)?(?:huggingface\.co|hf\.co)[:/]"
ADDRESS = rf"(?:{_HUB}|{_SSH})[^\s'\"`<>()\[\]{{}}|\\^]+"
_ADDRESS = re.compile(ADDRESS, re.I)
IN_TEXT = re.compile(
    rf"(?:(?<![A-Za-z0-9.-])|(?<=api-inference\.))(?P<address>{ADDRESS})"
    rf"|(?<![A-Za-z0-9._/@:~$%+#&?\\-])(?P<id>{ID})(?![A-Za-z0-9_/(-]|\\(?![\"'`n]))",
    re.I,
)
"""Addresses of the Hub and id-shaped words in running text; an id stands alone, not inside a path or an address.

Of the Hub's other hosts only the one that serves models by their ids is an address of a model.
"""
_RUN = re.compile(r"[^\s'\"`<>\[\]{}|^]++")
"""No address and no id goes on behind such a sign, and what follows it makes no difference to them."""
_TAGGED = re.compile(r"([a-z0-9][a-z0-9._-]*):([a-z0-9][a-z0-9._-]*)")
"""How libraries of models write a name and which build of it is meant."""
_QUERY = re.compile(r"[?&][\w.%-]*=$")
_HOLE = re.compile(r"\$\{|\$\(|\$[A-Za-z_]|\{\{|\{[A-Za-z_0-9.]*\}|%\(|%s|<[A-Za-z_ -]+>")
_MAX_TEXT = 300


class Place(Enum):
    """What the place of a text says of it."""

    LOADER = "loader"
    """It takes a model and nothing else."""
    NAMED = "named"
    """The name beside it speaks of a model."""
    TEXT = "text"
    """Nothing."""
    DATASET = "dataset"
    """It takes a dataset and nothing else."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names; ``repo`` of a model or dataset, ``reason`` of everything else."""

    kind: Kind
    repo: RepoId | None = None
    revision: str | None = None
    confidence: Confidence = Confidence.HIGH
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Words:
    """The sets are lower case. ``bare``: ids of one part; ``suffixes``: endings of files and packages."""

    bare: frozenset[str]
    not_publishers: frozenset[str]
    not_models: frozenset[str]
    folders: frozenset[str]
    services: re.Pattern[str]
    suffixes: tuple[str, ...]
    families: re.Pattern[str]
    variants: re.Pattern[str]


_SIZE = re.compile(r"(?:^|[_.-])[aex]?\d+(?:\.\d+)?(?:x\d+(?:\.\d+)?)?[bmt](?=$|[_.-])", re.I)


@cache
def _words() -> _Words:
    table = data.whole(FILE)
    listed = {name: tuple(word.casefold() for word in table[name]["words"].split()) for name in table}
    # A family begins a word of the name (Qwen2.5), a variant is one (instruct).
    families, variants = (
        "|".join(map(re.escape, sorted(listed[name], key=len, reverse=True))) for name in ("families", "variants")
    )
    return _Words(
        frozenset(listed["bare"]),
        frozenset(listed["not_publishers"]),
        frozenset(listed["not_models"]),
        frozenset(listed["folders"]),
        re.compile("|".join(map(translate, listed["services"]))),
        listed["suffixes"],
        re.compile(rf"(?:^|[_.-])(?:{families})", re.I),
        re.compile(rf"(?:^|[_.-])(?:{variants})(?=$|[_.-])", re.I),
    )


class Names:
    """Tells what a text names. ``publishers`` are namespaces and ``models`` ids that somebody knows, in any case."""

    def __init__(self, publishers: Iterable[str], models: Iterable[str] = ()) -> None:
        self._publishers = frozenset(name.casefold() for name in publishers)
        self._models = frozenset(name.casefold() for name in models)
        self._seconds = frozenset(name.rpartition("/")[2] for name in self._models)
        self._could: dict[str, bool] = {}

    def could(self, name: str) -> bool:
        """False when no text is believed by its name alone whose second part is ``name``; cheap, and remembered."""
        known = self._could.get(name)
        if known is None:
            words, lower = _words(), name.casefold()
            known = bool(
                _SIZE.search(name)
                or words.families.search(name)
                or words.variants.search(name)
                or lower in self._seconds
            )
            self._could[name] = known
        return known

    def read(self, text: str, place: Place = Place.TEXT) -> Named | None:
        """What ``text`` names at such a place; None where it neither has the shape of an id nor has to name a model."""
        text = text.strip()
        if place is Place.LOADER:
            return self._loaded(text)
        if place is Place.DATASET:
            return self._dataset(text)
        if _ADDRESS.match(text):
            return self._address(text)
        if not _ID.fullmatch(text):
            return self._one_part(text) if place is Place.NAMED else None
        ref = ModelRef.parse(text)
        if reason := self._no_model(text, ref):
            return Named(Kind.IGNORED, reason=reason)
        if place is Place.NAMED and ref.repo is not None:
            return self._in_folder(ref.repo) or Named(Kind.MODEL, ref.repo, ref.revision, Confidence.MEDIUM)
        if ref.repo is not None and self._looks(ref.repo) and self._in_folder(ref.repo) is None:
            return Named(Kind.MODEL, ref.repo, ref.revision, Confidence.MEDIUM)
        return Named(Kind.IGNORED, reason="nothing says that it names a model")

    def inside(self, text: str, place: Place = Place.TEXT) -> Iterator[tuple[int, str, Named]]:
        """Every address and id-shaped word inside running text: its offset, itself, what it names."""
        for start, end in _slashed(text):
            for found in IN_TEXT.finditer(text, start, end):
                if text.startswith("=", max(0, found.start() - 1)) and _QUERY.search(
                    text, max(0, found.start() - 80), found.start()
                ):
                    continue
                word = found[0].rstrip(".,;:!?'\"*_")
                if named := self.read(word, place):
                    yield found.start(), word, named

    def _loaded(self, text: str) -> Named:
        if not text:
            return Named(Kind.IGNORED, reason="empty")
        if _HOLE.search(text):
            return Named(Kind.UNRESOLVED, reason="part of the name is filled in elsewhere")
        if _ADDRESS.match(text):
            return self._address(text)
        ref = ModelRef.parse(text[:_MAX_TEXT])
        if ref.form is RefForm.ID and ref.repo is not None:
            return self._in_folder(ref.repo) or Named(Kind.MODEL, ref.repo, ref.revision)
        if ref.form is RefForm.LOCAL_PATH:
            return Named(Kind.LOCAL, reason="a local path")
        if "://" in text:
            return Named(Kind.UNRESOLVED, reason="an address that is not the Hub's")
        return Named(Kind.UNRESOLVED, reason="not the name of a model on the Hub")

    def _dataset(self, text: str) -> Named | None:
        ref = ModelRef.parse(text.removeprefix("hf://").removeprefix("datasets/"))
        if ref.repo is None:
            return Named(Kind.IGNORED, reason="a dataset that is not on the Hub") if _ID.fullmatch(text) else None
        return Named(Kind.DATASET, ref.repo, ref.revision)

    def _address(self, text: str) -> Named:
        ref = ModelRef.parse(text)
        if ref.repo is not None and ref.repo.namespace is None and ref.repo.key not in _words().bare:
            return Named(Kind.IGNORED, reason="a page of the Hub, no repository")
        if ref.repo is not None:
            if (ref.repo.namespace or "").casefold() in _words().not_publishers:
                return Named(Kind.IGNORED, reason="a page of the Hub, no repository")
            return Named(Kind.MODEL, ref.repo, ref.revision)
        if found := re.search(r"(?:^|/)datasets/([^/\s]+/[^/\s?#]+)", text):
            return self._dataset(found[1]) or Named(Kind.IGNORED, reason="a page of the Hub, no repository")
        return Named(Kind.IGNORED, reason="a page of the Hub, no repository")

    def _one_part(self, text: str) -> Named | None:
        words = _words()
        if text.casefold() in words.bare:
            return Named(Kind.MODEL, RepoId.parse(text), None, Confidence.MEDIUM)
        tagged = _TAGGED.fullmatch(text)
        if tagged and (words.families.search(tagged[1]) or _SIZE.search(tagged[2])):
            return Named(Kind.UNRESOLVED, reason="a name of another library")
        return None

    def _in_folder(self, repo: RepoId) -> Named | None:
        """A path into a folder that runs are written to: no id, unless somebody knows such a publisher."""
        owner = (repo.namespace or "").casefold()
        if owner not in _words().folders or owner in self._publishers or repo.key in self._models:
            return None
        return Named(Kind.LOCAL, reason="a local path")

    def _no_model(self, text: str, ref: ModelRef) -> str:
        """Why a text of an id's shape is no model whatever stands beside it; empty when it may be one."""
        words, lower = _words(), text.casefold()
        if ref.form is RefForm.LOCAL_PATH:
            return "a path"
        if ref.repo is None:
            return "no name the Hub allows"
        if f"{ref.repo.namespace}".casefold() in words.not_publishers or lower in words.not_models:
            return "the first part is no publisher"
        if words.services.match(lower) and ref.repo.key not in self._models:
            return "a model of a service, which is not published"
        if lower.endswith(words.suffixes):
            return "a file or package"
        if re.fullmatch(r"[\d./:-]+", text) or not re.search(r"[A-Za-z]", ref.repo.name):
            return "numbers"
        return ""

    def _looks(self, repo: RepoId) -> bool:
        """True when the name alone is enough: known, sized, or named after a family in a model's way."""
        words = _words()
        if repo.key in self._models or _SIZE.search(repo.name):
            return True
        family, variant = words.families.search(repo.name), words.variants.search(repo.name)
        known = (repo.namespace or "").casefold() in self._publishers
        return bool(family or variant) if known else bool(family and variant)


def _slashed(text: str) -> Iterator[tuple[int, int]]:
    """The runs of signs that hold a slash, each with the sign behind it: nothing else names anything."""
    at = text.find("/")
    while at >= 0:
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = len(text) if end < 0 else end
        for run in _RUN.finditer(text, start, end):
            if "/" in run[0]:
                yield run.start(), min(run.end() + 1, end)
        at = text.find("/", end)


def bare() -> frozenset[str]:
    """The names of one part that are models, in lower case."""
    return _words().bare


def is_address(text: str) -> bool:
    """True for a text that begins as an address of the Hub."""
    return bool(_ADDRESS.match(text))


def shown(expression: str) -> str:
    """An expression as a report shows it: one line, cut."""
    return clean_line(expression, _MAX_TEXT)
