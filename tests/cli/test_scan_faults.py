"""``scan`` on a hub that fails, or refuses, in the middle: what was judged is told and recorded, the rest is no pass."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.code_base import CARD, HEAD, Json, Run, Scan, document, findings, load, put
from tests.loopback import Fault, LoopbackHub, Repo

FAILING = ["429-bare", "500", "503", "reset", "reset-in-body", "hang", "hang-in-body", "drip", "html-200", "json-truncated",
           "chunked-unfinished", "gzip-bomb", "401", "403", "404", "451"]  # fmt: skip
STALLING = ("hang", "hang-in-body", "drip")
NAMES = ("good-7b", "next-7b", "last-7b")
BASED = "---\nlicense: apache-2.0\nbase_model: {}\n---\n# A model\n"


@pytest.fixture
def three(app: Path, hub: LoopbackHub) -> list[str]:
    """Three models, one a line; the fault meets the second."""
    hub.add(Repo("acme/next-7b", {"README.md": CARD.format("mit")}))
    hub.add(Repo("acme/last-7b", {"README.md": CARD.format("mit")}))
    lines = [load(f'"acme/{name}"').replace(" p ", f" p{number} ") for number, name in enumerate(NAMES)]
    put(app, "a.js", HEAD, *lines)
    return [f"acme/{name}" for name in NAMES]


def recorded(run: Run) -> list[Json]:
    listed = run("audit", "list", "--format", "json")
    assert listed.code in (0, 3), listed.err
    told: list[Json] = json.loads(listed.out) if listed.out.strip() else []
    return told


@pytest.mark.parametrize("kind", FAILING)
def test_what_was_judged_before_and_after_the_fault_is_told_and_recorded(
    scan: Scan, run: Run, hub: LoopbackHub, three: list[str], kind: str
) -> None:
    hub.fault(Fault(kind, path="acme/next-7b"))
    wait = "4" if kind in STALLING else "20"
    ran = scan("--timeout", wait, "--format", "json")
    said = document(ran)
    assert ran.code == 3
    assert not said["complete"]
    judged = {one["model"] for one in said["models"] if one["verdict"] == "allow"}
    assert judged == {three[0], three[2]}
    left = {one["requested"] for one in said["errors"]} | {one["model"] for one in said["models"]} - judged
    assert left == {three[1]}
    assert {one["model"] for one in recorded(run)} == {one["model"] for one in said["models"]}
    # Three at once: they spend their time waiting for the hub.
    asked = (("--fail-on", "never"), ("--fail-on", "deny"), ())
    with ThreadPoolExecutor() as pool:
        never, deny, table = pool.map(lambda words: scan("--timeout", wait, *words), asked)
    assert (never.code, deny.code) == (3, 3)
    assert "NOT JUDGED" in table.out
    assert "ALLOW  " not in table.out.splitlines()[0]


@pytest.mark.parametrize("kind", ["429-bare", "500", "reset", "hang"])
def test_a_hub_that_fails_from_the_second_on_is_asked_for_each_and_ends_in_1_where_the_first_is_denied(
    scan: Scan, app: Path, hub: LoopbackHub, three: list[str], kind: str
) -> None:
    put(app, "0.js", HEAD, load('"acme/bad-7b"'))
    hub.fault(Fault(kind, path="acme/(?!bad)"))
    ran = scan("--timeout", "2", "--format", "json")
    said = document(ran)
    assert ran.code == 1
    assert findings(said) == [("non-commercial", "0.js", 2)]
    assert [one["requested"] for one in said["errors"]] == three
    assert not said["complete"]


def test_a_lock_holds_only_what_could_be_looked_at(scan: Scan, hub: LoopbackHub, three: list[str]) -> None:
    assert scan("--lock").code == 0
    hub.fault(Fault("500", path="acme/next-7b"))
    ran = scan("--locked", "--timeout", "2", "--format", "json")
    assert ran.code == 3
    assert document(ran)["lock"]["unused"] == []


@pytest.mark.parametrize("token", ["hf_good_granted", ""])
def test_a_gated_model_is_judged_by_what_it_shows_and_the_rest_is_unknown(
    run: Run, app: Path, hub: LoopbackHub, token: str
) -> None:
    hub.add(Repo("acme/gated-7b", {"README.md": CARD.format("apache-2.0"), "config.json": "{}"}, gated="manual"))
    hub.add(Repo("acme/on-gated-7b", {"README.md": BASED.format("acme/gated-7b")}))
    for name in ("gated-7b", "on-gated-7b"):
        put(app, "a.js", HEAD, load(f'"acme/{name}"'))
        env = {"HF_ENDPOINT": hub.url, **({"HF_TOKEN": token} if token else {})}
        ran = run("scan", str(app), "--policy", "baseline", "--format", "json", env=env)
        said = document(ran)
        (model,) = said["models"]
        gaps = {gap["reason"] for gap in model["facts"]["gaps"]}
        assert ("gated" in gaps) == (token != "hf_good_granted"), (name, gaps)
        assert said["complete"], "a gate is no fault: waiting does not open it"
        assert ran.code == {"allow": 0}.get(said["verdict"], 1)


@pytest.mark.parametrize("kind", ["500", "reset", "hang", "429-bare"])
def test_a_base_that_cannot_be_read_now_is_no_pass(scan: Scan, app: Path, hub: LoopbackHub, kind: str) -> None:
    hub.add(Repo("acme/tuned-7b", {"README.md": BASED.format("acme/good-7b")}))
    put(app, "a.js", HEAD, load('"acme/tuned-7b"'))
    hub.fault(Fault(kind, path="acme/good-7b"))
    ran = scan("--timeout", "2", "--format", "json")
    assert ran.code in (1, 3)
    assert not document(ran)["complete"]
    hub.clear_faults()
    ran = scan("--format", "json")
    assert (ran.code, document(ran)["complete"]) == (0, True), "what was incomplete is read again on the same day"


def test_a_base_that_moved_on_is_read_again_on_the_same_day(scan: Scan, app: Path, hub: LoopbackHub) -> None:
    hub.add(Repo("acme/tuned-7b", {"README.md": BASED.format("acme/good-7b")}))
    put(app, "a.js", HEAD, load('"acme/tuned-7b"'))

    def base() -> tuple[str, bool]:
        (model,) = document(scan("--format", "json"))["models"]
        return model["facts"]["lineage"]["models"][1]["license"]["id"], model["from_cache"]

    assert base() == ("apache-2.0", False)
    assert base() == ("apache-2.0", True)
    hub.commit("acme/good-7b", {"README.md": CARD.format("cc-by-nc-4.0")})
    assert base() == ("cc-by-nc-4.0", False)
    assert base() == ("cc-by-nc-4.0", True)
    hub.delete("acme/good-7b")
    (model,) = document(scan("--format", "json"))["models"]
    assert model["from_cache"] is False
