"""The table says what the documents say: the verdict first, every claim with its source, nothing dropped in silence."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from scanner.errors import UsageError
from scanner.export import Failure, Screen, render
from tests.export import samples
from tests.export.samples import (
    BASE,
    CHILD,
    QWEN,
    ROOT,
    crowded,
    decision,
    edge,
    facts,
    finding,
    license,
    lineage,
    model,
    view,
)

GONE = Failure("acme/gone", "ModelNotFound", "acme/gone: not on the Hub, or private", "check the name, or sign in", 3)


def table(*views, failures=(), width=80, **screen):
    return render("table", views, failures, Screen(width=width, **screen))


def one(facts, *decisions, **more):
    return table(view(facts, list(decisions) or [decision()]), **more)


def words(text):
    """The text without the line breaks of its wrapping."""
    return re.sub(r"[ \n│├└]+", " ", text)


def test_the_whole_picture():
    assert (
        one(facts(), decision(), decision("allow", "baseline"))
        == """\
DENY  nvidia/OpenCodeReasoning-Nemotron-14B
────────────────────────────────────────────────────────────────────────────────
Why        DENY under no-prc-root; rules: 1 failed, 1 not applicable
           - DENY root-origin: nvidia/OpenCodeReasoning-Nemotron-14B →
             Qwen/Qwen2.5-14B-Instruct → Qwen/Qwen2.5-14B: Alibaba Cloud Qwen
             team is controlled from CN [1][2][3][4]
           ALLOW under baseline; rules: 1 passed, 1 not applicable
Source     read from the live Hub at https://huggingface.co
           commit 9ab9ff1e3a1b (the request was not pinned); texts, configs and
           weight headers were read
Publisher  NVIDIA Corporation (company) [5]
           control, headquarters, incorporation US [5]; confidence high
           on no restricted list known here as of 2026-11-23
Lineage    US [5]  nvidia/OpenCodeReasoning-Nemotron-14B  (control, model;
           parents below)
           └ CN [3]  Qwen/Qwen2.5-14B-Instruct  finetune, declared [1]
             └ CN [3]  Qwen/Qwen2.5-14B  finetune, declared [2]  ROOT, curated
Licence    Apache-2.0; commercial use allowed [6]
           notices must be kept
           - keep the licence text and the notices (section 4)
Files      14 files, 29.5 GB: safetensors
           no pickle; no remote code; the hub's scanners flagged nothing
Record     scan 17, judged at 2026-11-23T15:08:00Z
           policy no-prc-root, sha256 3f2a9c81d0e4
           policy baseline, sha256 3f2a9c81d0e4
Sources    [1] hf://nvidia/OpenCodeReasoning-Nemotron-14B@9ab9ff1e3a1b/README.md
               #base_model
           [2] hf://Qwen/Qwen2.5-14B-Instruct@9ab9ff1e3a1b/README.md#base_model
           [3] https://qwen.example/about (read 2026-11-23)
           [4] FY2026 National Defense Authorization Act, section 1532
           [5] https://nvidia.example/about (read 2026-11-23)
           [6] https://www.apache.org/licenses/LICENSE-2.0 (read 2026-11-23)"""
    )


def test_a_typical_model_fits_on_one_screen():
    assert len(one(facts()).splitlines()) <= 40


def test_the_worst_of_several_decisions_is_the_headline():
    text = one(facts(), decision("allow", "baseline"), decision("review", "strict"), decision("deny"))
    assert text.startswith("DENY  ")
    assert text.index("DENY under") < text.index("REVIEW under") < text.index("ALLOW under")


