"""Notes, keys, checkpoints and proofs are those other tools write, and what is not one is refused by name."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.log import (
    BadNote,
    BadProof,
    Checkpoint,
    Growth,
    Inclusion,
    Key,
    Note,
    Signer,
    Span,
    Tree,
    Witnessed,
    consistency,
    envelope,
    inclusion,
    leaf_hash,
    statements,
)
from scanner.log.attestation import encoded

# The example of the reference implementation (golang.org/x/mod/sumdb/note, note_test.go).
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = TEXT + (
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of C2SP tlog-checkpoint.
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xe"
    "McTOAYQ8=\n"
)


@pytest.fixture
def signer() -> Signer:
    return Signer.parse(SECRET)


def test_a_note_is_signed_to_the_byte_as_the_reference_signs_it(signer):
    assert signer.sign(TEXT) == SIGNED
    assert str(signer.key) == KEY
    assert signer.text == SECRET
    assert Note.parse(SIGNED).signed_by([Key.parse(KEY)]) == (signer.key,)


def test_a_new_key_reads_back_and_shows_nothing_of_its_secret():
    new = Signer.new("modelorigin/0123")
    assert Signer.parse(new.text + "\n") == new
    assert Key.parse(str(new.key)) == new.key
    assert new.text.split("+", 4)[4] not in repr(new)
    assert Signer.new("modelorigin/0123").key != new.key


@pytest.mark.parametrize("wrong", [
    "", "name", KEY[1:], KEY[:-1], KEY.replace("c74f20a3", "c74f20a4"), KEY.replace("ARpc", "Arpc"),
    KEY.replace("ARpc", "AhpC"), KEY.replace("Peter", "Peter "), KEY + "=", "+" + KEY, SECRET, KEY.replace("2Q", "2é"),
])  # fmt: skip
def test_a_mangled_key_is_refused(wrong):
    with pytest.raises(BadNote):
        Key.parse(wrong)


@pytest.mark.parametrize(
    "wrong", [KEY, SECRET[:-4], SECRET.replace("c74f20a3", "00000000"), "x" + SECRET, "PRIVATE+KEY+"]
)
def test_a_mangled_secret_is_refused_without_repeating_it(wrong):
    with pytest.raises(BadNote) as raised:
        Signer.parse(wrong)
    assert "AYEK" not in str(raised.value)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "\x1b[31m"])
def test_a_key_has_a_name_a_note_can_hold(name):
    with pytest.raises(BadNote):
        Signer.new(name)


@pytest.mark.parametrize("wrong", [
    TEXT, SIGNED[:-1], SIGNED.replace("\n\n", "\n"), SIGNED.replace("— ", "- "), SIGNED.replace(" x08g", " x08"),
    SIGNED.replace("— PeterNeumann", "— Peter+Neumann"), SIGNED.replace("your", "yo\x07ur"), SIGNED + "\n", SIGNED + "x\n",
    "x" * 300_000, SIGNED.replace("x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=", "x08goA=="),
])  # fmt: skip
def test_what_is_no_note_is_refused(wrong):
    with pytest.raises(BadNote):
        Note.parse(wrong).signed_by([Key.parse(KEY)])


def test_a_changed_note_is_refused_and_a_strangers_signature_is_passed_over(signer):
    other = Signer.new("PeterNeumann")
    with pytest.raises(BadNote, match="wrong"):
        Note.parse(SIGNED.replace("answer", "Answer")).signed_by([signer.key])
    assert Note.parse(SIGNED).signed_by([other.key]) == ()
    assert Note.parse(other.sign(TEXT)).signed_by([signer.key]) == ()
    both = SIGNED + other.sign(TEXT).rpartition("\n\n")[2]
    assert Note.parse(both).signed_by([other.key, signer.key]) == (signer.key, other.key)


def test_the_published_checkpoint_reads_and_writes_back():
    kept = Witnessed.parse(SOFA)
    assert kept.checkpoint.origin == "example.com/behind-the-sofa"
    assert kept.checkpoint.size == 20_852_163
    assert kept.note
    assert SOFA.startswith(kept.checkpoint.text)
    assert Witnessed.parse(kept.checkpoint.line + "\n") == Witnessed(kept.checkpoint, None)


@pytest.mark.parametrize("text", [
    "", "a\n1\n", "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    "a\n1\nAAAA\n", "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n١\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", f"a\n{10**30}\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
])  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


@settings(deadline=None)
@given(st.text())
def test_no_text_is_anything_but_read_or_refused(text):
    for parse in (
        Note.parse,
        Key.parse,
        Signer.parse,
        Checkpoint.parse,
        Witnessed.parse,
        Inclusion.parse,
        Growth.parse,
    ):
        with suppress(BadNote):
            parse(text)


def grown(signer: Signer, size: int, spans: list[Span], bodies: list[bytes]) -> tuple[tuple[bytes, ...], str]:
    tree = Tree(wanted=spans)
    tree.extend(map(leaf_hash, bodies[:size]))
    return tuple(map(tree.hash, spans)), signer.sign(Checkpoint("test/log", size, tree.root).text)


@settings(deadline=None)
@given(st.integers(1, 40), st.data())
def test_a_proof_reads_back_and_proves_its_record_alone(size, data):
    signer = Signer.parse(SECRET)
    bodies = [b"%d" % n for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    hashes, note = grown(signer, size, inclusion(index, size), bodies)
    proof = Inclusion(index, hashes, note, data.draw(st.sampled_from([None, bodies[index]])))
    assert Inclusion.parse(proof.text) == proof
    assert proof.verify(bodies[index], [signer.key]).size == size
    with pytest.raises(BadProof):
        proof.verify(b"another", [signer.key])
    with pytest.raises(BadNote):
        proof.verify(bodies[index], [Signer.new("PeterNeumann").key])


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 40))
def test_a_witness_takes_growth_and_nothing_else(one, other):
    signer, (old, size) = Signer.parse(SECRET), sorted((one, other))
    bodies = [b"%d" % n for n in range(size)]
    known = Checkpoint.parse(Note.parse(grown(signer, old, [], bodies)[1]).text)
    hashes, note = grown(signer, size, consistency(old, size), bodies)
    asked = Growth(old, hashes, note)
    assert Growth.parse(asked.text) == asked
    assert asked.verify(known).size == size
    if old < size:
        with pytest.raises(BadProof):
            Growth(old + 1, hashes, note).verify(known)
    if old:
        _, forked = grown(signer, size, [], [b"forged", *bodies[1:]])
        with pytest.raises(BadProof):
            Growth(old, hashes, forked).verify(known)
        with pytest.raises(BadProof):
            asked.verify(None)
    with pytest.raises(BadNote):
        asked.verify(Checkpoint("another/log", old, known.root))


def test_a_checkpoint_alone_begins_a_witness():
    assert Growth.parse(SOFA).verify(None).size == 20_852_163


@pytest.mark.parametrize("text", ["c2sp.org/tlog-proof@v2\nindex 0\n\n" + SOFA, "c2sp.org/tlog-proof@v1\nindex 00\n\n" + SOFA,
                                  "c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\n" + SOFA, "c2sp.org/tlog-proof@v1\n\n" + SOFA,
                                  "c2sp.org/tlog-proof@v1\nindex 0\n" + "A" * 43 + "=\n" * 70])  # fmt: skip
def test_what_is_no_proof_is_refused(text):
    with pytest.raises(BadNote):
        Inclusion.parse(text)


def test_an_envelope_is_signed_as_dsse_says(signer):
    # The example of secure-systems-lab/dsse, protocol.md.
    assert encoded("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert encoded("类型", "中文".encode()) == "DSSEv1 6 类型 6 中文".encode()
    record = {
        "id": 7, "hub": "hf", "model_id": "acme/widget 7b", "revision": "a" * 40, "facts_digest": "f" * 64,
        "tool_version": "1", "at": "2026-11-30T00:00:00Z",
        "decisions": [{"policy_name": n, "policy_digest": "b" * 64, "verdict": v} for n, v in (("a b", "ALLOW"), ("c", "REVIEW"))],
    }  # fmt: skip
    passed, review = statements(record, leaf_hash(b"x"), "modelorigin/0123")
    uris = [passed["predicate"]["verifier"]["id"], passed["predicate"]["policy"]["uri"]]
    uris += [one["uri"] for one in passed["predicate"]["inputAttestations"]]
    assert uris == ["urn:modelorigin:0123", "urn:modelorigin:policy:a%20b", "urn:modelorigin:0123:scan:7"]
    # RFC 8141: a namespace of letters, digits and hyphens, and what is named in it.
    assert all(re.fullmatch(r"urn:[a-z0-9-]{2,32}:[^:/][!-~]*", uri) for uri in uris)
    assert passed["predicate"]["verificationResult"] == "PASSED"
    assert review["predicate"]["verificationResult"] == "FAILED"
    assert passed["predicate"]["verifiedLevels"] == ["MODELORIGIN_ALLOW"]
    assert review["predicate"]["verifiedLevels"] == ["FAILED", "MODELORIGIN_REVIEW"]
    assert passed["subject"][0] == {"name": f"hf://acme/widget%207b@{'a' * 40}", "digest": {"gitCommit": "a" * 40}}
    assert statements(record | {"revision": None}, b"", "o")[0]["subject"][0]["digest"] == {"sha256": "f" * 64}
    signed = envelope(passed, signer)
    payload = b64decode(signed["payload"])
    assert json.loads(payload) == passed
    assert signer.key.verifies(b64decode(signed["signatures"][0]["sig"]), encoded(signed["payloadType"], payload))
    assert not signer.key.verifies(b64decode(signed["signatures"][0]["sig"]), encoded("text/plain", payload))
    assert b64encode(payload).decode() == signed["payload"]
