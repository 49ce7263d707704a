"""Hostile text in a repository, all the way through the command: read, judged, recorded, printed."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran
from tests.export.test_hostile import PAYLOADS
from tests.loopback import gguf_bytes, safetensors_bytes

Run = Callable[..., Ran]


def hostile_repository(root: Path, payload: str) -> None:
    """``evil/model``: ``payload`` in every place of a repository that holds text."""
    folder = root / "evil" / "model"
    folder.mkdir(parents=True)
    said = json.dumps(payload)
    written = payload.encode("utf-8", "surrogatepass")
    front = (
        f"license: other\nlicense_name: {said}\nlicense_link: {said}\nbase_model: [{said}, evil/base]\ntags: [{said}]\n"
    )
    prose = b"# Model " + written + b"\n\nThis model was fine-tuned from " + written + b" and evil/base.\n"
    (folder / "README.md").write_bytes(f"---\n{front}---\n".encode("utf-8", "surrogatepass") + prose)
    config = {
        "model_type": payload,
        "architectures": [payload],
        "_name_or_path": payload,
        "auto_map": {payload: payload},
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "LICENSE").write_bytes(written + b"\n")
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": payload, "peft_type": payload}))
    (folder / "model.safetensors").write_bytes(
        safetensors_bytes({"a": ("F32", (1,))}, {"format": payload.replace("\ud800", "?")})
    )
    text = payload.replace("\ud800", "?")
    keys = {"general.architecture": text, "general.name": text, "general.license": text, "general.base_model.count": 1,
            "general.base_model.0.repo_url": text, "general.base_model.0.name": text}  # fmt: skip
    (folder / "model.gguf").write_bytes(gguf_bytes(keys, {}))
    hub = {"tags": [payload, f"base_model:{payload}", f"license:{payload}"], "cardData": {"license": payload, "base_model": payload},
           "sha": payload, "_id": payload, "gated": payload, "library_name": payload, "pipeline_tag": payload,
           "securityRepoStatus": {"scansDone": True, "filesWithIssues": [{"path": payload, "level": payload}]}}  # fmt: skip
    (folder / ".hub.json").write_text(json.dumps(hub))


def acting(text: str) -> list[str]:
    """The characters of ``text`` that move a cursor or hide text; line breaks are ours."""
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n"]


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_hostile_repository_is_read_and_its_text_does_nothing(run: Run, tmp_path: Path, name: str) -> None:
    hostile_repository(tmp_path / "hub", PAYLOADS[name])
    reports = [tmp_path / file for file in ("r.json", "r.md", "r.jsonl")]
    words = [word for path in reports for word in ("-o", str(path))]
    ran = run("check", "evil/model", "--hub", str(tmp_path / "hub"), *words)
    assert ran.code == 1, ran.err
    assert acting(ran.out) == []
    assert acting(ran.err) == []
    for path in reports:
        assert acting(path.read_text(encoding="utf-8")) == []
    report = json.loads(reports[0].read_text(encoding="utf-8"))
    facts = report["scans"][0]["facts"]
    assert acting(json.dumps(facts, ensure_ascii=False)) == []
    assert facts["model"]["id"] == "evil/model"
    assert {e["kind"] for e in facts["evidence"]} >= {"card", "config", "adapter", "safetensors", "gguf"}
    for line in ran.out.splitlines():
        assert not re.match(r"\s*(?:ALLOW  acme|::|##)", line)
