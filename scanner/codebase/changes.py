"""What a change adds. Git is asked which files differ; both sides are read, and what stands on one side only is new.

Lines that move, and files that are renamed, add nothing. What is not yet committed belongs to the change.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from scanner.errors import UsageError
from scanner.references import Names, Reference
from scanner.references.walk import MAX_BYTES, search

_LONGEST = 120
# A repository's own configuration must start no program here.
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false")


def added(root: Path, base: str, references: Iterable[Reference], names: Names) -> frozenset[Reference]:
    """Those of ``references`` (of the code base at ``root``, as it lies there) that ``base`` does not hold.

    ``base`` is a branch, tag or commit: what both have since diverged from is compared with.

    Raises:
        UsageError: ``root`` is in no git repository, git is missing, or it does not know ``base``.
    """
    folder = root if root.is_dir() else root.parent
    start = _git(folder, "merge-base", "--end-of-options", base, "HEAD").decode().strip()
    changed = set(_paths(_git(folder, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv",
                              "--relative", start, "--", ".")))  # fmt: skip
    changed |= set(_paths(_git(folder, "ls-files", "--others", "-z", "--", ".")))
    now = [one for one in references if one.path in changed]
    before = list(_before(folder, start, sorted(changed), names))
    # First what stayed in its file, then what moved to another.
    unmatched, left = _unmatched(now, before, lambda one: (one.path, *_said(one)))
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


def _before(folder: Path, commit: str, paths: Sequence[str], names: Names) -> Iterator[Reference]:
    """The references of those files as they stood at ``commit``."""
    with TemporaryDirectory(prefix="modelorigin-") as place:
        old = Path(place)
        held = set(_paths(_git(folder, "ls-tree", "-r", "-z", "--name-only", commit, "--", ".")))
        for path in held.intersection(paths):
            target = old / path
            if ".." in target.parts:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_git(folder, "cat-file", "blob", f"{commit}:./{path}")[: MAX_BYTES + 1])
        yield from search(old, names).references


def _paths(answer: bytes) -> Iterator[str]:
    return (path.decode("utf-8", "surrogateescape") for path in answer.split(b"\0") if path)


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, its arguments a list
            [*_GIT, "-C", str(folder), *arguments], capture_output=True, check=True, timeout=600
        )
    except FileNotFoundError as error:
        raise UsageError("--diff needs git, which is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError("git gave no answer in ten minutes") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().split("\n")[-1][:_LONGEST]
        raise UsageError(
            f"git cannot compare: {said or 'nothing in common with the base'}",
            hint="name a branch or commit that was fetched; in CI fetch the whole history (fetch-depth: 0)",
        ) from error
    return done.stdout
