"""The table: the verdict first, a tree of the files, what is open, and what to do last."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from scanner.export import Screen
from scanner.export.codebase import render_codebase
from tests.export.codebase.samples import (
    BASE,
    ROOT,
    WIDGET,
    clean,
    codebase,
    crowded,
    error,
    finding,
    model,
    own,
    place,
    reference,
    suppressed,
    unresolved,
)
from tests.export.samples import facts


def table(document, width=200, **look):
    return render_codebase("table", document, Screen(width=width, **look))


def last(document):
    """The last section: what to do."""
    text = table(document)
    return " ".join(text[text.index("\nNext ") :].split())


def test_the_answer_is_first_and_what_to_do_is_last():
    lines = table(codebase()).splitlines()
    assert lines[0] == "DENY  app"
    assert lines[2].split() == ["Answer", "1", "model:", "1", "denied"]
    assert lines[-1].startswith("Next       replace the denied models")


def test_the_tree_leads_from_the_folder_to_the_rule_and_the_root():
    text = table(codebase())
    tree = text[text.index("Code base") : text.index("Coverage")]
    assert [part.strip(" │├└") for part in tree.splitlines()] == [
        "Code base  app",
        "src/app.py",
        f"12  {WIDGET}  DENY  not pinned",
        f"DENY root-origin of no-prc-root: {ROOT} is controlled from CN [1]",
        f"by way of {WIDGET} → {BASE} → {ROOT}",
    ]
    assert "[1] control: https://qwen.example/about (seen 2026-11-23)" in text


def test_the_way_to_the_root_is_not_said_twice():
    chain = f"{WIDGET} → {BASE} → {ROOT}"
    text = table(codebase(findings=[finding(message=f"{chain}: controlled from CN")]))
    assert text.count(chain) == 1


def test_a_model_is_told_where_it_first_stands_and_named_elsewhere():
    two = [reference(), reference("src/b.py", 3, 1)]
    text = table(codebase(references=two, findings=[finding(), finding(2, "src/b.py", [place(3, 1)])]))
    assert text.count("is controlled from CN") == 1
    assert f"3  {WIDGET}  DENY  not pinned  root-origin as at src/app.py:12" in text


def test_an_unresolved_reference_is_shown_as_it_is_written_and_counted_in_the_answer():
    found = own(3, "unresolved-reference", places=[place(30, 5)])
    text = table(codebase(references=[unresolved()], findings=[found], models=[], verdict="review"))
    assert 'REVIEW src/app.py:30  os.environ["MODEL"]' in text
    assert "no model is named; 1 reference to a model not named in the text" in text
    assert "name unresolved models in the text" in text.splitlines()[-1]


def test_an_allow_is_none_where_something_was_not_judged():
    text = table(clean() | {"complete": False, "errors": [error()]})
    assert text.startswith("NOT JUDGED  app  INCOMPLETE")
    assert "1 allowed, 1 not judged" in text
    assert "acme/gone  src/app.py:40: not on the Hub, or private; check the name" in text
    assert last(clean() | {"complete": False, "errors": [error()]}).endswith(
        "scan again for what was not judged: it is no pass"
    )


def test_coverage_says_how_many_files_were_not_read_and_why():
    text = table(crowded())
    assert "409 files read, 3 not: no permission (2), larger than 16 MiB (1); 12 files passed over: binary" in text
    assert "not read: data/huge.json: larger than 16 MiB" in text
    assert "in part: src/old.py: not Python 3: read as text" in text
    assert "12 files read\n" in table(codebase())


def test_datasets_stand_apart_from_models():
    text = table(crowded())
    assert "Datasets    src/data.py:3  acme/set" in text
    assert "acme/set" not in text[text.index("Code base") : text.index("Unresolved")]


def test_waived_findings_say_by_whom_and_until_when_and_are_not_in_the_tree():
    text = table(codebase(findings=[finding(suppressed=suppressed())], verdict="allow"))
    assert text.startswith("ALLOW")
    for said in ("waived (DENY) root-origin", "until 2027-03-31", "approved by security@acme.example", "RISK-12"):
        assert said in text
    assert "is controlled from CN" not in text


def test_a_baseline_is_counted_and_not_listed():
    old = [finding(n, f"src/{n}.py", suppressed=suppressed("baseline")) for n in range(40)]
    text = table(codebase(findings=old, references=[], verdict="allow"))
    assert "40 findings of the baseline: 40 deny" in text
    assert "src/7.py" not in text


def test_what_expires_soon_is_in_the_table_and_in_what_to_do():
    text = table(crowded())
    assert f"expires soon: root-origin: {WIDGET}; until 2026-12-09; owner ml-platform" in text
    assert "expired, waives nothing: root-origin: acme/past" in text
    assert "refused, waives nothing: pinned" in text
    assert "renew what expires soon" in last(crowded())


def test_both_sides_of_a_drift_are_shown_and_what_did_not_change_is_not():
    text = table(crowded())
    assert f"revision: {'a' * 12} → {'b' * 12}" in text
    assert "mit" not in text[: text.index("Unresolved")]


def test_a_change_is_said_to_be_all_that_was_judged():
    assert "only what the change adds to origin/main was judged" in table(crowded())


def test_a_large_code_base_shows_the_worst_and_counts_the_rest():
    good = [reference(f"src/{n}.py", verdict="allow", model=f"acme/m{n}", text=f"acme/m{n}") for n in range(500)]
    document = codebase(references=[*good, reference("z.py")], findings=[finding(path="z.py")])
    lines = table(document).splitlines()
    assert len(lines) < 150
    assert any("and 440 more allowed references: --format json has all" in each for each in lines)
    assert any("z.py" in each for each in lines)
    assert any(re.match(rf" +- DENY {WIDGET}: root-origin", each) for each in lines), "the worst are named at the top"


def test_many_findings_without_a_reference_are_counted_too():
    many = [own(n, "lock-revision", path="modelorigin.lock", places=[place(n + 1)]) for n in range(900)]
    text = table(codebase(references=[], findings=many, verdict="review"))
    assert "and 700 more findings: --format json has all" in text
    assert len(text.splitlines()) < 230


def test_a_path_of_a_thousand_folders_is_drawn():
    deep = "/".join("ab" * 500)
    text = table(codebase(references=[reference(deep), reference(deep + "2")], findings=[]))
    assert text.count("DENY") == 3


def test_files_beside_folders_of_the_same_beginning_keep_their_place():
    paths = ["a.py", "a/b.py", "a/b/c.py", "a/b/d.py", "ab/c.py"]
    text = table(codebase(references=[reference(path) for path in paths], findings=[]))
    tree = text[text.index("Code base") :]
    names = [m[1] for m in re.finditer(r"[├└] ([a-z/.]+)$", tree, re.M)]
    assert names == ["a", "b", "c.py", "d.py", "b.py", "a.py", "ab/c.py"]


@pytest.mark.parametrize("width", [0, 40, 80, 133])
def test_no_line_is_wider_than_the_terminal(width):
    wide = max(width, 40) if width else 80
    assert max(cell_len(each) for each in table(crowded(), width).splitlines()) <= wide


def test_ascii_and_colours_change_nothing_else(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain = table(crowded())
    assert re.sub(r"\x1b\[[0-9;]*m", "", table(crowded(), color=True)) == plain
    assert table(crowded(), ascii=True).isascii()


def test_a_draft_policy_is_marked():
    assert "next-year (draft)" in table(crowded())


def test_every_model_is_counted_once():
    models = [model(), model("acme/good", "allow"), model("acme/old", "review")]
    assert "3 models: 1 denied, 1 to review, 1 allowed" in table(codebase(models=models))


def test_only_what_a_change_adds_is_drawn_and_what_was_there_is_counted():
    old = [reference(f"src/{n}.py", verdict=None, new=False) for n in range(30)]
    lost = unresolved("src/old.py", new=False)
    text = table(codebase(references=[*old, lost, reference(new=True)], compared_with="origin/main"))
    assert "and 31 references older than the change: not judged again" in text
    assert "src/7.py" not in text
    assert "Unresolved" not in text
    assert "not named in the text" not in text


@pytest.mark.parametrize("format", ["table", "markdown", "github", "gitlab", "junit", "sarif"])
def test_a_catalogue_never_looks_like_the_live_hub(format):
    held = facts(model=facts()["model"] | {"hub_as_of": "2026-11-20", "hub_description": "the starter catalogue"})
    document = codebase(models=[model(facts=held)], hub="starter")
    assert "NOT A LIVE CHECK" in render_codebase(format, document)
    assert "NOT A LIVE CHECK" not in render_codebase(format, codebase())


@pytest.mark.parametrize(
    ("found", "step"),
    [
        (finding(), "replace the denied models"),
        (finding(verdict="review"), "have what is under review accepted"),
        (own(2, "unresolved-reference"), "name unresolved models in the text"),
        (own(2, "lock-license", "deny"), "look at what left the lock, then write the lock anew"),
        (own(2, "hint", "note"), "nothing to do"),
    ],
    ids=lambda said: said if isinstance(said, str) else "",
)
def test_what_to_do_follows_from_what_was_found(found, step):
    said = last(codebase(findings=[found]))
    assert said.startswith(f"Next {step}")
    assert ";" not in said.replace("; `modelorigin", "")


@pytest.mark.parametrize("format", ["table", "markdown"])
def test_what_else_is_found_at_an_unresolved_reference_or_a_dataset_is_not_lost(format):
    two = [own(3, "unresolved-reference", places=[place(30, 5)]), own(4, "remote-code", places=[place(30, 5)])]
    data = reference("d.py", 3, 1, kind="dataset", text="acme/set", verdict=None)
    found = [*two, own(5, "set-license", path="d.py", places=[place(3, 1)])]
    text = render_codebase(format, codebase(references=[unresolved(), data], findings=found), Screen(width=200))
    assert "the message of remote-code" in text
    assert "the message of set-license" in text


def test_every_unresolved_reference_is_listed_up_to_a_screen_of_them():
    lost = [unresolved(f"src/{n}.py") for n in range(70)]
    text = table(codebase(references=lost, findings=[]))
    assert text.count('os.environ["MODEL"]') == 60
    assert "and 10 more: --format json has all" in text
    assert "70 references to a model not named in the text" in text


def test_notes_on_a_model_that_is_not_allowed_are_counted_and_those_on_another_are_told():
    notes = [finding(number, verdict="note", rule=f"note-{number}", message="worth knowing") for number in (7, 8)]
    said = table(codebase(findings=[finding(), *notes]))
    assert "and 2 notes: --format json has all" in said
    assert "worth knowing" not in said
    assert "worth knowing" in table(codebase(findings=notes))
