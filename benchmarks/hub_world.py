"""A made-up Hub of any size, the same one for the same seed: as rows of the Hub's list, as entries, as a file.

    python benchmarks/hub_world.py --models N [--seed S] [--catalogue FILE] [--parquet FILE] [--jsonl FILE]

Models come oldest first. A new one draws its parent among the parents drawn before it (the popular grow more popular:
a power law) or among all older models; depth ends at 8. Shares of all models:

    1 %    roots, made from nothing. The first are real ones under real publishers
    70 %   declare a base: 41 % of them adapters, 36 % finetunes, 21 % quantised, 2.3 % merges of 2 to 5
    15 %   come from another model and do not say so; most bear its name
    14 %   uploads that stand alone: agents, checkpoints, empty repositories
    5 %    of those that declare a base do it in an odd way: it vanished, is a path, in the wrong case, an address;
           tags, card and hub disagree; it is itself; two or three name each other
    64 %   have no licence; of those with one and a base, most have their root's, a quarter Apache-2.0 or another
    25 %   as many namespaces as models; an owner is new or that of any older model (Yule's law). Of the quantised 40 %
           are by conduits of the registry, 25 % by the owner of the base
    2 %    stem from before March 2022 and bear that month's date; 5 % the second of the one before

A child is younger than its parents, but in cycles. Downloads follow a power law too, roots have the most.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from hub_draws import ADAPTER, ALONE, END, Drawn, World, base_tags
from hub_shapes import FILES, LICENSES, TEMPLATE, UNCONFIGURED, Json

from scanner.catalogue.entry import Entry, entry_of, moment
from scanner.catalogue.file import Catalogue
from scanner.catalogue.shelf import Shelf, Source, Tally
from scanner.hub.answers import model_from_info
from scanner.model import RepoId

SEED = 20261123
BATCH = 10_000


def rows(count: int, seed: int = SEED) -> Iterator[Json]:
    """The world as rows of the Hub's list with every field asked for, oldest first."""
    return map(_row, World(count, seed))


def entries(count: int, seed: int = SEED) -> Iterator[Entry]:
    """The world as what ``entry_of`` keeps of each row; most are made without the row, which is faster."""
    profiles: dict[tuple[object, ...], str] = {}
    return (_entry(model, profiles) for model in World(count, seed))


def fill(path: str, count: int, seed: int = SEED) -> Tally:
    """Put the world into the catalogue at ``path``, made if there is none, as a crawl on the last day would."""
    shelf, tally, world = Shelf(), Tally(), entries(count, seed)
    with Catalogue(path, create=True) as catalogue:
        while batch := list(islice(world, BATCH)):
            with catalogue.writing() as connection:
                tally += shelf.put(connection, batch, Source("api", "made-up hub", END), at=END)
    return tally


# -- a model as a row


def _row(model: Drawn) -> Json:
    space, _, name = model.id.partition("/")
    hub = model.hub if model.odd else model.bases
    row: Json = {
        "_id": model.hub_id,
        "id": model.id,
        "author": space,
        "createdAt": _wire(model.created),
        "lastModified": _wire(model.modified),
        "sha": model.sha,
        "downloads": model.downloads,
        "likes": _likes(model),
        "gated": model.gated,
        "disabled": model.disabled,
        "private": False,
        "tags": [*_tags(model)[:-2], *_said_tags(model), *_tags(model)[-2:]],
        "siblings": [{"rfilename": file.format(name)} for file in FILES[model.files]],
        "config": _config(model),
    }
    if hub:
        row["baseModels"] = {"relation": model.kind, "models": [{"_id": hub_id, "id": id} for id, hub_id in hub]}
    optional = {
        "library_name": _library(model),
        "pipeline_tag": model.line.pipeline if model.kind != ALONE else None,
        "cardData": _card(model) if model.card else None,
        **_weights(model),
    }
    return row | {key: value for key, value in optional.items() if value is not None}


def _said_tags(model: Drawn) -> list[str]:
    return model.tagged if model.odd else base_tags(model.kind, [id for id, _ in model.bases])


