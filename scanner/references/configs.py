"""YAML, JSON, TOML, HCL and files of ``key = value`` lines: five grammars, one meaning (``settings``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from scanner.references import gate, lines, loose, settings, yaml_tree
from scanner.references.names import Names
from scanner.references.reader import Reader
from scanner.references.reference import Reference
from scanner.references.source import Source
from scanner.references.spots import HASH
from scanner.references.tree import Mapping, Node

_REMARK = re.compile(r"(?:^|\s)(?:#|;|!|//)", re.M)
_SLASHES = re.compile(r"(?:^|\s)//|^\s*/?\*", re.M)
_LONG = 250_000
"""A longer JSON text is data more than settings: its pairs are read, not its structure."""


def _reads(
    parse: Callable[[str], list[Node]], comment: re.Pattern[str]
) -> Callable[[Source, Names], Iterable[Reference]]:
    def read(source: Source, names: Names) -> Iterable[Reference]:
        return gate.references(source, names, lambda text: settings.read(parse(text), names), comment)

    return read


def _yaml(text: str) -> list[Node]:
    """A template, a broken file: what its lines say."""
    try:
        return yaml_tree.tree(text)
    except yaml_tree.NotYaml:
        return lines.tree(text)


def _json(text: str) -> list[Node]:
    return loose.json_tree(text) if len(text) < _LONG else [Mapping([pair]) for pair in loose.json_pairs(text)]


YAML = Reader("yaml", ("*.yaml", "*.yml", "*.yaml.*", "*.yml.*", "*.tpl", "*.dvc"), _reads(_yaml, HASH))
JSON = Reader("json", ("*.json", "*.jsonc", "*.json5", "*.jsonl", "*.ndjson", "*.webmanifest"), _reads(_json, _SLASHES))
TOML = Reader("toml", ("*.toml", "pipfile"), _reads(loose.toml_tree, HASH))
HCL = Reader("hcl", ("*.tf", "*.tfvars", "*.hcl"), _reads(loose.toml_tree, _REMARK))
LINES = Reader(
    "settings",
    (".env", ".env.*", "*.env", ".envrc", "*.ini", "*.cfg", "*.conf", "*.properties", ".lfsconfig"),
    _reads(lines.tight_tree, _REMARK),
)
