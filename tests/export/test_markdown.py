"""The comment on a change: the verdicts in a table, every quote in a code span, sources numbered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scanner.export import Failure, render
from scanner.export.markdown import code
from tests.export.samples import CHILD, ROOT, WAIVER, decision, facts, finding, view

GONE = Failure("acme/gone", "ModelNotFound", "acme/gone: not on the Hub, or private", "check the name", 3)


def test_the_overview_names_every_model_and_the_sum():
    text = render("markdown", [view(facts(), [decision()]), view(facts(), [decision("allow")])], [GONE])
    assert text.splitlines()[:7] == [
        "**modelorigin:** 3 models: 1 DENY, 1 ALLOW, 1 not judged",
        "",
        "| Verdict | Model | Because of | |",
        "|---|---|---|---|",
        f"| **DENY** | `{CHILD}` | `root-origin` |  |",
        f"| **ALLOW** | `{CHILD}` |  |  |",
        "| **not judged** | `acme/gone` | `ModelNotFound` |  |",
    ]
    assert "### not judged: `acme/gone`" in text
    assert "- `check the name`" in text


def test_the_overview_says_what_was_waived_and_not_that_nothing_was_found():
    pardoned = decision("allow", findings=[finding(waived_by=WAIVER)])
    noted = decision("allow", findings=[finding(verdict="note", waived_by=WAIVER)])
    both = decision("review", findings=[finding("pickle", "review"), finding(waived_by=WAIVER)])
    scans = [view(facts(), [one]) for one in (pardoned, noted, both)]
    rows = render("markdown", scans).splitlines()[4:7]
    assert [row.split("|")[3].strip() for row in rows] == ["waived: `root-origin`", "", "`pickle`"]
    summary = render("table", scans).splitlines()[-4:-1]
    assert [row.split(CHILD)[1].strip() for row in summary] == ["waived: root-origin", "", "pickle"]


def test_the_lineage_is_a_nested_list():
    text = render("markdown", [view(facts(), [decision()])])
    assert f"    - **CN** \\[3\\] `{ROOT}` finetune, declared \\[2\\] ROOT, curated" in text
    assert "3. `https://qwen.example/about (read 2026-11-23)`" in text


def test_a_catalogue_never_looks_like_the_live_hub():
    held = facts()["model"] | {"hub_as_of": "2026-11-20", "hub_description": "the starter catalogue"}
    text = render("markdown", [view(facts(model=held), [decision("allow")])])
    assert f"| **ALLOW** | `{CHILD}` |  | NOT A LIVE CHECK |" in text
    assert f"### ALLOW: `{CHILD}` (NOT A LIVE CHECK)" in text


def test_nothing_judged_is_said():
    assert render("markdown", []).startswith("**modelorigin:** 0 models: none")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1))
def test_a_code_span_holds_any_text_and_nothing_else(text):
    (block,) = [t for t in MarkdownIt("commonmark").parse(f"x {code(text)} y") if t.type == "inline"]
    kinds = [child.type for child in block.children]
    if text.strip():
        assert kinds == ["text", "code_inline", "text"]
        assert block.children[1].content.strip() == text.strip()
    else:
        assert kinds == ["text"]
