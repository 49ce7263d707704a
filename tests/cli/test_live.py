"""The command against a hub over real HTTP: what it reads, and what it answers when the hub does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest

from scanner.data import text
from tests.cli.conftest import Ran
from tests.loopback import Fault, LoopbackHub, Repo, seeded_world

Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[LoopbackHub, dict[str, str]]]:
    with LoopbackHub() as hub:
        names = seeded_world(hub, crowd=0, many=300)
        hub.add(Repo("meta-llama/Llama-3.1-8B", {"README.md": "---\nlicense: llama3.1\n---\n# Llama\n"}))
        hub.add(
            Repo(
                "unsloth/Qwen3-8B-GGUF",
                {
                    "README.md": "---\nlicense: apache-2.0\nbase_model: Qwen/Qwen3-8B\nbase_model_relation: quantized\n---\n# x\n"
                },
            )
        )
        hub.add(Repo("Qwen/Qwen3-8B", {"README.md": "---\nlicense: apache-2.0\n---\n# Qwen3\n"}))
        yield hub, names


@pytest.fixture
def hub(world: tuple[LoopbackHub, dict[str, str]]) -> Iterator[LoopbackHub]:
    world[0].log.clear()
    yield world[0]
    world[0].clear_faults()
    world[0].quota(api=100_000, resolvers=100_000, pages=100_000)


@pytest.fixture
def names(world: tuple[LoopbackHub, dict[str, str]]) -> dict[str, str]:
    return world[1]


@pytest.fixture
def check(run: Run, hub: LoopbackHub) -> Run:
    def call(*words: str, token: str = "hf_good_granted", env: dict[str, str] | None = None) -> Ran:
        return run("check", *words, env={"HF_ENDPOINT": hub.url, "HF_TOKEN": token, **(env or {})})

    return call


def test_a_model_is_pinned_read_judged_and_recorded(
    check: Run, run: Run, hub: LoopbackHub, names: dict[str, str]
) -> None:
    ran = check(names["quantized"], "--format", "json")
    report = json.loads(ran.out)
    scan = report["scans"][0]
    jsonschema.validate(scan["facts"], json.loads(text("schema/facts-v1.schema.json")))
    facts = scan["facts"]
    assert facts["model"]["revision"] == hub.repo(names["quantized"]).sha
    assert facts["lineage"]["roots"] == [names["root"]]
    assert {e["kind"] for e in facts["evidence"]} >= {"hub", "card", "gguf", "files"}
    edge = facts["lineage"]["edges"][0]
    assert {s["basis"] for s in edge["sources"]} >= {"declared"}
    assert scan["number"] == 1
    assert ran.code == 1, "an unknown publisher is reviewed"


def test_a_header_is_read_by_range_and_never_the_whole_file(check: Run, hub: LoopbackHub) -> None:
    tensors = {"model.embed_tokens.weight": ("F32", (1024, 2048))}
    from tests.loopback import safetensors_bytes

    hub.add(
        Repo("forge/big", {"README.md": "---\nlicense: mit\n---\n", "model.safetensors": safetensors_bytes(tensors)})
    )
    ran = check("forge/big", "--format", "json")
    facts = json.loads(ran.out)["scans"][0]["facts"]
    assert facts["model"]["parameters"] == 1024 * 2048
    fetched = [r for r in hub.log if r.path.endswith("model.safetensors") and r.method == "GET"]
    assert fetched
    assert all("range" in {k.lower() for k in r.headers} for r in fetched)
    assert sum(r.sent for r in hub.log) < 1_000_000 < 1024 * 2048 * 4


def test_a_conduit_passes_the_maker_s_origin_through(check: Run) -> None:
    ran = check("unsloth/Qwen3-8B-GGUF", "--policy", "no-prc-root", "--format", "json")
    facts = json.loads(ran.out)["scans"][0]["facts"]
    assert facts["publisher"]["control"] != "CN"
    assert facts["lineage"]["models"][0]["maker"] == "Qwen/Qwen3-8B"
    assert ran.code == 1
    assert json.loads(ran.out)["scans"][0]["decisions"][0]["verdict"] == "deny"


def test_a_mirror_with_a_path_prefix_is_read_like_the_hub(run: Run, hub: LoopbackHub, names: dict[str, str]) -> None:
    ran = run("facts", names["finetune"], env={"HF_ENDPOINT": hub.prefix_url})
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["lineage"]["roots"] == [names["root"]]
    assert all(request.prefix for request in hub.log)


def test_a_revision_in_the_request_is_the_one_that_is_read(run: Run, hub: LoopbackHub, names: dict[str, str]) -> None:
    env = {"HF_ENDPOINT": hub.url}
    sha = hub.repo(names["root"]).sha
    tagged = json.loads(run("facts", f"{names['root']}@v1", env=env).out)["model"]
    pinned = json.loads(run("facts", f"hf://{names['root']}@{sha}", env=env).out)["model"]
    assert (tagged["requested_revision"], tagged["pinned"]) == ("v1", False)
    assert (pinned["revision"], pinned["pinned"]) == (sha, True)


def test_a_takeover_is_denied_and_a_rename_is_not(check: Run, hub: LoopbackHub, names: dict[str, str]) -> None:
    renamed = json.loads(check(names["renamed_old"], "--format", "json").out)["scans"][0]
    assert renamed["facts"]["model"]["id"] == names["renamed"]
    assert renamed["facts"]["model"]["renamed"] is True
    assert renamed["decisions"][0]["outcomes"]["taken-over"] != "fail"
    repo = hub.add(
        Repo("victim/base", {"README.md": "---\nlicense: mit\n---\n"}, created_at="2024-01-01T00:00:00.000Z")
    )
    claim = {"relation": "finetune", "models": [{"_id": repo.hub_id, "id": "victim/base"}]}
    hub.add(Repo("child/of-victim", {"README.md": "---\nbase_model: victim/base\n---\n"}, base_models=claim))
    hub.take_over("victim/base", Repo("victim/base", {"README.md": "# new\n"}, created_at="2026-01-01T00:00:00.000Z"))
    taken = json.loads(check("child/of-victim", "--format", "json").out)["scans"][0]
    assert taken["decisions"][0]["verdict"] == "deny"
    assert taken["decisions"][0]["outcomes"]["taken-over"] == "fail"


def test_no_token_leaves_the_hub_s_own_origin(check: Run, hub: LoopbackHub, names: dict[str, str]) -> None:
    ran = check(names["root"], names["quantized"], "--format", "json")
    store = [r for r in hub.log if r.host not in hub.url]
    assert store, "weights lie on another host"
    assert not [r for r in store if "authorization" in {k.lower() for k in r.headers}]
    assert "hf_good_granted" not in ran.out + ran.err
    assert json.loads(ran.out)["scans"]


FAILURES: dict[str, tuple[str, str]] = {
    "hub down": ("", "HubUnreachable"),
    "server error": ("503", "HubUnreachable"),
    "truncated JSON": ("json-truncated", "HubProtocolError"),
    "HTML with 200": ("html-200", "HubProtocolError"),
    "server that hangs": ("hang", "HubUnreachable"),
    "server that hangs in the middle": ("hang-in-body", "HubUnreachable"),
    "server that drips": ("drip", "HubUnreachable"),
    "connection reset": ("reset", "HubUnreachable"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_hub_that_does_not_answer_is_incomplete_and_never_a_pass(
    check: Run, hub: LoopbackHub, names: dict[str, str], name: str
) -> None:
    fault, kind = FAILURES[name]
    words = (names["root"], "--timeout", "3", "--format", "json", "--fail-on", "never")
    if fault:
        hub.fault(Fault(fault, "/api/models"))
        ran = check(*words)
    else:
        with hub.down():
            ran = check(*words)
    assert ran.code == 3, ran.err
    assert ran.reason
    assert ran.hint
    report = json.loads(ran.out)
    assert report["scans"] == []
    assert [error["kind"] for error in report["errors"]] == [kind]


def test_a_storm_of_429_ends_in_incomplete(check: Run, hub: LoopbackHub, names: dict[str, str]) -> None:
    hub.fault(Fault("429-retry-after", "/api/models"))
    ran = check(names["root"], "--timeout", "3")
    assert ran.code == 3
    assert ran.reason
    assert ran.hint


REFUSALS = {
    "401: gone, private or never there": ("nobody/nothing", "", "ModelNotFound"),
    "401: a bad token": ("forge/root-1b", "hf_not_a_token", "BadCredentials"),
    "404: not found": ("nobody/nothing", "hf_good_granted", "ModelNotFound"),
    "404: no such revision": ("forge/root-1b@no-such-branch", "hf_good_granted", "RevisionNotFound"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_it_is_and_what_to_do(check: Run, name: str) -> None:
    model, token, kind = REFUSALS[name]
    ran = check(model, "--format", "json", "--fail-on", "never", token=token)
    assert ran.code == 3
    assert [error["kind"] for error in json.loads(ran.out)["errors"]] == [kind]
    assert ran.reason
    assert ran.hint


UNREADABLE = [
    "gated_manual", "base_gated", "base_private", "base_deleted", "base_disabled", "base_path", "base_windows_path",
    "base_dataset", "base_invalid",
]  # fmt: skip


@pytest.mark.parametrize("part", UNREADABLE)
def test_what_could_not_be_read_of_a_lineage_is_reviewed(check: Run, names: dict[str, str], part: str) -> None:
    ran = check(names[part], "--format", "json", token="hf_good_ungranted")
    assert ran.code == 1, ran.err
    scan = json.loads(ran.out)["scans"][0]
    assert scan["decisions"][0]["verdict"] in ("review", "deny")
    assert scan["facts"]["gaps"] or scan["facts"]["lineage"]["unresolved"]


def test_a_corrupt_header_is_a_gap_that_is_judged(check: Run, hub: LoopbackHub) -> None:
    hub.add(Repo("forge/broken", {"README.md": "---\nlicense: mit\n---\n", "model.safetensors": b"\xff" * 4096}))
    ran = check("forge/broken", "--format", "json")
    scan = json.loads(ran.out)["scans"][0]
    assert ran.code == 1
    assert [g["reason"] for g in scan["facts"]["gaps"] if g["what"] == "model.safetensors"][:1] in (
        ["malformed"],
        ["too-large"],
    )


def test_a_part_that_fails_for_the_moment_leaves_the_run_incomplete(
    check: Run, hub: LoopbackHub, names: dict[str, str]
) -> None:
    hub.fault(Fault("503", "config.json"))
    ran = check(names["root"], "--timeout", "4", "--fail-on", "never", "--format", "json")
    gaps = json.loads(ran.out)["scans"][0]["facts"]["gaps"]
    assert [gap for gap in gaps if gap["transient"]]
    assert ran.code == 3


def test_one_failure_of_many_loses_nothing(check: Run, names: dict[str, str], tmp_path: Path) -> None:
    ran = check(names["root"], "nobody/nothing", names["finetune"], "--format", "json", "--fail-on", "never")
    report = json.loads(ran.out)
    assert [scan["facts"]["model"]["id"] for scan in report["scans"]] == [names["root"], names["finetune"]]
    assert ran.code == 3
    assert check(names["root"], "nobody/nothing").code == 1, "a finding outranks an incomplete run"


def test_offline_mode_of_the_client_makes_no_request(check: Run, hub: LoopbackHub, names: dict[str, str]) -> None:
    ran = check(names["root"], env={"HF_HUB_OFFLINE": "1"})
    assert ran.code == 3
    assert hub.log == []
    assert ran.hint


def test_history_is_asked_for_by_a_flag_and_told(run: Run, hub: LoopbackHub) -> None:
    repo = hub.add(Repo("forge/relicensed", {"README.md": "---\nlicense: mit\n---\n# x\n"}))
    repo.commit({"README.md": "---\nlicense: cc-by-nc-4.0\n---\n# x\n"}, title="Change license")
    environment = {"HF_ENDPOINT": hub.url}
    facts = json.loads(run("facts", "forge/relicensed", env=environment).out)
    assert facts["model"]["license_changed"] is None
    assert not [r for r in hub.log if "/commits/" in r.path]
    facts = json.loads(run("facts", "forge/relicensed", "--history", env=environment).out)
    assert facts["model"]["license_changed"] is True
    shown = run("check", "forge/relicensed", "--history", "--format", "markdown", env=environment).out
    assert "the declared licence changed" in shown
