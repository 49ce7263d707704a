"""What the loopback hub holds: repositories, their commits and files, and who owns a namespace.

Everything is computed from names, dates and bytes, so the same seed gives the same ids and commits. Nothing here
knows HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import cached_property
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any, Final

Content = str | bytes | Path | dict[str, Any] | list[Any]
"""A file's content: bytes, text (UTF-8), a real file to copy, or a value to write as JSON."""

LFS: Final = (
    "*.7z", "*.arrow", "*.bin", "*.bz2", "*.ckpt", "*.ftz", "*.gguf", "*.ggml", "*.gz", "*.h5", "*.hdf5", "*.joblib",
    "*.jit", "*.mlmodel", "*.model", "*.msgpack", "*.npy", "*.npz", "*.onnx", "*.ot", "*.parquet", "*.pb", "*.pickle",
    "*.pkl", "*.pt", "*.pth", "*.rar", "*.safetensors", "*.tar", "*.tflite", "*.tgz", "*.wasm", "*.xz", "*.zip",
    "*.zst",
)  # fmt: skip
"""File name patterns a new repository stores as LFS."""

ABSENT: Final = object()
"""In ``Repo(extra=...)``: the key is left out of the answer."""


def instant(moment: str) -> datetime:
    """A date as the Hub writes it (``2024-05-01T00:00:00.000Z``), as an aware datetime."""
    return datetime.fromisoformat(moment).astimezone(UTC)


