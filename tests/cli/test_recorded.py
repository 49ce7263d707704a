"""``check --recorded``: what is approved or in use is read anew every night, and what is another is not passed over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.cli.recorded import SOON
from tests.catalogue.crawling import model
from tests.cli.conftest import Ran
from tests.cli.conftest import run as run  # the fixture
from tests.cli.test_audit_replay import waiver
from tests.loopback import LoopbackHub, Repo
from tests.loopback.world import LLAMA, readme
from tests.schemas import valid_report

Run = Callable[..., Ran]
QUIET = """version: 1
name: quiet
title: Only what is another
rules:
  - {id: gated, title: Gated, when: {field: model.gated, eq: manual}, verdict: review, unknown: note}
  - {id: drift, title: Drift, foreach: usage.drift, when: {field: kind, in: [identity, license]}, verdict: deny,
     message: "{model.id}: {kind} {before} to {after}, {at}"}
"""
NIGHT = ("check", "--recorded")


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as served:
        for index in range(4):
            served.add(model(index))
        served.add(Repo("acme/gated-7b", {"README.md": readme("acme/gated-7b"), "config.json": LLAMA}, gated="manual"))
        yield served


@pytest.fixture
def quiet(tmp_path: Path) -> tuple[str, str]:
    path = tmp_path / "quiet.yaml"
    path.write_text(QUIET)
    return "--policy", str(path)


def app(folder: Path, *models: str, revision: str | None = None) -> Path:
    """A code base that uses ``models``."""
    pinned = f', revision="{revision}"' if revision else ""
    code = folder / "app"
    code.mkdir(exist_ok=True)
    loads = "".join(f'AutoModel.from_pretrained("{name}"{pinned})\n' for name in models)
    (code / "app.py").write_text(f"from transformers import AutoModel\n{loads}")
    return code


@pytest.fixture
def call(run: Run, hub: LoopbackHub, tmp_path: Path) -> Run:
    env = {"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_good_granted"}
    return lambda *words, **more: run(*words, env=env | more.pop("env", {}), **more)


def judged(ran: Ran) -> dict[str, dict[str, Any]]:
    """The scans of a report by model, each with what is told of the time since."""
    report = valid_report(ran.out)
    return {one["facts"]["model"]["id"]: one for one in report["scans"]}


def kinds(one: dict[str, Any]) -> list[str]:
    return [drift["kind"] for drift in one["facts"]["usage"]["drift"]]


def test_what_stayed_the_same_is_calm_and_is_recorded(call: Run, quiet: tuple[str, str]) -> None:
    assert call("check", "acme/m000", "acme/m001", "-q", *quiet).code == 0
    ran = call(*NIGHT, "--format", "json", "--fail-on-drift", *quiet)
    assert ran.code == 0
    assert "note: 2 of 2 recorded models checked again" in ran.err
    found = judged(ran)
    assert [one["number"] for one in found.values()] == [3, 4]
    assert {one["since"]["scan"] for one in found.values()} == {1, 2}
    assert all(
        one["since"]["why"] == ["approved"] and not one["since"]["difference"]["drift"] for one in found.values()
    )
    assert "nothing that makes it another model" in call(*NIGHT, *quiet).out
    assert len(json.loads(call("audit", "list", "--format", "json").out)) == 6


def test_only_what_is_approved_or_in_use_is_checked(call: Run, quiet: tuple[str, str], tmp_path: Path) -> None:
    code = tmp_path / "app"
    code.mkdir()
    (code / "app.py").write_text(
        'from transformers import AutoModel\nAutoModel.from_pretrained("acme/gated-7b")\n'
        'AutoModel.from_pretrained("acme/m003")\n'
    )
    assert call("check", "acme/m000", "-q", *quiet).code == 0
    assert call("scan", str(code), "-q", *quiet).code == 1
    found = judged(call(*NIGHT, "--format", "json", *quiet))
    assert {name: one["since"]["why"] for name, one in found.items()} == {
        "acme/m000": ["approved"],
        "acme/gated-7b": ["in use by app"],
        "acme/m003": ["approved", "in use by app"],
    }
    other = tmp_path / "other.db"
    assert call("check", "acme/gated-7b", "-q", *quiet, "--db", str(other)).code == 1
    ran = call(*NIGHT, *quiet, "--db", str(other))
    assert ran.code == 3
    assert "no recorded model is approved or in use" in ran.reason


def test_a_takeover_a_licence_edit_and_a_new_commit_are_drift_in_the_words_of_diff(
    call: Run, hub: LoopbackHub, quiet: tuple[str, str]
) -> None:
    call("check", "acme/m000", "acme/m001", "acme/m002", "-q", *quiet)
    hub.take_over("acme/m001", model(1, day=300))
    hub.commit("acme/m002", {"README.md": readme("acme/m002", license="mit")})
    hub.commit("acme/m000", {"notes.md": "more\n"})
    ran = call(*NIGHT, "--format", "json", *quiet)
    assert ran.code == 1
    found = judged(ran)
    assert [kinds(found[name])[0] for name in ("acme/m000", "acme/m001", "acme/m002")] == [
        "commit",
        "identity",
        "commit",
    ]
    assert "license" in kinds(found["acme/m002"])
    assert found["acme/m000"]["facts"]["usage"]["drift"][0]["at"] == "scan 1"
    assert [one["decisions"][0]["verdict"] for one in found.values()] == ["allow", "deny", "deny"]
    assert "note: 3 to look at: acme/m000, acme/m001, acme/m002" in ran.err
    table = " ".join(call(*NIGHT, *quiet).out.split())
    assert "Since scan 2, " in table
    assert "The model: identity on the hub (_id): " in table
    assert "licence concluded: Apache-2.0 → MIT" in table


def test_a_drift_is_told_every_night_until_the_model_is_checked_by_name(
    call: Run, hub: LoopbackHub, quiet: tuple[str, str]
) -> None:
    call("check", "acme/m001", "-q", *quiet)
    hub.take_over("acme/m001", model(1, day=300))
    for _ in range(3):
        ran = call(*NIGHT, "--format", "json", *quiet)
        assert ran.code == 1
        assert judged(ran)["acme/m001"]["since"]["scan"] == 1
    assert call("check", "acme/m001", "-q", *quiet).code == 0, "somebody has looked, and accepts it"
    assert call(*NIGHT, "-q", "--fail-on-drift", *quiet).code == 0


def test_a_scheduled_scan_of_a_code_base_reads_a_drift_to_nobody(
    call: Run, hub: LoopbackHub, quiet: tuple[str, str], tmp_path: Path
) -> None:
    code = app(tmp_path, "acme/m001", "ACME/m002")
    call("check", "acme/m001", "-q", *quiet)
    call("scan", str(code), "-q", *quiet)
    hub.take_over("acme/m001", model(1, day=300))
    hub.take_over("acme/m002", model(2, day=300))
    for _ in range(3):
        call("scan", str(code), "-q", "--no-cache", *quiet)
        ran = call(*NIGHT, "--format", "json", *quiet)
        assert ran.code == 1
        assert {name: one["since"]["scan"] for name, one in judged(ran).items()} == {"acme/m001": 1, "acme/m002": 3}
    assert call("check", "acme/m001", "acme/m002", "-q", *quiet).code == 0
    assert call("scan", str(code), "-q", *quiet).code == 0
    assert call(*NIGHT, "-q", "--fail-on-drift", *quiet).code == 0


def test_a_code_base_that_goes_on_to_another_pinned_revision_is_compared_with_its_first_scan_of_that(
    call: Run, hub: LoopbackHub, quiet: tuple[str, str], tmp_path: Path
) -> None:
    old = hub.repo("acme/m001").sha
    call("scan", str(app(tmp_path, "acme/m001", revision=old)), "-q", *quiet)
    hub.commit("acme/m001", {"README.md": readme("acme/m001", license="mit")})
    new = hub.repo("acme/m001").sha
    call("scan", str(app(tmp_path, "acme/m001", revision=new)), "-q", *quiet)
    ran = call(*NIGHT, "--format", "json", "--fail-on-drift", *quiet)
    assert ran.code == 0
    assert {one["facts"]["model"]["revision"]: one["since"]["scan"] for one in valid_report(ran.out)["scans"]} == {
        old: 1, new: 2
    }  # fmt: skip


def test_what_another_hub_told_of_is_compared_with_every_night(
    call: Run, hub: LoopbackHub, quiet: tuple[str, str]
) -> None:
    hub.add(Repo("microsoft/phi-4", {"README.md": readme("microsoft/phi-4"), "config.json": LLAMA}))
    call("check", "microsoft/phi-4", "-q", "--offline", *quiet)
    nights = [call(*NIGHT, "--format", "json", *quiet) for _ in range(2)]
    assert [judged(ran)["microsoft/phi-4"]["since"]["scan"] for ran in nights] == [1, 1]


def test_the_waivers_of_a_code_base_are_those_of_its_last_scan(
    call: Run, quiet: tuple[str, str], tmp_path: Path
) -> None:
    code, file = app(tmp_path, "acme/gated-7b"), tmp_path / "w.yaml"
    assert call("scan", str(code), "-q", *quiet).code == 1
    file.write_text(waiver("acme/gated-7b", "gated", "2027-12-31"))
    assert call("scan", str(code), "-q", "--waivers", str(file), *quiet).code == 0
    assert call(*NIGHT, "-q", *quiet).code == 0


def test_a_comment_without_an_end_is_no_drift_the_day_after_and_one_with_an_end_is(
    call: Run, quiet: tuple[str, str], tmp_path: Path
) -> None:
    code = app(tmp_path, "acme/gated-7b")
    line = (code / "app.py").read_text().rstrip()
    for until, days, ending in (("", 0, []), (" until 2026-12-20", 1, [True])):
        db = ("--db", str(tmp_path / f"{days}.db"), *quiet)
        (code / "app.py").write_text(f"{line}  # modelorigin: waive gated{until} -- only compared with\n")
        assert call("scan", str(code), "-q", "--as-of", "2026-12-10", *db).code == 0
        soon = call(*NIGHT, "--format", "json", "--as-of", "2026-12-15", *db)
        assert [one["expired"] for one in judged(soon)["acme/gated-7b"]["since"]["waivers"]] == [False] * days
        for day in ("2026-12-21", "2026-12-22"):
            ran = call(*NIGHT, "--format", "json", "--fail-on-drift", "--as-of", day, *db)
            assert ran.code == days, ran.err
            assert [one["expired"] for one in judged(ran)["acme/gated-7b"]["since"]["waivers"]] == ending
        assert call("audit", "replay", *db[:2]).code == 0


LISTED = (
    "acme:\n  organisation: {is: Acme, source: https://example.org, confidence: high, seen: 2026-11-01}\n"
    "  lists: [{id: us_1260h, relation: direct, from: 2026-01, source: https://example.org/list}]\n"
)


def test_what_no_pin_holds_is_told_every_night_too(call: Run, quiet: tuple[str, str], tmp_path: Path) -> None:
    call("check", "acme/m000", "-q", *quiet)
    known = tmp_path / "known.yaml"
    known.write_text(LISTED)
    night = (*NIGHT, "-q", "--fail-on-drift", "--publishers", str(known), *quiet)
    assert [call(*night).code for _ in range(3)] == [1, 1, 1]


def test_what_drifts_is_mended_and_drifts_again_is_compared_with_what_was_approved(
    call: Run, hub: LoopbackHub, quiet: tuple[str, str]
) -> None:
    call("check", "acme/m000", "-q", *quiet)
    codes = []
    for license in ("mit", "apache-2.0", "mit", "mit"):
        hub.commit("acme/m000", {"README.md": readme("acme/m000", license=license)})
        ran = call(*NIGHT, "--format", "json", *quiet)
        assert judged(ran)["acme/m000"]["since"]["scan"] == 1
        codes.append(ran.code)
    assert codes == [1, 0, 1, 1]


def test_a_night_under_another_policy_leaves_nothing_unwatched(call: Run, quiet: tuple[str, str]) -> None:
    call("check", "acme/m000", "acme/m001", "-q", *quiet)
    nights = [call(*NIGHT, "--format", "json", "--policy", "strict") for _ in range(3)]
    assert [(ran.code, [*judged(ran)]) for ran in nights] == [(1, ["acme/m000", "acme/m001"])] * 3


def test_an_approval_that_was_redacted_leaves_no_calm_behind(
    call: Run, hub: LoopbackHub, quiet: tuple[str, str]
) -> None:
    call("check", "acme/m000", "acme/m001", "-q", *quiet)
    hub.take_over("acme/m001", model(1, day=300))
    assert call(*NIGHT, "-q", *quiet).code == 1
    assert call("audit", "redact", "2", "--reason", "order", "--by", "Legal", "--yes").code == 0
    ran = call(*NIGHT, "-q", *quiet)
    assert ran.code == 3
    assert "the scan by which acme/m001 was asked for is not in the record any more" in ran.err
    call("check", "acme/m001", "-q", *quiet)
    assert call(*NIGHT, "-q", *quiet).code == 0


def test_a_copy_in_a_folder_does_not_stand_for_the_model_on_the_hub(
    call: Run, hub: LoopbackHub, quiet: tuple[str, str], tmp_path: Path
) -> None:
    call("check", "acme/m001", "-q", *quiet)
    copy = tmp_path / "mirror" / "acme" / "m001"
    copy.mkdir(parents=True)
    (copy / "README.md").write_text(readme("acme/m001"))
    call("check", "acme/m001", "-q", "--hub", str(tmp_path / "mirror"), *quiet)
    hub.take_over("acme/m001", model(1, day=300))
    ran = call(*NIGHT, "--format", "json", *quiet)
    assert ran.code == 1
    assert kinds(judged(ran)["acme/m001"])[0] == "identity"


def test_what_the_starter_lacks_does_not_unwatch_what_was_approved_live(
    call: Run, hub: LoopbackHub, quiet: tuple[str, str]
) -> None:
    hub.add(Repo("microsoft/phi-4", {"README.md": readme("microsoft/phi-4"), "config.json": LLAMA}))
    assert call("check", "microsoft/phi-4", "-q", *quiet).code == 0
    assert call("check", "microsoft/phi-4", "-q", "--offline", "--policy", "strict").code == 1
    ran = call(*NIGHT, "--format", "json", "--fail-on-drift", *quiet)
    assert ran.code == 0, ran.err
    assert judged(ran)["microsoft/phi-4"]["since"]["scan"] == 1


def test_what_rules_say_of_a_code_base_is_no_drift_and_hides_none(call: Run, hub: LoopbackHub, tmp_path: Path) -> None:
    policy = tmp_path / "use.yaml"
    policy.write_text(
        QUIET.replace("manual", "auto").replace("[identity, license]", "[identity]")
        + "  - {id: code, title: Code, foreach: usage.references, when: {field: trust_remote_code, eq: true},"
        " verdict: review, message: '{at}'}\n"
    )
    code = tmp_path / "app"
    code.mkdir()
    (code / "app.py").write_text(
        'from transformers import AutoModel\nAutoModel.from_pretrained("acme/m003", trust_remote_code=True)\n'
    )
    use = ("--policy", str(policy))
    assert call("scan", str(code), "-q", *use).code == 1
    ran = call(*NIGHT, "--format", "json", "--fail-on-drift", *use)
    assert ran.code == 0, judged(ran)["acme/m003"]["since"]
    hub.repo("acme/m003").gated = "auto"
    ran = call(*NIGHT, "--format", "json", "--fail-on", "never", *use)
    assert "verdict" in kinds(judged(ran)["acme/m003"]), "the review it stands at now is another than that of the code"


def test_another_file_of_waivers_is_no_drift_by_itself(call: Run, quiet: tuple[str, str], tmp_path: Path) -> None:
    call("check", "acme/m000", "-q", *quiet)
    file = tmp_path / "w.yaml"
    file.write_text(waiver("acme/gated-7b", "gated", "2027-12-31"))
    assert call(*NIGHT, "-q", "--fail-on-drift", "--waivers", str(file), *quiet).code == 0


def test_drift_alone_is_told_and_fails_where_it_is_asked_to(
    call: Run, hub: LoopbackHub, quiet: tuple[str, str]
) -> None:
    call("check", "acme/m000", "-q", *quiet)
    hub.commit("acme/m000", {"notes.md": "more\n"})
    assert call(*NIGHT, "-q", "--no-record", *quiet).code == 0
    assert call(*NIGHT, "-q", "--no-record", "--fail-on-drift", *quiet).code == 1
    baseline = call(*NIGHT, "--no-record", "--format", "json")
    rules = [finding["rule"] for finding in judged(baseline)["acme/m000"]["decisions"][0]["findings"]]
    assert "lock-drift" in rules, "the shipped packs weigh it too"


def test_downloads_and_likes_are_no_drift(call: Run, hub: LoopbackHub, quiet: tuple[str, str]) -> None:
    call("check", "acme/m000", "-q", *quiet)
    hub.repo("acme/m000").downloads = 1_234_567
    ran = call(*NIGHT, "--format", "json", "--fail-on-drift", *quiet)
    assert ran.code == 0
    parts = judged(ran)["acme/m000"]["since"]["difference"]["parts"]
    assert [part["title"] for part in parts] == ["How it was read"]


def test_a_new_entry_on_a_list_is_told(call: Run, quiet: tuple[str, str], tmp_path: Path) -> None:
    call("check", "acme/m000", "-q", *quiet)
    known = tmp_path / "known.yaml"
    known.write_text(
        "acme:\n  organisation: {is: Acme, source: https://example.org, confidence: high, seen: 2026-11-01}\n"
        "  lists: [{id: us_1260h, relation: direct, from: 2026-01, source: https://example.org/list}]\n"
    )
    ran = call(*NIGHT, "--format", "json", "--fail-on-drift", "--publishers", str(known), *quiet)
    assert ran.code == 1, ran.err
    texts = [
        line["text"] for part in judged(ran)["acme/m000"]["since"]["difference"]["parts"] for line in part["lines"]
    ]
    assert any(text.startswith("new list entry: us_1260h (direct)") or "list entry" in text for text in texts), texts


def test_a_model_that_is_gone_is_never_calm(call: Run, hub: LoopbackHub, quiet: tuple[str, str]) -> None:
    call("check", "acme/m000", "acme/m001", "-q", *quiet)
    hub.delete("acme/m001")
    ran = call(*NIGHT, "--format", "json", *quiet)
    assert ran.code == 3
    (error,) = json.loads(ran.out)["errors"]
    assert error["kind"] == "ModelNotFound"
    assert "scan 2 of 2" in error["message"]
    assert call(*NIGHT, "-q", "--fail-on-drift", *quiet).code == 1


def test_a_hub_that_is_down_is_not_known(call: Run, hub: LoopbackHub, quiet: tuple[str, str]) -> None:
    call("check", "acme/m000", "-q", *quiet)
    with hub.down():
        ran = call(*NIGHT, "-q", "--fail-on-drift", "--timeout", "2", *quiet)
    assert ran.code == 3
    assert "note: 0 of 1 recorded models checked again" in ran.err


def test_the_longest_ago_comes_first_and_what_is_gone_keeps_nobody_from_a_turn(
    call: Run, hub: LoopbackHub, quiet: tuple[str, str]
) -> None:
    for number in range(4):
        call("check", f"acme/m00{number}", "-q", *quiet)
    hub.delete("acme/m000")
    turns = [list(judged(call(*NIGHT, "--at-most", "1", "--format", "json", *quiet))) for _ in range(4)]
    assert turns == [["acme/m001"], ["acme/m002"], ["acme/m003"], ["acme/m001"]]
    assert "note: 2 left for the next run" in call(*NIGHT, "--at-most", "1", "-q", *quiet).err


def test_waivers_that_end_are_told_and_those_of_the_record_hold_till_then(
    call: Run, quiet: tuple[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "w.yaml"
    file.write_text(waiver("acme/gated-7b", "gated", "2026-12-31"))
    assert call("check", "acme/gated-7b", "-q", "--waivers", str(file), "--as-of", "2026-11-20", *quiet).code == 0
    file.unlink()
    soon = ("--as-of", "2026-12-20")
    ran = call(*NIGHT, "--format", "json", "--no-record", "--fail-on-drift", *soon, *quiet)
    assert ran.code == 0, "the model is no other yet"
    assert "note: 1 to look at: acme/gated-7b" in ran.err
    (told,) = judged(ran)["acme/gated-7b"]["since"]["waivers"]
    assert (told["rule"], told["expired"], told["expires"]) == ("gated", False, "2026-12-31")
    assert SOON.days == 14
    early = judged(call(*NIGHT, "--format", "json", "--no-record", "--as-of", "2026-12-16", *quiet))
    assert early["acme/gated-7b"]["since"]["waivers"] == []
    assert "ends on 2026-12-31" in " ".join(call(*NIGHT, "--no-record", *soon, *quiet).out.split())
    ran = call(*NIGHT, "--format", "json", "--as-of", "2027-01-01", *quiet)
    assert ran.code == 1, "it stands at REVIEW again"
    one = judged(ran)["acme/gated-7b"]
    assert kinds(one) == ["verdict"]
    assert one["since"]["waivers"][0]["expired"]


def test_what_lies_in_a_folder_is_told_as_left_out(call: Run, quiet: tuple[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "README.md").write_text(readme("mine"))
    call("check", "acme/m000", str(folder), "-q", *quiet)
    ran = call(*NIGHT, "-q", *quiet)
    assert ran.code == 0
    assert "note: 1 of 1 recorded models checked again" in ran.err
    assert "note: 1 were read from elsewhere" in ran.err


def test_other_policies_than_those_of_the_record_are_no_drift_by_themselves(call: Run, quiet: tuple[str, str]) -> None:
    call("check", "acme/m000", "-q", *quiet)
    found = judged(call(*NIGHT, "--format", "json", "--policy", "strict"))["acme/m000"]
    assert kinds(found) == []
    assert not found["since"]["difference"]["drift"]


def test_a_replay_of_what_the_night_recorded_is_identical(call: Run, hub: LoopbackHub, quiet: tuple[str, str]) -> None:
    call("check", "acme/m001", "-q")
    hub.take_over("acme/m001", model(1, day=300))
    call("check", "acme/m000", "-q", *quiet)
    call(*NIGHT, "-q", *quiet)
    assert call("audit", "replay").code == 0


def test_usage(call: Run, quiet: tuple[str, str]) -> None:
    for words, code in (
        ((), 2), (("--recorded", "acme/m000"), 2), (("acme/m000", "--at-most", "1"), 2),
        (("acme/m000", "--fail-on-drift"), 2), (("--recorded", "--at-most", "0"), 2), (("--recorded",), 3),
    ):  # fmt: skip
        ran = call("check", *words, *quiet)
        assert (ran.code, ran.out) == (code, ""), words
        assert ran.hint
