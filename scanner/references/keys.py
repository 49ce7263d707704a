"""What the name beside a value says of it: a key, an environment variable, an option. The words are data."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache, lru_cache

from scanner import data
from scanner.references.names import Place

FILE = "idioms/keys.yaml"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LONG = 80


class Role(Enum):
    """What the value is. A name has one role; further ones of a file's structure are asked by ``listed``."""

    LOADER = "loader"
    MODEL = "model"
    DATASET = "dataset"
    REVISION = "revision"
    TRUST = "trust"
    OUTPUT = "what the program writes, serves or publishes"
    IMAGE = "a container image"
    OTHER = "the name beside it speaks of something else"

    @property
    def place(self) -> Place | None:
        return _PLACES.get(self)


_PLACES = {Role.LOADER: Place.LOADER, Role.MODEL: Place.NAMED, Role.DATASET: Place.DATASET}


@cache
def words(section: str) -> frozenset[str]:
    """The words of a section of the data."""
    return frozenset(data.whole(FILE)[section]["words"].split())


@cache
def ordered(section: str) -> tuple[str, ...]:
    """The same, longest first."""
    return tuple(sorted(words(section), key=len, reverse=True))


@lru_cache(maxsize=16_384)
def name_of(key: str) -> str:
    """The words of a name in one spelling: ``--model-name`` is ``model_name``."""
    return "_".join(word.lower() for word in _WORD.findall(key[:_LONG]))


def listed(key: str, section: str) -> bool:
    """Whether a name stands in a section."""
    return name_of(key) in words(section)


@lru_cache(maxsize=16_384)
def stem(key: str) -> str:
    """``name_of`` without numbers and without the words that only say how something is named: ``model``."""
    parts = [part for part in name_of(key).split("_") if not part.isdigit()]
    while len(parts) > 1 and parts[-1] in words("tails"):
        parts.pop()
    return "_".join(parts)


def of_library(key: str) -> bool:
    """Whether a name says that the model beside it is one of a library that is not the Hub."""
    return not words("of_libraries").isdisjoint(name_of(key).split("_"))


def revision_of(key: str) -> str:
    """The stem of the model that this name is the revision of; empty where it is no revision, or does not say whose."""
    name = name_of(key)
    return (
        "" if name in words("revisions") else stem(name.removesuffix("_revision")) if name.endswith("_revision") else ""
    )


_EXACT = (
    ("not_models", Role.OUTPUT),
    ("loaders", Role.LOADER),
    ("revisions", Role.REVISION),
    ("trust", Role.TRUST),
    ("named", Role.MODEL),
    ("images", Role.IMAGE),
    ("others", Role.OTHER),
)


@lru_cache(maxsize=16_384)
def role(key: str) -> Role | None:
    """What a value under this name is; None when the name says nothing."""
    name = name_of(key)
    for section, found in _EXACT:
        if name in words(section):
            return found
    last = stem(key).rpartition("_")[2]
    if last in words("dataset_nouns"):
        return Role.DATASET
    return Role.MODEL if last in words("nouns") else None
