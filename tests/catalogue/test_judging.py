"""What must hold of judging a whole catalogue: the verdicts of ``check``, kept, and only what changed judged again."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from scanner.catalogue.census import census, changes
from scanner.catalogue.file import Catalogue
from scanner.catalogue.hub import CatalogueHub
from scanner.catalogue.judging import judge_catalogue
from scanner.catalogue.memory import CatalogueMemory
from scanner.cli.sources import tables
from scanner.errors import PolicyError
from scanner.evidence import Depth
from scanner.model import RepoId
from scanner.policy import Policy, load_policy, read_policy, shipped
from scanner.provenance import Request
from scanner.scan import scan
from tests.catalogue.rows import LLAMA, QWEN, Source, asked, filled, put, row

DAY = date(2026, 11, 23)
MODELS = [
    row("Qwen/Qwen2.5-7B", config=QWEN, downloads=1_000_000),
    row("acme/tuned", "Qwen/Qwen2.5-7B", config=QWEN, downloads=500),
    row("acme/tuned-GGUF", "acme/tuned", how="quantized", config={}),
    row("mistralai/Mistral-7B-v0.1", config=LLAMA, downloads=2_000_000),
    row("zeta/fine", "mistralai/Mistral-7B-v0.1"),
    row("zeta/mixed", "mistralai/Mistral-7B-v0.1", "acme/tuned", how="merge"),
    row("acme/lonely", cardData={}, tags=[]),
]
ODD = [
    row("who/new", "acme/tuned", config=QWEN),
    row("who/twin", "acme/tuned", config=QWEN),
    row("who/older-than-its-base", "acme/tuned", config=QWEN, born="2022-06-01T12:00:00.000Z"),
    row("who/itself", "who/itself"),
    row("whose/child", "who/itself"),
    row("who/untagged", "acme/tuned", tags=["license:mit"]),
    row("whose/untagged", "who/untagged"),
    row("whose/merge", "acme/tuned", "zeta/fine", "who/new", how="merge"),
    row("whose/other", "acme/tuned", "zeta/fine", "who/new", how="merge"),
]
"""Some that are alike, and some that seem to be."""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return filled(tmp_path / "c.db", MODELS)


_RULES = (
    "SELECT n.id, r.rules FROM verdicts v JOIN models m ON m.num = v.model JOIN names n ON n.num = m.name"
    " JOIN rulesets r ON r.num = v.rules WHERE v.judgement = ?"
)


def verdicts(catalogue: Catalogue, judgement: int) -> dict[str, tuple[int, set[str]]]:
    rows = asked(
        catalogue,
        "SELECT n.id, v.verdict, r.rules FROM verdicts v JOIN models m ON m.num = v.model JOIN names n"
        " ON n.num = m.name JOIN rulesets r ON r.num = v.rules WHERE v.judgement = ?",
        judgement,
    )
    return {id: (verdict, set(rules.split())) for id, verdict, rules in rows}


def judged(catalogue: Catalogue, *policies: Policy, day: date = DAY) -> list[int]:
    return judge_catalogue(catalogue, policies, None, day, processes=1)


@pytest.mark.parametrize("pack", shipped())
def test_every_verdict_is_that_of_a_check(pack: str, catalogue: Catalogue) -> None:
    policy = load_policy(pack)
    put(catalogue, ODD)
    (number,) = judged(catalogue, policy)
    found, hub, known = verdicts(catalogue, number), CatalogueHub(catalogue), tables(None)
    told = dict(asked(catalogue, _RULES, number))
    assert set(found) == {said["id"] for said in (*MODELS, *ODD)}
    for id, (verdict, rules) in found.items():
        request = Request(RepoId.parse(id))
        done = scan(
            request, hub, known, [policy], at="2026-11-23T00:00:00Z", as_of=DAY, depth=Depth.CARD,
            memory=CatalogueMemory(catalogue),
        )  # fmt: skip
        counted = {finding.rule for finding in done.decisions[0].findings if finding.counts}
        assert (verdict, rules) == (int(done.verdict), counted), id
        assert told[id] == " ".join(done.decisions[0].weighing), id


def test_several_processes_judge_as_one_does(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = load_policy("no-prc-root")
    (alone,) = judged(catalogue, policy)
    before = verdicts(catalogue, alone)
    monkeypatch.setattr("scanner.catalogue.judging._FEW", 0)
    monkeypatch.setattr("scanner.catalogue.judging._PIECE", 2)
    (other,) = judge_catalogue(catalogue, [policy], None, date(2026, 11, 24), processes=2)
    assert verdicts(catalogue, other) == before


def test_a_run_that_ends_early_leaves_nothing_behind(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.catalogue.judging._PIECE", 2)

    def stop(done: int, count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge_catalogue(catalogue, [load_policy("baseline")], None, DAY, processes=1, progress=stop)
    assert asked(catalogue, "SELECT count(*) FROM verdicts") == [(0,)]
    (number,) = judged(catalogue, load_policy("baseline"))
    assert len(verdicts(catalogue, number)) == len(MODELS)
    made = "SELECT count(*) FROM sqlite_master WHERE name = 'models_by_summary'"
    assert asked(catalogue, made) == [(1,)]


def test_what_was_judged_is_not_judged_again(catalogue: Catalogue) -> None:
    policy = load_policy("no-prc-root")
    seen: list[int] = []

    def run(*policies: Policy) -> list[int]:
        return judge_catalogue(
            catalogue, policies, None, DAY, processes=1, progress=lambda _, count: seen.append(count)
        )

    first = run(policy)
    assert (run(policy), seen) == (first, [7])
    run(load_policy("baseline"))
    assert seen == [7, 7]
    put(catalogue, [row("mistralai/Mistral-7B-v0.1", config=LLAMA, downloads=3)])
    run(policy)
    assert seen == [7, 7]
    put(catalogue, [row("mistralai/Mistral-7B-v0.1", config=LLAMA, gated="auto")])
    run(policy)
    assert seen[2:] == [3]
    run(policy, load_policy("baseline"))
    assert seen[3:] == [3]


def test_a_base_that_appears_later_changes_its_children(tmp_path: Path) -> None:
    policy = load_policy("no-prc-root")
    with filled(tmp_path / "c.db", [row("acme/tuned", "acme/base")]) as catalogue:
        (number,) = judged(catalogue, policy)
        assert "base-unread" in verdicts(catalogue, number)["acme/tuned"][1]
        put(catalogue, [row("acme/base", "Qwen/Qwen2.5-7B"), row("Qwen/Qwen2.5-7B", config=QWEN)])
        judged(catalogue, policy)
        found = verdicts(catalogue, number)
        assert (len(found), found["acme/tuned"][0]) == (3, 2)


def test_a_model_that_an_older_one_names_is_judged_again(tmp_path: Path) -> None:
    catalogue = filled(tmp_path / "c.db", [row("acme/base", born="2025-06-01T12:00:00.000Z")])
    policy = load_policy("integrity")
    (number,) = judged(catalogue, policy)
    before = verdicts(catalogue, number)["acme/base"]
    put(catalogue, [row("zeta/older", "acme/base", born="2023-06-01T12:00:00.000Z")])
    judged(catalogue, policy)
    after = verdicts(catalogue, number)["acme/base"]
    assert after[1] > before[1], (before, after)


def test_a_model_that_is_gone_has_no_verdict_and_its_children_know(catalogue: Catalogue) -> None:
    policy = load_policy("no-prc-root")
    (number,) = judged(catalogue, policy)
    with catalogue.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE models SET state = 1, stamp = NULL WHERE name = (SELECT num FROM names WHERE id = 'acme/tuned')"
        )
    judged(catalogue, policy)
    found = verdicts(catalogue, number)
    assert "acme/tuned" not in found
    assert "base-unread" in found["acme/tuned-GGUF"][1]


def test_the_census_counts_every_model_once_and_a_model_of_two_roots_for_both_countries(catalogue: Catalogue) -> None:
    (number,) = judged(catalogue, load_policy("no-prc-root"))
    with catalogue.reading() as connection:
        counted = census(connection, number)
    assert counted.whole.total == len(MODELS)
    assert counted.by["root country"]["CN"].models == [0, 0, 4]
    assert counted.by["root country"]["FR"].total == 3
    assert counted.by["publisher country"]["CN"].total == 1
    assert sum(t.total for t in counted.by["licence"].values()) == len(MODELS)
    assert counted.by["licence"]["none"].total == 1
    assert counted.by["publisher"]["mistralai"].downloads[0] == 2_000_000
    assert counted.rules["root-origin"] >= 4


def test_where_no_downloads_are_known_the_publishers_of_most_models_are_counted(tmp_path: Path) -> None:
    said = [row(id, downloads=None) for id in ("acme/a", "acme/b", "beta/c", "zeta/d", "zeta/e", "zeta/f")]
    with filled(tmp_path / "n.db", said) as kept:
        (number,) = judged(kept, load_policy("baseline"))
        with kept.reading() as connection:
            counted = census(connection, number, top=2)
    assert {name: tally.total for name, tally in counted.by["publisher"].items()} == {"zeta": 3, "acme": 2}


def test_what_if_lists_what_changes(catalogue: Catalogue) -> None:
    before, after = judged(catalogue, load_policy("no-prc-root"), load_policy("baseline"))
    with catalogue.reading() as connection:
        counts, listed = changes(connection, before, after, 2)
        assert changes(connection, before, before, 2) == ({}, [])
    assert sum(counts.values()) >= 4
    assert (listed[0].id, listed[0].before, len(listed)) == ("Qwen/Qwen2.5-7B", "deny", 2)


def test_a_policy_that_asks_for_what_is_not_held_is_refused(catalogue: Catalogue) -> None:
    text = (
        "version: 1\nname: own\ntitle: t\nrules:\n  - id: own\n    title: t\n    foreach: evidence\n"
        "    when: {field: kind, eq: x}\n    verdict: deny\n"
    )
    with pytest.raises(PolicyError, match="evidence"):
        judged(catalogue, read_policy(text))


def kept_as_new(path: Path, before: list[dict[str, Any]], *changes: list[dict[str, Any]], packs: str) -> None:
    """What is judged after each of some changes is what a file filled at once is judged as."""
    policies = [load_policy(name) for name in packs.split()]
    with filled(path / "old.db", before) as old:
        for number, changed in enumerate(changes):
            judged(old, *policies)
            put(old, changed)
            found = [verdicts(old, one) for one in judged(old, *policies)]
            with filled(path / f"{number}.db", before) as new:
                for one in changes[: number + 1]:
                    put(new, one)
                assert found == [verdicts(new, one) for one in judged(new, *policies)], number


def test_what_is_cited_of_a_model_is_judged_again_with_it(tmp_path: Path) -> None:
    """Smaug is cited as made of MoMo, and that of Qwen-72B."""
    before = [row("x/x", "abacusai/Smaug-72B-v0.1"), row("y/y", "x/x"), row("acme/other")]
    middle = [row("moreh/MoMo-72B-lora-1.8.7-DPO", "gone/away", gated="manual")]
    last = [row("abacusai/Smaug-72B-v0.1"), row("gone/away")]
    changes = [[row("Qwen/Qwen-72B", "who/is-it")], middle, last, [row("gone/away", "Qwen/Qwen-72B", license=None)]]
    kept_as_new(tmp_path, before, *changes, packs="baseline known-lineage strict")


def test_what_a_verdict_is_about_is_judged_again_whoever_tells_it(tmp_path: Path) -> None:
    """A commit, a day, an answer of the hub itself: not known before, or told by others."""
    ids = ("a/a",), ("b/b", "a/a"), ("l/l",), ("k/k", "l/l")

    def told(**changes: Any) -> list[dict[str, Any]]:
        return [row(*of, cardData={}, tags=[], **changes) for of in ids]

    file = Source("bulk", "a file", 1_600_000_000)
    for number, unknown in enumerate([{}, {"sha": None}, {"createdAt": None}]):
        policies = [load_policy(name) for name in ("integrity", "eu-gpai-deployer", "strict")]
        with (
            filled(tmp_path / f"{number}.db", told(**unknown), file) as old,
            filled(tmp_path / f"{number}-new.db", told(**unknown), file) as new,
        ):
            judged(old, *policies)
            for catalogue in (old, new):
                put(catalogue, told(downloads=11), at=1_700_000_001)
            for policy in policies:
                (after,), (alone,) = judged(old, policy), judged(new, policy)
                assert verdicts(old, after) == verdicts(new, alone), (unknown, policy.name)


def test_a_model_that_no_older_one_names_any_more_is_judged_again(tmp_path: Path) -> None:
    old = "2023-06-01T12:00:00.000Z"
    before = [row("acme/base", born="2025-06-01T12:00:00.000Z"), row("zeta/older", "acme/base", born=old)]
    kept_as_new(tmp_path, before, [row("zeta/older", born=old)], packs="integrity strict")


@pytest.mark.parametrize(
    ("asks", "changes"),
    [
        ("when: {field: model.downloads, lt: 50}", {"downloads": 100}),
        ("when: {field: model.last_modified, ge: 2025-06-01}", {"lastModified": "2025-07-01T00:00:00.000Z"}),
        (f"foreach: lineage.models\n    when: {{field: revision, glob: '{'a' * 40}'}}", {"sha": "a" * 40}),
    ],
)
def test_a_policy_that_reads_counts_or_commits_judges_them_as_they_are(
    asks: str, changes: dict[str, Any], tmp_path: Path
) -> None:
    text = f"version: 1\nname: own\ntitle: t\nrules:\n  - id: own\n    title: t\n    {asks}\n    verdict: deny\n"
    policy = read_policy(text)
    said = [row("a/a"), row("b/b", "a/a"), row("c/c", "a/a", tags=[])]
    with filled(tmp_path / "c.db", said) as catalogue:
        (number,) = judged(catalogue, policy)
        before = verdicts(catalogue, number)
        put(catalogue, [row("a/a", **changes)])
        judged(catalogue, policy)
        after = verdicts(catalogue, number)
    with filled(tmp_path / "new.db", [row("a/a", **changes), *said[1:]]) as new:
        assert before != after == verdicts(new, *judged(new, policy))


def test_a_crawl_may_go_on_while_a_run_judges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It brings profiles and a source that the run never met, for models that changed and for one that did not."""
    monkeypatch.setattr("scanner.catalogue.judging._PIECE", 1)
    policies = [load_policy("known-lineage"), load_policy("open-source-only")]
    said = [row("a/a"), row("b/b", "a/a"), row("c/c", cardData={}, tags=[]), row("d/d", "c/c", tags=[])]
    changed = [row("a/a", gated="auto", license=None), row("b/b", "c/c", pipeline_tag="odd")]
    changed += [row("c/c", cardData={}, tags=[], downloads=5)]

    def crawl(done: int, _: int) -> None:
        if done == 1:
            put(catalogue, changed, Source("api", "http://hub.example", 1_800_000_000))

    with filled(tmp_path / "c.db", said) as catalogue:
        judge_catalogue(catalogue, policies, None, DAY, processes=1, progress=crawl)
        found = [verdicts(catalogue, one) for one in judged(catalogue, *policies)]
    with filled(tmp_path / "new.db", said) as new:
        put(new, changed)
        assert found == [verdicts(new, one) for one in judged(new, *policies)]


