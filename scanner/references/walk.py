"""Going through a code base: which files are read, by whom, and which are not, with the reason.

Nothing is left out in silence. Version control's own folder, installed packages and caches are passed over by name and
counted; symbolic links are not followed: what they lead to within the code base is read where it lies, and one that
leads out of it is told as not read. ``.gitignore`` is not asked: a file may be committed in spite of it.
"""

from __future__ import annotations

import gc
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase, translate
from functools import cache
from pathlib import Path

from scanner.references import READERS
from scanner.references.names import Names
from scanner.references.reader import Reader
from scanner.references.reference import Kind, Reference
from scanner.references.remarks import Remark, remarks
from scanner.references.source import Source, Unread
from scanner.references.weights import POINTER, WEIGHTS

MAX_BYTES = 8_000_000
"""Of a larger file the beginning is read, and that is told."""
_HEAD = 1_000_000
"""Enough of a weights file to tell what it is."""
_PIECE = 64
"""Files that a process is given at a time; large ones lie together."""
_GARBAGE = 250_000
"""Bytes that are read before what they left in memory is looked through: a tree takes a hundred times as much."""
_ALONE = 600
"""Up to so many files other processes cost more than they save."""
PASSED_OVER = {
    ".git": "version control", ".hg": "version control", ".svn": "version control", ".jj": "version control",
    "node_modules": "installed packages", "site-packages": "installed packages", ".tox": "installed packages",
    ".nox": "installed packages", ".venv": "installed packages", "__pycache__": "cache", ".mypy_cache": "cache",
    ".pytest_cache": "cache", ".ruff_cache": "cache", ".ipynb_checkpoints": "cache",
}  # fmt: skip
_OF_ENVIRONMENT = frozenset(("bin", "include", "lib", "lib64", "share", "scripts"))
"""Folders of a virtual environment. Its mark, an empty file, is soon made: it hides nothing else."""
_WILD = re.compile(r"[*?\[/]")
EXCLUDED = "excluded"
"""The reason for what whoever asked did not want to be looked at."""
_LINK = "symbolic link"
_OUT = "a symbolic link out of the code base: scan what holds both, or leave it out with --exclude"
_POINTER = b"version https://git-lfs.github.com/spec/v1"
_SHEBANGS = {b"python": ".py", b"bash": ".sh", b"sh": ".sh", b"zsh": ".sh", b"dash": ".sh", b"node": ".js"}


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at. ``unread`` and ``partly`` are paths with the reason; ``passed_over`` counts by reason.

    ``ignored`` counts, by reason, the texts of an id's shape that were not believed to name a model.
    """

    files: int
    read: int
    unread: tuple[tuple[str, str], ...]
    partly: tuple[tuple[str, str], ...]
    passed_over: Mapping[str, int]
    ignored: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Found:
    """The references of a code base in the order of its paths; the ignored ones only where they were asked for."""

    references: tuple[Reference, ...]
    remarks: tuple[Remark, ...]
    coverage: Coverage


@dataclass(slots=True)
class _Seen:
    """What one piece of the files holds."""

    references: list[Reference] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    partly: list[tuple[str, str]] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    read: int = 0


def search(
    root: Path, names: Names, *, processes: int = 1, exclude: Sequence[str] = (), ignored: bool = False
) -> Found:
    """Every reference in the file or folder ``root``; ``exclude`` are globs of paths, told in the coverage.

    Raises:
        OSError: ``root`` itself cannot be read.
    """
    seen = _Seen()
    if root.is_dir():
        base, paths = root, list(_files(root, exclude, seen))
    else:
        root.stat()
        base, paths = root.parent, [root.name]
    pieces = [paths[at : at + _PIECE] for at in range(0, len(paths), _PIECE)]
    for piece in _read(base, pieces, names, ignored, processes if len(paths) > _ALONE else 1):
        seen.references += piece.references
        seen.remarks += piece.remarks
        seen.unread += piece.unread
        seen.partly += piece.partly
        seen.passed_over += piece.passed_over
        seen.ignored += piece.ignored
        seen.read += piece.read
    coverage = Coverage(
        seen.read + len(seen.unread), seen.read, tuple(seen.unread), tuple(seen.partly),
        dict(seen.passed_over), dict(seen.ignored),
    )  # fmt: skip
    return Found(tuple(seen.references), tuple(seen.remarks), coverage)


def _files(root: Path, exclude: Sequence[str], seen: _Seen) -> Iterator[str]:
    """Paths of all files below ``root`` that are not passed over, each folder's in order."""
    waiting, real = [""], os.path.realpath(root)
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            if not folder:
                raise
            seen.unread.append((printable(folder), f"a folder that cannot be opened: {error.strerror}"))
            continue
        below = []
        environment = any(entry.name == "pyvenv.cfg" for entry in entries)
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            reason = _passed_over(entry, path, exclude, environment)
            if reason == _LINK and _leads_out(entry.path, real):
                seen.unread.append(
                    (
                        printable(path),
                        "a symbolic link out of the code base: scan what holds both, or leave it out with --exclude",
                    )
                )
            elif reason:
                seen.passed_over[reason] += 1
            elif entry.is_dir(follow_symlinks=False):
                below.append(path)
            else:
                yield path
        waiting += reversed(below)


