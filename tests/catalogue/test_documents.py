"""What must hold of composed documents: they are the documents that a trace of each model gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scanner.catalogue.alike import Alike
from scanner.catalogue.cited import cited_names
from scanner.catalogue.documents import Documents
from scanner.catalogue.file import Catalogue
from scanner.catalogue.held import Held, rows
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.memory import CatalogueMemory
from scanner.cli.sources import tables
from scanner.evidence import Depth
from scanner.facts import facts_document
from scanner.model import RepoId
from scanner.policy import judge, load_policy, shipped
from scanner.provenance import Request, Tables, trace
from tests.catalogue.rows import LLAMA, QWEN, entry, filled, put, row
from tests.loopback import LoopbackHub, info, seeded_world

DAY = date(2026, 11, 23)
TABLES = tables(None)
LISTED = (
    "author", "baseModels", "cardData", "config", "createdAt", "disabled", "downloads", "gated", "gguf", "lastModified",
    "library_name", "likes", "pipeline_tag", "private", "safetensors", "sha", "siblings", "tags",
)  # fmt: skip


def pairs(catalogue: Catalogue, known: Tables = TABLES) -> Iterator[tuple[str, Any, Any]]:
    """Of every model its id, the composed document and the traced one."""
    hub, memory = CatalogueHub(catalogue), CatalogueMemory(catalogue)
    with catalogue.reading() as connection:
        held = Held(connection, hub.description, hub.as_of, cited_names(known.curated))
        documents = Documents(held, known, DAY, Alike((), DAY))
        found = list(rows(connection, 0, 2**60))
    for one in found:
        request = Request(RepoId.parse(one.id))
        traced = facts_document(trace(request, hub, known, as_of=DAY, depth=Depth.CARD, memory=memory))
        yield one.id, documents.document(documents.seen(one)), traced


def told(document: Any) -> Any:
    """A document without what a composed one leaves out; where the order says nothing, sorted."""
    if isinstance(document, dict):
        left_out = ("at", "footnotes", "evidence", "tags")
        plain = {key: told(value) for key, value in document.items() if key not in left_out}
        for key in ("gaps", "unresolved"):
            if key in plain:
                plain[key].sort(key=json.dumps)
        return plain
    return [told(value) for value in document] if isinstance(document, list) else document


def test_the_documents_of_the_seeded_world_are_those_of_a_trace(tmp_path: Path) -> None:
    hub = LoopbackHub()
    seeded_world(hub, crowd=20, many=20)
    world = hub.world
    said = [json.loads(json.dumps(info.fields(world, repo, repo.main, LISTED))) for repo in world.repos.values()]
    with filled(tmp_path / "c.db", said) as catalogue:
        for id, composed, traced in pairs(catalogue):
            assert told(composed) == told(traced), id


KNOWN = ("meta-llama/Llama-3.1-8B", "Qwen/Qwen2.5-7B", "mistralai/Mistral-7B-v0.1", "deepseek-ai/DeepSeek-R1")
SPACES = ("acme", "zeta", "Qwen", "meta-llama", "TheBloke", "bartowski", "mlx-community", "nvidia")
NAMES = tuple(f"{space}/{name}" for space in SPACES for name in ("one", "two-7b", "Qwen2.5-3B")) + KNOWN


@st.composite
def worlds(draw: st.DrawFn) -> list[dict[str, Any]]:
    ids = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=9, unique=True))
    said = []
    for id in ids:
        bases = draw(st.lists(st.sampled_from((*ids, *ids, "gone/away", "QWEN/Qwen2.5-7B")), max_size=3, unique=True))
        changes: dict[str, Any] = {"config": draw(st.sampled_from([LLAMA, QWEN, {}]))}
        if draw(st.booleans()):
            changes["license"] = None
        changes["pipeline_tag"] = draw(st.sampled_from(["text-generation", "image-text-to-text", None]))
        made = row(id, *bases, how=draw(st.sampled_from(["finetune", "quantized", "merge", "adapter"])), **changes)
        if license := draw(st.sampled_from([None, "llama3.2", "gemma", "cc-by-nc-4.0", "gpl-3.0", "other"])):
            made["cardData"]["license"] = license
            made["tags"] = [tag for tag in made["tags"] if not tag.startswith("license:")] + [f"license:{license}"]
        odd = draw(st.sampled_from(["", "", "", "card", "tags", "hub", "licence", "gguf", "relation", "born"]))
        if odd == "card":
            address = f"https://huggingface.co/{ids[0]}/tree/main"
            written = [
                "./here",
                "other/model",
                None,
                [],
                ids[0],
                3,
                ids[0].upper(),
                address,
                [ids[0], "./here"],
                "none",
            ]
            made["cardData"]["base_model"] = draw(st.sampled_from(written))
        elif odd == "tags":
            other = [f"base_model:{ids[0]}", "base_model:quantized:other/model"]
            tags = [
                [],
                ["base_model:other/model"],
                other,
                ["base_model:datasets/a/b"],
                ["license:mit", "license:gemma"],
            ]
            made["tags"] = draw(st.sampled_from(tags))
        elif odd == "hub":
            made.pop("baseModels", None)
        elif odd == "licence":
            made["cardData"] |= {"license": "other", "license_name": "llama3"}
        elif odd == "gguf":
            made["siblings"] = [{"rfilename": "model.Q4.gguf"}]
        elif odd == "relation":
            made["cardData"]["base_model_relation"] = draw(st.sampled_from(["quantized", "odd", "finetune"]))
        elif odd == "born":
            made["createdAt"] = draw(st.sampled_from(["2022-03-02T23:29:04.000Z", "2025-06-01T12:00:00.000Z"]))
        said.append(made)
    return said


@settings(
    max_examples=60,
    deadline=None,
    # Making a failing world smaller takes longer than reading it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(said=worlds(), number=st.integers(0, 2**60))
def test_any_document_is_that_of_a_trace(tmp_path: Path, said: list[dict[str, Any]], number: int) -> None:
    path = tmp_path / f"{number}.db"
    path.unlink(missing_ok=True)
    with filled(path, said) as catalogue:
        for id, composed, traced in pairs(catalogue):
            assert told(composed) == told(traced), id
    path.unlink()


@pytest.mark.parametrize("pack", shipped())
def test_a_composed_document_gets_the_verdict_of_the_traced_one(pack: str, tmp_path: Path) -> None:
    said = [
        row("Qwen/Qwen2.5-7B", config=QWEN),
        row("acme/tuned", "Qwen/Qwen2.5-7B", config=QWEN),
        row("TheBloke/tuned-GGUF", "acme/tuned", how="quantized", config={}),
        row("acme/mixed", "acme/tuned", "meta-llama/Llama-3.1-8B", how="merge"),
        row("meta-llama/Llama-3.1-8B", gated="manual"),
        row("acme/lonely", config={}, siblings=[{"rfilename": "pytorch_model.bin"}]),
    ]
    policy = load_policy(pack)
    with filled(tmp_path / "c.db", said) as catalogue:
        for id, composed, traced in pairs(catalogue):
            ours, theirs = (judge(policy, document, as_of=DAY) for document in (composed, traced))
            assert (ours.verdict, ours.outcomes) == (theirs.verdict, theirs.outcomes), id


def test_merges_that_name_each_other_end(tmp_path: Path) -> None:
    said = [row("a/a", "b/b", "c/c", how="merge"), row("b/b", "a/a", "c/c", how="merge"), row("c/c")]
    with filled(tmp_path / "c.db", said) as catalogue:
        for id, composed, traced in pairs(catalogue):
            assert told(composed) == told(traced), id


def test_only_circles_and_what_is_cited_or_rehosted_oddly_are_traced(tmp_path: Path) -> None:
    """Sources of the models of acme disagree in every way there is."""
    card = row("acme/base")["cardData"]
    odd = {
        "path": {"cardData": card | {"base_model": "./out"}},
        "nothing-but-a-path": {"cardData": card | {"base_model": "D:\\models"}, "baseModels": None, "tags": []},
        "none": {"cardData": card | {"base_model": "none"}, "baseModels": None, "tags": []},
        "spelling": {"cardData": card | {"base_model": "ACME/base"}},
        "address": {"cardData": card | {"base_model": "https://huggingface.co/acme/base"}},
        "another": {"cardData": card | {"base_model": "acme/other"}},
        "tags": {"tags": ["base_model:acme/base", "base_model:quantized:gone/away"]},
        "relation": {"cardData": card | {"base_model": "acme/base", "base_model_relation": "merge"}},
    }
    said = [row("acme/base"), row("acme/other", "acme/base")]
    said += [row(f"acme/{name}", "acme/base", **changes) for name, changes in odd.items()]
    said += [row(f"zeta/of-{name}", f"acme/{name}") for name in odd]
    to_trace = [row("a/a", "b/b"), row("b/b", "a/a"), row("who/itself", "who/itself"), row("Qwen/Qwen2.5-7B")]
    to_trace.append(row("TheBloke/path", "acme/base", how="quantized", **odd["path"]))
    with filled(tmp_path / "c.db", [*said, *to_trace]) as catalogue:
        for id, composed, traced in pairs(catalogue):
            assert told(composed) == told(traced), id
        with catalogue.reading() as connection:
            held = Held(connection, "", None, cited_names(TABLES.curated))
            found = list(rows(connection, 0, 2**60))
        documents = Documents(held, TABLES, DAY, Alike((), DAY))
    closer = {one.id for one in found if documents.seen(one).to_trace}
    assert closer == {one["id"] for one in to_trace}


def test_an_entry_gives_back_what_the_hub_said() -> None:
    assert entry(row("a/a", "b/b")).parents == {"b/b": "finetune"}
    assert entry(row("a/a")).parents == {}


def test_names_of_models_that_lead_nowhere_may_be_anybodys(tmp_path: Path) -> None:
    said = [row(id) for id in ("no-one/nothing", "anyone/anything", "no-one-0/nothing", "anyone-0/nothing")]
    said += [row(f"x/of-{n}", one["id"]) for n, one in enumerate(said)]
    with filled(tmp_path / "c.db", [*said, row("a/lost", "gone/away"), row("b/lost", "never/was")]) as catalogue:
        for id, composed, traced in pairs(catalogue):
            assert told(composed) == told(traced), id
        with catalogue.writing() as connection:
            connection.exec_driver_sql("UPDATE models SET state = 1 WHERE num <= 4")
        for id, composed, traced in pairs(catalogue):
            assert told(composed) == told(traced), id


def test_what_is_above_several_parents_by_several_names_is_told_as_a_walk_does(tmp_path: Path) -> None:
    """A name that leads nowhere in two spellings; a model by its former name; one that is another than was meant."""
    said = [row("a/a", "Gone/Away"), row("b/b", "gone/away"), row("c/c", "a/a", "b/b", how="merge"), row("d/d", "c/c")]
    said += [row("old/p"), row("e/e", "old/p"), row("f/f", "new/p"), row("g/g", "f/f", "e/e", how="merge")]
    with filled(tmp_path / "c.db", said) as catalogue:
        put(catalogue, [row("new/p", _id=row("old/p")["_id"])])
        for id, composed, traced in pairs(catalogue):
            assert told(composed) == told(traced), id


def test_what_is_cited_alone_as_a_base_is_found(tmp_path: Path) -> None:
    """No record of the cited lineages is about Llama-3.2-1B, and no model names it."""
    said = [row("meta-llama/Llama-3.2-1B", gated="manual"), row("meta-llama/Llama-3.2-1B-Instruct")]
    with filled(tmp_path / "c.db", [*said, row("a/a", "meta-llama/Llama-3.2-1B-Instruct")]) as catalogue:
        for id, composed, traced in pairs(catalogue):
            assert told(composed) == told(traced), id
