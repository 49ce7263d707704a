"""Model families: what a config, a tokenizer, a repository name or a sentence looks like, and how far that carries.

A look is a lead, never an edge. Structure (``model_type``, architecture class) is copied freely: what everybody uses
proves nothing, what a few unrelated labs use proves nothing without an agreeing vocabulary. A tokenizer (vocabulary
size, pre-tokenizer) is borrowed too, so it is one signal; only structure and tokenizer together are two. Everything
that is known of a family is data, in ``data/families.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import pairwise
from typing import Any, Generic, TypeVar

from scanner import data
from scanner.errors import DataError
from scanner.model import RepoId

FILE = "families.yaml"
_REMEMBERED = 10_000
"""Looks that are kept: the models of the world share few types and classes."""
_LISTS = ("model_types", "architectures", "name_patterns", "names", "vocab_sizes", "distinctive_vocab", "tokenizer_pre")
_KEYS = frozenset(
    (*_LISTS, "name", "developer", "brand", "shared", "originals", "built_on", "first_release", "licences")
).union(("source", "note"))


@dataclass(frozen=True, slots=True)
class Recognition:
    """A family that something looks like. ``value`` is what was seen.

    ``signal`` is ``model_type``, ``architecture``, ``vocab_size`` or ``tokenizer_pre``. ``strength`` is 2 when
    structure and tokenizer agree on the family, 1 for one distinctive signal.
    """

    family: str
    developer: str | None
    signal: str
    value: str
    strength: int


@dataclass(frozen=True, slots=True)
class Family:
    """One record of the table.

    ``brand`` names the record that stands for a developer's families where the generation is not told, in that record
    itself too.

    ``shared``: True when all its types and classes are everybody's, else those that unrelated labs reuse.
    ``originals``: True when every model of the developer that is named like the family begins there, False when its
    weights come from elsewhere, name patterns when only models named like these do.
    """

    name: str
    developer: str
    brand: str | None
    model_types: frozenset[str]
    architectures: frozenset[str]
    name_patterns: tuple[str, ...]
    names: tuple[str, ...]
    vocab_sizes: frozenset[int]
    distinctive_vocab: frozenset[int]
    tokenizer_pre: frozenset[str]
    shared: bool | frozenset[str]
    originals: bool | tuple[str, ...]
    built_on: tuple[str, ...]

    @classmethod
    def of(cls, key: str, record: Any, file: str = FILE) -> Family:
        """Raises DataError when ``record`` is not a family."""
        if not isinstance(record, dict) or not record.get("name") or not record.get("developer"):
            raise DataError(f"{key}: a family has a name and a developer", file=file)
        if unknown := sorted(set(record) - _KEYS):
            raise DataError(f"{key}: unknown key {unknown[0]!r}", file=file)
        shared, originals = record.get("shared", False), record.get("originals", True)
        lists = {name: tuple(record.get(name, ())) for name in (*_LISTS, "built_on")}
        return cls(
            name=record["name"],
            developer=record["developer"],
            brand=record["name"] if record.get("brand") is True else record.get("brand"),
            model_types=frozenset(lists["model_types"]),
            architectures=frozenset(lists["architectures"]),
            name_patterns=lists["name_patterns"],
            names=lists["names"],
            vocab_sizes=frozenset(lists["vocab_sizes"]),
            distinctive_vocab=frozenset(lists["distinctive_vocab"]),
            tokenizer_pre=frozenset(lists["tokenizer_pre"]),
            shared=shared if isinstance(shared, bool) else frozenset(shared),
            originals=originals if isinstance(originals, bool) else tuple(originals),
            built_on=lists["built_on"],
        )

    @property
    def is_brand(self) -> bool:
        return self.brand == self.name

    @property
    def structure(self) -> frozenset[str]:
        return self.model_types | self.architectures

    def reused(self, value: str) -> bool:
        """True when unrelated labs use this type or class of the family too."""
        return self.shared if isinstance(self.shared, bool) else value in self.shared

    def begins(self, name: str) -> bool:
        """True when the developer's repository ``name`` is where weights of the family begin."""
        return self.originals if isinstance(self.originals, bool) else _opens(name, self.originals)

    def fits(self, model_type: str | None, architectures: tuple[str, ...] | None) -> bool:
        """False when a known config is of another family; the type decides, the classes where it is not known."""
        if model_type and self.model_types:
            return model_type in self.model_types
        return not (architectures and self.architectures) or not self.architectures.isdisjoint(architectures)


