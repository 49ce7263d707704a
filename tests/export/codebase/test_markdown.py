"""The comment on a change: the verdict, a table of what is open, everything else folded; never longer than allowed."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from scanner.export.codebase import render_codebase
from scanner.export.codebase.markdown import MOST
from tests.export.codebase.samples import (
    BASE,
    ROOT,
    WIDGET,
    clean,
    codebase,
    crowded,
    finding,
    model,
    own,
    place,
    reference,
    suppressed,
    unresolved,
)


def comment(document):
    return render_codebase("markdown", document)


def test_the_verdict_is_first_then_the_findings_in_a_table_then_what_to_do():
    lines = comment(codebase()).splitlines()
    assert lines[:5] == [
        "### modelorigin: DENY `app`",
        "",
        "1 model: 1 denied",
        "",
        "judged by `no-prc-root`; models of `huggingface`, as of `2026-11-30`",
    ]
    assert lines[6] == "12 files read"
    assert lines[8:13] == [
        "**Findings**",
        "",
        "| Verdict | Model | Where | Rule | Why |",
        "|---|---|---|---|---|",
        f"| **DENY** | `{WIDGET}` | `app/src/app.py:12` | `root-origin` | `{ROOT} is controlled from CN`; "
        f"by way of `{WIDGET} → {BASE} → {ROOT}` \\[1\\] |",
    ]
    assert lines[-1].startswith("**Next:** replace the denied models")


def test_what_a_change_adds_is_called_new():
    text = comment(crowded())
    assert "**New findings**" in text
    assert "only what the change adds to `origin/main` was judged" in text


def test_a_model_in_many_places_is_one_row_that_counts_them():
    many = [finding(n, f"src/{n}.py", [place()]) for n in range(9)]
    rows = [line for line in comment(codebase(findings=many)).splitlines() if line.startswith("| **DENY")]
    assert len(rows) == 1
    assert "`app/src/0.py:12`, `app/src/1.py:12`, `app/src/2.py:12` and 6 more" in rows[0]


def test_everything_but_the_findings_is_folded():
    text = comment(crowded())
    titles = re.findall(r"<summary>(.*)</summary>", text)
    assert titles == [
        "Unresolved (1)", "Not judged (2)", "Accepted (3)", "Waivers (4)", "Lock", "Datasets (1)", "Ignored (1)",
        "Not read to the end (4)", "1 model allowed", "Sources",
    ]  # fmt: skip
    assert text.count("<details>") == text.count("</details>") == len(titles)


def test_accepted_findings_are_not_among_the_open_ones():
    text = comment(codebase(findings=[finding(suppressed=suppressed())], verdict="allow"))
    assert "| **DENY**" not in text
    assert "**waived** (**DENY**) `root-origin`" in text


def test_an_incomplete_scan_is_no_allow():
    assert comment(clean() | {"complete": False}).startswith("### modelorigin: NOT JUDGED (INCOMPLETE) `app`")


def test_a_comment_is_never_too_long_and_says_what_was_cut():
    many = [
        finding(n, f"src/{n}.py", [place()], model=f"acme/m{n}", message=f"message {n} " * 20) for n in range(2_000)
    ]
    good = [model(f"acme/good{n}", "allow", decisions=[]) for n in range(3_000)]
    lost = [unresolved(f"src/{n}.py", reason="r" * 200) for n in range(2_000)]
    accepted = [finding(n, suppressed=suppressed(reason="s" * 300)) for n in range(2_000)]
    text = comment(codebase(findings=[*many, *accepted], models=good, references=lost))
    assert len(text) <= MOST
    shown = text.count("| **DENY**")
    assert shown > 20
    assert f"No room was left for {2_000 - shown:,} lines of findings, " in text
    assert re.search(r"[0-9],[0-9]+ lines of allowed models, 1 line of sources: `--format json` has all\.", text)
    assert text.splitlines()[-1].startswith("**Next:** ")
    assert text.count("<details>") == text.count("</details>")


def test_the_coverage_is_said_however_much_was_found():
    many = [
        finding(n, f"src/{n}.py", [place()], model=f"acme/m{n}", message=f"message {n} " * 20) for n in range(2_000)
    ]
    text = comment(codebase(findings=many))
    assert "12 files read" in text


def test_longest_texts_everywhere_still_fit():
    long = "`|" * 5_000
    bad = [
        own(n, long, path=long[:200], message=long + str(n), chain=[long] * 99, footnotes=[long] * 99)
        for n in range(99)
    ]
    policies = [{"name": long, "title": long, "digest": "3" * 64, "status": "draft",
                 "settings": [{"parameter": long, "value": [long] * 99, "default": None}] * 99}] * 99  # fmt: skip
    cover = {"files": 9, "read": 1, "unread": [{"path": long, "reason": f"{n}{long}"} for n in range(99)], "partly": [],
             "passed_over": [{"reason": long, "files": 1}] * 99}  # fmt: skip
    text = comment(
        codebase(root=long, findings=bad, policies=policies, coverage=cover, references=[reference(text=long)])
    )
    assert len(text) <= MOST
    kinds = {token.type for token in MarkdownIt("commonmark").enable("table").parse(text)}
    assert {"table_open", "heading_open"} <= kinds
