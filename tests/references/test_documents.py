"""Documents say what a model is, they do not run it; fences are read in their own language."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.references import Confidence, Kind
from tests.references.reading import found, ignored, read

CARD = """---
license: other
license_link: https://huggingface.co/acme/other/blob/main/LICENSE
base_model:
  - acme/base
  - gpt2
datasets: [acme/data, squad]
tags:
  - a/b
---
"""


def test_the_front_matter_of_a_card_names_models_and_datasets_by_its_keys() -> None:
    assert found("README.md", CARD) == [
        ("model", "acme/base", None),
        ("model", "gpt2", None),
        ("dataset", "acme/data", None),
    ]
    assert (
        ignored("README.md", CARD)["https://huggingface.co/acme/other/blob/main/LICENSE"] == "the address of a licence"
    )


def test_prose_is_of_low_confidence_and_flagged() -> None:
    text = "Uses [it](https://huggingface.co/acme/m) and/or `meta-llama/Llama-3-8B-Instruct`."
    models = [reference for reference in read("docs/a.md", text) if reference.kind is Kind.MODEL]
    assert [(str(m.repo), m.line, m.column) for m in models] == [
        ("acme/m", 1, 11),
        ("meta-llama/Llama-3-8B-Instruct", 1, 50),
    ]
    assert {(m.confidence, m.flags) for m in models} == {(Confidence.LOW, ("documentation",))}
    assert list(ignored("docs/a.md", text)) == ["and/or"]


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("a.md", '```js\nA.from_pretrained("acme/m", { revision: "v1" })\n```\n', (2, 20)),
        ("a.md", '> ```rust\n> A::from_pretrained("acme/m", "v1", revision: "v1")\n> ```\n', (2, 23)),
        ("a.rst", '.. code-block:: ts\n   :linenos:\n\n   A.from_pretrained("acme/m", { revision: "v1" })\n', (4, 23)),
        ("a.md", '~~~ts\n  A.from_pretrained("acme/m", {\n  revision: "v1" })\n', (2, 22)),
    ],
)
def test_a_fence_is_read_in_its_language_and_placed_in_the_document(
    path: str, text: str, place: tuple[int, int]
) -> None:
    (reference,) = [each for each in read(path, text) if each.kind is Kind.MODEL]
    assert (reference.repo and str(reference.repo), reference.revision) == ("acme/m", "v1")
    assert (reference.line, reference.column) == place
    assert reference.flags == ("documentation",)


def test_a_fence_of_no_known_language_is_read_as_text() -> None:
    assert found("a.md", "```nothing\nmeta-llama/Llama-3-8B-Instruct\n```") == [
        ("model", "meta-llama/Llama-3-8B-Instruct", None)
    ]


def test_a_fence_without_an_end_ends_with_the_document() -> None:
    assert found("a.md", '```js\nA.from_pretrained("acme/m")') == [("model", "acme/m", None)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["see acme/tool now", "```js", "```", "text/plain", "- `acme/x`", "> acme/y", "---"]),
        max_size=12,
    )
)
def test_every_word_of_an_ids_shape_outside_fences_has_a_place(lines: list[str]) -> None:
    text = "intro\n" + "\n".join(line for line in lines if not line.startswith("```"))
    places = {(reference.line, reference.column) for reference in read("a.md", text)}
    for number, line in enumerate(text.split("\n"), 1):
        for word in re.finditer(r"[a-z]+/[a-z]+", line):
            assert (number, word.start() + 1) in places


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="-`~>.: \nab/:#[]\"'cod=", max_size=200), st.sampled_from(["a.md", "a.rst", "readme"]))
def test_no_text_breaks_the_reader(text: str, path: str) -> None:
    for reference in read(path, "---\n" + text):
        assert reference.line >= 1


@pytest.mark.parametrize(
    "text",
    ["```\n" * 50_000, ".. code-block:: js\n" * 20_000, "`" * 300_000, ">" * 300_000, "a/b." * 50_000, "a/" + "b." * 90_000,
     "hf.co/" * 50_000, "---\n" + "a: b/c\n" * 50_000, " " * 300_000 + "x", "".join(" " * i + ".. code::\n" for i in range(800))],
    ids=range(10),
)  # fmt: skip
def test_hostile_text_takes_no_more_than_a_moment(text: str) -> None:
    begun = time.process_time()
    read("a.md", text)
    read("a.rst", text)
    assert time.process_time() - begun < 10
