"""The seeded world holds every situation it names, and the hub reads cards the way the Hub does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.loopback import LoopbackHub, Repo, ask, seeded_world
from tests.loopback.derive import card, relation, tags
from tests.loopback.state import Blob


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[LoopbackHub, dict[str, str]]]:
    with LoopbackHub() as hub:
        yield hub, seeded_world(hub)


def info(hub: LoopbackHub, name: str, query: str = "") -> dict[str, Any]:
    answer = ask(f"{hub.url}/api/models/{name}{query}")
    assert answer.status == 200, (name, answer.body)
    said: dict[str, Any] = answer.json()
    return said


def bases(hub: LoopbackHub, name: str) -> list[str]:
    return [base["id"] for base in info(hub, name, "?expand=baseModels").get("baseModels", {}).get("models", [])]


def test_every_part_is_played(world: tuple[LoopbackHub, dict[str, str]]) -> None:
    hub, names = world
    absent = {"deleted": 401, "private": 401, "dataset": 401, "renamed_old": 307, "legacy_old": 307, "crowd": 401}
    statuses = {part: ask(f"{hub.url}/api/models/{name}").status for part, name in names.items()}
    assert statuses == {part: absent.get(part, 200) for part in names}
    assert len(names) > 100


def test_lineage_has_the_shapes_it_names(world: tuple[LoopbackHub, dict[str, str]]) -> None:
    hub, names = world
    root = names["root"]
    relations = {part: info(hub, names[part], "?expand=baseModels")["baseModels"] for part in ("finetune", "adapter")}
    assert {part: said["relation"] for part, said in relations.items()} == {
        "finetune": "finetune", "adapter": "adapter",
    }  # fmt: skip
    assert bases(hub, names["quantized"]) == [root]
    assert bases(hub, names["merge"]) == [root, names["other_root"]]
    assert [bases(hub, names[f"chain_{i}"]) for i in range(6)] == [[], *([names[f"chain_{i}"]] for i in range(5))]
    assert bases(hub, names["diamond_bottom"]) == [names["diamond_left"], names["diamond_right"]]
    assert bases(hub, names["cycle_a"]) == [names["cycle_b"]]
    assert bases(hub, names["cycle_b"]) == [names["cycle_a"]]
    assert bases(hub, names["self_loop"]) == [names["self_loop"]]


def test_a_base_the_hub_cannot_resolve_is_in_the_tags_only(world: tuple[LoopbackHub, dict[str, str]]) -> None:
    hub, names = world
    for part in ("url", "path", "revision", "deleted", "private", "dataset", "invalid"):
        assert bases(hub, names[f"base_{part}"]) == []
        assert any(tag.startswith("base_model:finetune:") for tag in info(hub, names[f"base_{part}"])["tags"]), part
    assert bases(hub, names["base_case"]) == [names["root"]]
    assert bases(hub, names["base_renamed_old"]) == [names["renamed"]]
    assert bases(hub, names["base_bare"]) == [names["legacy"]]
    assert bases(hub, names["base_gated"]) == [names["gated"]]
    assert bases(hub, names["base_list_with_null"]) == [names["root"]]


def test_identities_show_in_ids_dates_and_owners(world: tuple[LoopbackHub, dict[str, str]]) -> None:
    hub, names = world
    assert info(hub, names["drifted"])["_id"] != info(hub, names["drifted_old"])["_id"]
    child, taken = info(hub, names["base_taken_over"]), info(hub, names["taken_over"])
    assert child["createdAt"] < taken["createdAt"], "the name was cited before this repository was made"
    owner = ask(f"{hub.url}/api/users/ghost/overview").json()
    assert owner["createdAt"] == taken["createdAt"]


def test_the_crowd_crosses_pages_and_shares_seconds_at_the_border(world: tuple[LoopbackHub, dict[str, str]]) -> None:
    hub, names = world
    first = ask(f"{hub.url}/api/models?author={names['crowd']}&sort=createdAt&expand=createdAt")
    assert first.next is not None
    second = ask(first.next)
    assert (len(first.json()), len(second.json())) == (1000, 1000)
    assert first.json()[-1]["createdAt"] == second.json()[0]["createdAt"]


def test_formats_are_real_and_read_by_the_hub(world: tuple[LoopbackHub, dict[str, str]]) -> None:
    hub, names = world
    for part in ("files_gguf_v1", "files_gguf_v2", "files_gguf_big_endian", "files_gguf_split", "quantized"):
        said = info(hub, names[part])["gguf"]
        assert (said["architecture"], said["context_length"], said["bos_token"]) == ("llama", 2048, "<s>")
    assert "gguf" not in info(hub, names["files_gguf_cut"])
    assert info(hub, names["files_safetensors_shards"])["safetensors"] == info(hub, names["root"])["safetensors"]
    assert "safetensors" not in info(hub, names["files_safetensors_cut"])
    assert info(hub, names["files_diffusers"])["library_name"] == "diffusers"
    assert "custom_code" in info(hub, names["files_remote_code"])["tags"]
    assert {"pytorch"} <= set(info(hub, names["files_pickle"])["tags"])
    assert info(hub, names["files_many"])["siblings"][-1]["rfilename"] == "part-11/file-11999.txt"


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("front_matter_only", {"license": "apache-2.0"}),
        ("bom", {"license": "mit"}),
        ("crlf", {"license": "mit"}),
        ("date", None),
        ("duplicate_keys", {"license": "gpl-3.0"}),
        ("self_key", {"license": "mit", "self": "me"}),
        ("not_utf8", {"license": "mit", "note": "caf\ufffd"}),
        *(
            (part, None)
            for part in ("no_front_matter", "empty", "unclosed", "bad_delimiter", "tabs", "list", "empty_list")
        ),
        *((part, None) for part in ("alias_bomb", "python_tag", "nul", "missing")),
    ],
)
def test_cards_say_what_the_hub_could_read(
    world: tuple[LoopbackHub, dict[str, str]], part: str, expected: dict[str, str] | None
) -> None:
    hub, names = world
    assert info(hub, names[f"card_{part}"]).get("cardData") == expected


def test_tags_can_be_forged_but_the_card_shows_it(world: tuple[LoopbackHub, dict[str, str]]) -> None:
    hub, names = world
    said = info(hub, names["card_forged_tags"])
    assert {"license:mit", "license:cc-by-nc-4.0", "base_model:finetune:forge/root-1b"} <= set(said["tags"])
    assert said["cardData"]["license"] == "cc-by-nc-4.0"
    assert "baseModels" not in info(hub, names["card_forged_tags"], "?expand=baseModels")
    assert {"license:mit", "license:apache-2.0"} <= set(info(hub, names["license_tag_not_card"])["tags"])


@pytest.mark.parametrize(
    ("id", "paths", "front", "expected"),
    [
        ("a/b", [], {"base_model": "x/y"}, "finetune"),
        ("a/b", ["adapter_config.json"], {"base_model": "x/y"}, "adapter"),
        ("a/b", [], {"base_model": ["x/y", "x/z"]}, "merge"),
        ("a/b", ["mergekit_config.yml"], {"base_model": "x/y"}, "merge"),
        ("a/b", ["model.gguf"], {"base_model": "x/y"}, "quantized"),
        ("a/b-AWQ", [], {"base_model": "x/y"}, "quantized"),
        ("a/b", ["adapter_config.json"], {"base_model": "x/y", "base_model_relation": "finetune"}, "finetune"),
        ("a/b", [], {"base_model": "x/y", "base_model_relation": "cousin"}, "finetune"),
    ],
)
def test_a_relation_is_what_the_card_says_else_what_the_files_look_like(
    id: str, paths: list[str], front: dict[str, Any], expected: str
) -> None:
    assert relation(id, {path: Blob(b"{}", lfs=False) for path in paths}, front) == expected


def test_transformers_is_inferred_for_old_repositories_only() -> None:
    files = Repo("a/b", {"config.json": {"model_type": "llama"}}).main.files
    assert tags("a/b", files, None, "2024-08-30T00:00:00.000Z")[0] == "transformers"
    assert "transformers" not in tags("a/b", files, None, "2024-09-30T00:00:00.000Z")


def test_dates_and_nan_in_a_card_become_json() -> None:
    text = b"---\nseen: 2024-02-28\nscore: .nan\n1: one\n---\n"
    assert card({"README.md": Blob(text, lfs=False)}) == {"seen": "2024-02-28T00:00:00.000Z", "score": None, "1": "one"}