def test_of_two_runs_at_once_the_older_one_does_not_have_the_last_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older one is about to judge a model when it changes and a newer one judges it; the newer one ends last."""
    monkeypatch.setattr("scanner.catalogue.judging._PIECE", 1)
    policy = load_policy("known-lineage")
    said = [row("a/a"), row("b/b", "a/a"), row("c/c", "b/b")]
    changed = [row("a/a", gated="auto", license=None), row("b/b", "gone/away")]
    older_began, go_on = Event(), Event()

    def wait(done: int, _: int) -> None:
        older_began.set()
        go_on.wait(60)

    def hurry(done: int, count: int) -> None:
        if done == count:
            go_on.set()
            older.join(60)

    with filled(tmp_path / "c.db", said) as catalogue, Catalogue(str(tmp_path / "c.db")) as other:
        asks = partial(judge_catalogue, other, [policy], None, DAY, processes=1, progress=wait)
        older = Thread(target=asks)
        older.start()
        older_began.wait(60)
        put(catalogue, changed)
        judge_catalogue(catalogue, [policy], None, DAY, processes=1, progress=hurry)
        (number,) = judged(catalogue, policy)
        found = verdicts(catalogue, number)
    with filled(tmp_path / "new.db", said) as new:
        put(new, changed)
        assert found == verdicts(new, *judged(new, policy))
