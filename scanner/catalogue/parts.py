"""Rows of a parquet file that are alike in most of what they say, read as the entries the Hub's list would give.

To read a row means to give what the list would show to the code that reads the list. That is slow. So a plain row is
cut into parts on which different things depend: the profile, the bases, the count of parameters. Each part is read in
that way as a row that says nothing else, once, and remembered by its text. Where a part does not survive that without
loss the whole row is to be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from scanner import jsontext
from scanner.catalogue.cutting import CARD, FIELD, ITEM
from scanner.catalogue.entry import Entry, entry_of
from scanner.catalogue.packed import Words
from scanner.hub.answers import model_from_info
from scanner.model import Model, RepoId

Json = dict[str, Any]
Fields = tuple[Any, ...]
"""The fields of an ``Entry``, in its order; the tags as numbers of ``Words``, packed."""

_REMEMBERED = 50_000
"""Texts of one kind that are remembered."""
_CLEAN = re.compile(r"[!-~](?:[ -~]{0,298}[!-~])?")
"""A tag that reading leaves as it is."""
_NAME = {"_id": "1" * 24, "id": "a/b"}


class _Lost(Exception):
    """Something of a part does not survive being read alone."""


def fields_of(entry: Entry, words: Words) -> Fields:
    *before, tags, bases, profile = _FIELDS(entry)
    return *before, None if tags is None else words.pack(tags), bases, profile


def entry_from(fields: Fields, words: Words) -> Entry:
    *before, packed, bases, profile = fields
    return Entry(*(*before, None if packed is None else words.unpack(packed), bases, profile))


_FIELDS = attrgetter(*Entry.__slots__)


class Parts:
    """Reads plain rows by their parts. Their tags get numbers in ``words``."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._profiles: dict[tuple[str, frozenset[str] | None], str] = {}
        self._listings: dict[str | None, frozenset[str] | None] = {}
        self._shown: dict[frozenset[str], frozenset[str]] = {}
        self._counted: dict[str, int | None] = {}

    def fields(self, row: Sequence[Any]) -> Fields | None:
        """The fields of an entry from ``cutting.PARTS``; None where the whole row is to be read."""
        (
            id, hub_id, sha, created, modified, downloads, total, likes,
            parameters, counts, tagged, files, bases, said, shared,
        ) = row  # fmt: skip
        try:
            kept = None if tagged is None else self._tags(tagged)
            listing = self._listings[files] if files in self._listings else self._listing(files)
            profile = self._profiles.get((shared, listing)) or self._profile(shared, listing)
            if counts is not None:
                parameters = self._counted[counts] if counts in self._counted else self._count(counts)
            if said is not None:
                bases = _entry(_json(said)).bases
        except _Lost:
            return None
        return id, hub_id, sha, created, modified, downloads, total, likes, parameters, kept, bases, profile

    def _tags(self, text: str) -> bytes:
        tags = _items(text)
        packed = self._words.known(tags)
        if packed is None:
            if not all(map(_CLEAN.fullmatch, tags)):
                raise _Lost
            packed = self._words.pack(tags)
        return packed

    def _listing(self, text: str | None) -> frozenset[str] | None:
        """Names that show what the names in ``text`` show."""
        _bound(self._listings)
        names = [] if text is None else _items(text)
        # Whether a .bin holds weights depends on the .xml beside it.
        beside = any(name.lower().endswith(".xml") for name in names)
        found = None if text is None else frozenset(names if beside else map(alike, names))
        self._listings[text] = found = found and self._shown.setdefault(found, found)
        return found

    def _profile(self, shared: str, listing: frozenset[str] | None) -> str:
        _bound(self._profiles)
        found = _entry(_profile_row(shared, listing)).profile
        self._profiles[shared, listing] = found
        return found

    def _count(self, text: str) -> int | None:
        _bound(self._counted)
        counts, total = (_json(part or None) for part in text.split(FIELD))
        found = _model({"safetensors": {"parameters": counts}, "gguf": {"total": total}}).parameters
        self._counted[text] = found
        return found


def _bound(known: dict[Any, Any]) -> None:
    if len(known) > _REMEMBERED:
        known.clear()


def _items(text: str) -> list[str]:
    """The items of a joined list."""
    count, *items = text.split(ITEM)
    if len(items) != int(count):
        raise _Lost
    return items


def _json(text: str | None) -> Any:
    if text is None:
        return None
    try:
        read = jsontext.parse(text.encode())
    except jsontext.NotJson:
        raise _Lost from None
    if read.duplicates or read.constants:
        raise _Lost
    return read.value


def _model(part: Mapping[str, Any]) -> Model:
    """The model of a row of the list that holds ``part`` alone."""
    model = model_from_info({**_NAME, **part}, hub="hf", requested=RepoId("a", "b"))
    if model.unread:
        raise _Lost
    return model


def _entry(part: Mapping[str, Any]) -> Entry:
    entry = entry_of(_model(part))
    assert entry is not None
    return entry


def _profile_row(shared: str, listing: frozenset[str] | None) -> Json:
    """A row of the list that says what a profile is made of, and nothing else."""
    *texts, card, config, tags = shared.split(FIELD, 7)
    keys = ("library_name", "pipeline_tag", "gated", "disabled", "private")
    row = {key: _json(text or None) for key, text in zip(keys, texts, strict=True)}
    if card:
        row["cardData"] = dict(zip(CARD, _json(card), strict=True))
    if config:
        row["config"] = _config(_json(config))
    if tags:
        row["tags"] = _items(tags)
    if listing is not None:
        row["siblings"] = [{"rfilename": name} for name in sorted(listing)]
    return row


def _config(said: Any) -> Json:
    if said == {}:
        return {}
    architectures, model_type, code, tokenizer_code = said
    own = {"architectures": architectures, "model_type": model_type, "auto_map": code}
    return own | {"tokenizer_config": {"auto_map": tokenizer_code}}


_TELLING = (
    "mlpackage", "mlmodelc", "adapter_config", ".data-", "ggml", "training", "optimizer", "schedule", "state", "sampl",
)  # fmt: skip
_TELLING_ENDS = (".model", "config.json")


@lru_cache(maxsize=20_000)
def alike(path: str) -> str:
    """A path that shows of its file what ``path`` shows: mostly any path with that suffix."""
    folded = path.lower()
    name = folded.rpartition("/")[2]
    dot = name.rfind(".")
    if not 0 < dot < len(name) - 1 or not path.isascii() or not path.isprintable() or len(path) > 1_000:
        return path
    if folded.endswith(_TELLING_ENDS) or any(map(folded.__contains__, _TELLING)) or name.strip(".") == "":
        return path
    return f"x{name[dot:]}"