def written(moment: datetime) -> str:
    """The way the Hub writes a date."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def object_id(created_at: str, *salt: str) -> str:
    """24 hex digits: the creation second, then a digest of ``salt``."""
    return f"{int(instant(created_at).timestamp()):08x}{sha256('|'.join(salt).encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Blob:
    """The content of one file, and the digests git, LFS and Xet know it by."""

    data: bytes
    lfs: bool

    @property
    def size(self) -> int:
        return len(self.data)

    @cached_property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()

    @cached_property
    def pointer(self) -> bytes:
        """What git holds in place of an LFS file."""
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {self.size}\n".encode()

    @cached_property
    def oid(self) -> str:
        """The git blob id: of the pointer for an LFS file, of the content otherwise."""
        stored = self.pointer if self.lfs else self.data
        return sha1(b"blob %d\0" % len(stored) + stored).hexdigest()

    @cached_property
    def xet_hash(self) -> str:
        return sha256(b"xet" + self.sha256.encode()).hexdigest()

    @property
    def etag(self) -> str:
        return self.sha256 if self.lfs else self.oid


@dataclass(frozen=True, eq=False)
class Commit:
    """One revision: every file as it then was."""

    sha: str
    parent: Commit | None
    files: Mapping[str, Blob]
    changed: frozenset[str]
    title: str
    user: str
    date: str
    _computed: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, compute: Callable[[], Any]) -> Any:
        """What ``compute`` made of these files the first time; they never change."""
        if name not in self._computed:
            self._computed[name] = compute()
        return self._computed[name]

    def history(self) -> Iterable[Commit]:
        """This commit and its ancestors, newest first."""
        commit: Commit | None = self
        while commit is not None:
            yield commit
            commit = commit.parent

    @cached_property
    def last_change(self) -> Mapping[str, Commit]:
        """For each path the commit that last wrote it."""
        found: dict[str, Commit] = {}
        for commit in self.history():
            for path in commit.changed:
                found.setdefault(path, commit)
        return found


class Repo:
    """One model repository, with its refs. Plain attributes may be changed between requests.

    Args:
        files: content by path, see ``Content``.
        lfs: name patterns of the files kept in LFS.
        tags: added to the tags the Hub computes.
        base_models: what ``baseModels`` says; None = what the Hub computes from the card, ``{}`` = nothing.
        security: what ``securityStatus=true`` says; None = scanned, nothing found.
        config: the API's excerpt of config.json; None = what the Hub computes.
        extra: keys laid over the answers as they are, ``ABSENT`` takes one out. A known key shows where that key was
            asked for, an unknown one always.
    """

    def __init__(
        self,
        id: str,
        files: Mapping[str, Content] | None = None,
        *,
        lfs: Iterable[str] = LFS,
        created_at: str = "2024-05-01T00:00:00.000Z",
        gated: bool | str = False,
        private: bool = False,
        disabled: bool = False,
        tags: Iterable[str] = (),
        base_models: Mapping[str, Any] | None = None,
        downloads: int = 0,
        likes: int = 0,
        trending: int = 0,
        security: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
        title: str = "initial commit",
    ) -> None:
        self.id = id
        self.hub_id = object_id(created_at, "model", id)
        self.lfs = tuple(lfs)
        self.created_at = created_at
        self.gated, self.private, self.disabled = gated, private, disabled
        self.tags = list(tags)
        self.base_models, self.security, self.config = base_models, security, config
        self.downloads, self.likes, self.trending = downloads, likes, trending
        self.extra = dict(extra or {})
        self.branches: dict[str, Commit] = {}
        self.tagged: dict[str, Commit] = {}
        self.pull_requests: dict[str, Commit] = {}
        self.commits: dict[str, Commit] = {}
        self.commit(files or {}, title=title, date=created_at)

    @property
    def sha(self) -> str:
        return self.main.sha

    @property
    def main(self) -> Commit:
        return self.branches["main"]

    @property
    def author(self) -> str | None:
        return self.id.split("/")[0] if "/" in self.id else None

    @property
    def last_modified(self) -> str:
        return self.main.date

    def commit(
        self,
        files: Mapping[str, Content | None],
        *,
        branch: str = "main",
        title: str = "Upload files",
        date: str | None = None,
    ) -> Commit:
        """A new commit on ``branch`` (made from main when new; ``refs/pr/N`` is a pull request). None deletes a file.

        ``date`` None = a day after the parent.
        """
        heads = self.pull_requests if branch.startswith("refs/pr/") else self.branches
        parent = heads.get(branch) or self.branches.get("main")
        tree = dict(parent.files) if parent else {}
        for path, content in files.items():
            if content is None:
                del tree[path]
            else:
                tree[path] = self._blob(path, content)
        when = date or (written(instant(parent.date) + timedelta(days=1)) if parent else self.created_at)
        identity = "\n".join(
            [self.hub_id, parent.sha if parent else "", title, when, *(f"{p} {tree[p].oid}" for p in sorted(tree))]
        )
        sha = sha1(identity.encode("utf-8", "surrogatepass")).hexdigest()
        commit = Commit(sha, parent, tree, frozenset(files), title, self.author or self.id, when)
        heads[branch] = self.commits[sha] = commit
        return commit

    def tag(self, name: str, sha: str | None = None) -> None:
        """A tag on ``sha`` (None = main)."""
        self.tagged[name] = self.commits[sha or self.sha]

    def revision(self, name: str) -> Commit | None:
        """The commit a branch, tag, ``refs/...`` name, ``HEAD`` or whole sha stands for."""
        name = "main" if name == "HEAD" else name
        short = name.removeprefix("refs/heads/").removeprefix("refs/tags/")
        return (
            self.branches.get(short)
            or self.tagged.get(short)
            or self.pull_requests.get(name)
            or self.branches.get(name)
            or self.commits.get(name)
        )

    def _blob(self, path: str, content: Content) -> Blob:
        if isinstance(content, Path):
            data = content.read_bytes()
        elif isinstance(content, bytes):
            data = content
        elif isinstance(content, str):
            data = content.encode("utf-8", "surrogatepass")
        else:
            data = (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
        name = path.rsplit("/", 1)[-1]
        return Blob(data, any(fnmatchcase(name, pattern) for pattern in self.lfs))


@dataclass
class Owner:
    """Who holds a namespace; ``kind`` is ``org`` or ``user``."""

    name: str
    created_at: str
    kind: str = "org"
    fullname: str = ""
    verified: bool = False
    generation: int = 0
    """How often the name was registered before: another holder has another ``_id``."""

    @property
    def hub_id(self) -> str:
        return object_id(self.created_at, self.kind, self.name, str(self.generation))


class World:
    """All repositories by name, the redirects left by renames, and the owners.

    Names are looked up whatever their case; the name a repository has now is canonical.
    """

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.redirects: dict[str, str] = {}
        self.owners: dict[str, Owner] = {}
        self.datasets: set[str] = set()

    def add(self, repo: Repo) -> Repo:
        key = repo.id.lower()
        if key in self.repos:
            raise ValueError(f"{repo.id} exists: use commit(), or take_over() for another repository of that name")
        self.redirects.pop(key, None)
        self.repos[key] = repo
        if repo.author and repo.author.lower() not in self.owners:
            self.owners[repo.author.lower()] = Owner(repo.author, repo.created_at)
        return repo

    def find(self, name: str) -> Repo | None:
        """The repository a name leads to, through case and renames; its ``id`` may differ from ``name``."""
        key = name.lower()
        while key not in self.repos and key in self.redirects:
            key = self.redirects[key].lower()
        return self.repos.get(key)

    def rename(self, old: str, new: str) -> Repo:
        """The repository keeps its ``_id`` and commits; the old name redirects."""
        if new.lower() in self.repos:
            raise ValueError(f"{new} exists")
        repo = self.repos.pop(old.lower())
        repo.id = new
        self.add(repo)
        self.redirects[old.lower()] = new
        return repo

    def delete(self, name: str) -> None:
        """The repository is gone, and so are the redirects that led to it."""
        gone = self.repos[name.lower()]
        self.redirects = {old: new for old, new in self.redirects.items() if self.find(old) is not gone}
        del self.repos[name.lower()]

    def take_over(self, name: str, repo: Repo) -> Repo:
        """Somebody else registered the freed namespace and made ``repo`` under the same name.

        The owner is another one from then on; the repository has another ``_id`` and none of the old commits.
        """
        old = self.repos.get(name.lower())
        if repo.id.lower() != name.lower():
            raise ValueError(f"the new repository is called {repo.id}, not {name}")
        if old is not None and repo.created_at <= old.created_at:
            raise ValueError("a taken over name was created later than the first one: give created_at")
        if old is not None:
            self.delete(name)
        self.add(repo)
        if repo.author:
            key = repo.author.lower()
            self.owners[key] = Owner(repo.author, repo.created_at, "user", generation=self.owners[key].generation + 1)
        return repo
