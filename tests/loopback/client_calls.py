"""Run as a script in a process of its own: every call of huggingface_hub the scanner leans on, its results as JSON.

``python client_calls.py PART``; the environment says which hub to ask.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, get_args

import huggingface_hub
from huggingface_hub import HfApi, HfFileSystem, get_hf_file_metadata, hf_hub_download, hf_hub_url
from huggingface_hub.hf_api import ExpandModelProperty_T

ROOT, MANY, SHARDS, GATED = "forge/root-1b", "files/many", "files/safetensors-shards", "vault/gated-1b"
api: Any = HfApi()


def told(call: Callable[[], Any]) -> str:
    """``ok``, or the name of what was raised."""
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return "ok"


def info() -> dict[str, Any]:
    plain, old = api.model_info(ROOT), api.model_info(ROOT, revision="v1")
    blobs = api.model_info(ROOT, files_metadata=True)
    expanded = api.model_info("mill/two-roots", expand=list(get_args(ExpandModelProperty_T)))
    security = api.model_info(ROOT, securityStatus=True)
    return {
        "sha": plain.sha,
        "tag": old.sha,
        "card": plain.card_data.to_dict(),
        "parameters": plain.safetensors.parameters,
        "lfs": [s.lfs.sha256 for s in blobs.siblings if s.lfs],
        "sizes": [s.size for s in blobs.siblings],
        "base_models": expanded.base_models,
        "children": api.model_info(ROOT, expand=["childrenModelCount"]).children_model_count,
        "security": security.security_repo_status,
        "old name": [
            api.model_info("drift/before").id,
            api.model_info("FORGE/root-1B").id,
            api.model_info("oldbert").id,
        ],
        "exists": [api.repo_exists(ROOT), api.revision_exists(ROOT, "nope"), api.file_exists(ROOT, "nope")],
    }


def listing() -> dict[str, Any]:
    crowd = [m.id for m in api.list_models(author="crowd", sort="created_at")]
    some = list(api.list_models(author="crowd", limit=1200, expand=["sha", "tags", "cardData"]))
    return {
        "crowd": [len(crowd), len(set(crowd))],
        "limited": [len(some), all(m.sha and m.tags and m.card_data for m in some)],
        "full": [m.siblings is not None for m in api.list_models(search="root-1b-chat", full=True, cardData=True)],
        "filter": sorted(m.id for m in api.list_models(filter=[f"base_model:{ROOT}", "license:apache-2.0"])),
        "gated": sorted(m.id for m in api.list_models(gated=True)),
    }


def repository() -> dict[str, Any]:
    tree = list(api.list_repo_tree(ROOT, recursive=True, expand=True))
    refs = api.list_repo_refs(ROOT, include_pull_requests=True)
    return {
        "tree": [[entry.path, entry.last_commit.title, entry.security.safe] for entry in tree],
        "many": len(list(api.list_repo_tree(MANY, recursive=True))),
        "folder": len(list(api.list_repo_tree(MANY, "part-00"))),
        "odd names": sorted(api.list_repo_files("files/odd-names")),
        "paths": [p.path for p in api.get_paths_info(ROOT, ["README.md", "nope", "config.json"], expand=True)],
        "branches": sorted(ref.name for ref in refs.branches),
        "tags": [ref.name for ref in refs.tags],
        "pulls": [ref.ref for ref in refs.pull_requests or []],
        "commits": [commit.title for commit in api.list_repo_commits(ROOT, formatted=True)],
        "discussions": list(api.get_repo_discussions(ROOT)),
    }


def files() -> dict[str, Any]:
    def size(name: str, repo: str = ROOT, **options: Any) -> int:
        with open(hf_hub_download(repo, name, **options), "rb") as file:
            return len(file.read())

    metadata = get_hf_file_metadata(hf_hub_url(ROOT, "model.safetensors"))
    fs: Any = HfFileSystem()
    with fs.open(f"{ROOT}/model.safetensors", "rb", block_size=64) as file:
        file.seek(8)
        head = file.read(2)
    return {
        "sizes": [size("config.json"), size("model.safetensors"), size("README.md", revision="v1")],
        "pull request": size("README.md", revision="refs/pr/1"),
        "odd": size("dir/sub dir/model_00012-of-00072.txt", "files/odd-names"),
        "metadata": [metadata.size, metadata.etag, metadata.commit_hash],
        "parameters": api.get_safetensors_metadata(ROOT).parameter_count,
        "shards": api.get_safetensors_metadata(SHARDS).parameter_count,
        "fs": [sorted(name.rsplit("/", 1)[-1] for name in fs.ls(ROOT, detail=False)), head.decode()],
    }


def people() -> dict[str, Any]:
    return {
        "org": api.get_organization_overview("forge").num_models,
        "user": api.get_user_overview("ghost").username,
        "members": list(api.list_organization_members("forge")),
        "whoami": api.whoami(token="hf_good_granted")["name"],
        "licences": "license" in api.get_model_tags(),
    }


def errors() -> dict[str, Any]:
    asked: dict[str, Callable[[], Any]] = {
        "missing": lambda: api.model_info("forge/never"),
        "missing, token": lambda: api.model_info("forge/never", token="hf_good_granted"),
        "private": lambda: api.model_info("vault/private-1b"),
        "bad token": lambda: api.model_info(ROOT, token="hf_bad"),
        "revision": lambda: api.model_info(ROOT, revision="nope"),
        "gated info": lambda: api.model_info(GATED),
        "gated file": lambda: hf_hub_download(GATED, "config.json"),
        "gated file, token": lambda: hf_hub_download(GATED, "config.json", token="hf_good_ungranted"),
        "gated file, grant": lambda: hf_hub_download(GATED, "config.json", token="hf_good_granted"),
        "gated check": lambda: api.auth_check(GATED),
        "gated check, grant": lambda: api.auth_check(GATED, token="hf_good_granted"),
        "disabled info": lambda: api.model_info("vault/disabled-1b"),
        "disabled file": lambda: hf_hub_download("vault/disabled-1b", "config.json"),
        "entry": lambda: hf_hub_download(ROOT, "nope"),
        "no organisation": lambda: api.get_organization_overview("nobody"),
        "bad base name": lambda: api.model_info("a/b/c"),
    }
    return {name: told(call) for name, call in asked.items()}


def hostile() -> dict[str, Any]:
    """A list under each fault of shape: the author's name is the fault's."""

    def listed(kind: str) -> list[Any]:
        return list(api.list_models(author=kind, full=True, cardData=True))

    return {kind: told(partial(listed, kind)) for kind in sys.argv[2].split(",")}


def recorded() -> dict[str, Any]:
    said: dict[str, Any] = {"list": [model.id for model in api.list_models()]}
    for name in sys.argv[2].split(","):
        model = api.model_info(name)
        said[name] = [model.id, len(model.siblings or []), len(model.tags or [])]
    revision = "dd4bc8b21efa05ec961e3efc4ee5e3832a3679c7"
    for part, at in {"tree": revision, "expanded": "expanded"}.items():
        entries = api.list_repo_tree("google-bert/bert-base-uncased", revision=at, expand=part == "expanded")
        said[part] = [entry.path for entry in entries]
    return said | {"commits": [commit.commit_id[:7] for commit in api.list_repo_commits("openai-community/gpt2")]}


if __name__ == "__main__":
    result = globals()[sys.argv[1]]()
    print(json.dumps({"version": huggingface_hub.__version__, **result}))
