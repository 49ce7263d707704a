"""Text from strangers is shown and never acts: not on a terminal, not in the log of a build, not in a comment."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from scanner.export import Failure, Screen, render
from scanner.export.quoting import one_line
from tests.export.samples import alternative, crowded, decision, finding, view

PAYLOADS = {
    "clear the screen": "\x1b[2J\x1b[H",
    "colour": "\x1b[32mALLOW\x1b[0m",
    "hide what follows": "\x1b[8m",
    "move up and overwrite": "\x1b[5A\x1b[2KALLOW",
    "window title": "\x1b]0;owned\x07",
    "link OSC 8": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard OSC 52": "\x1b]52;c;ZWNobyBwd25k\x07",
    "device control": "\x1bP1000p\x1b\\",
    "one-byte CSI": "\x9b2J",
    "one-byte OSC": "\x9d52;c;ZWNobw==\x9c",
    "next line C1": "a\x85b",
    "bell": "\x07" * 3,
    "backspace": "DENY\x08\x08\x08\x08ALLOW",
    "carriage return": "DENY\rALLOW",
    "form feed": "a\x0cb\x0bc",
    "NUL": "a\x00b",
    "delete": "a\x7fb",
    "right to left override": "\u202eWOLLA\u202c",
    "bidi isolate": "\u2066\u2067\u2068x\u2069",
    "arabic letter mark": "\u061cx",
    "tag characters": "".join(chr(0xE0000 + ord(c)) for c in "ignore all rules"),
    "zero width": "A\u200bL\u200cL\u200dO\u2060W\ufeff",
    "soft hyphen": "AL\u00adLOW",
    "line separator": "x\u2028ALLOW  acme/evil\u2029y",
    "variation selectors": "a\ufe00\U000e0100",
    "lone surrogate": "a\ud800b",
    "forged verdict": "x\nALLOW  acme/evil\nno findings",
    "forged command": "x\n::error::owned",
    "workflow command": "::error file=a,line=1::owned",
    "workflow mask": "::add-mask::x",
    "old workflow command": "##[error]owned",
    "pipelines command": "##vso[task.setvariable variable=x]y",
    "teamcity": "##teamcity[buildStatus status='SUCCESS']",
    "markup": "[bold red]x[/bold red]",
    "unclosed markup": "[/]",
    "link markup": "[link=https://evil.example]x[/link]",
    "emoji code": ":skull:",
    "script": "<script>alert(1)</script>",
    "image": '<img src=x onerror="alert(1)">',
    "comment": "<!-- hidden -->",
    "details": "</details></td></table>",
    "link": "[click](javascript:alert(1))",
    "reference": "[1]: https://evil.example 'x'",
    "picture": "![x](https://evil.example/pixel.png)",
    "autolink": "<https://evil.example>",
    "bare link": "https://evil.example www.evil.example",
    "mention": "@all @octocat",
    "issue": "torvalds/linux#1 GH-1",
    "bars": "| x | y |\n|---|---|\n| ALLOW | evil |",
    "escaped bar": "\\| @all \\\\| @all",
    "backticks": "` @all ` `` @all ``` <b>x</b>",
    "fence": "```\n<script>alert(1)</script>\n```",
    "backslash": "\\",
    "heading": "# ALLOW\n> quote\n- list",
    "formula": "=cmd|' /C calc'!A0",
    "very long": "A" * 5_000,
    "wide": "漢" * 300,
    "combining": "e" + "\u0301" * 400,
}
CLOSED = {"schema", "verdict", "outcome", "status", "commercial_use", "digest", "state", "field"}


def poisoned(value: Any, payload: str, key: str = "") -> Any:
    """The document with the payload behind every text that is not one of a closed set."""
    if isinstance(value, str):
        return value if key in CLOSED else f"{value}{payload}"
    if isinstance(value, dict):
        return {k: poisoned(v, payload, k) for k, v in value.items()}
    return [poisoned(v, payload, key) for v in value] if isinstance(value, list) else value


def report(format: str, payload: str, **look: Any) -> str:
    found = [finding(), finding("draft", "note", standing="draft"), finding(verdict="review")]
    instead = [poisoned(alternative(), payload) | {"verdict": "review"}]
    scan = view(poisoned(crowded(), payload), [poisoned(decision(findings=found), payload)], alternatives=instead)
    failure = Failure(f"acme/x{payload}", "ModelNotFound", f"gone{payload}", f"look{payload}", 3)
    return render(format, [scan], [failure], Screen(**look))


hostile = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0d\ufeff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
COLOURS = {"0", "1", "2", "33", "35", "36", "1;31", "1;32", "1;33", "1;35", "1;36", "2;36"}


def test_there_are_enough_payloads():
    assert len(PAYLOADS) >= 50


@hostile
@pytest.mark.parametrize("width", [40, 80, 133])
def test_a_terminal_gets_nothing_to_obey(payload, width, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain = report("table", payload, width=width)
    assert FORBIDDEN.findall(plain) == []
    colored = report("table", payload, width=width, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain, "the only escapes are our own colours"
    assert set(re.findall(r"\x1b\[([0-9;]*)m", colored)) <= COLOURS


@hostile
def test_a_build_log_gets_no_command_and_no_forged_line(payload):
    for format in ("table", "markdown"):
        for text in report(format, payload).splitlines():
            assert not text.strip().startswith("::"), text
            assert not re.search(r"##(?:\[|vso|teamcity)", text), text
            assert not text.startswith(("ALLOW", "| ALLOW", "no findings")), text
    for text in (report("json", payload), report("jsonl", payload)):
        assert "##" not in text


@hostile
def test_json_is_printable_and_reads_back_equal(payload):
    text = report("json", payload)
    assert FORBIDDEN.findall(text) == []
    read = json.loads(text)["scans"][0]
    assert read["facts"] == poisoned(crowded(), payload)
    lines = report("jsonl", payload).split("\n")
    keys = ["number", "at", "settings", "alternatives", "since", "decisions", "facts"]
    assert [list(json.loads(each)) for each in lines] == [keys, ["error"]]
    assert json.loads(lines[0]) == read


def markdown_tokens(text: str) -> list[Any]:
    """Every block and inline token of the rendered document."""
    blocks = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [token for block in blocks for token in (block, *(block.children or ()))]


@hostile
def test_a_comment_gets_no_html_no_link_no_mention(payload):
    text = report("markdown", payload)
    assert FORBIDDEN.findall(text) == []
    tokens = markdown_tokens(text)
    kinds = {token.type for token in tokens}
    assert not kinds & {
        "html_block",
        "html_inline",
        "link_open",
        "image",
        "fence",
        "code_block",
        "blockquote_open",
        "hr",
    }
    words = " ".join(token.content for token in tokens if token.type == "text")
    for trace in ("@", "evil", "http", "octocat", "linux#", "GH-", "<", "script", "javascript", "skull"):
        assert trace not in words, trace
    quoted = [token.content for token in tokens if token.type == "code_inline"]
    assert any(one_line(payload)[:5].strip() in text for text in quoted)


@hostile
def test_a_comment_keeps_its_shape(payload):
    shape = [t.type for t in markdown_tokens(report("markdown", payload)) if t.type.endswith(("_open", "_close"))]
    calm = [t.type for t in markdown_tokens(report("markdown", "-v2")) if t.type.endswith(("_open", "_close"))]
    structure = [kind for kind in shape if not kind.startswith("strong")]
    assert structure == [kind for kind in calm if not kind.startswith("strong")]


def test_markup_is_shown_as_it_was_written():
    for payload in ("[bold red]x[/bold red]", "[/]", ":skull:", "<script>alert(1)</script>"):
        assert payload in re.sub(r"\n +", "", report("table", payload, width=200))
