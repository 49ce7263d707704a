"""What the API says of one model: every field by name, and the sets of fields each question gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final, cast

from . import derive
from .state import ABSENT, Blob, Commit, Repo, World

Field = Callable[[World, Repo, Commit], Any]


def card(commit: Commit) -> dict[str, Any] | None:
    return cast("dict[str, Any] | None", commit.once("card", lambda: derive.card(commit.files)))


def tags(repo: Repo, commit: Commit) -> list[str]:
    said = card(commit)
    computed = commit.once(f"tags {repo.id}", lambda: derive.tags(repo.id, commit.files, said, repo.created_at))
    return list(dict.fromkeys([*computed, *repo.tags]))


def parents(world: World, repo: Repo, commit: Commit) -> Any:
    """``baseModels``: the declared bases the Hub can resolve to a public model."""
    if repo.base_models is not None:
        return repo.base_models or ABSENT
    found = [world.find(name) for name in derive.declared_bases(card(commit))]
    models = [{"_id": base.hub_id, "id": base.id} for base in found if base is not None and not base.private]
    how = derive.relation(repo.id, commit.files, card(commit))
    return {"relation": how, "models": models} if models else ABSENT


def children(world: World, repo: Repo, _: Commit) -> dict[str, int]:
    """How many public models name this one as a base, by relation."""
    counts: Counter[str] = Counter(dict.fromkeys(derive.RELATIONS, 0))
    for child in world.repos.values():
        said = parents(world, child, child.main)
        if said is not ABSENT and not child.private:
            counts[said["relation"]] += any(base["_id"] == repo.hub_id for base in said["models"])
    return dict(counts)


def siblings(commit: Commit, *, blobs: bool = False) -> list[dict[str, Any]]:
    return [{"rfilename": path, **(_blob(commit.files[path]) if blobs else {})} for path in sorted(commit.files)]


def _blob(blob: Blob) -> dict[str, Any]:
    facts: dict[str, Any] = {"size": blob.size, "blobId": blob.oid}
    if blob.lfs:
        facts["lfs"] = {"sha256": blob.sha256, "size": blob.size, "pointerSize": len(blob.pointer)}
    return facts


def security(repo: Repo) -> dict[str, Any]:
    """``securityRepoStatus``."""
    return dict(repo.security) if repo.security is not None else {"scansDone": True, "filesWithIssues": []}


def _present(value: Any) -> Any:
    return ABSENT if value is None else value


def _transformers(_: World, __: Repo, commit: Commit) -> Any:
    names = derive.config(commit.files).get("architectures")
    if not isinstance(names, list) or not names:
        return ABSENT
    tag = derive.pipeline(commit.files, card(commit))
    model = {"text-generation": "AutoModelForCausalLM", "fill-mask": "AutoModelForMaskedLM"}.get(tag or "")
    return {"auto_model": model, "pipeline_tag": tag, "processor": "AutoTokenizer"} if model else ABSENT


def _used(_: World, __: Repo, commit: Commit) -> int:
    return sum(blob.size for blob in commit.files.values() if blob.lfs)


FIELDS: Final[dict[str, Field]] = {
    "private": lambda w, r, c: r.private,
    "pipeline_tag": lambda w, r, c: _present(derive.pipeline(c.files, card(c))),
    "library_name": lambda w, r, c: _present(derive.library(c.files, card(c), r.created_at)),
    "tags": lambda w, r, c: tags(r, c),
    "downloads": lambda w, r, c: r.downloads,
    "likes": lambda w, r, c: r.likes,
    "trendingScore": lambda w, r, c: r.trending,
    "modelId": lambda w, r, c: r.id,
    "author": lambda w, r, c: _present(r.author),
    "sha": lambda w, r, c: c.sha,
    "lastModified": lambda w, r, c: c.date,
    "gated": lambda w, r, c: r.gated,
    "disabled": lambda w, r, c: r.disabled,
    "model-index": lambda w, r, c: (card(c) or {}).get("model-index"),
    "config": lambda w, r, c: r.config if r.config is not None else derive.config(c.files),
    "cardData": lambda w, r, c: _present(card(c)),
    "transformersInfo": _transformers,
    "gguf": lambda w, r, c: _present(c.once("gguf", lambda: derive.gguf(c.files))),
    "siblings": lambda w, r, c: siblings(c),
    "spaces": lambda w, r, c: [],
    "createdAt": lambda w, r, c: r.created_at,
    "safetensors": lambda w, r, c: _present(c.once("safetensors", lambda: derive.safetensors(c.files))),
    "usedStorage": _used,
    "baseModels": parents,
    "childrenModelCount": children,
    "downloadsAllTime": lambda w, r, c: r.downloads * 12,
    **dict.fromkeys(
        ("evalResults", "inference", "inferenceProviderMapping", "mask_token", "resourceGroup", "widgetData"),
        lambda w, r, c: ABSENT,
    ),
    "xetEnabled": lambda w, r, c: True,
}

EXPANDABLE: Final = tuple(sorted(set(FIELDS) - {"modelId"}))
DETAIL_ONLY: Final = ("childrenModelCount", "usedStorage")
ON_REQUEST: Final = ("baseModels", "childrenModelCount", "downloadsAllTime", "trendingScore", "xetEnabled")
DETAIL: Final = tuple(name for name in FIELDS if name not in ON_REQUEST)
ROW: Final = (
    "likes", "trendingScore", "private", "downloads", "tags", "pipeline_tag", "library_name", "createdAt", "modelId",
)  # fmt: skip
ROW_FULL: Final = ("author", "gated", "lastModified", "sha", *ROW, "siblings")


def fields(world: World, repo: Repo, commit: Commit, names: Iterable[str]) -> dict[str, Any]:
    """``_id``, ``id`` and the named fields, with ``repo.extra`` laid over them."""
    said: dict[str, Any] = {"_id": repo.hub_id, "id": repo.id}
    said.update((name, FIELDS[name](world, repo, commit)) for name in names)
    said.update((key, value) for key, value in repo.extra.items() if key in said or key not in FIELDS)
    return {key: value for key, value in said.items() if value is not ABSENT}
