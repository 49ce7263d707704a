"""A page is made of elements that hold text and nothing else: no stranger's text acts, loads, or leaves its place."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.export.page import Bar, bars, jump, link, linked, page, quoted, section, table, tag
from scanner.export.page.markup import style
from scanner.export.page.style import DARK, GROUNDS, LANDS, LIGHT, LINES, STYLE
from tests.export.test_hostile import PAYLOADS

VOID = {"meta", "br"}
BREAKOUTS = {
    **PAYLOADS,
    "end of an attribute": '"><script>alert(1)</script>',
    "other quotes": "' onload='alert(1)",
    "handler": '" onmouseover="alert(1)" x="',
    "svg text": "</text></svg><script>alert(1)</script>",
    "svg use": '<use href="data:image/svg+xml,<svg onload=alert(1)>"/>',
    "foreign object": "<foreignObject><iframe srcdoc=x></foreignObject>",
    "end of a title": "</title><script>alert(1)</script>",
    "end of a style": "</style><img src=x onerror=alert(1)>",
    "css": "}</style> * { background: url(https://evil.example/x) } @import 'https://evil.example'",
    "cdata": "]]><script>alert(1)</script><![CDATA[",
    "entity": "&lt;script&gt;&#60;script&#62;&Tab;",
    "base": '<base href="https://evil.example/">',
    "refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    "form": '<form action="https://evil.example"><input name=x autofocus onfocus=alert(1)>',
    "template": "{{7*7}} ${7*7} <%= 7*7 %>",
    "javascript address": "javascript:alert(1)",
    "data address": "data:text/html,<script>alert(1)</script>",
}
ADDRESSES = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)", "data:text/html,x",
    "vbscript:x", "file:///etc/passwd", "//evil.example", "https:evil.example", "https:///evil.example",
    "https://known.example@evil.example/", "https://user:word@evil.example", "https://аpple.example",
    "https://evil.example/\u202egpj", 'https://evil.example/"onclick="x', "https://evil.example/<b>", "https://",
    "https://.evil", "https://evil.example\\@known.example", "hf://acme/x", "https://evil.example/a b", "mailto:x@y",
    "https://e.example/" + "a" * 2_000,
]  # fmt: skip


class Read(HTMLParser):
    """What a browser would make of it: elements with their attributes, words, and whether each element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def whole(text: str) -> str:
    """A page that has ``text`` in every place a text can have."""
    return page(
        text,
        tag("header", tag("h1", text), tag("p", quoted(text), linked(text), link(text))),
        section(
            text,
            table(text, (text, text), [(text, quoted(text))]),
            bars(text, [Bar(text, 3, text, text)], note=text),
            jump("x", text, label=text),
        ),
    )


SHAPE = [name for name, _ in Read(whole("plain")).elements]


@pytest.mark.parametrize("payload", BREAKOUTS.values(), ids=BREAKOUTS.keys())
def test_no_text_changes_what_the_page_is_made_of(payload: str) -> None:
    text = whole(payload)
    read = Read(text)
    assert read.open == []
    assert [name for name, _ in read.elements if name != "a"] == [name for name in SHAPE if name != "a"]
    for name, attributes in read.elements:
        assert not any(key.startswith("on") or key in ("src", "style", "srcdoc") for key in attributes), name
        if "href" in attributes:
            assert re.match(r"#|https?://[a-z0-9.-]+(?:[/?#:]|$)", attributes["href"] or ""), attributes
            assert attributes["href"] == "#x" or attributes["rel"] == "noreferrer"
    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text) is None


