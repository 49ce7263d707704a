"""README.md: front matter in every broken form, prose under it, and what the card speaks of."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence import card
from scanner.evidence.frontmatter import MAX_PARENTS, references
from scanner.fact import Basis
from scanner.model import RepoId
from tests.evidence.repository import facts, gaps, parents, repository

OWN = (RepoId.parse("acme/Widget-7B"),)
PROSE = "\nThis model is based on Qwen/Qwen3-8B.\n"


def read(text: str | bytes) -> card.CardFact:
    return card.parse(text.encode() if isinstance(text, str) else text, OWN)


@pytest.mark.parametrize(
    "text",
    [
        "---\nbase_model: a/b\n---\n",
        "\ufeff---\nbase_model: a/b\n---\n",
        "---\r\nbase_model: a/b\r\n---\r\n",
        "\n\n--- \nbase_model: a/b\n---",
        "---\rbase_model: a/b\r---\r",
        "---\nbase_model: a/b # the base\nself: 1\nignore_metadata_errors: true\n---\n",
        "---\nbase_model: !!python/name:os.system a/b\n---\n",
    ],
)
def test_front_matter_is_read_in_every_form_a_card_has(text: str) -> None:
    fact = read(text + PROSE)
    assert fact.front_matter is not None
    assert fact.front_matter["base_model"] == "a/b"
    assert not fact.problems
    assert [str(c.ref.repo) for c in fact.claims if c.ref] == ["Qwen/Qwen3-8B"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("---\nbase_model: a/b\n", "not closed"),
        ("---\n- a\n- b\n---\n", "not a mapping"),
        ("---\njust words\n---\n", "not a mapping"),
        ("---\na:\t- b\n\t c: d\n---\n", "not valid YAML"),
        ("---\na: &x b\nc: *x\n---\n", "aliases"),
        ("---\na: [" + "[" * 200 + "\n---\n", "nested too deeply"),
        ("---\na: b\x00c\n---\n", "not valid YAML"),
        ("---\na: {b\n---\n", "not valid YAML"),
        ("---\n" + "- a\n" * (card.MAX_ENTRIES + 1) + "---\n", "more than"),
        ("---\na: [" + "[]," * card.MAX_ENTRIES + "[]]\n---\n", "more than"),
    ],
)
def test_broken_front_matter_is_a_problem_and_the_prose_is_read_all_the_same(text: str, problem: str) -> None:
    fact = read(text + PROSE)
    assert fact.front_matter is None
    assert fact.license_ids is None
    (found,) = fact.problems
    assert found.startswith("front matter: ")
    assert problem in found
    assert [str(c.ref.repo) for c in fact.claims if c.ref] == ["Qwen/Qwen3-8B"]


def test_a_key_that_stands_twice_is_reported_and_the_last_counts() -> None:
    fact = read("---\nbase_model: a/b\nlicense: mit\nbase_model: c/d\n---\n")
    assert fact.front_matter == {"base_model": "c/d", "license": "mit"}
    assert fact.problems == ("front matter: duplicate key 'base_model'",)


def test_a_licence_in_the_front_matter_is_long_and_no_problem() -> None:
    terms = "  Terms, and conditions.\n" * 30_000
    fact = read(f"---\nlicense: other\nextra_gated_prompt: >-\n{terms}---\n")
    assert (fact.license_ids, fact.problems) == (("other",), ())


def test_no_front_matter_is_not_an_empty_one() -> None:
    assert (read("# Title").front_matter, read("# Title").license_ids) == (None, None)
    assert (read("---\n---\n").front_matter, read("---\n---\n").license_ids) == ({}, ())


def test_bytes_that_are_no_utf8_are_a_problem_and_read_as_far_as_they_go() -> None:
    fact = read(b"---\nlicense: mit\n---\n# caf\xe9\nBased on Qwen/Qwen3-8B.\n")
    assert fact.problems == ("not UTF-8 at byte 26",)
    assert fact.license_ids == ("mit",)
    assert len(fact.claims) == 1


def test_hostile_characters_do_not_pass_the_door() -> None:
    fact = read("---\nlicense: \"m\\eit\"\nlicense_name: 'a\u202eb'\n---\nBased on Qwen/Qwen3-8B \x1b]0;x\x07 here.\n")
    said = str(fact)
    assert not any(c in said for c in ("\x1b", "\x07", "\u202e"))


def test_claims_of_the_front_matter_and_of_the_prose_have_their_own_basis_and_place(tmp_path: Path) -> None:
    front = "---\nlicense: mit\nbase_model: [a/b]\nbase_model_relation: finetune\n---\n"
    text = front + "# Widget\n\nFiller.\nBased on c/d-1.\n"
    model, hub = repository(tmp_path, {"README.md": text})
    items = list(card.read(model, hub))
    assert parents(items) == [("a/b", "id", "finetune", "base_model"), ("c/d-1", "id", "unspecified", "line=9")]
    found = [p for e in items for p in e.parents]  # type: ignore[union-attr]
    assert [p.basis for p in found] == [Basis.DECLARED, Basis.STATED]
    assert found[1].note == "Based on c/d-1."
    assert text.splitlines()[8] == "Based on c/d-1."


def test_broken_front_matter_is_a_gap_of_its_own_beside_the_card(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"README.md": "---\na: 1\na: 2\n---\nHi \ufffd"})
    items = list(card.read(model, hub))
    assert facts(items, "card")
    assert gaps(items) == [("README.md front matter", "malformed", "duplicate key 'a'")]


def test_a_name_without_an_id_is_a_lead_with_its_line(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"README.md": "# Widget\n\nWidget is built on Qwen3-14B."})
    (fact,) = facts(card.read(model, hub), "card")
    assert fact.stated_names == (card.StatedName("Qwen3-14B", "weights", "line=3"),)


def test_a_card_too_long_to_read_is_a_gap(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"README.md": "x" * (card.LIMIT + 1)})
    assert [g[:2] for g in gaps(card.read(model, hub))] == [("README.md", "too-large")]


def test_a_repository_without_a_card_is_no_gap(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"config.json": "{}"})
    assert list(card.read(model, hub)) == []


def test_only_the_beginning_of_an_endless_card_is_read_and_that_is_said() -> None:
    assert "only its beginning" in read("word.\n\n" * 60_000).problems[0]
    assert "only its beginning" in read("Word one. " * 30_000).problems[0]


@pytest.mark.parametrize("path", ["readme.md", "Readme.md", "README.MD"])
def test_a_card_in_another_case_is_read_and_its_footnotes_say_so(tmp_path: Path, path: str) -> None:
    model, hub = repository(tmp_path, {path: "---\nbase_model: a/b\n---\nHi"})
    items = list(card.read(model, hub))
    assert [(p.at.path, str(p.ref.repo)) for e in items for p in e.parents] == [(path, "a/b")]  # type: ignore[union-attr]


def test_of_two_cards_the_first_is_read_and_the_other_is_a_gap(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"readme.md": "---\nbase_model: a/b\n---\n", "README.md": "Hi"})
    items = list(card.read(model, hub))
    assert parents(items) == []
    assert gaps(items) == [("readme.md", "malformed", "two cards: README.md is read")]


def test_tags_in_the_front_matter_are_read_like_the_hub_s(tmp_path: Path) -> None:
    text = "---\ntags: [chat, 'base_model:quantized:a/b', 'base_model:a/b', 7]\n---\n"
    model, hub = repository(tmp_path, {"README.md": text})
    assert parents(card.read(model, hub)) == [("a/b", "id", "quantized", "tags")]


def test_repeated_base_models_push_no_other_out_of_the_list() -> None:
    refs = references(["a/b"] * (MAX_PARENTS * 2) + ["c/d"])
    assert [str(ref.repo) for ref in refs] == ["a/b", "c/d"]


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("## License\nSee [Qwen](https://huggingface.co/Qwen/Qwen2.5-7B).", ("Qwen/Qwen2.5-7B",)),
        ("## Limitations\nAs `Qwen/Qwen2.5-7B` does. And qwen/qwen2.5-7b.", ("Qwen/Qwen2.5-7B",)),
        ("| Model | MMLU | C |\n|-|-|-|\n| Qwen/Qwen2.5-7B | 7 | [x](https://hf.co/a/b) |", ("Qwen/Qwen2.5-7B", "a/b")),
        ("Loads acme/Widget-7B.", ()),
        ("```\nload('Qwen/Qwen2.5-7B')\n```\n", ()),
        ("@misc{x,\n note={Qwen/Qwen2.5-7B}\n}\n", ()),
        ("[d](https://huggingface.co/datasets/a/b-1) [s](https://huggingface.co/spaces/a/b-1)", ()),
        ("[g](https://github.com/a/b-1) [p](https://huggingface.co/papers/2401.00001)", ()),
        ("---\ndatasets: [a/b-1]\n---\nUses a/b-1.", ()),
    ],
)
def test_every_other_repository_that_stands_in_the_text_is_a_mention(text: str, mentions: tuple[str, ...]) -> None:
    assert read(text).mentions == mentions


def test_mentions_are_capped() -> None:
    assert len(read("".join(f"a/b-{i} " for i in range(500))).mentions) == 200


def test_more_base_models_than_are_kept_is_a_problem(tmp_path: Path) -> None:
    bases = "".join(f"- a/b{i}\n" for i in range(MAX_PARENTS + 1))
    model, hub = repository(tmp_path, {"README.md": f"---\nbase_model:\n{bases}---\n"})
    items = list(card.read(model, hub))
    assert len(parents(items)) == MAX_PARENTS
    assert f"more than {MAX_PARENTS} base models" in gaps(items)[0][2]


TOPICS = ("acceptable_use", "intended_use", "training_data", "copyright_policy", "contact")


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("## Acceptable Use Policy\nSee the policy.", {"acceptable_use"}),
        ("## Out-of-Scope Use\nNot for medicine.", {"acceptable_use"}),
        ("## Intended uses\nSummaries.", {"intended_use"}),
        ("The model is intended for research.", {"intended_use"}),
        ("## Training Data\nA crawl.", {"training_data"}),
        ("It was trained on 3T tokens.", {"training_data"}),
        ("---\ndatasets: [a/b]\n---\nHi.", {"training_data"}),
        ("Our copyright policy is here. Rights holders may opt-out.", {"copyright_policy"}),
        ("## Contact\nWrite to us.", {"contact"}),
        ("Write to widgets@acme.example.org", {"contact"}),
        ("---\nextra_gated_prompt: Read the acceptable use policy.\n---\nHi.", {"acceptable_use"}),
        ("## Uses\n\n### Direct Use\n\nSummaries.", {"intended_use"}),
        ("## Training Data\n\n[More Information Needed]\n\n## Contact\n\n[More Information Needed]", set()),
        ("## Intended uses & limitations\n\nMore information needed\n\n## Results\n\n0.3", set()),
        ("<!-- contact us -->\n```\nfeedback\n```\nNothing.", set()),
        ("", set()),
    ],
)
def test_a_topic_is_found_by_its_words_and_an_empty_heading_says_nothing(text: str, topics: set[str]) -> None:
    fact = read(text)
    assert {topic for topic in TOPICS if getattr(fact, topic)} == topics


@given(st.binary(max_size=300))
def test_any_bytes_give_a_fact(data: bytes) -> None:
    assert read(data).words >= 0
    assert read(b"---\n" + data + b"\n---\n" + data).words >= 0


_PIECES = st.sampled_from(
    [
        "---\n",
        "base_model: ",
        "a/b",
        "\n",
        "- ",
        "# ",
        "based on ",
        "[x](https://huggingface.co/a/b-1)",
        "|",
        "```\n",
        "* ",
        ": ",
    ]
)


@given(st.lists(_PIECES, max_size=40))
def test_any_mixture_of_markup_gives_a_fact_whose_lines_exist(pieces: list[str]) -> None:
    text = "".join(pieces)
    fact = read(text)
    assert all(1 <= claim.line <= text.count("\n") + 1 for claim in fact.claims)