def test_a_catalogue_never_looks_like_the_live_hub():
    held = facts()["model"] | {
        "hub_as_of": "2026-11-20",
        "hub_description": "the starter catalogue",
        "depth": "starter",
    }
    text = one(facts(model=held | {"revision": None}), decision("allow", "baseline"))
    assert text.splitlines()[0] == f"ALLOW  {CHILD}  NOT A LIVE CHECK"
    assert "NOT A LIVE CHECK: the starter catalogue, as of 2026-11-20" in text
    assert "no commit is known" in text
    assert "live Hub" not in text
    both = table(view(facts(model=held), [decision("allow")]), view(facts(), [decision("allow")]))
    assert [row.count("NOT A LIVE CHECK") for row in both.splitlines()[-3:]] == [1, 0, 0]


def test_a_request_by_another_name_is_told():
    text = one(facts(model=facts()["model"] | {"requested": "nvidia/Old", "pinned": True}))
    assert "asked for as nvidia/Old; the hub answered under this name" in text
    assert "not pinned" not in text


def test_without_a_decision_nothing_was_judged():
    text = table(view(facts(), []))
    assert text.startswith("NOT JUDGED")
    assert "nothing was judged" in text


def test_a_waived_finding_stays_marked_and_last():
    waiver = samples.WAIVER
    found = [finding(waived_by=waiver), finding("pickle", "review", CHILD, path=[CHILD])]
    text = one(facts(), decision("review", findings=found, waivers=[waiver | {"state": "expired"}]))
    assert text.index("REVIEW pickle") < text.index("WAIVED (deny) root-origin")
    assert "until 2027-03-31 by security@acme.example, RISK-12" in words(text)
    assert "waiver of root-origin changes nothing: expired" in text


def test_a_draft_rule_is_a_note():
    text = one(facts(), decision("allow", findings=[finding(verdict="note", standing="draft")] * 3))
    assert "- notes, which weigh nothing: root-origin\n" in text
    assert "DENY" not in text
    late = finding(verdict="review", standing="suspended")
    assert "REVIEW root-origin (rule suspended)" in one(facts(), decision("review", findings=[late]))
    draft = decision("allow", policy=decision()["policy"] | {"status": "draft"})
    assert "ALLOW under no-prc-root (draft)" in one(facts(), draft)


def test_what_is_unknown_is_called_unknown():
    nobody = samples.origin("acme")
    unknown = dict.fromkeys(facts()["files"])
    text = one(facts(publisher=nobody, license=license(None), files=unknown))
    assert "acme: nothing is known of this publisher" in text
    assert "no licence is declared" in text
    assert "unknown: the list of files, pickle, remote code, the hub's scan of them" in words(text)
    assert "no pickle" not in text
    listed = one(facts(files=unknown | {"count": 3}))
    assert "pickle: could not be determined; remote code: could not be determined" in words(listed)
    assert "the hub's scanners have no result" in words(listed)
    uncounted = one(facts(files=unknown | {"pickle": True}))
    assert "the list of files is not known" in uncounted
    assert "pickle: loading may run code" in words(uncounted)
    unheard = facts()["files"] | {"hub_issues": None}
    assert "the hub's scanners have no result" in words(one(facts(files=unheard)))
    assert "control unknown [3]; headquarters CN [3]; incorporation KY [3]" in one(
        facts(publisher=QWEN | {"control": None})
    )


def test_what_one_rule_found_stands_together():
    pickles = [finding("pickle", "review", message="a pickle", path=[], matches=[], references=[])] * 2
    found = [finding(), finding(subject=BASE), finding(subject=CHILD), *pickles]
    text = words(one(facts(), decision(findings=found)))
    assert f"[4]; 2 more findings on {BASE}, {CHILD} - REVIEW pickle" in text
    assert "REVIEW pickle: a pickle; 1 more finding Source" in text
    assert text.count("DENY root-origin") == 1


def test_what_a_second_policy_says_again_is_not_told_twice():
    found = [finding("pickle", "review"), finding("remote-code", "review")]
    text = words(
        one(facts(), decision("deny", findings=[finding(), *found]), decision("review", "strict", findings=found))
    )
    assert text.count("REVIEW pickle") == 1
    assert "REVIEW under strict; rules: 1 passed, 1 not applicable - as above: pickle, remote-code" in text
    stricter = decision("review", "strict", findings=[finding(verdict="review")])
    assert "REVIEW root-origin" in one(facts(), decision(), stricter)


