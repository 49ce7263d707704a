"""A model that lies on this machine: judged as it lies there, its bases read from the hub that was chosen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Ran
from tests.loopback import LoopbackHub, Repo, gguf_bytes, safetensors_bytes

Run = Callable[..., Ran]


@pytest.fixture
def widget(tmp_path: Path) -> Path:
    folder = tmp_path / "widget"
    folder.mkdir()
    (folder / "README.md").write_text("---\nlicense: mit\nbase_model: deepseek-ai/DeepSeek-R1\n---\n# Widget\n")
    (folder / "model.safetensors").write_bytes(safetensors_bytes({"a": ("F32", (2, 3))}))
    return folder


def test_a_folder_s_lineage_is_followed_offline(run: Run, widget: Path) -> None:
    ran = run("check", str(widget), "--offline", "--policy", "no-prc-root", "--format", "json")
    facts = json.loads(ran.out)["scans"][0]["facts"]
    assert ran.code == 1
    assert json.loads(ran.out)["scans"][0]["decisions"][0]["verdict"] == "deny"
    assert facts["lineage"]["roots"] == ["deepseek-ai/DeepSeek-V3-Base"]
    assert facts["model"]["parameters"] == 6
    assert "starter catalogue" in facts["model"]["hub_description"]


def test_a_folder_s_lineage_is_followed_on_the_live_hub(run: Run, widget: Path) -> None:
    with LoopbackHub() as hub:
        hub.add(Repo("deepseek-ai/DeepSeek-R1", {"README.md": "---\nlicense: mit\n---\n# R1\n"}))
        ran = run("facts", str(widget), env={"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_good_granted"})
        asked = {request.path for request in hub.log}
    states = {m["id"]: m["state"] for m in json.loads(ran.out)["lineage"]["models"]}
    assert states["deepseek-ai/DeepSeek-R1"] == "read"
    assert not [path for path in asked if "widget" in path], "the name of a local model is nobody's business"


def test_a_weights_file_is_a_model_too(run: Run, tmp_path: Path) -> None:
    keys = {
        "general.architecture": "qwen3",
        "general.base_model.count": 1,
        "general.base_model.0.repo_url": "https://huggingface.co/Qwen/Qwen3-8B",
    }
    (tmp_path / "some.gguf").write_bytes(gguf_bytes(keys, {}))
    ran = run("check", str(tmp_path / "some.gguf"), "--offline", "--policy", "no-prc-root", "--format", "json")
    assert ran.code == 1
    assert "Qwen/Qwen3-8B" in json.loads(ran.out)["scans"][0]["facts"]["lineage"]["ancestors"]


def test_a_database_that_fails_on_the_way_loses_no_report(run: Run, tmp_path: Path) -> None:
    """The second model cannot be recorded: the first is reported all the same, and nothing passes."""
    path = tmp_path / "audit.db"
    words = ("--hub", "starter", "--fail-on", "never", "--db", str(path), "--format", "json")
    assert run("check", "mistralai/Mistral-7B-v0.1", *words).code == 0
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON scans WHEN NEW.model_key LIKE 'nous%' "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    ran = run("check", "microsoft/MAI-DS-R1", "NousResearch/Hermes-4-14B", "microsoft/phi-4", *words)
    report = json.loads(ran.out)
    assert [scan["facts"]["model"]["id"] for scan in report["scans"]] == ["microsoft/MAI-DS-R1"]
    assert [error["requested"] for error in report["errors"]] == ["NousResearch/Hermes-4-14B", "microsoft/phi-4"]
    assert ran.code == 3
