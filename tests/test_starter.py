"""The starter catalogue: what it holds, what it does not know, and that it never looks like the Hub."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.curated import Curated
from scanner.errors import ModelNotFound, NotHeld, RevisionNotFound
from scanner.fact import Basis
from scanner.family import Families
from scanner.hub import Hub
from scanner.hub.starter import StarterHub
from scanner.model import Model, ModelRef, Relation, RepoId, Role
from scanner.text import clean_line

STARTER = StarterHub()
CURATED = Curated.shipped()
TEXT = (files("scanner.data") / "starter.jsonl").read_text(encoding="utf-8")
HEADER, *ROWS = [json.loads(line) for line in TEXT.splitlines()]
KEYS = {row["id"].casefold(): row for row in ROWS}


def held(text: str) -> Model:
    return STARTER.model(RepoId.parse(text))


# --- the file


def test_the_header_tells_what_the_file_is() -> None:
    assert HEADER["catalogue"] == "starter"
    assert HEADER["as_of"] == "2026-11-23"
    assert HEADER["rows"] == len(ROWS) > 6000
    assert "the Hub itself was not asked" in HEADER["what"]
    assert len(HEADER["sources"]) == len(set(HEADER["sources"]))


def test_the_file_is_small_sorted_and_has_one_line_for_a_model() -> None:
    assert len(TEXT.encode()) <= 1_600_000
    assert all(one < next for one, next in pairwise(row["id"].casefold() for row in ROWS))


def test_every_line_uses_the_documented_keys_and_names_known_sources() -> None:
    keys = {"id", "now", "s", "rev", "lic", "base", "arch", "type", "par", "lib", "pipe", "created", "modified"}
    keys |= {"gated", "private", "disabled", "_id", "tags", "ts", "card"}
    for row in ROWS:
        assert set(row) <= keys
        assert RepoId.parse(row["id"])
        cited = [
            *row["s"],
            *(statement[-1] for key in ("rev", "lic", "base", "arch", "type") for statement in row.get(key, ())),
        ]
        assert cited
        assert all(0 <= source < len(HEADER["sources"]) for source in cited)


def test_no_prose_no_machine_path_and_no_hostile_character_is_shipped() -> None:
    for row in ROWS:
        for word in (row["id"], *row.get("tags", ()), *(b for b, _, _ in row.get("base", ()))):
            assert clean_line(word) == word
            assert len(word) <= 150
        assert all(ModelRef.parse(base).repo for base, _, _ in row.get("base", ()))
        assert set(row.get("card", [{}])[0]) <= {
            "license", "license_name", "license_link", "base_model", "base_model_relation"
        }  # fmt: skip


def test_every_commit_and_date_is_whole() -> None:
    for row in ROWS:
        assert all(re.fullmatch(r"[0-9a-f]{40}", commit) for commit, _ in row.get("rev", ()))
        assert all(
            re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row[k]) for k in ("created", "modified") if k in row
        )


def test_every_model_of_the_curated_lineages_is_held() -> None:
    named = set(CURATED.ids())
    for id in CURATED.ids():
        named |= {str(p.ref.repo) for p in CURATED.parents(id)} | {d.against for d in CURATED.disputes(id)}
    assert {id for id in named if id.casefold() not in KEYS} == set()


# --- asking it


def test_it_is_a_hub_and_says_that_it_is_not_the_live_one() -> None:
    hub: Hub = STARTER
    assert (hub.scheme, hub.as_of) == ("starter", "2026-11-23")
    assert hub.description == (
        f"the starter catalogue shipped with this package: third-party facts about {len(ROWS):,} models "
        "as of 2026-11-23, not the live Hub"
    )
    hub.close()


def test_every_line_is_found_by_its_id_in_any_case() -> None:
    for row in ROWS:
        assert STARTER.row(RepoId.parse(row["id"])) == row
        model = held(row["id"].upper())
        assert str(model.repo) == row.get("now", row["id"])
        assert model.hub == "starter"
        assert model.sources


IDS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.]{0,12}[A-Za-z0-9_]", fullmatch=True).filter(lambda s: ".." not in s)


@given(st.builds(RepoId, st.none() | IDS | st.sampled_from([r["id"].split("/")[0] for r in ROWS]), IDS))
def test_a_line_is_found_exactly_when_it_is_there(repo: RepoId) -> None:
    assert STARTER.row(repo) == KEYS.get(repo.key)


def test_a_search_takes_no_time() -> None:
    sample = [RepoId.parse(row["id"]) for row in ROWS[::60]]
    start = perf_counter()
    for repo in sample:
        STARTER.row(repo)
    assert (perf_counter() - start) / len(sample) < 0.003


def test_what_it_does_not_hold_is_unknown() -> None:
    model = held("microsoft/MAI-DS-R1")
    assert model.sources == ("lineages.yaml of this package",)
    unknown = (model.revision, model.tags, model.card, model.base_models, model.licenses, model.architectures)
    assert set(unknown) == {None}
    assert (model.artifacts, model.scan, model.gated, model.downloads) == (None, None, None, None)
    assert all(held(row["id"]).artifacts is None for row in ROWS[::100])


def test_a_captured_answer_of_the_hub_is_given_as_it_was() -> None:
    model = held("google-bert/bert-base-uncased")
    assert model.hub_id == "621ffdc036468d709f174338"
    assert model.card == {"license": "apache-2.0"}
    assert "license:apache-2.0" in (model.tags or ())
    assert (model.gated, model.created_at) == ("no", "2022-03-02T23:29:04Z")
    assert str(model.revision) == "86b5e0934494bd15c9632b12f734a8a67f723594"
    assert model.base_models is None


def test_what_a_third_party_states_is_never_a_declaration() -> None:
    model = held("nlpai-lab/KURE-v1")
    (parent,) = model.base_models or ()
    assert str(parent.ref.repo) == "BAAI/bge-m3"
    assert (parent.basis, parent.role) == (Basis.CURATED, Role.WEIGHTS)
    assert parent.note.startswith("pypi:mteb==")
    assert parent.note.endswith("(declared by a third party)")
    (stated,) = model.licenses or ()
    assert (stated.id, stated.basis) == ("mit", Basis.CURATED)
    assert model.card is None
    for row in ROWS:
        model = held(row["id"])
        assert all(p.basis is Basis.CURATED for p in model.base_models or ())
        assert all(stated.basis is Basis.CURATED for stated in model.licenses or ())


def test_a_copy_and_a_quantisation_are_told_apart() -> None:
    (copy,) = held("unsloth/Qwen3-4B-Instruct-2507").base_models or ()
    (quantised,) = held("unsloth/mistral-7b-instruct-v0.3-bnb-4bit").base_models or ()
    assert (copy.relation, quantised.relation) == (Relation.COPY, Relation.QUANTIZED)


def test_sources_that_disagree_are_both_kept_and_neither_believed() -> None:
    row = KEYS["laion/clap-htsat-fused"]
    assert [id for id, _ in row["lic"]] == ["mit"]
    assert "license:apache-2.0" in row["tags"]
    assert len({commit for commit, _ in KEYS["qwen/qwen3-embedding-8b"]["rev"]}) == 2
    assert held("Qwen/Qwen3-Embedding-8B").revision is None


def test_no_two_sources_disagree_about_an_architecture_without_it_being_unknown() -> None:
    for row in ROWS:
        classes = {name for name, _ in row.get("arch", ())}
        assert held(row["id"]).architectures == ((*classes,) if len(classes) == 1 else None) or "now" in row


@pytest.mark.parametrize(
    ("legacy", "now"),
    [
        ("gpt2", "openai-community/gpt2"),
        ("roberta-base", "FacebookAI/roberta-base"),
        ("GPT2-XL", "openai-community/gpt2-xl"),
    ],
)
def test_a_legacy_name_leads_to_the_repository_it_became(legacy: str, now: str) -> None:
    model = held(legacy)
    assert (str(model.requested), str(model.repo)) == (legacy, now)


# --- what it refuses


def test_another_revision_than_the_held_one_is_refused() -> None:
    commit = "86b5e0934494bd15c9632b12f734a8a67f723594"
    bert = RepoId.parse("google-bert/bert-base-uncased")
    assert str(STARTER.model(bert, commit).revision) == commit
    for other in ("main", "0" * 40):
        with pytest.raises(RevisionNotFound) as caught:
            STARTER.model(bert, other)
        assert commit in caught.value.hint
    with pytest.raises(RevisionNotFound) as caught:
        STARTER.model(RepoId.parse("microsoft/MAI-DS-R1"), commit)
    assert "no revision" in caught.value.hint


def test_the_commit_of_another_day_is_not_put_on_a_captured_answer() -> None:
    row = next(row for row in ROWS if "ts" in row and "rev" in row and row["ts"] not in [s for _, s in row["rev"]])
    assert held(row["id"]).tags
    assert held(row["id"]).revision is None


def test_an_unknown_model_is_not_found_with_close_ids_and_the_way_to_the_hub() -> None:
    with pytest.raises(ModelNotFound) as caught:
        held("mistralai/Mistral-7B-v0.9")
    assert "mistralai/Mistral-7B-v0.1" in caught.value.hint
    assert STARTER.description in caught.value.hint
    assert "--hub huggingface" in caught.value.hint
    with pytest.raises(ModelNotFound) as caught:
        held("nobody-at-all/nothing")
    assert "close ids" not in caught.value.hint


def test_it_has_no_files() -> None:
    model = held("openai-community/gpt2")
    with pytest.raises(NotHeld):
        STARTER.read(model, "config.json", limit=1)
    with pytest.raises(NotHeld):
        STARTER.read_range(model, "model.safetensors", 0, 8)


# --- with the other tables


@pytest.mark.parametrize(
    "repo",
    [
        "microsoft/MAI-DS-R1",
        "nvidia/OpenCodeReasoning-Nemotron-14B",
        "perplexity-ai/r1-1776",
        "NousResearch/Hermes-4-14B",
        "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
    ],
)
def test_a_rebadged_model_is_held_with_every_ancestor_up_to_an_established_root(repo: str) -> None:
    families = Families.shipped()
    while above := [p for p in CURATED.parents(held(repo).repo) if p.role is Role.WEIGHTS]:
        repo = str(above[0].ref.repo)
    model = held(repo)
    assert CURATED.root(repo) or families.own(repo, model.model_type, model.architectures)


def test_no_model_with_a_base_of_another_publisher_counts_as_an_original() -> None:
    families, known = Families.shipped(), {id.casefold() for id in CURATED.ids()}
    for row in ROWS:
        model = held(row["id"])
        own = families.own(model.repo, model.model_type, model.architectures)
        cited = CURATED.parents(model.repo) if model.repo.key in known else ()
        claims = (*cited, *(model.base_models or ()))
        strangers = {p.ref.repo.namespace for p in claims if p.ref.repo and p.role is Role.WEIGHTS} - {model.namespace}
        assert not (own and strangers), (row["id"], own, strangers)


def test_a_commit_of_another_source_is_not_the_one_the_captured_facts_are_of() -> None:
    hub = StarterHub()
    row = hub.row(RepoId.parse("BAAI/bge-base-zh-v1.5"))
    assert row is not None
    assert row["rev"]
    assert all(source != row["ts"] for _, source in row["rev"])
    assert hub.model(RepoId.parse("BAAI/bge-base-zh-v1.5")).revision is None