def _tags(model: Drawn) -> list[str]:
    """All that do not name a base; the last two stand behind those that do."""
    return [*_shape_tags(_library(model), model.files, model.line.pipeline), *model.free, *_last_tags(model.license)]


@lru_cache(maxsize=4_096)
def _shape_tags(library: str | None, files: str, pipeline: str) -> tuple[str, ...]:
    formats = {"gguf": "gguf", "pickle": "pytorch", "onnx": "onnx", "agent": "deep-rl", "empty": None}
    return tuple(tag for tag in (library, formats.get(files, "safetensors"), pipeline) if tag)


@lru_cache
def _last_tags(license: int) -> tuple[str, ...]:
    tag = LICENSES[license].tag
    return ("endpoints_compatible", "region:us") if tag is None else (f"license:{tag}", "region:us")


def _library(model: Drawn) -> str | None:
    if model.kind == ADAPTER and model.line.library != "diffusers":
        return "peft"
    if model.kind == ALONE:
        return "stable-baselines3" if model.files == "agent" else None
    return None if model.files == "gguf" and model.number % 3 else model.line.library


def _likes(model: Drawn) -> int:
    return model.downloads // 700 + (model.number % 7 == 0)


def _config(model: Drawn) -> Json:
    line = model.line
    if model.files in UNCONFIGURED:
        return {}
    config: Json = {"architectures": [line.architecture], "tokenizer_config": {"eos_token": "</s>"}}
    if line.model_type:
        config["model_type"] = line.model_type
    if line.pipeline == "text-generation":
        config["tokenizer_config"]["chat_template"] = TEMPLATE
    if model.files == "code":
        config["auto_map"] = {"AutoModel": "modeling_own.OwnModel"}
    if model.files == "packed":
        config["quantization_config"] = {"bits": 4, "quant_method": "awq"}
    return config


def _card(model: Drawn) -> Json:
    card: Json = dict(LICENSES[model.license].card)
    if model.bases:
        ids = [id for id, _ in model.bases]
        card["base_model"] = model.written if model.odd else ids if len(ids) > 1 or model.number % 2 else ids[0]
    if model.relation:
        card["base_model_relation"] = model.relation
    tags = [tag for tag in model.free if ":" not in tag]
    said = {
        "tags": tags,
        "datasets": [tag.removeprefix("dataset:") for tag in model.free if ":" in tag],
        "library_name": _library(model),
        "model-index": [{"name": model.id.split("/")[1], "results": []}] if "generated_from_trainer" in tags else None,
    }
    return card | {key: value for key, value in said.items() if value}


_WHOLE = ("whole", "sharded", "code", "both", "merge")


