"""Rows as the Hub's list gives them, and a catalogue filled with them."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from scanner.catalogue.entry import Entry, entry_of
from scanner.catalogue.file import Catalogue
from scanner.catalogue.shelf import Shelf, Source, Tally
from scanner.hub.answers import model_from_info
from scanner.model import RepoId

API = Source("api", "http://hub.example", 1_700_000_000)
LLAMA = {"architectures": ["LlamaForCausalLM"], "model_type": "llama"}
QWEN = {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2"}


def row(
    id: str, *bases: str, born: str = "2024-06-01T12:00:00.000Z", how: str = "finetune", **changes: Any
) -> dict[str, Any]:
    """A row whose card, tags and ``baseModels`` say the same of its bases; ``changes`` replace fields, None removes."""
    tags = ["transformers", "license:apache-2.0"]
    for base in bases:
        tags += [f"base_model:{base}", f"base_model:{how}:{base}"]
    card: dict[str, Any] = {"license": "apache-2.0"}
    said: dict[str, Any] = {
        "_id": hub_id(id, born),
        "id": id,
        "sha": sha256(f"sha {id}".encode()).hexdigest()[:40],
        "createdAt": born,
        "lastModified": "2025-01-01T00:00:00.000Z",
        "gated": False,
        "disabled": False,
        "private": False,
        "downloads": 10,
        "likes": 1,
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "config": LLAMA,
        "tags": tags,
        "siblings": [
            {"rfilename": name} for name in (".gitattributes", "README.md", "config.json", "model.safetensors")
        ],
        "safetensors": {"parameters": {"BF16": 1000}, "total": 1000},
    }
    if bases:
        said["baseModels"] = {"relation": how, "models": [{"_id": hub_id(base), "id": base} for base in bases]}
        card |= {"base_model": list(bases), "base_model_relation": how}
    said = {**said, "cardData": card, **changes}
    return {key: value for key, value in said.items() if value is not None}


def hub_id(id: str, born: str = "2024-06-01T12:00:00.000Z") -> str:
    """The ``_id`` of a repository; the same for every spelling of its name."""
    return "665b0f40" + sha256(f"{id.casefold()} {born}".encode()).hexdigest()[:16]


def entry(said: dict[str, Any]) -> Entry:
    found = entry_of(model_from_info(said, hub="hf", requested=RepoId.parse(said["id"])))
    assert found is not None
    return found


def filled(path: Path, said: Iterable[dict[str, Any]], source: Source = API, at: int = 1_700_000_000) -> Catalogue:
    catalogue = Catalogue(str(path), create=True)
    put(catalogue, said, source, at)
    return catalogue


def put(catalogue: Catalogue, said: Iterable[dict[str, Any]], source: Source = API, at: int = 1_700_000_000) -> Tally:
    with catalogue.writing() as connection:
        return Shelf().put(connection, [entry(one) for one in said], source, at=at)


def asked(catalogue: Catalogue, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with catalogue.reading() as connection:
        return [tuple(found) for found in connection.exec_driver_sql(statement, values)]
