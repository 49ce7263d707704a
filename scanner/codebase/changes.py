"""What a change adds. Git is asked what the base holds; both sides are read, and what stands on one side only is new.

Lines that move, and files that are renamed, add nothing. What is not yet committed belongs to the change. Whether a
file is another is told from its content, not by git: no setting, attribute or index of the repository hides one.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scanner.errors import UsageError
from scanner.references import Kind, Names, Reference
from scanner.references.walk import MAX_BYTES, printable, search

_LONGEST = 120
# A repository's own configuration must start no program here, nor fetch anything.
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false")
_SAFE = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
}
_OF_ANOTHER = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE",
               "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CEILING_DIRECTORIES")  # fmt: skip
"""What a hook finds set: it names the repository of the hook, not that of the code base."""
_SUBMODULES_DEEP = 5


@dataclass(frozen=True, slots=True)
class _Blob:
    """A file of a commit: its name there, and the folder of the repository that holds it."""

    repository: Path
    name: str


def added(root: Path, base: str, references: Iterable[Reference], names: Names) -> frozenset[Reference]:
    """Those of ``references`` (of the code base at ``root``, as it lies there) that ``base`` does not hold.

    ``base`` is a branch, tag or commit: what both have since diverged from is compared with.

    Raises:
        UsageError: ``root`` is in no git repository, git is missing, or it does not know ``base``.
    """
    folder = root if root.is_dir() else root.parent
    start = _git(folder, "merge-base", "--end-of-options", base, "HEAD").decode().strip()
    held = dict(_held(folder, start, "", _SUBMODULES_DEEP))
    contents = {blob.name for blob in held.values()}
    now: dict[str, list[Reference]] = {}
    for one in references:
        now.setdefault(one.path, []).append(one)
    shown = {printable(path): path for path in held}
    changed: set[str] = set()
    for path in now:
        was = held.get(shown.get(path, path))
        this = _content(folder / shown.get(path, path), was)
        if was is None or this != was.name:
            changed.add(path)
        if any(one.kind is Kind.WEIGHTS for one in now[path]) and this in contents:
            # The same weights under another name.
            changed.discard(path)
    gone = {path for path in held if not os.path.lexists(folder / path)}
    wanted = {path: held[path] for path in held if path in gone or printable(path) in changed}
    before = [one for one in _before(wanted, names) if one.kind is not Kind.WEIGHTS]
    here = [one for path in now for one in now[path] if path in changed]
    # First what stayed in its file, then what moved to another.
    unmatched, left = _unmatched(here, before, lambda one: (one.path, *_said(one)))
    return frozenset(_unmatched(unmatched, left, _said)[0])


def _unmatched(
    now: Iterable[Reference], before: Iterable[Reference], key: Callable[[Reference], Hashable]
) -> tuple[list[Reference], list[Reference]]:
    """What stands on one side only, of either side; as often as it stands there more often."""
    held: dict[Hashable, list[Reference]] = {}
    for one in before:
        held.setdefault(key(one), []).append(one)
    new = []
    for one in now:
        if same := held.get(key(one)):
            same.pop()
        else:
            new.append(one)
    return new, [one for same in held.values() for one in same]


def _said(one: Reference) -> tuple[Hashable, ...]:
    return one.kind, one.repo.key if one.repo else None, one.text, one.revision, one.flags, one.how


def _held(folder: Path, commit: str, below: str, deep: int) -> Iterator[tuple[str, _Blob]]:
    """The files below ``folder`` at ``commit`` by their paths, those of submodules that are checked out included."""
    for entry in _git(folder, "ls-tree", "-r", "-z", commit, "--", ".").split(b"\0"):
        if not entry:
            continue
        said, _, name = entry.partition(b"\t")
        mode, kind, digest = said.decode().split()
        path = os.fsdecode(name)
        if ".." in Path(path).parts:
            continue
        if kind == "blob" and mode != "120000":
            yield below + path, _Blob(folder, digest)
        elif kind == "commit" and deep and (folder / path / ".git").exists():
            try:
                yield from _held(folder / path, digest, f"{below}{path}/", deep - 1)
            except UsageError:
                # Its history is not here: then whatever stands in it is new.
                continue


def _content(file: Path, like: _Blob | None) -> str | None:
    """How git names the content of a file as it lies there; None where it cannot be read."""
    digest = hashlib.new("sha256" if like and len(like.name) == 64 else "sha1", usedforsecurity=False)
    try:
        with file.open("rb") as opened:
            digest.update(b"blob %d\0" % os.fstat(opened.fileno()).st_size)
            while piece := opened.read(1 << 20):
                digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()


def _before(wanted: Mapping[str, _Blob], names: Names) -> Iterator[Reference]:
    """The references of those files as they stood in the base."""
    with TemporaryDirectory(prefix="modelorigin-") as place:
        old = Path(place)
        together: dict[Path, list[str]] = {}
        for path, blob in wanted.items():
            together.setdefault(blob.repository, []).append(path)
        for repository, paths in together.items():
            for path, content in _contents(repository, [(path, wanted[path].name) for path in paths]):
                target = old / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        yield from search(old, names).references


def _contents(repository: Path, blobs: list[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    """Each file with the beginning of its content, as much as a reader would see."""
    for at in range(0, len(blobs), _TOGETHER):
        some = blobs[at : at + _TOGETHER]
        answer = _git(repository, "cat-file", "--batch", given="".join(f"{name}\n" for _, name in some).encode())
        start = 0
        for path, _ in some:
            end = answer.index(b"\n", start)
            said = answer[start:end].split()
            if said[1:2] != [b"blob"]:
                raise UsageError(f"git cannot compare: {path!r} of the base is not here", hint=_FETCH)
            size = int(said[2])
            yield path, answer[end + 1 : end + 1 + min(size, MAX_BYTES + 1)]
            start = end + 2 + size


_TOGETHER = 64
"""Files asked for at a time: they are held in memory."""
_FETCH = "name a branch or commit that was fetched; in CI fetch the whole history (fetch-depth: 0, no filter)"


def _git(folder: Path, *arguments: str, given: bytes | None = None) -> bytes:
    kept = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, its arguments a list
            [*_GIT, "-C", str(folder), *arguments], capture_output=True, check=True, timeout=600,
            input=given, env=kept | _SAFE,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise UsageError("--diff needs git, which is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError("git gave no answer in ten minutes") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().split("\n")[-1][:_LONGEST]
        raise UsageError(f"git cannot compare: {said or 'nothing in common with the base'}", hint=_FETCH) from error
    return done.stdout