def _weights(model: Drawn) -> Json:
    """``safetensors`` or ``gguf``."""
    total = _parameters(model)
    if model.files == "gguf":
        return {"gguf": {"total": total, "architecture": model.line.model_type or "llama", "context_length": 32_768}}
    if model.files == "packed":
        words = model.line.parameters // 8
        return {"safetensors": {"parameters": {"I32": words, "F16": words // 20}, "total": words + words // 20}}
    dtype = ("BF16", "F16", "F32")[model.line.parameters % 3]
    return {} if total is None else {"safetensors": {"parameters": {dtype: total}, "total": total}}


def _parameters(model: Drawn) -> int | None:
    if model.files in ("adapter", "adapter-trained"):
        return model.line.parameters // 200
    return model.line.parameters if model.files in _WHOLE or model.files == "gguf" else None


def _wire(at: int) -> str:
    return (moment(at) or "").replace("Z", ".000Z")


# -- a model as an entry


def _entry(model: Drawn, profiles: dict[tuple[object, ...], str]) -> Entry:
    """The entry of its row. Profiles are read off the first row that has them; an odd row is read whole."""
    line, files = model.line, model.files
    config = None if files in UNCONFIGURED else (line.architecture, line.model_type)
    pipeline = None if model.kind == ALONE else line.pipeline
    shape = config, pipeline, _library(model), files, model.license, model.card, model.gated, model.disabled
    if model.odd or shape not in profiles:
        entry = entry_of(model_from_info(_row(model), hub="hf", requested=RepoId.parse(model.id)))
        assert entry is not None
        profiles[shape] = entry.profile
        return entry
    return Entry(
        id=model.id,
        hub_id=bytes.fromhex(model.hub_id),
        sha=bytes.fromhex(model.sha),
        created=model.created,
        modified=model.modified,
        downloads=model.downloads,
        downloads_total=None,
        likes=_likes(model),
        parameters=_parameters(model),
        tags=tuple(_tags(model)),
        bases=_bases(model) if model.bases else None,
        profile=profiles[shape],
    )


def _bases(model: Drawn) -> str:
    """What hub, card and tags agree on, as ``entry_of`` writes it."""
    hub = ",".join(f'["{id}","{hub_id}"]' for id, hub_id in model.bases)
    relation = f'"card_relation":"{model.relation}",' if model.relation else ""
    return f'{{"card":true,{relation}"hub":[{hub}],"relation":"{model.kind}","tags":true}}'


# -- files


def write_jsonl(path: Path, count: int, seed: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows(count, seed))


def write_parquet(path: Path, count: int, seed: int) -> None:
    """In the layout of the community's daily statistics: card and config as text, structs for the rest."""
    import duckdb

    world = rows(count, seed)
    with TemporaryDirectory(dir=path.parent) as folder, duckdb.connect() as connection:
        connection.execute("SET memory_limit = '1GB'; SET preserve_insertion_order = true; SET TimeZone = 'UTC'")
        for number in range(-(-count // BATCH)):
            piece = Path(folder, f"{number:06}.jsonl")
            piece.write_text("".join(json.dumps(_column_values(row)) + "\n" for row in islice(world, BATCH)))
            columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
            read = f"read_json('{piece}', format = 'newline_delimited', columns = {{{columns}}})"
            connection.execute(f"COPY (SELECT * FROM {read}) TO '{piece.with_suffix('.parquet')}'")
            piece.unlink()
        connection.execute(f"COPY (FROM read_parquet('{folder}/*.parquet')) TO '{path}' (COMPRESSION zstd)")


COLUMNS = {
    "_id": "VARCHAR",
    "id": "VARCHAR",
    "author": "VARCHAR",
    "createdAt": "TIMESTAMP",
    "lastModified": "TIMESTAMP",
    "downloads": "BIGINT",
    "downloadsAllTime": "BIGINT",
    "likes": "BIGINT",
    "trendingScore": "DOUBLE",
    "pipeline_tag": "VARCHAR",
    "library_name": "VARCHAR",
    "tags": "VARCHAR[]",
    "siblings": "STRUCT(rfilename VARCHAR)[]",
    "cardData": "VARCHAR",
    "config": "VARCHAR",
    "safetensors": "STRUCT(parameters STRUCT(BF16 BIGINT, F16 BIGINT, F32 BIGINT, I32 BIGINT), total BIGINT)",
    "gguf": "STRUCT(total BIGINT, architecture VARCHAR, context_length BIGINT)",
    "baseModels": "STRUCT(relation VARCHAR, models STRUCT(_id VARCHAR, id VARCHAR)[])",
}
"""The columns of that layout; it has no ``sha``, ``gated``, ``disabled`` or ``private``."""


def _column_values(row: Json) -> Json:
    texts: Json = {key: json.dumps(row[key]) for key in ("cardData", "config") if key in row}
    whole: Json = {**row, **texts, "downloadsAllTime": row["downloads"] * 9, "trendingScore": 0}
    return {key: value for key, value in whole.items() if key in COLUMNS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--catalogue", type=Path)
    parser.add_argument("--parquet", type=Path)
    parser.add_argument("--jsonl", type=Path)
    asked = parser.parse_args()
    if asked.catalogue:
        print(fill(str(asked.catalogue), asked.models, asked.seed))
    if asked.parquet:
        write_parquet(asked.parquet, asked.models, asked.seed)
    if asked.jsonl:
        write_jsonl(asked.jsonl, asked.models, asked.seed)


if __name__ == "__main__":
    main()
