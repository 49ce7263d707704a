"""The official clients accept the loopback hub: huggingface_hub 2.x and 1.x, and @huggingface/hub of npm."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.loopback import Fault, LoopbackHub, Repo, seeded_world
from tests.loopback.world_files import ODD_NAMES

HERE = Path(__file__).parent / "loopback"
SAMPLES = Path(__file__).parents[2] / "shared" / "data" / "hub_api_samples.jsonl"
SECONDS = 120


def run(command: list[str], hub: LoopbackHub, home: Path, folder: Path | None = None) -> dict[str, Any]:
    """The JSON a client's process printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    environment = {**kept, **hub.environment(home)}
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr[-4000:]
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of a fresh environment with huggingface_hub 1.x."""
    if os.environ.get("MODELORIGIN_TEST_HF1") != "1":
        pytest.skip("installs huggingface_hub 1.33.0 into a fresh environment: set MODELORIGIN_TEST_HF1=1")
    folder = tmp_path_factory.mktemp("huggingface_hub-1")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=SECONDS)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "huggingface_hub==1.33.0"]
    subprocess.run(pip, check=True, timeout=5 * SECONDS)
    return python


@pytest.fixture(params=["installed", "1.x"])
def python(request: pytest.FixtureRequest) -> str:
    return sys.executable if request.param == "installed" else str(request.getfixturevalue("older"))


@pytest.fixture(scope="module", params=[False, True], ids=["http", "tls"])
def hub(request: pytest.FixtureRequest) -> Iterator[LoopbackHub]:
    with LoopbackHub(tls=request.param) as hub:
        seeded_world(hub)
        yield hub


def called(part: str, hub: LoopbackHub, python: str, home: Path, *arguments: str) -> dict[str, Any]:
    return run([python, str(HERE / "client_calls.py"), part, *arguments], hub, home)


def test_model_info_with_every_flag(hub: LoopbackHub, python: str, tmp_path: Path) -> None:
    said = called("info", hub, python, tmp_path)
    root = hub.repo("forge/root-1b")
    assert said["sha"] == said["tag"] == root.sha
    assert said["card"] == {"license": "apache-2.0"}
    assert said["parameters"] == {"BF16": 77824, "F32": 64}
    assert said["lfs"] == [root.main.files["model.safetensors"].sha256]
    assert said["sizes"] == [root.main.files[path].size for path in sorted(root.main.files)]
    assert said["base_models"]["relation"] == "merge"
    assert [base["id"] for base in said["base_models"]["models"]] == [root.id, "quarry/stone-1b"]
    assert said["children"] == {"adapter": 1, "merge": 2, "quantized": 1, "finetune": said["children"]["finetune"]}
    assert said["security"] == {"scansDone": True, "filesWithIssues": []}
    assert said["old name"] == ["drift/after", "forge/root-1b", "forge/oldbert"]
    assert said["exists"] == [True, False, False]


def test_lists_page_through_link(hub: LoopbackHub, python: str, tmp_path: Path) -> None:
    said = called("listing", hub, python, tmp_path)
    assert said["crowd"] == [2500, 2500]
    assert said["limited"] == [1200, True]
    assert said["full"] == [True]
    assert {"forge/root-1b-chat", "mill/two-roots", "press/root-1b-GGUF"} <= set(said["filter"])
    assert said["gated"] == ["vault/asked-1b", "vault/gated-1b"]


def test_trees_refs_commits(hub: LoopbackHub, python: str, tmp_path: Path) -> None:
    said = called("repository", hub, python, tmp_path)
    assert [entry[0] for entry in said["tree"]] == sorted(hub.repo("forge/root-1b").main.files)
    assert ["README.md", "Say more", True] in said["tree"]
    assert (said["many"], said["folder"]) == (12_012, 1000)
    assert said["odd names"] == sorted(ODD_NAMES)
    assert said["paths"] == ["README.md", "config.json"]
    assert (said["branches"], said["tags"], said["pulls"]) == (["dev", "main"], ["v1"], ["refs/pr/1"])
    assert said["commits"] == ["Say more", "Add generation config", "initial commit"]
    assert said["discussions"] == []


def test_downloads_and_headers_by_range(hub: LoopbackHub, python: str, tmp_path: Path) -> None:
    said = called("files", hub, python, tmp_path)
    root = hub.repo("forge/root-1b")
    sizes = {path: blob.size for path, blob in root.main.files.items()}
    weights = root.main.files["model.safetensors"]
    assert said["sizes"] == [sizes["config.json"], sizes["model.safetensors"], sizes["README.md"]]
    assert said["pull request"] == sizes["README.md"]
    assert said["odd"] > 0
    assert said["metadata"] == [weights.size, weights.sha256, root.sha]
    assert said["parameters"] == said["shards"] == {"BF16": 77824, "F32": 64}
    assert said["fs"] == [sorted(sizes), '{"']


def test_owners_and_the_caller(hub: LoopbackHub, python: str, tmp_path: Path) -> None:
    said = called("people", hub, python, tmp_path)
    assert said["org"] == 3
    assert (said["user"], said["members"], said["whoami"], said["licences"]) == ("ghost", [], "granted", True)


def test_refusals_become_the_exceptions_of_the_real_hub(hub: LoopbackHub, python: str, tmp_path: Path) -> None:
    unnamed = "RepositoryNotFoundError" if hub.tls else "HfHubHTTPError"
    said = called("errors", hub, python, tmp_path)
    del said["version"]
    assert said == {
        "missing": unnamed,
        "missing, token": "RepositoryNotFoundError",
        "private": unnamed,
        "bad token": "HfHubHTTPError",
        "revision": "RevisionNotFoundError",
        "gated info": "ok",
        "gated file": "GatedRepoError",
        "gated file, token": "GatedRepoError",
        "gated file, grant": "ok",
        "gated check": "GatedRepoError",
        "gated check, grant": "ok",
        "disabled info": "ok",
        "disabled file": "LocalEntryNotFoundError",
        "entry": "RemoteEntryNotFoundError",
        "no organisation": "HfHubHTTPError",
        "bad base name": "HFValidationError",
    }


HOSTILE = {
    "card-self": "TypeError",
    "card-ignore-errors": "TypeError",
    "date-offset": "ValueError",
    "eval-results": "KeyError",
    "transformers-info": "TypeError",
    "provider-no-id": "KeyError",
    "html-200": "JSONDecodeError",
    "card-list": "ok",
    "unknown-keys": "ok",
    "link-relative": "UnsupportedProtocol",
}


def test_each_hostile_row_breaks_the_typed_client_as_it_does_on_the_real_hub(python: str, tmp_path: Path) -> None:
    with LoopbackHub() as hub:
        hub.page_cap = 1
        for kind in HOSTILE:
            for name in "ab":
                hub.add(Repo(f"{kind}/{name}", {"README.md": "---\nlicense: mit\n---\n"}))
            hub.fault(Fault(kind, path=f"author={kind}(&|$)"))
        said = called("hostile", hub, python, tmp_path, ",".join(HOSTILE))
        assert {kind: said[kind] for kind in HOSTILE} == HOSTILE


@pytest.fixture(scope="module")
def recorded() -> Iterator[tuple[LoopbackHub, list[str]]]:
    """A hub that serves the recorded bodies, and the models it has details of."""
    if not SAMPLES.exists():
        pytest.skip(f"recorded bodies are not here: {SAMPLES}")
    models: dict[str, dict[str, Any]] = {}
    with LoopbackHub() as hub:
        for record in map(json.loads, SAMPLES.read_text(encoding="utf-8").splitlines()):
            serve(hub, record, models)
        for name, body in models.items():
            hub.canned(f"/api/models/{name}", body)
            hub.canned(f"/api/models/{name}/revision/HEAD", body)
        yield hub, list(models)


def serve(hub: LoopbackHub, record: dict[str, Any], models: dict[str, dict[str, Any]]) -> None:
    """Puts a recorded body where its request finds it; details are gathered in ``models``."""
    kind, body = record["kind"], record["body"]
    path = record["request"].split(" ")[1].split("?")[0]
    if kind == "tree_expand":
        hub.canned("/api/models/google-bert/bert-base-uncased/tree/expanded", body)
    elif kind == "tree" or kind.startswith("list"):
        hub.canned(path, body)
    elif kind == "commits":
        # the record was made from the names of another client, which knows no empty message
        hub.canned("/api/models/openai-community/gpt2/commits/main", [{"message": "", **commit} for commit in body])
    else:
        # some records quote a part of the answer only, without the name
        name = "/".join(path.split("/")[3:5])
        models.setdefault(name, {"id": name}).update(body)


def test_the_recorded_bodies_parse(recorded: tuple[LoopbackHub, list[str]], python: str, tmp_path: Path) -> None:
    hub, models = recorded
    said = called("recorded", hub, python, tmp_path, ",".join(models))
    assert len(models) == 8
    assert [said[name][0] for name in models] == models
    assert said["google-bert/bert-base-uncased"][1:] == [16, 19]
    assert said["mcpotato/42-eicar-street"][1] == 7
    assert said["list"] == ["deepseek-ai/DeepSeek-V4-Flash-0731", "deepseek-ai/DeepSeek-V4-Pro-0813"]
    assert said["tree"] == said["expanded"] == [".gitattributes", "config.json", "pytorch_model.bin", *said["tree"][3:]]
    assert said["commits"][0] == "607a30d"


def test_the_recorded_bodies_parse_in_the_npm_client(
    recorded: tuple[LoopbackHub, list[str]], npm_folder: Path, tmp_path: Path
) -> None:
    hub, models = recorded
    script = shutil.copy(HERE / "client_calls.mjs", npm_folder)
    said = run(["node", str(script), "recorded", *models], hub, tmp_path, npm_folder)
    assert said["models"] == models
    assert len(said["list"]) == 2
    assert said["tree"] == said["expanded"]


def test_the_npm_client_lists_reads_and_downloads(hub: LoopbackHub, tmp_path: Path, npm_folder: Path) -> None:
    script = shutil.copy(HERE / "client_calls.mjs", npm_folder)
    said = run(["node", str(script), "world"], hub, tmp_path, npm_folder)
    root = hub.repo("forge/root-1b")
    files = root.main.files
    weights = files["model.safetensors"]
    assert said["crowd"] == [2500, 2500]
    assert said["info"] == [root.sha, "apache-2.0", 77_888]
    assert [entry[0] for entry in said["files"]] == sorted(files)
    assert ["model.safetensors", weights.sha256, "initial commit"] in said["files"]
    assert said["many"] == 12_012
    assert said["sizes"] == [files["config.json"].size, weights.size, files["README.md"].size]
    assert said["pointer"] == weights.pointer.decode()
    assert said["missing"] is None
    assert said["pointed"] == [weights.size, f'"{weights.xet_hash}"']
    assert said["commits"] == ["Say more", "Add generation config", "initial commit"]
    assert said["paths"] == ["README.md"]
    assert said["parameters"] == said["shards"] == {"BF16": 77824, "F32": 64}
    assert (said["whoami"], said["renamed"]) == ("granted", "drift/after")
    assert said["errors"] == [401, 404, 401, 403]


@pytest.fixture(scope="module")
def npm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.environ.get("MODELORIGIN_TEST_NPM") != "1":
        pytest.skip("installs @huggingface/hub with npm: set MODELORIGIN_TEST_NPM=1")
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm and node are not installed")
    folder = tmp_path_factory.mktemp("npm")
    install = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), "@huggingface/hub@2"]
    subprocess.run(install, check=True, timeout=5 * SECONDS, capture_output=True)
    return folder