def test_long_lists_are_counted_never_cut_in_silence():
    found = [finding(f"rule-{n}") for n in range(20)]
    text = one(crowded(), decision(findings=found))
    assert f"DENY too: {', '.join(f'rule-{n}' for n in range(6, 20))}" in words(text), "a verdict rests on every one"
    assert "3 more duties: --format json has all" in text


def test_everything_that_can_be_said_is_said():
    text = words(one(crowded(), decision()))
    for part in (
        "control, headquarters, incorporation unknown [4]; confidence unknown",
        "owned by Acme Holding, KY",
        "state ownership: minority",
        "known mainly for re-hosting",
        "a body of several countries",
        "on list us-1260h (parent) since 2026-06-08",
        "remarks: renamed in 2025",
        "conduit for acme/Merge-7B",
        "renamed from acme/Old-7B",
        "teacher, no weights, distilled, declared",
        "merge, inferred",
        "drawn elsewhere",
        "not read: gone-or-private",
        "not followed: ./checkpoint, named by acme/Vanished-7B: local-path",
        "incomplete: not every parent was followed to a root",
        "sources disagree on the licence",
        "limit on users: 700 million monthly active users",
        "limit on revenue: 20 million USD a year",
        "not given for European Union",
        "ancestors under Apache-2.0",
        "pickle: loading may run code; loading runs Python of the repository; the hub's scanners flagged 1 file",
        "pytorch_model.bin: unsafe",
        "executables beside the weights: setup.py, run.sh",
        "base-mismatch: the card names one base, the config another",
        "looks like Llama 3 of meta-llama (US) by its vocab_size 128256: a lead, not a proof",
        "gated: config.json, README.md of nvidia/OpenCodeReasoning-Nemotron-14B, acme/Merge-7B",
        "unreachable (may be answered later): tokenizer.json",
    ):
        assert part in text, part


def overflowing():
    """More of everything than is shown."""
    document = crowded()
    gaps = [
        gap | {"subject": f"acme/g{n}", "reason": f"reason-{n}", "at": f"hf://g{n}"}
        for n, gap in enumerate(document["gaps"] * 3)
    ]
    graph = document["lineage"]
    ends = [end | {"at": f"hf://e{n}"} for n, end in enumerate(graph["unresolved"] * 9)]
    disputes = [dispute | {"source": f"https://d{n}.example"} for n, dispute in enumerate(graph["disputes"] * 9)]
    graph |= {"unresolved": ends, "disputes": disputes}
    return document | {"gaps": gaps}


@pytest.mark.parametrize("document", [facts(), crowded(), overflowing()], ids=["plain", "crowded", "overflowing"])
def test_every_mark_has_its_source_and_every_source_its_mark(document):
    found = [finding(f"rule-{n}", at=f"hf://r{n}") for n in range(20)]
    body, sources = one(document, decision(findings=found)).split("Sources")
    cited = {int(n) for n in re.findall(r"\[(\d+)\]", body)}
    listed = [int(n) for n in re.findall(r"^ +\[(\d+)\]", " " * 9 + sources, re.M)]
    assert listed == sorted(cited) == list(range(1, len(listed) + 1))


def test_a_source_with_its_reason_and_the_same_source_without_are_one():
    bare, reasoned = "https://x.example", "it sits there (https://x.example)"
    notes = [samples.footnote("control", reasoned), samples.footnote("headquarters", bare)]
    text = one(facts(publisher=QWEN | {"footnotes": notes}), decision("allow"))
    assert text.count("x.example") == 1
    assert "it sits there: https://x.example (read 2026-11-23)" in text


