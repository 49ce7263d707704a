"""Checks on the starter catalogue: offline, from the installed package, with the answers that matter most."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran
from tests.schemas import valid_report

Run = Callable[..., Ran]
STARTER = ("--hub", "starter", "--policy", "no-prc-root")

DENIED = {
    "microsoft/MAI-DS-R1": "deepseek-ai/DeepSeek-V3-Base",
    "nvidia/OpenCodeReasoning-Nemotron-14B": "Qwen/Qwen2.5-14B",
    "perplexity-ai/r1-1776": "deepseek-ai/DeepSeek-V3-Base",
    "NousResearch/Hermes-4-14B": "Qwen/Qwen3-14B-Base",
}
BASES = [
    "mistralai/Mistral-7B-v0.1", "meta-llama/Llama-3.1-8B", "meta-llama/Llama-2-7b-hf", "google/gemma-2-9b",
    "ibm-granite/granite-4.0-1b", "allenai/OLMo-2-1124-7B", "microsoft/phi-4", "mistralai/Mistral-Nemo-Base-2407",
]  # fmt: skip


def document(ran: Ran) -> dict[str, Any]:
    return valid_report(ran.out)


@pytest.mark.parametrize("model", DENIED)
def test_a_foreign_root_behind_a_trusted_name_is_denied_with_its_path_and_its_source(run: Run, model: str) -> None:
    ran = run("check", model, *STARTER)
    assert ran.code == 1
    assert "DENY" in ran.out
    assert DENIED[model] in ran.out
    assert "CN" in ran.out
    report = json.loads(run("check", model, *STARTER, "--format", "json").out)
    scan = report["scans"][0]
    assert scan["facts"]["publisher"]["control"] == "US"
    assert scan["facts"]["lineage"]["roots"] == [DENIED[model]]
    denying = [f for f in scan["decisions"][0]["findings"] if f["verdict"] == "deny"]
    assert {f["rule"] for f in denying} >= {"root-origin"}
    for finding in denying:
        assert finding["path"][0] == model
        assert finding["footnotes"], "a denial cites its sources"


def test_publisher_and_root_are_different_facts_and_the_policy_chooses(run: Run, tmp_path: Path) -> None:
    model = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
    facts = json.loads(run("facts", model, "--hub", "starter").out)
    roots = [m for m in facts["lineage"]["models"] if m["id"] in facts["lineage"]["roots"]]
    assert facts["publisher"]["control"] == "CN"
    assert [root["origin"]["control"] for root in roots] == ["US"]
    assert run("check", model, *STARTER).code == 1
    scoped = tmp_path / "roots-only.yaml"
    off = "".join(f"  {rule}: {{disabled: only roots matter here}}\n" for rule in ("publisher-origin", "ties"))
    scoped.write_text(
        "version: 1\nname: roots-only\ntitle: Only roots count\nstatus: in-force\nextends: [no-prc-root]\noverride:\n"
        + off
    )
    ran = run("check", model, "--hub", "starter", "--policy", str(scoped), "--format", "json")
    decision = json.loads(ran.out)["scans"][0]["decisions"][0]
    assert decision["verdict"] != "deny"
    assert decision["outcomes"]["root-origin"] == "pass"


@pytest.mark.parametrize("model", BASES)
def test_bases_from_elsewhere_are_not_denied(run: Run, model: str) -> None:
    ran = run("check", model, *STARTER, "--fail-on", "deny")
    assert ran.code == 0, ran.out
    assert "DENY" not in ran.out


def test_a_starter_check_can_never_be_taken_for_a_live_one(run: Run) -> None:
    for format in ("table", "markdown", "json"):
        ran = run("check", "mistralai/Mistral-7B-v0.1", "--hub", "starter", "--format", format)
        assert "starter catalogue" in ran.out
        assert "2026-11-23" in ran.out


def test_offline_reads_what_is_held_and_asks_nobody(run: Run) -> None:
    ran = run("check", "mistralai/Mistral-7B-v0.1", "--offline", "--fail-on", "never")
    assert ran.code == 0
    assert "starter catalogue" in ran.out


def test_the_report_is_valid_and_complete(run: Run) -> None:
    report = document(run("check", *DENIED, "no-such/model-at-all", *STARTER, "--format", "json"))
    assert [scan["facts"]["model"]["id"] for scan in report["scans"]] == list(DENIED)
    assert [error["requested"] for error in report["errors"]] == ["no-such/model-at-all"]


def test_several_formats_come_from_one_run(run: Run, tmp_path: Path) -> None:
    out = [tmp_path / name for name in ("r.json", "r.md", "r.jsonl", "r.txt")]
    words = [w for path in out for w in ("-o", str(path))]
    ran = run("check", "microsoft/MAI-DS-R1", *STARTER, *words, "--quiet")
    assert (ran.code, ran.out) == (1, "")
    assert json.loads(out[0].read_text())["scans"][0]["number"] == 1
    assert "DENY" in out[1].read_text()
    assert json.loads(out[2].read_text())["number"] == 1
    assert "DENY" in out[3].read_text()


def test_what_was_decided_can_be_read_again(run: Run) -> None:
    first = run("check", "microsoft/MAI-DS-R1", *STARTER, "--format", "json")
    listed = json.loads(run("audit", "list", "--format", "json").out)
    assert [(row["number"], row["model"], row["verdict"]) for row in listed] == [(1, "microsoft/MAI-DS-R1", "DENY")]
    assert json.loads(run("audit", "show", "1", "--format", "json").out)["scans"] == json.loads(first.out)["scans"]


def test_names_are_read_from_stdin(run: Run) -> None:
    ran = run(
        "check", "-", *STARTER, "--format", "json", stdin="microsoft/MAI-DS-R1  # why\n\nmistralai/Mistral-7B-v0.1\n"
    )
    assert [scan["facts"]["model"]["id"] for scan in json.loads(ran.out)["scans"]] == [
        "microsoft/MAI-DS-R1",
        "mistralai/Mistral-7B-v0.1",
    ]
