"""Procurement's page: all that decides stands on it, in an order to be read; unknown is said; nothing of it acts."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.data import text
from scanner.export import Failure, render
from scanner.export.onepage.layout import MOST, MOST_BESIDE, layout
from scanner.export.onepage.look import STYLE, on_paper
from scanner.export.onepage.questions import questions
from scanner.export.page.style import LANDS
from scanner.policy import Verdict, read_policy
from tests.export.samples import (
    BASE,
    CHILD,
    COMMIT,
    QWEN,
    ROOT,
    WAIVER,
    alternative,
    crowded,
    decision,
    edge,
    facts,
    finding,
    license,
    lineage,
    model,
    origin,
    view,
)
from tests.export.test_hostile import poisoned
from tests.export.test_page import BREAKOUTS, Read

GONE = Failure("acme/gone", "ModelNotFound", "acme/gone: not on the Hub, or private", "check the name", 3)
ALLOWED = view(facts(), [decision("allow")])
DENIED = view(facts(), [decision()], alternatives=[alternative()])
CROWDED = view(crowded(), [decision("review", findings=[finding(verdict="review")])], None)
WAIVED = view(facts(), [decision("allow", findings=[finding(waived_by=WAIVER)])])
REPORTS = {"allowed": [ALLOWED], "denied": [DENIED], "crowded": [CROWDED], "waived": [WAIVED],
           "several": [ALLOWED, DENIED, CROWDED]}  # fmt: skip


def sound(html: str) -> Read:
    """The page, where it is one that reads well: whole, headings in order, tables and drawings named, no dead link."""
    read = Read(html)
    assert read.open == []
    names = [name for name, _ in read.elements]
    ranks = [int(name[1]) for name in names if re.fullmatch("h[1-6]", name)]
    assert ranks.count(1) == 1
    assert ranks[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(ranks)), ranks
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for name, attributes in read.elements:
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids, attributes
        for key in ("aria-labelledby", "aria-describedby"):
            assert attributes.get(key) is None or attributes[key] in ids
        if name == "th":
            assert attributes["scope"] in ("col", "row")
    assert names.count("table") == names.count("caption")
    for at, name in enumerate(names):
        if name == "svg":
            assert names[at + 1] == "title"
            assert read.elements[at][1]["role"] == "img"
    assert not {"script", "img", "link", "iframe", "object", "form", "base"} & set(names)
    return read


def words(html: str) -> str:
    return " ".join(" ".join(Read(html).words).split())


@pytest.mark.parametrize("scans", REPORTS.values(), ids=REPORTS.keys())
def test_every_page_is_sound(scans: Any) -> None:
    sound(render("html", scans))
    sound(render("html", scans, [GONE]))


def test_nothing_judged_is_a_page_too() -> None:
    assert "Models: none" in words(render("html", []))


@pytest.mark.parametrize("payload", BREAKOUTS.values(), ids=BREAKOUTS.keys())
def test_what_strangers_wrote_stays_text(payload: str) -> None:
    found = [finding(), finding("draft", "note", standing="draft"), finding("x", waived_by=WAIVER)]
    scans = [
        view(poisoned(crowded(), payload), [poisoned(decision(findings=found), payload)], alternatives=[poisoned(alternative(), payload)])
    ]  # fmt: skip
    scans.append(view(poisoned(facts(), payload), [poisoned(decision("allow"), payload)]))
    failure = Failure(f"acme/x{payload}", "ModelNotFound", f"gone{payload}", f"look{payload}", 3)
    html = render("html", scans, [failure])
    for name, attributes in sound(html).elements:
        assert not any(key.startswith("on") or key in ("src", "style", "srcdoc") for key in attributes), name
        if "href" in attributes:
            assert re.match(r"#[a-z]|https?://[A-Za-z0-9.-]+(?:[/?#:]|$)", attributes["href"] or "")
            assert attributes["href"].startswith("#") or attributes["rel"] == "noreferrer"
    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", html) is None


@pytest.mark.parametrize(
    ("scan", "said"),
    [(DENIED, "DENY Do not use this model."), (ALLOWED, "ALLOW May be used"), (CROWDED, "REVIEW Not cleared"),
     (view(facts(), []), "NOT JUDGED Not judged")],
)  # fmt: skip
def test_the_verdict_is_said_in_words_before_everything(scan: Any, said: str) -> None:
    body = words(render("html", [scan])).partition("}")[2]
    assert said in body
    assert body.index(said) < body.index("What to do now") < body.index("Where the weights come from")


def test_one_sentence_says_why() -> None:
    assert f"{CHILD} → {BASE} → {ROOT}: Alibaba Cloud Qwen team is controlled from CN" in words(
        render("html", [DENIED])
    )
    assert "no rule of no-prc-root weighs against it" in words(render("html", [ALLOWED]))
    assert "is waived: 1 finding" in words(render("html", [WAIVED]))
    assert "ALLOW May be used only because an exception was made." in words(render("html", [WAIVED]))
    noted = view(facts(), [decision("allow", findings=[finding(verdict="note", waived_by=WAIVER)])])
    assert "only because an exception was made" not in words(render("html", [noted])), "a note needs no exception"


def test_a_licence_that_is_not_known_is_no_permission() -> None:
    unknown = facts(license=license(None, status="unknown"))
    assert "Have the licence cleared" in words(render("html", [view(unknown, [decision("allow")])]))
    assert "Have the licence cleared" not in words(render("html", [ALLOWED]))


def test_who_publishes_a_re_hosted_model_and_who_made_it_stand_apart() -> None:
    graph = lineage(
        models=[model(CHILD, 0, QWEN, conduit=True), model(ROOT, 1, QWEN, root=True)], edges=[edge(CHILD, ROOT)]
    )
    html = render("html", [view(facts(lineage=graph), [decision("allow")])])
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>", html, re.S)
    assert "NVIDIA" in rows[0]
    assert "publishes this model" in rows[0]
    assert "Alibaba" in rows[1]
    assert "made what is published here" in rows[1]


def test_a_waived_finding_stays_with_its_end_and_who_approved() -> None:
    text_ = words(render("html", [WAIVED]))
    for part in ("WAIVED", "2027-03-31", "security@acme.example", "RISK-12", "decide again before then"):
        assert part in text_


def test_what_is_not_live_or_not_recorded_says_so_at_the_top() -> None:
    starter = facts()
    starter["model"] |= {"hub_as_of": "2026-11-23", "depth": "starter"}
    head = words(render("html", [view(starter, [decision("allow")], None)])).partition("What to do now")[0]
    assert "NOT A LIVE CHECK; NOT RECORDED" in head
    assert "NOT" not in words(render("html", [ALLOWED])).rpartition("}")[2].partition("What to do now")[0]


def test_a_commit_that_is_not_known_is_no_commit_to_use() -> None:
    unpinned = facts()
    unpinned["model"] |= {"revision": None}
    assert f"Use commit {COMMIT} and no other" in words(render("html", [ALLOWED]))
    assert "Pin a commit before you use it" in words(render("html", [view(unpinned, [decision("allow")])]))


def test_a_rule_that_cannot_be_waived_offers_no_waiver() -> None:
    fixed = view(facts(), [decision(findings=[finding(waivable=False)])])
    assert "No exception can be made to root-origin" in words(render("html", [fixed]))
    assert "an exception is a waiver" in words(render("html", [DENIED]))


def test_what_was_set_in_the_policy_stands_at_the_top() -> None:
    named = replace(ALLOWED, settings={"no-prc-root": {"denied": ["FR", "RU"], "deep": True}})
    top = words(render("html", [named])).partition("What to do now")[0]
    assert "policy no-prc-root with denied = FR, RU; deep = true" in top


def test_a_review_of_what_cannot_be_waived_offers_no_waiver() -> None:
    asked = [finding("pickle", "review", CHILD, path=[CHILD], waivable=False)]
    told = words(render("html", [view(facts(), [decision("review", findings=asked)])]))
    assert "No exception can be made to pickle" in told
    assert "put that into a waiver" not in told
    pardoned = [finding("x", "deny", waivable=False, waived_by=WAIVER), *asked]
    assert "made to pickle ." in words(render("html", [view(facts(), [decision("review", findings=pardoned)])]))


def test_an_allowed_model_that_could_not_be_read_to_the_end_says_so_at_the_top() -> None:
    gap = {"subject": CHILD, "what": "config.json", "reason": "unreachable", "transient": True, "at": "hf://x"}
    top = words(render("html", [view(facts(gaps=[gap]), [decision("allow")])])).partition("What to do now")[0]
    assert "INCOMPLETE" in top
    assert "INCOMPLETE" not in words(render("html", [ALLOWED]))


def test_the_maker_of_a_root_that_nothing_establishes_is_not_told_as_where_the_weights_begin() -> None:
    graph = lineage()
    said = words(render("html", [view(facts(lineage=graph), [decision()])]))
    assert "the weights begin there" in said
    graph["models"][2] = graph["models"][2] | {"established": None}
    said = words(render("html", [view(facts(lineage=graph), [decision()])]))
    assert "the weights begin there" not in said
    assert "nothing says that the weights begin" in said
    graph |= {"models": [*graph["models"], graph["models"][2] | {"id": "Qwen/Other", "established": "curated"}]}
    graph |= {"roots": [ROOT, "Qwen/Other"]}
    said = words(render("html", [view(facts(lineage=graph), [decision()])]))
    assert "some weights begin there, of others nothing says so" in said


@pytest.mark.parametrize("letter", "mWi漢")
def test_no_name_runs_into_the_licence_beside_it(letter: str) -> None:
    graph = lineage()
    graph["models"][1] = graph["models"][1] | {"id": f"acme/{letter * 91}", "license": license("Apache-2.0")}
    graph["edges"] = [edge(CHILD, f"acme/{letter * 91}"), edge(f"acme/{letter * 91}", ROOT)]
    drawing = re.search("<svg.*?</svg>", render("html", [view(facts(lineage=graph), [decision()])]), re.S)
    assert drawing
    drawn = html.unescape(re.findall(r"<text[^>]*font-weight=\"600\"[^>]*>([^<]*)</text>", drawing[0])[1])
    widest = {"m": 0.89, "W": 0.95, "i": 0.28, "漢": 1.0}[letter]
    assert 13 * widest * drawn.count(letter) < 720 - 86 - 52 - 18 - 11 * 0.5 * len("Apache-2.0")
    assert drawn.count(letter) > 20


def test_each_fact_of_a_maker_leads_to_its_footnote() -> None:
    html = render("html", [DENIED])
    row = re.search(r"<tr><th scope=\"row\"><bdi>Alibaba Cloud Qwen team.*?</tr>", html, re.S)
    assert row
    assert row[0].count('href="#note-1-') >= 3
    assert "Alibaba Group" in row[0]
    assert words(html).count("https://qwen.example/about (read 2026-11-23)") == 1


def test_what_is_not_known_of_a_maker_is_said_and_not_left_empty() -> None:
    graph = lineage(models=[model(CHILD, 0, origin("acme"))], edges=[], roots=[CHILD], ancestors=[])
    html = render("html", [view(facts(publisher=origin("acme"), lineage=graph), [decision("review", findings=[])])])
    row = re.search(r"<tr><th scope=\"row\">.*?</tr>", html, re.S)
    assert row
    assert row[0].count("unknown") >= 4
    assert "nothing is known of" in row[0]
    assert re.search(r"<td[^>]*></td>", html) is None


def test_a_country_is_written_and_an_unknown_one_is_a_question_mark_in_a_broken_frame() -> None:
    graph = lineage()
    graph["models"][2] = model(ROOT, 2, origin("Qwen"), root=True)
    drawing = re.search("<svg.*?</svg>", render("html", [view(facts(lineage=graph), [decision()])]), re.S)
    assert drawing
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing[0])
    assert [t for t in texts if t in ("US", "CN", "?")] == ["US", "CN", "?"]
    assert drawing[0].count("stroke-dasharray") == 2
    assert "control unknown" in drawing[0]


def test_each_step_of_the_drawing_names_its_relation_and_its_basis() -> None:
    drawing = re.search("<svg.*?</svg>", render("html", [CROWDED]), re.S)
    assert drawing
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing[0])
    for word in ("quantized", "merge", "teacher", "declared", "observed", "inferred"):
        assert any(word in t for t in texts), word
    assert "made from, stated" in texts


def test_duties_stand_with_their_clause() -> None:
    html = render("html", [ALLOWED])
    rows = re.findall(r"<tr><th scope=\"row\"><bdi>([^<]*)</bdi></th><td><bdi>([^<]*)</bdi>", html)
    assert any("section" in clause or "4" in clause for _, clause in rows), rows


def test_a_licence_that_asks_for_nothing_is_in_effect_all_the_same() -> None:
    free = facts(license=license("CC0-1.0"))
    for one in free["lineage"]["models"]:
        one["license"] = license("CC0-1.0")
    free["terms"] |= {"duties": [], "complete": True}
    told = words(render("html", [view(free, [decision("allow")])]))
    assert "In effect could not be determined" not in told
    assert "No duty is recorded of the licences in effect." in told
    free["terms"] |= {"complete": False}
    assert "That is not to say that there is none." in words(render("html", [view(free, [decision("allow")])]))


@pytest.mark.parametrize(("uses", "said"), [(["military"], "Forbidden uses military"), ([], None),
                                            (["military", None], "Forbidden uses military ; there may be more"),
                                            ([None], "Forbidden uses could not be determined")])  # fmt: skip
def test_uses_that_may_be_forbidden_are_not_passed_over(uses: list[str | None], said: str | None) -> None:
    held = facts()
    held["terms"] |= {"forbidden_uses": uses}
    told = words(render("html", [view(held, [decision("allow")])]))
    assert said in told if said else "Forbidden uses" not in told
    assert ("there may be more" in told) == (uses == ["military", None])


def test_an_allowed_model_on_bases_of_unknown_licence_is_not_told_that_its_own_duties_are_all() -> None:
    held = facts()
    held["terms"] |= {"complete": False}
    assert "not all are known" in words(render("html", [view(held, [decision("allow")])]))
    held["terms"] |= {"complete": True}
    assert "Keep the duties of the licence below." in words(render("html", [view(held, [decision("allow")])]))
    older = {name: value for name, value in held.items() if name != "terms"}
    assert "not all are known" in words(render("html", [view(older, [decision("allow")])]))


def test_a_folder_of_no_account_is_not_told_as_the_maker_of_a_base_that_nobody_is_known_to_have_made() -> None:
    nobody = origin(None)
    models = [model(CHILD, 0, nobody), model(BASE, 1, nobody, conduit=True, root=True)]
    held = facts(publisher=nobody, lineage=lineage(models=models, ancestors=[BASE], roots=[BASE]))
    told = words(render("html", [view(held, [decision("allow")])]))
    assert "publishes this model" in told
    assert "publishes this model; the weights begin there" not in told
    assert told.count("no account is known") == 2


def test_a_scan_recorded_before_terms_were_facts_still_has_its_duties() -> None:
    old = {key: value for key, value in facts().items() if key not in ("terms", "access")}
    sound(render("html", [view(old, [decision()])]))
    assert "keep the licence text and the notices (section 4)" in words(render("html", [view(old, [decision()])]))


def test_the_whole_digests_stand_on_the_page() -> None:
    html = render("html", [DENIED])
    for digest in ("3f2a9c81d0e4" + "0" * 52, "c" * 64, "d" * 64):
        assert digest in html
    assert "modelorigin audit verify" in html
    assert "nothing proves later that it was so" in words(render("html", [CROWDED]))


def test_several_models_have_a_contents_worst_first_and_a_page_each() -> None:
    html = render("html", [ALLOWED, DENIED, CROWDED], [GONE])
    table = re.search(r"<tbody>.*?</tbody>", html, re.S)
    assert table
    assert re.findall(r'badge (\w+)"', table[0]) == ["deny", "review", "allow"]
    assert html.count('class="break"') == 4
    assert "Models: 1 DENY, 1 REVIEW, 1 ALLOW, 1 not judged" in words(html)
    assert "Not judged is no pass." in words(html)


def contents(*scans: Any) -> str:
    table = re.search(r"<tbody>.*?</tbody>", render("html", [*scans, DENIED]), re.S)
    assert table
    return words(table[0])


def test_the_contents_do_not_say_that_nothing_weighs_against_what_was_waived() -> None:
    assert "nothing weighs against it" in contents(ALLOWED)
    assert "nothing weighs against it" not in contents(WAIVED)
    assert "waived: root-origin" in contents(WAIVED)


def test_the_contents_say_that_there_may_be_more_roots_where_the_lineage_is_not_complete() -> None:
    open_ = facts()
    open_["lineage"]["complete"] = False
    assert "?" not in contents(ALLOWED)
    assert "?" in contents(view(open_, [decision("allow")]))
    begun = facts()
    begun["lineage"]["models"][-1]["established"] = None
    assert "?" in contents(view(begun, [decision("allow")]))


def test_the_page_is_the_same_every_time() -> None:
    assert render("html", [CROWDED, DENIED]) == render("html", [CROWDED, DENIED])


# -- Questions


def test_the_questions_are_a_policy_that_weighs_nothing() -> None:
    asked = read_policy(text("questions.yaml"), file="questions.yaml")
    assert {rule.verdict for rule in asked.rules} == {rule.unknown for rule in asked.rules} == {Verdict.ALLOW}
    assert all(rule.message.render({}, facts()).endswith((".", "?", ")")) for rule in asked.rules)


def test_a_model_of_which_everything_is_known_leaves_no_question() -> None:
    known = facts()
    for one in known["lineage"]["models"]:
        one["license"] = license()
    assert questions(known) == {}


@pytest.mark.parametrize(
    ("title", "change"),
    [
        ("Who is behind it", {"lineage": lineage(models=[model(CHILD, 0, origin("acme"))])}),
        ("Who controls it", {"lineage": lineage(models=[model(CHILD, 0, QWEN | {"control": None})])}),
        ("Models that could not be read", {"lineage": lineage(models=[model(CHILD, 0, QWEN, state="gated")])}),
        ("Where the weights begin", {"lineage": lineage(models=[model(ROOT, 0, QWEN, root=True)])}),
        ("Licence", {"lineage": lineage(models=[model(CHILD, 0, QWEN, license=license(None))])}),
        ("Training data", {"card": facts()["card"] | {"training_data": False}}),
        ("Documentation", {"card": facts()["card"] | {"present": False}}),
        ("Files that may run code", {"files": facts()["files"] | {"pickle": True}}),
        ("Code of the repository", {"files": facts()["files"] | {"remote_code": True}}),
        ("Files", {"files": facts()["files"] | {"count": None}}),
        ("Which version", {"model": facts()["model"] | {"revision": None}}),
    ],
)
def test_what_is_not_known_is_asked(title: str, change: dict[str, Any]) -> None:
    assert title in questions({**facts(), **change})
    assert title not in questions(facts())


def test_of_many_questions_alike_the_rest_is_counted() -> None:
    many = [model(f"acme{n}/x", 1, origin(f"acme{n}")) for n in range(20)]
    first, more = questions(facts(lineage=lineage(models=many)))["Who is behind it"]
    assert (len(first), more) == (6, 14)


# -- The drawing's layout

IDS = [f"acme/m{n}" for n in range(40)]


@st.composite
def graphs(draw: Any) -> Any:
    """Any lineage: rings, models that are named and not read, models nothing leads to."""
    ids = IDS[: draw(st.integers(1, len(IDS)))]
    steps = draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(IDS)), max_size=80, unique=True))
    return {"models": [model(id, 0, QWEN) for id in ids], "edges": [edge(c, p) for c, p in steps]}


@settings(max_examples=60)
@given(graphs(), st.data())
def test_any_lineage_is_drawn_in_order_and_nothing_is_lost_uncounted(graph: Any, data: Any) -> None:
    steps = [(one["child"], one["parent"]) for one in graph["edges"]]
    accused = frozenset(data.draw(st.lists(st.sampled_from(steps), max_size=3))) if steps else frozenset()
    drawn = layout(graph, accused)
    ids = [row.id for row in drawn.rows]
    assert len(ids) == len(set(ids)) <= MOST
    assert ids[0] == graph["models"][0]["id"]
    for number, row in enumerate(drawn.rows):
        if number:
            assert row.child is not None
            assert row.child < number
            assert row.edge is not None
            assert (row.edge["child"], row.edge["parent"]) == (drawn.rows[row.child].id, row.id)
            assert row.depth == drawn.rows[row.child].depth + 1
    named = {one["id"] for one in graph["models"]} | {p for c, p in steps if c in set(ids)}
    assert drawn.undrawn_models >= len(named) - len(ids) >= 0
    assert len(drawn.beside) <= MOST_BESIDE
    between = sum(c in ids and p in ids for c, p in steps)
    assert between == len(ids) - 1 + len(drawn.beside) + drawn.undrawn_steps


def test_what_the_verdict_rests_on_is_drawn_before_what_is_near() -> None:
    many = [f"acme/base-{n}" for n in range(60)]
    models = [model(id, n, QWEN) for n, id in enumerate((CHILD, *many, "acme/last"))]
    steps = [edge(CHILD, id, "merge") for id in many] + [edge(many[-1], "acme/last")]
    drawn = layout({"models": models, "edges": steps}, {(CHILD, many[-1]), (many[-1], "acme/last")})
    assert [row.id for row in drawn.rows[:3]] == [CHILD, many[-1], "acme/last"]
    assert len(drawn.rows) == MOST
    assert drawn.undrawn_models == 62 - MOST
    html = render("html", [view(facts(lineage=lineage(models=models, edges=steps)), [decision()])])
    assert f"{62 - MOST} more models not drawn" in words(html)
    sound(html)


@given(st.integers(720, 1_400), st.integers(72, 1_000))
def test_a_drawing_is_no_higher_on_paper_than_it_may_be(width: int, height: int) -> None:
    share = int(on_paper(width, height).removeprefix("wide-"))
    assert share == 30 or 180 * share / 100 * height / width <= 158
    assert f".wide-{share} {{ width: {share}%; }}" in STYLE


def test_more_countries_than_colours_still_have_their_names() -> None:
    codes = ["US", "CN", "FR", "DE", "JP", "KR", "GB", "CA", "IL"]
    assert len(codes) > LANDS
    models = [model(f"a{n}/x", n, origin(f"a{n}", f"Maker {n}", code)) for n, code in enumerate(codes)]
    steps = [edge(f"a{n}/x", f"a{n + 1}/x") for n in range(len(codes) - 1)]
    html = render("html", [view(facts(lineage=lineage(models=models, edges=steps)), [decision()])])
    drawing = re.search("<svg.*?</svg>", html, re.S)
    assert drawing
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing[0])
    assert [t for t in texts if t in codes] == codes


def test_use_is_allowed_by_its_own_licence_alone_where_not_all_it_was_made_from_is_known() -> None:
    held = facts(lineage=lineage(models=[model(CHILD, 0, QWEN)], edges=[], roots=[], ancestors=[], complete=False))
    held["terms"] |= {"complete": False, "commercial_use": None}
    for format in ("html", "table", "markdown"):
        text = words(render(format, [view(held, [decision("allow")])]))
        assert "by its own licence; not all of what it was made from is known" in text, format
        assert "by its own licence" not in words(render(format, [ALLOWED]))


def test_files_of_which_formats_and_executables_are_not_known_are_not_told_as_free_of_them() -> None:
    held = facts()
    held["files"] |= {"formats": None, "executables": None}
    told = words(render("html", [view(held, [decision("allow")])]))
    assert "no weights among them" not in told
    assert "their formats are not known" in told
    assert "executables: could not be determined" in told
