"""Is what came what was asked for? The bytes of a file against its listing, of a range against the request."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from scanner.model import Artifact

A_POINTER = "an LFS pointer in place of the file"
_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")


def is_pointer(body: bytes) -> bool:
    """True for what git holds in place of a large file."""
    return body.startswith(_POINTER)


def difference(artifact: Artifact, body: bytes) -> str | None:
    """How ``body``, read whole, is not the file that was listed, in words; None when nothing speaks against it."""
    if is_pointer(body):
        return A_POINTER
    if artifact.size not in (None, len(body)):
        return f"{len(body):,} bytes came, {artifact.size:,} are listed"
    if artifact.sha256 is not None:
        return None if hashlib.sha256(body).hexdigest() == artifact.sha256 else "another sha256 than listed"
    git = hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
    return None if artifact.oid in (None, git) else "another git id than listed"


def part(
    status: int, headers: Mapping[str, str], body: bytes, start: int, length: int, size: int | None
) -> bytes | None:
    """The bytes ``[start, start + length)`` out of an answer to a range request, or None when it holds others.

    Args:
        status: 206, 416, or 200 from a server that ignored the range.
        headers: lower-cased.
        size: of the whole file, when it is known.
    """
    if status == 416:
        return b"" if size is None else None
    if status == 200:
        return body if start == 0 and size in (None, len(body)) else None
    found = _RANGE.fullmatch(headers.get("content-range", "").strip())
    if found is None or headers.get("content-encoding"):
        return None
    first, last, total = int(found[1]), int(found[2]), size if found[3] == "*" else int(found[3])
    complete = last == start + length - 1 or (total is not None and last == total - 1 < start + length)
    agreed = size in (None, total)
    return body if first == start and complete and agreed and len(body) == last - first + 1 else None
