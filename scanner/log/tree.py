"""A Merkle tree over a list that only grows: RFC 6962 section 2.1, SHA-256.

A tree is never held whole. Every hash that a root or a proof is made of belongs to a ``Span`` of leaves, and every span
is put together from a few perfect subtrees. ``Tree`` sees the leaves pass once and keeps the right edge, and of the
rest only the subtrees it was asked for: memory grows with the logarithm of the size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

LENGTH = 32
"""Bytes of a hash."""
EMPTY = sha256().digest()
"""The root of no leaves."""

Node = tuple[int, int]
"""A perfect subtree: its height, and its place among those of that height, counted from the left."""


class BadProof(ValueError):
    """The proof does not lead to the root; the message says why, in one line."""


def leaf_hash(body: bytes) -> bytes:
    """The hash of one record."""
    return sha256(b"\0" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees that stand side by side."""
    return sha256(b"\1" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Span:
    """The leaves from ``start`` up to, not including, ``stop``, as RFC 6962 divides a tree."""

    start: int
    stop: int

    def nodes(self) -> Iterator[Node]:
        """The perfect subtrees the span is made of, from left to right: one for each bit of its length."""
        start, length = self.start, self.stop - self.start
        while length:
            height = length.bit_length() - 1
            yield height, start >> height
            start += 1 << height
            length -= 1 << height


class Tree:
    """The hash of all leaves so far, and of the spans ``wanted``.

    ``size`` and ``edge`` continue a tree that is known to there: the hashes of its perfect subtrees, largest first.

    Raises:
        ValueError: the edge is not one of a tree of that size.
    """

    __slots__ = ("_edge", "_kept", "size")

    def __init__(self, size: int = 0, edge: bytes = b"", wanted: Iterable[Span] = ()) -> None:
        if size < 0 or len(edge) != LENGTH * size.bit_count():
            raise ValueError(f"{len(edge)} bytes are not the edge of a tree of {size} leaves")
        self.size = size
        self._edge = [edge[at : at + LENGTH] for at in range(0, len(edge), LENGTH)]
        self._kept: dict[Node, bytes | None] = {node: None for span in wanted for node in span.nodes()}

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add the hashes of the next leaves."""
        edge, kept, place = self._edge, self._kept, self.size
        for digest in leaves:
            at, height = place, 0
            if (height, at) in kept:
                kept[height, at] = digest
            while at & 1:
                digest = sha256(b"\1" + edge.pop() + digest).digest()
                at >>= 1
                height += 1
                if (height, at) in kept:
                    kept[height, at] = digest
            edge.append(digest)
            place += 1
        self.size = place

    @property
    def edge(self) -> bytes:
        """What a tree is continued from."""
        return b"".join(self._edge)

    @property
    def root(self) -> bytes:
        return _joined(self._edge)

    def hash(self, span: Span) -> bytes:
        """The hash of a span that was wanted from the beginning.

        Raises:
            ValueError: it was not wanted, or its leaves did not pass.
        """
        found = [self._kept.get(node) for node in span.nodes()]
        whole = [digest for digest in found if digest is not None]
        if len(whole) < len(found):
            raise ValueError(f"the leaves {span.start} to {span.stop} did not pass")
        return _joined(whole)


def _joined(digests: Sequence[bytes]) -> bytes:
    if not digests:
        return EMPTY
    root = digests[-1]
    for digest in reversed(digests[:-1]):
        root = node_hash(digest, root)
    return root


def inclusion(index: int, size: int) -> list[Span]:
    """The spans whose hashes prove that leaf ``index`` is in the tree of ``size``: its sibling first, RFC 6962 2.1.1.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    start, stop = 0, size
    path = []
    while stop - start > 1:
        middle = start + _half(stop - start)
        if index < middle:
            path.append(Span(middle, stop))
            stop = middle
        else:
            path.append(Span(start, middle))
            start = middle
    return path[::-1]


def consistency(old: int, size: int) -> list[Span]:
    """The spans whose hashes prove that the tree of ``old`` leaves begins that of ``size``: RFC 6962 2.1.2.

    Raises:
        ValueError: ``old`` is larger than ``size``, or negative.
    """
    if not 0 <= old <= size:
        raise ValueError(f"{old} leaves are no beginning of {size}")
    if old in (0, size):
        return []
    start, stop, whole = 0, size, True
    path = []
    while old != stop:
        middle = start + _half(stop - start)
        if old <= middle:
            path.append(Span(middle, stop))
            stop = middle
        else:
            path.append(Span(start, middle))
            start, whole = middle, False
    return path[::-1] if whole else [Span(start, stop), *path[::-1]]


def _half(length: int) -> int:
    """The largest power of two below ``length``."""
    return 1 << ((length - 1).bit_length() - 1)


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise unless ``proof`` leads from the hash of leaf ``index`` to the ``root`` of ``size`` leaves.

    Raises:
        BadProof: it does not, or there is no such leaf.
    """
    if not 0 <= index < size:
        raise BadProof(f"there is no leaf {index} in a tree of {size}")
    spans = inclusion(index, size)
    if len(proof) != len(spans):
        raise BadProof(f"{len(proof)} hashes where {len(spans)} prove a leaf of {size}")
    found = leaf
    for span, sibling in zip(spans, proof, strict=True):
        found = node_hash(sibling, found) if span.start <= index and span.stop <= index else node_hash(found, sibling)
    if found != root:
        raise BadProof("the proof leads to another root")


def check_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raise unless ``proof`` shows that the tree of ``old`` leaves is the beginning of the tree of ``size``.

    Raises:
        BadProof: it does not.
    """
    if not 0 <= old <= size:
        raise BadProof(f"{old} leaves are no beginning of {size}")
    spans = consistency(old, size)
    if len(proof) != len(spans):
        raise BadProof(f"{len(proof)} hashes where {len(spans)} prove that {old} leaves begin {size}")
    if old == 0:
        return
    if old == size:
        if old_root != root:
            raise BadProof("two roots for one size")
        return
    # An old tree that is one perfect subtree of the new one is its own first hash, and is left out of the proof.
    pairs = list(zip(spans, proof, strict=True))
    before = after = old_root if spans[0].start == old else pairs.pop(0)[1]
    for span, digest in pairs:
        if span.start < old:
            before, after = node_hash(digest, before), node_hash(digest, after)
        else:
            after = node_hash(after, digest)
    if before != old_root or after != root:
        raise BadProof("the proof leads to another root")
