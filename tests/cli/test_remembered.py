"""What a catalogue remembers, beside a live check of the same hub: facts with a footnote, and rules that weigh them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scanner.data import text
from tests.catalogue.crawling import model
from tests.cli.conftest import Ran
from tests.loopback import LoopbackHub

Run = Callable[..., Ran]
NAME = "acme/m001"
SCHEMA = json.loads(text("schema/facts-v1.schema.json"))


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as served:
        for index in range(4):
            served.add(model(index))
        yield served


@pytest.fixture
def call(run: Run, hub: LoopbackHub, tmp_path: Path) -> Run:
    env = {"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_good_granted", "MODELORIGIN_CATALOGUE": str(tmp_path / "c.db")}
    return lambda *words, **more: run(*words, env=env | more.pop("env", {}), **more)


def said(call: Run, *words: str) -> dict[str, Any]:
    """The part of the facts document that is about the model."""
    ran = call("facts", NAME, *words)
    assert ran.out, ran.err
    facts = json.loads(ran.out)
    jsonschema.validate(facts, SCHEMA)
    return dict(facts["model"])


def test_without_a_catalogue_nothing_is_remembered(call: Run) -> None:
    found = said(call)
    assert (found["remembered"], found["identity"]) == (False, None)
    assert "compared" not in found["hub_description"]


def test_with_one_the_live_answer_is_compared_and_its_age_shown(call: Run, hub: LoopbackHub) -> None:
    assert call("crawl").code == 0
    found = said(call)
    assert (found["remembered"], found["identity"]) == (True, [])
    assert "compared with the catalogue c.db of 20" in found["hub_description"]
    assert "compared with the catalogue c.db of 20" in " ".join(call("check", NAME).out.split())
    kept = said(call, "--hub", "catalogue")
    assert (kept["remembered"], kept["identity"]) == (True, [])
    assert said(call, "--offline")["identity"] == []


def test_a_name_that_was_taken_is_denied_by_the_pack_that_asks(call: Run, hub: LoopbackHub) -> None:
    assert call("crawl").code == 0
    old = hub.repo(NAME).hub_id
    new = hub.take_over(NAME, model(1, day=300)).hub_id
    first, *_ = said(call)["identity"]
    assert (first["kind"], first["subject"], first["before"], first["after"]) == ("taken-over", NAME, old, new)
    assert hub.url in first["source"]
    report = json.loads(call("check", NAME, "--policy", "integrity", "--format", "json").out)
    rules = {f["rule"]: f["verdict"] for d in report["scans"][0]["decisions"] for f in d["findings"]}
    assert rules["name-taken"] == "deny"
    other = call("check", "acme/m002", "--policy", "integrity", "--format", "json").out
    assert json.loads(other)["scans"][0]["decisions"][0]["outcomes"]["name-taken"] == "not-applicable"


def test_a_catalogue_that_cannot_be_read_costs_a_live_check_a_note(call: Run, tmp_path: Path) -> None:
    (tmp_path / "c.db").write_bytes(b"not a database at all, but a letter\n" * 50)
    ran = call("facts", NAME)
    assert json.loads(ran.out)["model"]["remembered"] is False
    assert "note: nothing is compared with the catalogue" in ran.err
    assert call("facts", NAME, "--hub", "catalogue").code == 3


def test_a_local_folder_is_compared_with_nothing(call: Run, tmp_path: Path) -> None:
    assert call("crawl").code == 0
    folder = tmp_path / "m001"
    folder.mkdir()
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    found = json.loads(call("facts", str(folder)).out)["model"]
    assert (found["remembered"], found["identity"]) == (False, None)