class Families:
    """The table of families.

    ``same_organisation(a, b)`` is true when two namespaces act for one organisation, so that a lab's former or second
    namespace is its own; without it a namespace is only itself.

    Raises:
        DataError: a record is not a family, or is built on one that is not in the table.
    """

    def __init__(
        self, records: Mapping[str, Any], same_organisation: Callable[[str, str], bool] | None = None, file: str = FILE
    ) -> None:
        self._all = tuple(Family.of(key, record, file) for key, record in records.items())
        self._by_name = {family.name: family for family in self._all}
        self._same_organisation = same_organisation
        for family in self._all:
            if missing := [n for n in (*family.built_on, family.brand or family.name) if n not in self._by_name]:
                raise DataError(f"{family.name}: {missing[0]!r} is no family", file=file)
        self._generic = frozenset(v for f in self._all if f.shared is True for v in f.structure)
        self._originals = frozenset(v for f in self._all if f.originals is not False for v in f.structure)
        ids = ((pattern, family) for family in self._all for pattern in family.name_patterns)
        prose = ((name, family) for family in self._all for name in family.names)
        self._recognised: dict[_Seen, tuple[Recognition, ...]] = {}
        self._owned: dict[tuple[str, str | None, tuple[str, ...] | None], str | None] = {}
        self._in_ids, self._in_prose = _Phrases(ids, open_versions=True), _Phrases(prose, open_versions=False)

    @classmethod
    def shipped(cls, same_organisation: Callable[[str, str], bool] | None = None) -> Families:
        return cls(_records(), same_organisation)

    def __iter__(self) -> Iterator[Family]:
        return iter(self._all)

    def digest(self) -> str:
        """The SHA-256 of the shipped table, in hex."""
        return sha256(data.text(FILE).encode()).hexdigest()

    def developer(self, family: str) -> str | None:
        """The namespace that published the originals of ``family``; None when no such family is known."""
        found = self._by_name.get(family)
        return found.developer if found else None

    def recognise(
        self,
        *,
        model_type: str | None = None,
        architectures: tuple[str, ...] = (),
        vocab_size: int | None = None,
        tokenizer_pre: str | None = None,
    ) -> tuple[Recognition, ...]:
        """The families that these values look like, strongest first; of one developer only the strongest.

        Where a developer's families look equally strong the brand stands for them: the generation cannot be told.
        """
        seen = _Seen(model_type, architectures, vocab_size, tokenizer_pre)
        if seen not in self._recognised:
            if len(self._recognised) >= _REMEMBERED:
                self._recognised.clear()
            self._recognised[seen] = self._recognise(seen)
        return self._recognised[seen]

    def _recognise(self, seen: _Seen) -> tuple[Recognition, ...]:
        by_developer: dict[str | None, dict[str, Recognition]] = {}
        for look in (look for family in self._all for look in self._looks(family, seen)):
            group = by_developer.setdefault(look.developer, {})
            if look.family not in group or group[look.family].strength < look.strength:
                group[look.family] = look
        kept = [look for group in by_developer.values() for look in self._one_voice(group)]
        return tuple(sorted(kept, key=lambda look: (-look.strength, look.family)))

    def own(
        self, repo: RepoId | str, model_type: str | None = None, architectures: tuple[str, ...] | None = None
    ) -> str | None:
        """The family that ``repo`` is an original of: published by its developer, under its name, with its config.

        None for everything else: another publisher, a name that names somebody else's family too, a family whose
        weights begin elsewhere, a config (where known) of another family.
        """
        asked = (str(repo), model_type, architectures)
        if asked not in self._owned:
            if len(self._owned) >= _REMEMBERED:
                self._owned.clear()
            self._owned[asked] = self._own(*asked)
        return self._owned[asked]

    def _own(self, repo: str, model_type: str | None, architectures: tuple[str, ...] | None) -> str | None:
        namespace, _, name = repo.rpartition("/")
        found = list(self._in_ids.find(name)) if namespace else []
        mine = [match for match in found if match.start == 0 and self._develops(namespace, match.meaning)]
        longest = max((match.end for match in mine), default=0)
        for match in mine:
            family = match.meaning
            if match.end == longest and family.begins(name) and family.fits(model_type, architectures):
                others = (m.meaning for m in found if m.end > longest)
                return None if any(not self._develops(namespace, other) for other in others) else family.name
        return None

    def named(self, text: str) -> tuple[str, ...]:
        """The families whose name stands in ``text``, in the order met; a brand only where nothing clearer does.

        A version that is not in the table names the brand: ``Qwen3.7`` is not Qwen3.
        """
        found = dict.fromkeys(match.meaning for match in self._in_prose.longest(text))
        clear = {family.developer for family in found if not family.is_brand}
        return tuple(family.name for family in found if not (family.is_brand and family.developer in clear))

    def _develops(self, namespace: str, family: Family) -> bool:
        if namespace.casefold() == family.developer.casefold():
            return True
        return self._same_organisation is not None and self._same_organisation(namespace, family.developer)

    def _looks(self, family: Family, seen: _Seen) -> Iterator[Recognition]:
        structure = self._structure(family, seen)
        generic = structure is not None and structure[1] in self._generic
        telling = structure is not None and not generic
        tokenizer = seen.tokenizer(family, any_size=telling)
        if structure and telling and tokenizer:
            yield from self._say(family, structure[0], f"{structure[1]} with {tokenizer[0]} {tokenizer[1]}", 2)
        elif structure and telling and not family.reused(structure[1]):
            yield from self._say(family, *structure, 1)
        elif tokenizer:
            yield from self._say(family, *tokenizer, 1)

    def _structure(self, family: Family, seen: _Seen) -> tuple[str, str] | None:
        """The most telling type or class that the family has; of a derived family only what no original has."""
        shown = [(signal, value) for signal, value in seen.structure() if value in family.structure]
        if family.originals is False:
            shown = [(signal, value) for signal, value in shown if value not in self._originals]
        return min(shown, key=lambda x: (x[1] in self._generic, family.reused(x[1])), default=None)

    def _say(self, family: Family, signal: str, value: str, strength: int) -> Iterator[Recognition]:
        yield Recognition(family.name, family.developer, signal, value, strength)
        if family.originals is False and len(family.built_on) == 1:
            base = self._by_name[family.built_on[0]]
            yield Recognition(base.name, base.developer, signal, value, 1)

    def _one_voice(self, group: Mapping[str, Recognition]) -> list[Recognition]:
        """A developer's strongest looks, without the families built on another of them; the brand for several."""
        best = max(look.strength for look in group.values())
        kept = {name: look for name, look in group.items() if look.strength == best}
        kept = {n: look for n, look in kept.items() if kept.keys().isdisjoint(self._by_name[n].built_on)}
        brands = {self._by_name[name].brand for name in kept}
        brand = brands.pop() if len(brands) == 1 else None
        if len(kept) == 1 or brand is None:
            return list(kept.values())
        first = next(iter(kept.values()))
        return [Recognition(brand, first.developer, first.signal, first.value, best)]


