"""Text from strangers is shown and never acts, in any report on a code base."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.export import Screen
from scanner.export.codebase import FORMATS, render_codebase
from scanner.export.quoting import one_line
from tests.export.codebase.samples import poisoned_by
from tests.export.test_hostile import COLOURS, FORBIDDEN, PAYLOADS, markdown_tokens

hostile = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
OURS = re.compile(r"</?details>|<summary>[A-Za-z0-9 ()]+</summary>")


def drawn(format, payload, **look):
    return render_codebase(format, poisoned_by(payload), Screen(**look))


def test_there_are_all_payloads():
    assert len(PAYLOADS) >= 57


@hostile
@pytest.mark.parametrize("width", [40, 110])
def test_a_terminal_gets_nothing_to_obey(payload, width, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain = drawn("table", payload, width=width)
    assert FORBIDDEN.findall(plain) == []
    colored = drawn("table", payload, width=width, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain, "the only escapes are our own colours"
    assert set(re.findall(r"\x1b\[([0-9;]*)m", colored)) <= COLOURS


@hostile
def test_a_build_log_gets_no_command_and_no_forged_line(payload):
    for format in FORMATS.keys() - {"github"}:
        for text in drawn(format, payload).splitlines():
            assert not text.strip().startswith("::"), (format, text)
            assert not re.search(r"##(?:\[|vso|teamcity)", text), (format, text)
            assert not text.startswith(("ALLOW", "| ALLOW", "no findings")), (format, text)


@hostile
def test_json_is_printable_and_reads_back_equal(payload):
    assert json.loads(drawn("json", payload)) == poisoned_by(payload)
    for format in ("json", "jsonl", "sarif", "gitlab"):
        assert FORBIDDEN.findall(drawn(format, payload)) == []
    kinds = [json.loads(each)["type"] for each in drawn("jsonl", payload).split("\n")]
    assert kinds == [json.loads(each)["type"] for each in drawn("jsonl", "x").split("\n")]


@hostile
def test_a_sarif_log_keeps_its_shape(payload):
    def shape(text):
        log = json.loads(text)["runs"][0]
        return [
            (each["level"], each["locations"][0]["physicalLocation"]["region"]["startLine"]) for each in log["results"]
        ]

    assert shape(drawn("sarif", payload)) == shape(drawn("sarif", "x"))
    for uri in re.findall(r'"uri": "([^"]*)"', drawn("sarif", payload)):
        assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri), uri


@hostile
def test_a_comment_gets_no_html_no_link_no_mention(payload):
    text = drawn("markdown", payload)
    assert FORBIDDEN.findall(text) == []
    tokens = markdown_tokens(text)
    html = [token.content for token in tokens if token.type in ("html_block", "html_inline")]
    assert OURS.sub("", "".join(html)).strip() == ""
    kinds = {token.type for token in tokens}
    assert not kinds & {"link_open", "image", "fence", "code_block", "blockquote_open", "hr"}
    words = " ".join(token.content for token in tokens if token.type == "text")
    for trace in ("@", "evil", "http", "octocat", "linux#", "GH-", "<", "script", "javascript", "skull"):
        assert trace not in words, trace
    quoted = [token.content for token in tokens if token.type == "code_inline"]
    assert any(one_line(payload)[:5].strip() in text for text in quoted)


@hostile
def test_a_comment_keeps_its_shape(payload):
    def shape(text):
        kinds = [t.type for t in markdown_tokens(text) if t.type.endswith(("_open", "_close"))]
        return [kind for kind in kinds if not kind.startswith("strong")]

    assert shape(drawn("markdown", payload)) == shape(drawn("markdown", "-v2"))


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_drawn_by_every_format(text):
    for format in FORMATS:
        assert not FORBIDDEN.search(drawn(format, text)), format
