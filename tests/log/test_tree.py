"""Roots and proofs are those of RFC 6962, whatever the size; a wrong one is refused."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.log.tree import (
    EMPTY,
    BadProof,
    Span,
    Tree,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
)

# The reference data of Certificate Transparency (certificate-transparency, merkle_tree_test; transparency-dev/merkle,
# testonly/constants.go): eight leaves and the root after each.
LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [bytes.fromhex(text) for text in (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)]  # fmt: skip
CONSISTENT = {
    (1, 8): ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
    (6, 8): ("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (2, 5): ("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
}  # fmt: skip
INCLUDED = {
    (0, 8): CONSISTENT[1, 8],
    (5, 8): ("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
}  # fmt: skip


def naive(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 2.1 writes it down."""
    if len(leaves) < 2:
        return sha256(b"\0" + leaves[0]).digest() if leaves else sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\1" + naive(leaves[:half]) + naive(leaves[half:])).digest()


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 2.1.1."""
    if len(leaves) == 1:
        return []
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if index < half:
        return [*naive_path(index, leaves[:half]), naive(leaves[half:])]
    return [*naive_path(index - half, leaves[half:]), naive(leaves[:half])]


def naive_subproof(old: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 2.1.2."""
    if old == len(leaves):
        return [] if whole else [naive(leaves)]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if old <= half:
        return [*naive_subproof(old, leaves[:half], whole), naive(leaves[half:])]
    return [*naive_subproof(old - half, leaves[half:], False), naive(leaves[:half])]


def hashes(leaves: list[bytes], spans: list[Span]) -> list[bytes]:
    tree = Tree(wanted=spans)
    tree.extend(map(leaf_hash, leaves))
    return [tree.hash(span) for span in spans]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_the_reference(size):
    tree = Tree()
    tree.extend(map(leaf_hash, LEAVES[:size]))
    assert tree.root == ROOTS[size]


@pytest.mark.parametrize(("old", "size"), CONSISTENT)
def test_the_consistency_proofs_are_those_of_the_reference(old, size):
    proof = [bytes.fromhex(text) for text in CONSISTENT[old, size]]
    assert hashes(LEAVES[:size], consistency(old, size)) == proof
    check_consistency(old, ROOTS[old], size, ROOTS[size], proof)


@pytest.mark.parametrize(("index", "size"), INCLUDED)
def test_the_inclusion_proofs_are_those_of_the_reference(index, size):
    proof = [bytes.fromhex(text) for text in INCLUDED[index, size]]
    assert hashes(LEAVES[:size], inclusion(index, size)) == proof
    check_inclusion(leaf_hash(LEAVES[index]), index, size, proof, ROOTS[size])


@settings(deadline=None)
@given(st.lists(st.binary(max_size=3), max_size=70), st.data())
def test_a_tree_is_the_naive_one_at_once_or_continued(leaves, data):
    cut = data.draw(st.integers(0, len(leaves)))
    first = Tree()
    first.extend(map(leaf_hash, leaves[:cut]))
    then = Tree(first.size, first.edge, wanted=[Span(0, len(leaves))] if cut == 0 else [])
    then.extend(map(leaf_hash, leaves[cut:]))
    assert first.root == naive(leaves[:cut])
    assert then.root == naive(leaves)
    assert then.size == len(leaves)
    if cut == 0:
        assert then.hash(Span(0, len(leaves))) == naive(leaves)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=3), min_size=1, max_size=70), st.data())
def test_every_inclusion_proof_is_the_naive_one_and_no_other_is_taken(leaves, data):
    size = len(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = hashes(leaves, inclusion(index, size))
    assert proof == naive_path(index, leaves)
    leaf, root = leaf_hash(leaves[index]), naive(leaves)
    check_inclusion(leaf, index, size, proof, root)
    wrong = data.draw(st.sampled_from(["leaf", "index", "short", "long", "bit", "root", "size"]))
    other = data.draw(st.integers(0, size - 1))
    arguments = {
        "leaf": (leaf_hash(b"another"), index, size, proof, root),
        "index": (leaf, other, size, proof, root),
        "short": (leaf, index, size, proof[1:], root),
        "long": (leaf, index, size, [*proof, EMPTY], root),
        "bit": (leaf, index, size, [flipped(proof[0]), *proof[1:]] if proof else [EMPTY], root),
        "root": (leaf, index, size, proof, flipped(root)),
        "size": (leaf, index, index, proof, root),
    }[wrong]
    if wrong == "index" and naive_path(other, leaves) == proof and leaves[other] == leaves[index]:
        return
    if wrong == "short" and not proof:
        return
    with pytest.raises(BadProof):
        check_inclusion(*arguments)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=3), max_size=70), st.data())
def test_every_consistency_proof_is_the_naive_one_and_no_other_is_taken(leaves, data):
    size = len(leaves)
    old = data.draw(st.integers(0, size))
    before, after = naive(leaves[:old]), naive(leaves)
    proof = hashes(leaves, consistency(old, size))
    if old:
        assert proof == naive_subproof(old, leaves, True)
    check_consistency(old, before, size, after, proof)
    if not 0 < old < size:
        return
    for arguments in (
        (old, flipped(before), size, after, proof),
        (old, before, size, flipped(after), proof),
        (old, before, size, after, proof[:-1]),
        (old, before, size, after, [*proof, EMPTY]),
        (old, before, size, after, [*proof[:-1], flipped(proof[-1])]),
    ):
        with pytest.raises(BadProof):
            check_consistency(*arguments)


def flipped(digest: bytes) -> bytes:
    return bytes([digest[0] ^ 1]) + digest[1:]


def test_one_size_has_one_root_and_a_larger_tree_begins_no_smaller():
    with pytest.raises(BadProof, match="two roots"):
        check_consistency(3, ROOTS[3], 3, ROOTS[4], [])
    with pytest.raises(BadProof, match="no beginning"):
        check_consistency(4, ROOTS[4], 3, ROOTS[3], [])


def test_what_was_not_asked_for_or_did_not_pass_is_not_made_up():
    tree = Tree(wanted=[Span(0, 4)])
    tree.extend(map(leaf_hash, LEAVES[:3]))
    for span in (Span(0, 4), Span(0, 2)):
        with pytest.raises(ValueError, match="did not pass"):
            tree.hash(span)
    with pytest.raises(ValueError, match="edge"):
        Tree(3, b"x" * 32)
    for call in (lambda: inclusion(3, 3), lambda: consistency(4, 3), lambda: inclusion(-1, 3)):
        with pytest.raises(ValueError, match="3"):
            call()


def test_leaves_and_nodes_are_told_apart():
    assert leaf_hash(EMPTY + EMPTY) != node_hash(EMPTY, EMPTY)
