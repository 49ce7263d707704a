"""``audit diff``: what changed between two recorded scans, in words and whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.store import Store
from tests.catalogue.crawling import model
from tests.cli.conftest import Ran
from tests.cli.conftest import run as run  # the fixture
from tests.loopback import LoopbackHub, Repo
from tests.loopback.world import readme
from tests.schemas import valid_difference
from tests.store.scans import scan as small_scan

Run = Callable[..., Ran]
NAME = "acme/m001"


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as served:
        served.add(model(0))
        served.add(model(1, "acme/m000"))
        yield served


@pytest.fixture
def call(run: Run, hub: LoopbackHub) -> Run:
    return lambda *words, **more: run(*words, env={"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_good_granted"}, **more)


def test_a_new_commit_with_another_licence_and_base_is_told_part_by_part(call: Run, hub: LoopbackHub) -> None:
    call("check", NAME, "-q")
    hub.add(model(2))
    hub.commit(NAME, {"README.md": readme(NAME, "acme/m002", license="mit"), "new.bin": b"\x80\x04."})
    call("check", NAME, "-q")
    ran = call("audit", "diff", NAME)
    assert ran.code == 0
    titles = [line for line in ran.out.splitlines() if line and not line.startswith((" ", "scan", "nothing"))]
    assert titles == ["Verdict and findings", "The model", "Files", "Licence and duties", "Bases and roots", "How it was read"] or titles == [
        "Verdict and findings", "The model", "Files", "Licence and duties", "Bases and roots", "What could not be read", "How it was read",
    ]  # fmt: skip
    for words in (
        "  commit: ",
        "  licence concluded: Apache-2.0 → MIT",
        "  new base: acme/m001 is a finetune of acme/m002 (declared)",
        "  base gone: acme/m001 is a finetune of acme/m000 (declared)",
        "  roots: new acme/m002; gone acme/m000",
        "  new weights file: new.bin",
    ):
        assert words in ran.out, ran.out
    assert ran.out.rstrip().endswith("nothing else changed: every other field of both scans is the same")
    told = valid_difference(call("audit", "diff", "1", "2", "--format", "json").out)
    assert (told["before"]["number"], told["after"]["number"], told["drift"]) == (1, 2, True)
    back = valid_difference(call("audit", "diff", "2", "1", "--format", "json").out)
    count = [sum(len(line["changes"]) for part in one["parts"] for line in part["lines"]) for one in (told, back)]
    assert count[0] == count[1]
    assert call("audit", "diff", NAME, "--format", "markdown").out.startswith("### `scan 1, ")


def test_the_same_again_is_nothing_changed(call: Run) -> None:
    for _ in range(2):
        call("check", NAME, "-q")
    ran = call("audit", "diff", "1", "2")
    assert ran.code == 0
    assert ran.out.rstrip().endswith("nothing changed: every field of both scans is the same")
    told = json.loads(call("audit", "diff", "1", "2", "--format", "json").out)
    assert (told["identical"], told["parts"]) == (True, [])


def test_another_identity_under_the_name_is_told_and_another_model_is_refused(call: Run, hub: LoopbackHub) -> None:
    call("check", NAME, "acme/m000", "-q")
    hub.take_over(NAME, model(1, day=300))
    call("check", NAME, "-q")
    assert "identity on the hub (_id): " in call("audit", "diff", NAME).out
    refused = call("audit", "diff", "1", "2")
    assert (refused.code, refused.out) == (2, "")
    assert "--any" in refused.hint
    assert call("audit", "diff", "1", "2", "--any").code == 0


def test_a_model_that_was_renamed_is_the_same_model(call: Run, hub: LoopbackHub) -> None:
    call("check", NAME, "-q")
    hub.rename(NAME, "acme/renamed")
    call("check", "acme/renamed", "-q")
    ran = call("audit", "diff", "1", "2")
    assert ran.code == 0
    assert "name: acme/m001 → acme/renamed" in ran.out


def test_a_change_of_policy_is_told_by_rule(call: Run, tmp_path: Path) -> None:
    policy = tmp_path / "p.yaml"
    rule = "  - {{id: {id}, title: t, when: {{field: model.gated, eq: {value}}}, verdict: deny}}\n"
    head = "version: 1\nname: ours\ntitle: t\nrules:\n"
    policy.write_text(head + rule.format(id="kept", value="manual") + rule.format(id="dropped", value="manual"))
    call("check", NAME, "-q", "-p", str(policy))
    policy.write_text(head + rule.format(id="kept", value="auto") + rule.format(id="added", value="manual"))
    call("check", NAME, "-q", "-p", str(policy))
    out = call("audit", "diff", NAME).out
    assert "policy ours: new rule: t (deny when model.gated eq manual)" in out
    assert "policy ours: rule gone: t (deny when model.gated eq manual)" in out
    assert "policy ours, rule kept: when: model.gated eq manual → model.gated eq auto" in out


SET = ("--policy", "no-prc-root", "--set", "denied=US")


def test_a_policy_that_is_new_says_why_it_decides_so_and_what_was_set_in_it(run: Run) -> None:
    phi = "microsoft/phi-4"
    run("check", phi, "--hub", "starter", "--policy", "baseline", "-q")
    run("check", phi, "--hub", "starter", "--policy", "baseline", *SET, "-q")
    for form in (phi, "MICROSOFT/Phi-4", f"hf://{phi}", f"https://huggingface.co/{phi}"):
        out = run("audit", "diff", form).out
        assert "  new decision: no-prc-root: deny, because of publisher-origin, root-origin" in out, form
        assert "  new policy: no-prc-root with denied = US\n" in out


def test_scans_by_two_hubs_say_so_before_all_else(run: Run, hub: LoopbackHub) -> None:
    phi = "microsoft/phi-4"
    hub.add(Repo(phi, {"README.md": "---\nlicense: mit\n---\n"}))
    run("check", phi, "--hub", "starter", "-q")
    run("check", phi, "-q", env={"HF_ENDPOINT": hub.url})
    ran = run("audit", "diff", phi)
    assert ran.out.splitlines()[2].startswith("read from different hubs (starter → "), ran.err
    assert "read from different hubs" in run("audit", "diff", phi, "--format", "markdown").out


def test_usage(call: Run, run: Run, tmp_path: Path) -> None:
    call("check", NAME, "-q")
    for words, code, hint in (
        ((NAME,), 3, "modelorigin check acme/m001"),
        (("nobody/else",), 2, "audit list"),
        (("1", "99"), 2, "audit list"),
        (("1", "1"), 2, "two scans"),
        ((f"{NAME}@main",), 2, "two scans"),
        (("1",), 2, "two scans"),
        (("1", NAME), 2, "two scans"),
        (("1", "2", "3"), 2, "two scans"),
        (("1" * 30, "2"), 2, "two scans"),
        (("1", "2", "--db", str(tmp_path / "no.db")), 3, "--db"),
        ((), 2, "--help"),
    ):
        ran = call("audit", "diff", *words)
        assert ran.code == code, words
        assert hint in ran.hint, (words, ran.hint)


def test_facts_of_which_most_is_missing_are_compared_as_far_as_they_go(run: Run, tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "home" / "audit.db")) as store:
        store.save_all([small_scan(1), small_scan(2)])
    ran = run("audit", "diff", "1", "2")
    assert ran.code == 0
    assert "identity on the hub (_id): 000000000000000000000001 → 000000000000000000000002" in ran.out
