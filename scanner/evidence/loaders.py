"""Configs beside ``config.json`` that loaders take classes from: read for the repository code they call for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.evidence import Evidence
from scanner.evidence.config import auto_map
from scanner.evidence.fields import load_object
from scanner.evidence.reader import whole_file
from scanner.fact import Gap
from scanner.hub import Hub
from scanner.model import Model

CONFIGS = (
    "tokenizer_config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "video_preprocessor_config.json",
    "generation_config.json",
)
LIMIT = 8 * 2**20


@dataclass(frozen=True, slots=True)
class LoaderFact:
    """The class references under ``auto_map``."""

    auto_map: tuple[str, ...]
    problems: tuple[str, ...] = ()


def parse(data: bytes) -> LoaderFact:
    """Raises: Malformed."""
    value, problems = load_object(data)
    return LoaderFact(auto_map(value), problems)


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``loader``."""
    for path in CONFIGS:
        yield from whole_file("loader", model, hub, path, LIMIT, parse)
