"""``tokenizer_config.json``, and the digest of the tokenizer itself as the listing gives it.

Two models with the whole tokenizer alike share an ancestor or a common tokenizer; its first merges alone prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.evidence import Evidence
from scanner.evidence.config import auto_map
from scanner.evidence.jsontext import Fields, load_object
from scanner.evidence.reader import whole_file
from scanner.fact import Gap
from scanner.hub import Hub
from scanner.model import Artifact, Model

CONFIG = "tokenizer_config.json"
LIMIT = 8 * 2**20
_VOCABULARIES = ("tokenizer.json", "tokenizer.model", "tekken.json", "vocab.json")


@dataclass(frozen=True, slots=True)
class TokenizerFact:
    """``tokenizer_sha256`` and ``tokenizer_oid`` (git's blob id) name the content of ``tokenizer_path``, as listed."""

    tokenizer_class: str | None
    name_or_path: str | None
    vocab_size: int | None
    auto_map: tuple[str, ...]
    tokenizer_path: str | None
    tokenizer_sha256: str | None
    tokenizer_oid: str | None
    problems: tuple[str, ...] = ()


def parse(data: bytes, vocabulary: Artifact | None = None) -> TokenizerFact:
    """Raises: Malformed."""
    value, problems = load_object(data)
    top = Fields(value)
    return _fact(top, vocabulary, problems)


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``tokenizer``: from the config, else from the listing where that shows a vocabulary."""
    vocabulary = next((a for path in _VOCABULARIES if (a := model.artifact(path))), None)
    if model.artifact(CONFIG) is None and vocabulary is not None:
        yield Evidence("tokenizer", model.at(vocabulary.path), _fact(Fields({}), vocabulary, ()))
    yield from whole_file("tokenizer", model, hub, CONFIG, LIMIT, lambda data: parse(data, vocabulary))


def _fact(top: Fields, vocabulary: Artifact | None, problems: tuple[str, ...]) -> TokenizerFact:
    return TokenizerFact(
        tokenizer_class=top.text("tokenizer_class"),
        name_or_path=top.text("name_or_path", "_name_or_path"),
        vocab_size=top.integer("vocab_size"),
        auto_map=auto_map(top.values),
        tokenizer_path=vocabulary.path if vocabulary else None,
        tokenizer_sha256=vocabulary.sha256 if vocabulary else None,
        tokenizer_oid=vocabulary.oid if vocabulary else None,
        problems=problems,
    )
