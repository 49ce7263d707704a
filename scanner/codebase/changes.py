"""What a change adds. Git is asked what the base holds; both sides are read, and what stands on one side only is new.

Lines that move, and files that are renamed, add nothing. What is not yet committed belongs to the change. Whether a
file is another is told from its content, not by git: no setting, attribute or index of the repository hides one.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from scanner.errors import UsageError
from scanner.references import Kind, Names, Reference
from scanner.references.walk import MAX_BYTES, is_excluded, printable, reader_of, search
from scanner.references.weights import WEIGHTS

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
_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"


@dataclass(frozen=True, slots=True)
class _Blob:
    """A file of a commit: its name there, and the folder of the repository that holds it."""

    repository: Path
    name: str


def added(
    root: Path, base: str, references: Iterable[Reference], names: Names, exclude: Sequence[str] = ()
) -> frozenset[Reference]:
    """Those of ``references`` (of the code base at ``root``, as it lies there) that ``base`` does not hold.

    ``base`` is a branch, tag or commit: what both have since diverged from is compared with. What ``exclude`` left out
    was in no code base before either.

    Raises:
        UsageError: ``root`` is in no git repository, git is missing, or it does not know ``base``.
    """
    folder = root if root.is_dir() else root.parent
    _has_a_work_tree(folder)
    start = _git(folder, "merge-base", "--end-of-options", base, "HEAD").decode().strip()
    held = {path: blob for path, blob in _held(folder, start, "", _SUBMODULES_DEEP) if not is_excluded(path, exclude)}
    weights = {blob.name for path, blob in held.items() if reader_of(path) is WEIGHTS}
    now: dict[str, list[Reference]] = {}
    for one in references:
        now.setdefault(one.path, []).append(one)
    shown = {printable(path): path for path in held}
    changed: set[str] = set()
    for path in now:
        real = shown.get(path, path)
        was = held.get(real)
        this = _content(folder / real, was)
        # Another file may be called what the first one is only shown as.
        if was is None or was.name not in this or (real != path and os.path.lexists(folder / path)):
            changed.add(path)
        if any(one.kind is Kind.WEIGHTS for one in now[path]) and not this.isdisjoint(weights):
            # The same weights, under another name or fetched by Git LFS.
            changed.discard(path)
    gone = {path for path in held if not os.path.lexists(folder / path)}
    old = {path: blob for path, blob in held.items() if path in gone or printable(path) in changed}
    before = _before({path: blob for path, blob in old.items() if reader_of(path) is not WEIGHTS}, names)
    here = [one for path in now for one in now[path] if path in changed]
    # First what stayed in its file, then what moved to another.
    unmatched, left = _unmatched(here, before, lambda one: (one.path, *_said(one)))
    return frozenset(_unmatched(unmatched, left, _said)[0])


def _has_a_work_tree(folder: Path) -> None:
    """A folder that is a repository's own could be part of the change, and would answer in the place of the real one.

    Raises:
        UsageError: the folder is such a one, or lies in one.
    """
    own = Path(os.fsdecode(_git(folder, "rev-parse", "--absolute-git-dir")).rstrip("\n"))
    if folder.resolve().is_relative_to(own.resolve()):
        raise UsageError(
            f"git takes {printable(str(own))} for a repository: it is a folder of the code base",
            hint="remove HEAD, objects and refs from that folder, or name another PATH",
        )


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


def _content(file: Path, like: _Blob | None) -> frozenset[str]:
    """What git may call the content of a file as it lies there: it, or its pointer; nothing where it cannot be read."""
    kind = "sha256" if like and len(like.name) == 64 else "sha1"
    whole, own = hashlib.new(kind, usedforsecurity=False), hashlib.sha256()
    try:
        with file.open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size
            whole.update(b"blob %d\0" % size)
            while piece := opened.read(1 << 20):
                whole.update(piece)
                own.update(piece)
    except OSError:
        return frozenset()
    pointer = _POINTER % (own.hexdigest().encode(), size)
    pointed = hashlib.new(kind, b"blob %d\0%s" % (len(pointer), pointer), usedforsecurity=False)
    return frozenset((whole.hexdigest(), pointed.hexdigest()))


def _before(wanted: Mapping[str, _Blob], names: Names) -> list[Reference]:
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
        return list(search(old, names).references)


def _contents(repository: Path, blobs: list[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    """Each file with the beginning of its content, as much as a reader would see."""
    for at in range(0, len(blobs), _TOGETHER):
        some = blobs[at : at + _TOGETHER]
        with TemporaryFile() as answer:
            _git(repository, "cat-file", "--batch", given="".join(f"{name}\n" for _, name in some), into=answer)
            answer.seek(0)
            for path, _ in some:
                said = answer.readline().split()
                if said[1:2] != [b"blob"]:
                    raise UsageError(f"git cannot compare: {path!r} of the base is not here", hint=_FETCH)
                size = int(said[2])
                kept = min(size, MAX_BYTES + 1)
                yield path, answer.read(kept)
                answer.seek(size - kept + 1, os.SEEK_CUR)


_TOGETHER = 64
"""Files asked for at a time."""
_FETCH = "name a branch or commit that was fetched; in CI fetch the whole history (fetch-depth: 0, no filter)"
_TRUST = "git answers the owner of a folder alone: run as that user, or git config --global --add safe.directory FOLDER"


def _git(folder: Path, *arguments: str, given: str = "", into: IO[bytes] | int = subprocess.PIPE) -> bytes:
    """What git answers; with ``into`` it is written there.

    Raises:
        UsageError: it does not answer.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, its arguments a list
            [*_GIT, "-C", str(folder), *arguments], stdout=into, stderr=subprocess.PIPE, check=True, timeout=600,
            input=given.encode(), env=kept | _SAFE,
        )  # fmt: skip
    except (FileNotFoundError, PermissionError) as error:
        raise UsageError("--diff needs git, which is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError("git gave no answer in ten minutes") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode("utf-8", "replace").strip().split("\n")
        said = next((line for line in lines if line.startswith(_COMPLAINS)), lines[-1])[:_LONGEST]
        hint = _TRUST if "ownership" in said else _FETCH
        raise UsageError(f"git cannot compare: {said or 'nothing in common with the base'}", hint=hint) from error
    return done.stdout or b""


_COMPLAINS = ("fatal:", "error:")