def test_the_accused_parent_of_a_merge_of_many_is_drawn():
    parents = [model(f"acme/p{n}", 1, samples.NVIDIA, root=True) for n in range(30)]
    parents[20] = model("acme/p20", 1, QWEN, root=True)
    graph = lineage(
        models=[model(CHILD, 0, samples.NVIDIA), *parents],
        edges=[edge(CHILD, p["id"], "merge") for p in parents],
        ancestors=[p["id"] for p in parents],
    )
    text = one(facts(lineage=graph), decision(findings=[finding(subject="acme/p20", path=[CHILD, "acme/p20"])]))
    assert re.search(r"├ CN \[\d+\]  acme/p20 ", text)
    assert "22 more" in text


def test_what_is_not_shown_is_not_called_told():
    found = [finding(f"rule-{n}", "review") for n in range(9)]
    text = words(one(facts(), decision("review", "a", findings=found), decision("review", "b", findings=found)))
    assert "REVIEW rule-8" in text
    assert "as above: rule-0, rule-1, rule-2, rule-3, rule-4, rule-5 " in text


def chain_of(number):
    ids = [CHILD, *(f"acme/model-{n}-of-a-long-chain" for n in range(number))]
    edges = [edge(child, parent) for child, parent in pairwise(ids)]
    return lineage(models=[model(id, n, QWEN) for n, id in enumerate(ids)], edges=edges, ancestors=ids[1:])


def test_a_diamond_is_drawn_once_and_a_ring_ends():
    text = words(one(crowded(), decision()))
    assert len(re.findall(rf"CN \[2\] {ROOT} ", text)) == 1
    assert text.count("drawn elsewhere") == 2
    itself = lineage(edges=[edge(CHILD, CHILD), *lineage()["edges"]])
    assert f"{CHILD} finetune, declared [1] drawn elsewhere" in words(one(facts(lineage=itself)))


def test_a_model_is_drawn_where_it_is_nearest():
    graph = lineage(edges=[edge(CHILD, BASE), edge(BASE, ROOT), edge(CHILD, ROOT, "merge")])
    graph["models"][2]["depth"] = 1
    text = words(one(facts(lineage=graph)))
    assert f"CN [3] {ROOT} merge" in text
    assert f"{ROOT} finetune, declared [2] drawn elsewhere" in text


def test_the_deepest_lineage_stays_readable():
    text = one(facts(lineage=chain_of(12)))
    assert "acme/model-11-of-a-long-chain" in text
    one(facts(lineage=chain_of(60)))


def test_an_edge_to_a_model_that_is_not_in_the_document_is_drawn():
    graph = lineage(edges=[edge(CHILD, "acme/nowhere")])
    assert re.search(r"└ acme/nowhere  finetune, declared \[\d\]  not read", one(facts(lineage=graph)))


def test_a_merge_of_many_is_counted():
    parents = [model(f"acme/p{n}", 1, QWEN, root=True) for n in range(30)]
    graph = lineage(
        models=[model(CHILD, 0, QWEN), *parents],
        edges=[edge(CHILD, p["id"], "merge") for p in parents],
        ancestors=[p["id"] for p in parents],
    )
    assert "22 more: --format json has all" in one(facts(lineage=graph))


def test_several_models_end_in_a_sum():
    views = [view(facts(), [decision(v)]) for v in ("deny", "review", "allow", "allow")]
    lines = table(*views, failures=[GONE]).splitlines()
    assert lines[-1] == "5 models: 2 ALLOW, 1 REVIEW, 1 DENY, 1 not judged"
    assert lines[-6].split() == ["DENY", CHILD, "root-origin"]
    assert lines[-2].split() == ["NOT", "JUDGED", "acme/gone", "ModelNotFound"]


def test_a_model_that_was_not_judged_is_shown_with_the_reason_and_the_hint():
    text = table(failures=[GONE])
    assert text.startswith("NOT JUDGED  acme/gone")
    assert GONE.message in text
    assert GONE.hint in text