@given(st.text())
def test_any_text_stays_a_text(text: str) -> None:
    read = Read(whole(text))
    assert read.open == []
    assert [name for name, _ in read.elements if name != "a"] == [name for name in SHAPE if name != "a"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_no_plain_address_of_the_web_is_no_link(address: str) -> None:
    assert "<a" not in link(address).html


@pytest.mark.parametrize(
    "address",
    ["https://a.example", "http://a.example:8080/x?y=1&z=2#p", "https://a.example/b_(c)", "https://127.0.0.1/x"],
)
def test_an_address_of_the_web_is_a_link_to_what_it_shows(address: str) -> None:
    element = Read(link(address).html)
    assert element.elements[1] == ("a", {"href": address, "rel": "noreferrer"})
    assert "".join(element.words) == address


def test_an_address_within_a_text_ends_where_its_sentence_does() -> None:
    read = Read(linked("see https://a.example/b, and (https://c.example).").html)
    assert [attributes["href"] for name, attributes in read.elements if name == "a"] == [
        "https://a.example/b",
        "https://c.example",
    ]
    assert "".join(read.words) == "see https://a.example/b, and (https://c.example)."


@pytest.mark.parametrize("name", ["script", "iframe", "img", "object", "embed", "link", "base", "form", "input", "use",
                                  "foreignObject", "image", "style", "animate", "a b", ""])  # fmt: skip
def test_an_element_that_runs_or_loads_something_has_no_name_here(name: str) -> None:
    with pytest.raises(ValueError, match="no element"):
        tag(name)


@pytest.mark.parametrize("given_", [{"onclick": "x"}, {"style": "x"}, {"src": "x"}, {"href": "javascript:x"},
                                   {"href": "data:x"}, {"id": "A b"}, {"fill": "url(https://x)"}, {"class_": 'x"'},
                                   {"xlink_href": "x"}, {"href": "//x"}])  # fmt: skip
def test_an_attribute_that_runs_or_loads_something_cannot_be_written(given_: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no attribute"):
        tag("p", "x", **given_)


@pytest.mark.parametrize("css", ["</style>", "a { background: url(x) }", "@import 'x'"])
def test_a_style_sheet_loads_nothing(css: str) -> None:
    with pytest.raises(ValueError, match="style sheet"):
        style(css)


def test_markup_is_made_in_one_place() -> None:
    folder = Path(__file__).resolve().parents[2] / "scanner"
    made = [str(p) for p in folder.rglob("*.py") if re.search(r"\bMarkup\(", p.read_text(encoding="utf-8"))]
    assert [Path(p).name for p in made] == ["markup.py"]


def test_the_page_says_its_language_and_lets_a_browser_load_and_run_nothing() -> None:
    text = page("t", tag("header", tag("h1", "t")))
    assert '<html lang="en">' in text
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src &#x27;none&#x27;; style-src &#x27;sha256-")
    assert "unsafe" not in policy[1]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """As WCAG 2.1 defines it, of 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_defined() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_everything_can_be_read_on_its_ground(colours: dict[str, str]) -> None:
    weak = [
        (on, ground, round(contrast(colours[on], colours[ground]), 2))
        for least, pairs in ((4.5, GROUNDS), (3.0, LINES))
        for ground, names in pairs.items()
        for on in names
        if contrast(colours[on], colours[ground]) < least
    ]
    assert weak == []


def test_light_and_dark_have_the_same_tokens_and_the_sheet_knows_no_other_colour() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", STYLE)) <= LIGHT.keys()
    assert set(re.findall(r"#[0-9a-f]{6}", STYLE)) == {*LIGHT.values(), *DARK.values()}
    assert {f"land-{n}" for n in range(LANDS + 1)} <= LIGHT.keys()


def test_a_table_tells_what_it_is_and_heads_have_a_scope() -> None:
    read = Read(table("Waivers", ("Rule", "Count"), [("a", 1)], numbers=(1,)).html)
    assert [a["scope"] for name, a in read.elements if name == "th"] == ["col", "col", "row"]
    assert next(a for name, a in read.elements if name == "div")["aria-label"] == "Waivers"
    assert "caption" in [name for name, _ in read.elements]


def test_every_drawing_has_a_title() -> None:
    html = bars("By verdict", [Bar("DENY", 4, "4 scans", tone="deny"), Bar("ALLOW", 0, "none")], note="Scans.").html
    names = [name for name, _ in Read(html).elements]
    assert names[names.index("svg") + 1] == "title"
    assert "DENY: 4" in html
