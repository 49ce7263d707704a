"""Every shape of an API answer gives a model: what cannot be read is None and told by name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.fact import Basis
from scanner.hub.answers import MAX_TAGS, artifacts_from_tree, date, model_from_info
from scanner.model import Artifact, HubScan, Model, Relation, RepoId

ASKED = RepoId.parse("acme/widget-7b")
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "hub_api_samples.jsonl"
SHA, DIGEST, HUB_ID = "a" * 40, "b" * 64, "c" * 24

HONEST: dict[str, Any] = {
    "_id": HUB_ID,
    "id": "acme/widget-7b",
    "sha": SHA,
    "createdAt": "2025-05-07T23:25:30.000Z",
    "lastModified": "2025-05-10T22:11:12.000Z",
    "gated": "auto",
    "disabled": False,
    "private": False,
    "downloads": 12,
    "likes": 3,
    "library_name": "transformers",
    "pipeline_tag": "text-generation",
    "tags": ["transformers", "license:mit"],
    "cardData": {"license": "mit", "self": 1},
    "config": {"architectures": ["LlamaForCausalLM"], "model_type": "llama"},
    "safetensors": {"parameters": {"BF16": 100, "F32": 5}, "total": 105},
    "siblings": [
        {"rfilename": "README.md", "size": 5, "blobId": SHA},
        {"rfilename": "model.safetensors", "size": 9, "blobId": SHA, "lfs": {"sha256": DIGEST, "size": 9}},
    ],
    "securityRepoStatus": {"scansDone": True, "filesWithIssues": [{"path": "x.pkl", "level": "unsafe"}]},
    "baseModels": {"relation": "finetune", "models": [{"_id": HUB_ID, "id": "acme/base"}]},
}


def read(**changes: Any) -> Model:
    return model_from_info({**HONEST, **changes}, hub="hf", requested=ASKED)


def test_an_honest_answer_is_read_whole() -> None:
    model = read()
    assert model.unread == ()
    assert (model.repo, str(model.revision), model.hub_id) == (ASKED, SHA, HUB_ID)
    assert (model.created_at, model.last_modified) == ("2025-05-07T23:25:30Z", "2025-05-10T22:11:12Z")
    assert (model.gated, model.disabled, model.private, model.downloads, model.likes) == ("auto", False, False, 12, 3)
    assert (model.library, model.pipeline_tag, model.parameters) == ("transformers", "text-generation", 105)
    assert model.card == {"license": "mit", "self": 1}
    assert (model.architectures, model.model_type, model.remote_code) == (("LlamaForCausalLM",), "llama", False)
    assert model.artifacts == (
        Artifact("README.md", 5, None, SHA),
        Artifact("model.safetensors", 9, DIGEST, SHA),
    )
    assert model.scan == HubScan(True, (("x.pkl", "unsafe"),))


def test_computed_parents_carry_their_identity_and_their_place() -> None:
    (parent,) = read().base_models or ()
    assert (str(parent.ref.repo), parent.relation, parent.basis) == ("acme/base", Relation.FINETUNE, Basis.DECLARED)
    assert parent.hub_id == HUB_ID
    assert str(parent.at) == f"hf://acme/widget-7b@{SHA}#baseModels"


def test_what_is_not_said_is_unknown_and_never_none_at_all() -> None:
    model = model_from_info({"id": str(ASKED)}, hub="hf", requested=ASKED)
    assert model == Model("hf", ASKED, ASKED)
    assert read(siblings=[], tags=[]).artifacts == ()


def test_null_is_unknown() -> None:
    model = model_from_info(dict.fromkeys(HONEST) | {"id": str(ASKED)}, hub="hf", requested=ASKED)
    assert model == Model("hf", ASKED, ASKED)


@pytest.mark.parametrize(
    ("field", "value", "attribute"),
    [
        ("_id", "not hex", "hub_id"),
        ("_id", 7, "hub_id"),
        ("sha", "main", "revision"),
        ("createdAt", "yesterday", "created_at"),
        ("createdAt", "2025-05-07T23:25:30", "created_at"),
        ("lastModified", 1746660330, "last_modified"),
        ("gated", True, "gated"),
        ("gated", "perhaps", "gated"),
        ("disabled", "false", "disabled"),
        ("private", 0, "private"),
        ("downloads", "12", "downloads"),
        ("downloads", True, "downloads"),
        ("downloads", -1, "downloads"),
        ("likes", 2**64, "likes"),
        ("library_name", ["transformers"], "library"),
        ("pipeline_tag", {}, "pipeline_tag"),
        ("tags", "transformers", "tags"),
        ("cardData", ["license"], "card"),
        ("siblings", {}, "artifacts"),
        ("securityRepoStatus", "clean", "scan"),
    ],
)
def test_an_odd_field_costs_that_field_alone(field: str, value: Any, attribute: str) -> None:
    odd, honest = read(**{field: value}), read()
    assert getattr(odd, attribute) is None
    assert odd.unread == (field,)
    others = set(Model.__dataclass_fields__) - {attribute, "unread", "base_models", "remote_code"}
    assert all(getattr(odd, name) == getattr(honest, name) for name in others)


@pytest.mark.parametrize("value", [None, 7, "a/b/c", "..", "acme/widget.git", "", "x" * 200])
def test_a_name_that_is_none_leaves_the_asked_one(value: object) -> None:
    model = read(id=value)
    assert model.repo == ASKED
    assert "id" in model.unread


def test_another_name_is_kept_beside_the_asked_one() -> None:
    model = read(id="acme/renamed")
    assert (model.requested, model.repo) == (ASKED, RepoId.parse("acme/renamed"))


def test_items_that_cannot_be_read_are_left_out_and_told() -> None:
    model = read(tags=["ok", 7, None, "fine"], siblings=[{"rfilename": "a"}, {"size": 3}, "b", {"rfilename": 7}])
    assert model.tags == ("ok", "fine")
    assert [a.path for a in model.artifacts or ()] == ["a"]
    assert model.unread == ("tags", "siblings")


def test_a_cap_is_told() -> None:
    model = read(tags=[f"t{i}" for i in range(MAX_TAGS + 1)])
    assert len(model.tags or ()) == MAX_TAGS
    assert model.unread == ("tags",)


@pytest.mark.parametrize(
    "row",
    [
        {"rfilename": "w.bin", "size": 9, "lfs": {"size": 9, "pointerSize": 127}},
        {"rfilename": "w.bin", "size": "9", "lfs": {"sha256": DIGEST}},
        {"rfilename": "w.bin", "size": 9, "lfs": "yes"},
        {"rfilename": "w.bin", "size": 9, "blobId": "short"},
    ],
)
def test_a_half_readable_file_keeps_its_name_and_is_told(row: dict[str, Any]) -> None:
    model = read(siblings=[row])
    assert [a.path for a in model.artifacts or ()] == ["w.bin"]
    assert model.unread == ("siblings",)


def test_a_tree_names_the_same_digest_otherwise() -> None:
    entries = [
        {"type": "directory", "oid": SHA, "path": "dir"},
        {
            "type": "file",
            "oid": SHA,
            "size": 9,
            "path": "dir/w.bin",
            "lfs": {"oid": DIGEST, "size": 9, "pointerSize": 1},
        },
    ]
    assert artifacts_from_tree(entries) == ((Artifact("dir/w.bin", 9, DIGEST, SHA),), True)
    assert artifacts_from_tree([7, *entries]) == ((Artifact("dir/w.bin", 9, DIGEST, SHA),), False)


def test_a_file_name_is_made_harmless_but_never_another_name() -> None:
    names = [" config.json", "config.json ", "a\nb", "x\u202ey", "\ud800", "n" * 2000]
    model = read(siblings=[{"rfilename": name} for name in names])
    assert [a.path for a in model.artifacts or ()] == [" config.json", "config.json ", "a\ufffdb", "x\ufffdy", "\ufffd"]
    assert model.artifact("config.json") is None


@pytest.mark.parametrize(
    ("safetensors", "gguf", "expected"),
    [
        ({"parameters": {"BF16": 7, "I64": 512, "BOOL": 3}, "total": 522}, None, 7),
        ({"parameters": {"BF16": 2_167_371_072, "U8": 118_244_966_400}, "total": 120_412_337_472}, None, None),
        ({"parameters": {"BF16": 1, "I8": 296_352_743_424}, "total": 296_352_743_425}, None, None),
        ({"parameters": {"F16": 4, "I32": 9}, "total": 13}, {"total": 70}, 70),
        ({"parameters": {"F8_E4M3": 6, "BF16": 1}, "total": 999}, None, 7),
        ({"total": 13}, None, None),
        (None, {"total": 999_885_952, "totalFileSize": 1}, 999_885_952),
        (None, {"total": "999"}, None),
        ({"parameters": {"BF16": "7"}}, None, None),
        ({"parameters": {"BF16": 2**62, "F32": 2**62}}, None, None),
        ("many", None, None),
    ],
)
def test_parameters_are_counted_only_where_one_element_is_one(
    safetensors: Any, gguf: Any, expected: int | None
) -> None:
    assert read(safetensors=safetensors, gguf=gguf).parameters == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"config": {"auto_map": {"AutoModel": "modeling_x.X"}}}, True),
        ({"config": {"tokenizer_config": {"auto_map": {"AutoTokenizer": ["t.T", None]}}}}, True),
        ({"tags": ["custom_code"]}, True),
        ({"config": {}, "siblings": [{"rfilename": "vision/config.json"}]}, None),
        ({"config": {}}, False),
        ({"tags": None}, None),
        ({"siblings": None}, None),
        ({"siblings": [{"rfilename": "handler.py"}]}, None),
        ({}, False),
    ],
)
def test_remote_code_is_ruled_out_only_by_everything_the_hub_knows(
    changes: dict[str, Any], expected: bool | None
) -> None:
    assert read(**changes).remote_code is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"scansDone": True, "filesWithIssues": []}, HubScan(True)),
        ({"scansDone": False, "filesWithIssues": []}, HubScan(False)),
        ({"scansDone": True}, HubScan(False)),
        ({"filesWithIssues": []}, HubScan(False)),
        ({"scansDone": "yes", "filesWithIssues": []}, HubScan(False)),
        ({"scansDone": True, "filesWithIssues": [{"path": "a"}]}, HubScan(False)),
        ({"scansDone": True, "filesWithIssues": {}}, HubScan(False)),
    ],
)
def test_a_scan_that_cannot_be_read_is_never_clean(status: Any, expected: HubScan) -> None:
    assert read(securityRepoStatus=status).scan == expected


@pytest.mark.parametrize(
    "bases",
    [[], "acme/base", {"models": "acme/base"}, {"models": [7]}, {"relation": "cousin", "models": []}],
)
def test_odd_parents_are_told(bases: Any) -> None:
    assert any(name.startswith("baseModels") for name in read(baseModels=bases).unread)


def test_an_unknown_relation_keeps_the_parent() -> None:
    (parent,) = read(baseModels={"relation": "cousin", "models": [{"id": "acme/base", "_id": "x"}]}).base_models or ()
    assert (parent.relation, parent.hub_id) == (Relation.UNSPECIFIED, None)


@pytest.mark.parametrize(
    "written", ["2025-05-07T23:25:30.000Z", "2025-05-07T23:25:30+00:00", "2025-05-08T01:25:30+02:00"]
)
def test_one_moment_has_one_form(written: str) -> None:
    assert date(written) == "2025-05-07T23:25:30Z"


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC)))
def test_every_date_of_the_hub_is_read_to_the_second(moment: datetime) -> None:
    found = date(moment.isoformat().replace("+00:00", "Z"))
    assert found is not None
    assert datetime.fromisoformat(found) == moment.replace(microsecond=0)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.just("2025-01-01T00:00:00.000Z"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*HONEST, "models", "rfilename", "lfs", "scansDone", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*HONEST, "gguf", "modelId"]), ANYTHING))
def test_no_answer_breaks_the_reader(body: dict[str, Any]) -> None:
    model = model_from_info(body, hub="hf", requested=ASKED)
    assert model.requested == ASKED
    assert RepoId.parse(str(model.repo)) == model.repo
    text = json.dumps(
        [model.tags, model.card, [a.path for a in model.artifacts or ()], model.unread], ensure_ascii=False
    )
    assert text.encode("utf-8")


@pytest.mark.skipif(not SAMPLES.exists(), reason="recorded answers of the live Hub are not part of the repository")
def test_recorded_answers_of_the_live_hub_are_read_whole() -> None:
    rows = [json.loads(line) for line in SAMPLES.read_text("utf-8").splitlines()]
    details = [row["body"] for row in rows if row["kind"] in ("model_info", "model_info_blobs")]
    listed = [body for row in rows if row["kind"].startswith("list_models") for body in row["body"]]
    assert len(details) >= 4
    for body in [*details, *listed]:
        model = model_from_info(body, hub="hf", requested=ASKED)
        assert str(model.repo) == body["id"]
        assert model.unread == ()
    trees = [row["body"] for row in rows if row["kind"].startswith("tree")]
    assert all(artifacts_from_tree(body)[1] for body in trees)