@dataclass(frozen=True, slots=True)
class _Seen:
    model_type: str | None
    architectures: tuple[str, ...]
    vocab_size: int | None
    tokenizer_pre: str | None

    def structure(self) -> Iterator[tuple[str, str]]:
        if self.model_type:
            yield "model_type", self.model_type
        for name in self.architectures:
            yield "architecture", name

    def tokenizer(self, family: Family, *, any_size: bool) -> tuple[str, str] | None:
        """What of the tokenizer speaks for ``family``; a size that others hold too counts only beside structure."""
        if self.vocab_size in (family.vocab_sizes if any_size else family.distinctive_vocab):
            return "vocab_size", str(self.vocab_size)
        if self.tokenizer_pre in family.tokenizer_pre:
            return "tokenizer_pre", str(self.tokenizer_pre)
        return None


@cache
def _records() -> dict[str, Any]:
    return data.whole(FILE)


M = TypeVar("M")
_TOKEN = re.compile(r"[a-z]+|[0-9]+(?:[._][0-9]+)*")
_GAPS = frozenset(("", "-", "_", ".", " ", "/", ":"))
_ENDINGS = ("-", "_", ".")


@dataclass(frozen=True, slots=True)
class _Match(Generic[M]):
    start: int
    end: int
    meaning: M