def test_an_unknown_format_is_named():
    with pytest.raises(UsageError, match="no format 'pdf'") as raised:
        render("pdf", [])
    assert "markdown" in raised.value.hint


def test_sizes_are_told_as_people_say_them():
    from scanner.export.sections import _size

    assert [_size(n) for n in (0, 999, 1000, 12_345, 999_999, 29_540_133_872, 3_100_000_000_000_000)] == [
        "0 B", "999 B", "1.0 kB", "12.3 kB", "1000 kB", "29.5 GB", "3,100.0 TB",
    ]  # fmt: skip


def test_a_citation_names_the_reason_the_first_page_and_how_many_more():
    from scanner.export.account import citations

    def text(source, **more):
        return citations([samples.footnote("control", source, **more)], "control")[0]

    assert text("https://a ; https://b ; https://c") == "https://a and 2 more pages (read 2026-11-23)"
    assert text("the owner sits there (https://a ; https://b)", seen=None, confidence="low") == (
        "the owner sits there: https://a and 1 more page (confidence low)"
    )
    assert text("https://a/b_(c) ; https://d") == "https://a/b_(c) and 1 more page (read 2026-11-23)"
    assert ROOT


def test_an_ancestor_that_allows_less_is_warned_of_beside_the_licence():
    def said(*uses, own="yes"):
        models = [model(CHILD, 0, samples.NVIDIA)]
        models += [model(f"a/{n}", 1, QWEN, license=license(commercial_use=use)) for n, use in enumerate(uses)]
        graph = lineage(models=models, ancestors=[m["id"] for m in models[1:]], edges=[], roots=[], any=[])
        text = words(one(facts(lineage=graph, license=license(commercial_use=own))))
        return text[text.index("Licence") : text.index("Files")]

    assert "commercial use allowed" in said("yes")
    assert "by its own licence" not in said("yes")
    for uses, told in ((("no",), "no"), (("conditional", "yes"), "conditional"), ((None, "no"), "no, unknown")):
        assert re.search(
            rf"commercial use allowed[ \[\d\]]* by its own licence; an ancestor allows: {told} ", said(*uses)
        )


def test_a_changed_licence_text_is_shown_with_the_places_that_differ():
    def said(status="edited", role="license", changes=1, other=0, **own):
        told = '"for non commercial purposes" in place of 2 words of the licence'
        differences = [
            {"kind": "changed", "line": 7 + n, "words": "x", "missing": 2, "named": [], "told": told}
            for n in range(changes)
        ]
        record = {"path": "LICENSE", "role": role, "status": status, "license": "MIT", "licenses": ["MIT"]}
        record |= {"similarity": 98, "first_line": 1, "last_line": 21, "source": "x", "other_words": other}
        record |= {"changes": changes, "differences": differences}
        unknown = license(concluded=None, status="unknown", commercial_use=None, **own)
        text = words(one(facts(license=unknown, files=facts()["files"] | {"license_texts": [record]})))
        return text[text.index("Licence") : text.index("Files")]

    changed = said()
    assert "what it demands could not be determined" in changed
    assert 'LICENSE is a changed text of MIT - line 7: "for non commercial purposes" in place of 2 words' in changed
    assert "no licence could be read" not in said(declared=[], name=None)
    assert "1 more difference: --format json has all" in said(changes=3)
    assert "LICENSE is the text of MIT, with 30 words that are not its text" in said("embedded", changes=0, other=30)
    assert "LICENSE is" not in said("exact", changes=0)
    assert "LICENSE is" not in said(role="notice")


def test_an_unknown_publisher_is_never_said_to_be_on_no_list():
    for known in ({"lists": None}, {"lists": []}):
        text = one(facts(publisher=samples.origin("acme") | known))
        assert "on no restricted list" not in words(text)
    unlisted = samples.origin("acme", "Acme", "US") | {"lists": None}
    assert "restricted lists: unknown" in one(facts(publisher=unlisted))
