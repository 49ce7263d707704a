"""What tests of ``modelorigin scan`` share: a policy, lines that load a model, waivers, and what a report found."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.schemas import valid_codebase

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Run = Callable[..., "Ran"]
Scan = Callable[..., "Ran"]
Json = dict[str, Any]

POLICY = """\
version: 1
name: trial
title: no model under a non-commercial licence
rules:
  - id: non-commercial
    title: the licence forbids commercial use
    when: {field: license.id, eq: cc-by-nc-4.0}
    verdict: deny
    message: "{model.id} is under {license.id}"
  - id: sealed
    title: the model was disabled
    when: {field: license.id, eq: cc-by-nd-4.0}
    verdict: deny
    waivable: false
    message: "{model.id} is under {license.id}"
  - id: lock-drift
    title: the model is not what was locked
    foreach: usage.drift
    when: {field: at, glob: "*"}
    verdict: review
    message: "{model.id}: {kind} was {before}, is {after}"
"""
CARD = "---\nlicense: {}\n---\n# A model\n"
HEAD = 'import { pipeline } from "@huggingface/transformers";\n'


def load(model: str, more: str = "") -> str:
    return f'export const p = await pipeline("text-generation", {model});{more}\n'


def put(app: Path, path: str, *lines: str) -> None:
    file = app / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(lines))


def document(ran: Ran) -> Json:
    return valid_codebase(json.loads(ran.out))


def findings(said: Json, *, suppressed: bool = False) -> list[tuple[str, str, int]]:
    return [
        (one["rule"], one["path"], place["line"])
        for one in said["findings"]
        for place in one["places"]
        if one["verdict"] != "note" and (one["suppressed"] is not None) == suppressed
    ]


def waiver(
    *lines: str, rule: str = "non-commercial", model: str | None = "acme/bad-7b", expires: str = "2999-01-01"
) -> str:
    named = f"    model: {model}\n" if model else ""
    more = "".join(f"    {line}\n" for line in lines)
    return (
        f"  - rule: {rule}\n{named}    reason: agreed\n    approver: security@acme.example\n"
        f"    ticket: RISK-1\n    expires: {expires}\n{more}"
    )


def waivers(app: Path, *entries: str) -> tuple[str, str]:
    file = app.parent / "waivers.yaml"
    file.write_text("version: 1\nwaivers:\n" + "".join(entries))
    return "--waivers", str(file)


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@acme.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "-C", str(folder), *words], check=True, capture_output=True)


def notebook(*cells: list[str]) -> str:
    told = [{"cell_type": "code", "metadata": {}, "source": cell, "outputs": []} for cell in cells]
    return json.dumps({"cells": told, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