def printable(path: str) -> str:
    """A path as it is reported: bytes that are no UTF-8 as ``\\xff``."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")


def _leads_out(link: str, root: str) -> bool:
    """True for a link to something that is there, outside of ``root``, and would be read if it lay within."""
    end = os.path.realpath(link)
    if end == root or end.startswith(f"{root.rstrip(os.sep)}{os.sep}"):
        return False
    return os.path.isdir(end) or (os.path.isfile(end) and reader_of(link) is not None)  # noqa: PTH112, PTH113


def is_excluded(path: str, exclude: Sequence[str]) -> bool:
    """True for a path that one of the globs takes, whole or by a name in it, or that lies in such a folder."""
    while path:
        if any(fnmatchcase(path, glob) or fnmatchcase(path.rpartition("/")[2], glob) for glob in exclude):
            return True
        path = path.rpartition("/")[0]
    return False


def _passed_over(entry: os.DirEntry[str], path: str, exclude: Sequence[str], environment: bool) -> str | None:
    if exclude and is_excluded(path, exclude):
        return EXCLUDED
    if entry.is_symlink():
        return _LINK
    if entry.is_dir(follow_symlinks=False):
        if (reason := PASSED_OVER.get(entry.name)) is not None:
            return reason
        return "installed packages" if environment and entry.name.lower() in _OF_ENVIRONMENT else None
    return None if entry.is_file(follow_symlinks=False) else "no regular file"


_names: Names | None = None


def _start(names: Names) -> None:
    global _names
    _names = names


def _read_with_own(base: Path, piece: Sequence[str], ignored: bool) -> _Seen:
    assert _names is not None
    return _read_piece(base, piece, _names, ignored)


def _read(base: Path, pieces: Sequence[Sequence[str]], names: Names, ignored: bool, processes: int) -> Iterable[_Seen]:
    if processes < 2:
        for piece in pieces:
            yield _read_piece(base, piece, names, ignored)
        return
    with ProcessPoolExecutor(processes, initializer=_start, initargs=(names,)) as pool:
        bases, wanted = [base] * len(pieces), [ignored] * len(pieces)
        yield from pool.map(_read_with_own, bases, pieces, wanted)


def _read_piece(base: Path, paths: Sequence[str], names: Names, ignored: bool) -> _Seen:
    seen = _Seen()
    with _collecting() as collect:
        for path in paths:
            collect(_read_file(base, path, names, ignored, seen))
    return seen


@contextmanager
def _collecting() -> Iterator[Callable[[int], None]]:
    """Garbage is collected between files only: a tree that is being read holds none, and each look takes it all in.

    Gives what is told how many bytes were read.
    """
    was, left = gc.isenabled(), _GARBAGE

    def collect(size: int) -> None:
        nonlocal left
        left -= size
        if left < 0:
            gc.collect(0)
            left = _GARBAGE

    gc.disable()
    try:
        yield collect
    finally:
        if was:
            gc.enable()


def _read_file(base: Path, file: str, names: Names, ignored: bool, seen: _Seen) -> int:
    """Read a file into ``seen``; how many bytes were read."""
    path = printable(file)
    try:
        source, reader = _opened(base, file)
    except OSError as error:
        seen.unread.append((path, error.strerror or str(error)))
        return 0
    if reader is None:
        seen.passed_over["no reader for this kind of file"] += 1
        return len(source.data)
    try:
        found = list(reader.read(source, names))
    except Unread as error:
        seen.unread.append((path, str(error)))
        return len(source.data)
    except RecursionError:
        seen.unread.append((path, "too deeply nested"))
        return len(source.data)
    seen.read += 1
    if source.size > len(source.data) and not any(one.kind is Kind.WEIGHTS for one in found):
        seen.partly.append((path, f"only its first {len(source.data)} bytes of {source.size} were read"))
    for one in found:
        if one.kind is Kind.IGNORED:
            seen.ignored[one.reason] += 1
        if ignored or one.kind is not Kind.IGNORED:
            seen.references.append(one)
    if b"modelorigin:" in source.data:
        seen.remarks += remarks(source)
    return len(source.data)


def _opened(base: Path, path: str) -> tuple[Source, Reader | None]:
    reader = reader_of(path)
    with open(f"{base}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - a third of the time of Path.open
        size = os.fstat(file.fileno()).st_size
        if reader is None:
            head = file.read(256)
            data = head
            reader = _by_content(path, head)
            if reader is not None and size > len(head):
                data = head + file.read(MAX_BYTES - len(head))
        else:
            data = file.read(min(size, _HEAD if reader is WEIGHTS else MAX_BYTES))
            if data.startswith(_POINTER):
                reader = POINTER
    return Source(printable(path), data, size), reader


def _by_content(path: str, head: bytes) -> Reader | None:
    """Who reads a file whose name says nothing: an LFS pointer, or a script by its first line."""
    if head.startswith(_POINTER):
        return POINTER
    if head.startswith(b"#!"):
        words = head.partition(b"\n")[0].replace(b"/", b" ").split()
        suffix = next((_SHEBANGS[w.rstrip(b"0123456789.")] for w in words if w.rstrip(b"0123456789.") in _SHEBANGS), "")
        return reader_of(f"{path}{suffix}") if suffix else None
    return None


def reader_of(path: str) -> Reader | None:
    """The reader that takes a file of this path: the first of those that do."""
    lower = path.lower()
    name = lower.rpartition("/")[2]
    names, suffixes, patterns = _asked()
    taking = [number for number, pattern, whole in patterns if pattern.match(lower if whole else name)]
    taking.append(names.get(name, len(READERS)))
    dot = name.find(".", 1)
    while dot > 0:
        taking.append(suffixes.get(name[dot:], len(READERS)))
        dot = name.find(".", dot + 1)
    first = min(taking)
    return READERS[first] if first < len(READERS) else None


@cache
def _asked() -> tuple[dict[str, int], dict[str, int], list[tuple[int, re.Pattern[str], bool]]]:
    """The number of the first reader by whole name and by ending, and what is left of the globs: most are these."""
    names: dict[str, int] = {}
    suffixes: dict[str, int] = {}
    patterns = []
    for number, reader in enumerate(READERS):
        for glob in reader.globs:
            if glob.startswith("*.") and not _WILD.search(glob[1:]):
                suffixes.setdefault(glob[1:], number)
            elif not _WILD.search(glob) and "/" not in glob:
                names.setdefault(glob, number)
            else:
                patterns.append((number, re.compile(translate(glob)), "/" in glob))
    return names, suffixes, patterns