class _Phrases(Generic[M]):
    """Names as runs of letters and versions: ``Llama-3``, ``llama3`` and ``Llama 3`` are one, ``llama-30b`` and
    ``olmocr`` (for ``olmo``) others. A name that ends with a separator has to be followed by one.

    ``open_versions``: ``llama-3`` stands in ``llama-3.1`` too.
    """

    def __init__(self, phrases: Iterable[tuple[str, M]], *, open_versions: bool) -> None:
        self._open_versions = open_versions
        self._by_first: dict[str, list[tuple[list[str], bool, M]]] = {}
        for text, meaning in phrases:
            words = [word for word, _ in _tokens(text.casefold())]
            self._by_first.setdefault(words[0], []).append((words, text.endswith(_ENDINGS), meaning))

    def find(self, text: str) -> Iterator[_Match[M]]:
        """Every phrase that stands in ``text`` as words, overlapping ones too, in the order of their beginnings."""
        text = text.casefold()
        tokens = _tokens(text)
        for i, (first, start) in enumerate(tokens):
            if start and text[start - 1].isalnum():
                continue
            for words, closed, meaning in self._by_first.get(first, ()):
                end = self._end(text, tokens[i : i + len(words)], words)
                if end is not None and (not closed or text[end : end + 1] in _ENDINGS):
                    yield _Match(start, end, meaning)

    def longest(self, text: str) -> Iterator[_Match[M]]:
        """Of the phrases that begin at one place the longest, and none inside another."""
        by_start: dict[int, _Match[M]] = {}
        for match in self.find(text):
            if match.start not in by_start or match.end > by_start[match.start].end:
                by_start[match.start] = match
        done = 0
        for start, match in by_start.items():
            if start >= done:
                done = match.end
                yield match

    def _end(self, text: str, run: list[tuple[str, int]], words: list[str]) -> int | None:
        """Where ``words`` end when ``run`` reads like them; None when it does not."""
        last = run[-1][0]
        longer = self._open_versions and last.startswith(f"{words[-1]}.")
        if [word for word, _ in run[:-1]] != words[:-1] or not (last == words[-1] or longer):
            return None
        gaps = (text[at + len(word) : after] for (word, at), (_, after) in pairwise(run))
        return run[-1][1] + len(words[-1]) if all(gap in _GAPS for gap in gaps) else None


def _opens(name: str, patterns: Iterable[str]) -> bool:
    return any(match.start == 0 for match in _Phrases(((p, p) for p in patterns), open_versions=True).find(name))


def _tokens(text: str) -> list[tuple[str, int]]:
    return [(token.group().replace("_", "."), token.start()) for token in _TOKEN.finditer(text)]
