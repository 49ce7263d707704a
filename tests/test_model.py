"""Names, commits and references as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import InvalidModelId
from scanner.fact import Locator
from scanner.model import ModelRef, RefForm, RepoId, Revision, Signal, is_commit

NAMES = st.from_regex(r"[A-Za-z0-9_]([A-Za-z0-9_.]{0,20}[A-Za-z0-9_])?", fullmatch=True).filter(
    lambda s: ".." not in s and not s.endswith(".git")
)


@given(NAMES, NAMES)
def test_a_parsed_id_prints_as_it_was_written(namespace: str, name: str) -> None:
    text = f"{namespace}/{name}"
    assert str(RepoId.parse(text)) == text
    assert RepoId.parse(text).key == RepoId.parse(text.upper()).key


@pytest.mark.parametrize("text", ["gpt2", "roberta-base", "org/name", "a/b.c-d_e", "01-ai/Yi-6B", "_x/y_"])
def test_ids_of_the_hub_are_read(text: str) -> None:
    assert str(RepoId.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "/", "a/", "/b", "a/b/c", "a//b", "..", "a/..", "../b", "a--b/c", "a/b--c", "a/b.git", "-a/b", "a/b.", "a b/c",
     "a/" + "x" * 96, "org/na\u202eme", "org/näme", "a\n/b", "a/b\n"],
)  # fmt: skip
def test_what_is_no_id_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(InvalidModelId) as caught:
        RepoId.parse(text)
    assert caught.value.hint


REFERENCES = [
    ("org/name", RefForm.ID, "org/name", None),
    ("gpt2", RefForm.ID, "gpt2", None),
    ("org/name@abc", RefForm.ID, "org/name", "abc"),
    ("org/name:main", RefForm.ID, "org/name", "main"),
    (" 'org/name' ", RefForm.ID, "org/name", None),
    ("org/name/", RefForm.ID, "org/name", None),
    ("https://huggingface.co/org/name", RefForm.URL, "org/name", None),
    ("https://huggingface.co/org/name/tree/v1.0", RefForm.URL, "org/name", "v1.0"),
    ("huggingface.co/org/name/blob/main/README.md", RefForm.URL, "org/name", "main"),
    ("http://hf.co/org/name?x=1#y", RefForm.URL, "org/name", None),
    ("https://huggingface.co/models/org/name", RefForm.URL, "org/name", None),
    ("https://huggingface.co/gpt2", RefForm.URL, "gpt2", None),
    ("https://huggingface.co/org/name/raw/v1/x.json", RefForm.URL, "org/name", "v1"),
    ("https://huggingface.co/api/models/org/name/revision/v1", RefForm.URL, "org/name", "v1"),
    ("https://huggingface.co/org/name.git/info/lfs", RefForm.URL, "org/name", None),
    ("git@hf.co:org/name.git", RefForm.URL, "org/name", None),
    ("ssh://git@huggingface.co/org/name", RefForm.URL, "org/name", None),
    ("hf://org/name@main", RefForm.URL, "org/name", "main"),
    ("hf://models/org/name", RefForm.URL, "org/name", None),
    ("hf://org/name@main/config.json", RefForm.URL, "org/name", "main"),
]


@pytest.mark.parametrize(("raw", "form", "repo", "revision"), REFERENCES)
def test_references_are_read_in_every_form(raw: str, form: RefForm, repo: str, revision: str | None) -> None:
    ref = ModelRef.parse(raw)
    assert (ref.form, str(ref.repo), ref.revision) == (form, repo, revision)


PATHS = [
    "/workspace/model", "./out/checkpoint-3890", "../x", "~/models/x", r"D:\Diverses\models", "C:/models/x",
    r"models\foo", "models/foo", "checkpoints/run1", "/data/ab/ft/checkpoint-3890", "output/a/b", "a/b/c", "model.safetensors",
    "weights/model.gguf",
]  # fmt: skip


@pytest.mark.parametrize("raw", PATHS)
def test_a_local_path_is_never_taken_for_a_repository(raw: str) -> None:
    ref = ModelRef.parse(raw)
    assert ref.form is RefForm.LOCAL_PATH
    assert ref.repo is None


OTHERS = [
    "https://github.com/org/name", "datasets/org/name", "https://huggingface.co/datasets/a/b", "s3://bucket/model",
    "https://huggingface.co/spaces/a/b", "https://huggingface.co/papers/1",
]  # fmt: skip


@pytest.mark.parametrize("raw", OTHERS)
def test_other_things_with_an_address_are_no_models(raw: str) -> None:
    assert ModelRef.parse(raw).form is RefForm.NOT_A_MODEL


@pytest.mark.parametrize("raw", [None, 3, [], {}, "", "  ", "a b c", "ünïcode/x", "https://huggingface.co/"])
def test_anything_else_is_malformed_and_kept(raw: object) -> None:
    ref = ModelRef.parse(raw)
    assert ref.form is RefForm.MALFORMED
    assert ref.repo is None


@given(st.one_of(st.text(), st.none(), st.integers(), st.lists(st.text(), max_size=2)))
def test_any_value_gives_a_reference(value: object) -> None:
    ref = ModelRef.parse(value)
    assert (ref.repo is None) == (ref.form not in (RefForm.ID, RefForm.URL))


def test_a_revision_is_a_full_commit() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    assert str(Revision(commit)) == commit
    assert is_commit(commit)
    for text in ("main", commit[:12], commit.upper(), commit + "0", ""):
        assert not is_commit(text)
        with pytest.raises(InvalidModelId):
            Revision(text)


def test_a_locator_is_a_footnote_a_person_can_follow() -> None:
    commit = "0" * 40
    assert str(Locator("hf", "a/b", commit, "config.json", "model_type")) == f"hf://a/b@{commit}/config.json#model_type"
    assert str(Locator("hf", "a/b", None, "m.gguf", span=(0, 1023))) == "hf://a/b/m.gguf#bytes=0-1023"


def test_a_signal_of_a_takeover_is_told_whole() -> None:
    told = {"kind": "renamed", "subject": "a/b", "before": "a", "after": None, "seen": "2026-11-23", "source": "hub"}
    assert Signal(**told).document() == told
