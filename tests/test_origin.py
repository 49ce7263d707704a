"""Attribution: who stands behind a namespace, on which day, and how sure the registry is."""

from __future__ import annotations

import json
import statistics
import time
from datetime import date
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import DataError
from scanner.fact import Confidence
from scanner.origin import Origin, Registry, origin_document

TODAY = date(2026, 11, 23)
FACTS = json.loads((files("scanner.data") / "schema" / "facts-v1.schema.json").read_text(encoding="utf-8"))
SCHEMA = jsonschema.Draft7Validator({"$ref": "#/definitions/origin", "definitions": FACTS["definitions"]})
REGISTRY = Registry.shipped()


def origin(namespace: str | None, day: date = TODAY) -> Origin:
    return REGISTRY.attribute(namespace, day)


def listed(namespace: str, day: date = TODAY) -> set[tuple[str, str, str | None]]:
    entries = origin(namespace, day).lists
    assert entries is not None
    return {(e.id, e.relation, e.since) for e in entries}


@pytest.mark.parametrize(
    ("namespace", "headquarters", "incorporation", "parent_country", "control"),
    [
        ("deepseek-ai", "CN", None, "CN", "CN"),
        ("Qwen", "CN", "KY", "CN", "CN"),
        ("DAMO-NLP-SG", "SG", None, "CN", "CN"),
        ("SeaLLMs", "CN", "KY", "CN", "CN"),
        ("google-deepmind", "GB", None, "US", "US"),
        ("meta-llama", "US", "US", None, "US"),
        ("mistralai", "FR", "FR", None, "FR"),
        ("SenseTime", "HK", "KY", None, "CN"),
        ("NbAiLab", "NO", None, "NO", "NO"),
        ("black-forest-labs", "DE", "US", None, "DE"),
        ("elastic", None, "NL", None, "US"),
        ("naver", "FR", None, "KR", "KR"),
    ],
)
def test_the_country_roles_are_four_facts(
    namespace: str,
    headquarters: str | None,
    incorporation: str | None,
    parent_country: str | None,
    control: str | None,
) -> None:
    o = origin(namespace)
    assert o.known
    assert (o.headquarters, o.parent_country, o.control) == (headquarters, parent_country, control)
    assert incorporation is None or o.incorporation == incorporation


def test_norway_is_a_country_and_not_a_no() -> None:
    norwegian = [n for n in REGISTRY.namespaces() if origin(n).headquarters == "NO"]
    assert {"nbailab", "norwai"} & set(norwegian)
    assert len(norwegian) >= 3
    assert all(isinstance(origin(n).control, str | None) for n in REGISTRY.namespaces())


def test_an_unknown_namespace_is_unknown_in_every_fact() -> None:
    for name in ("nobody-has-this-name", "", None):
        o = origin(name)
        assert not o.known
        assert [o.control, o.headquarters, o.lists, o.flags, o.confidence] == [None] * 5
        assert not o.conduit
        assert not o.footnotes


def test_what_is_open_is_not_concluded() -> None:
    poolside = origin("poolside")
    assert (poolside.headquarters, poolside.control) == ("FR", None)
    bloke = origin("TheBloke")
    assert bloke.conduit
    assert bloke.headquarters is None
    assert bloke.control is None
    assert bloke.confidence is None
    assert bloke.lists == ()


def test_a_parent_without_a_country_leaves_control_open() -> None:
    research = origin("MediaTek-Research")
    assert research.parent
    assert research.headquarters == "TW"
    assert research.control is None


@pytest.mark.parametrize(
    ("namespace", "conduit"),
    [
        ("TheBloke", True),
        ("unsloth", True),
        ("bartowski", True),
        ("mlx-community", True),
        ("lmstudio-community", True),
        ("AI-ModelScope", True),
        ("MultiverseComputingCAI", True),
        ("TheDrummer", False),
        ("Sao10K", False),
        ("nvidia", False),
        ("nobody-has-this-name", False),
        (None, False),
    ],
)
def test_conduits_convert_and_finetuners_do_not(namespace: str | None, conduit: bool) -> None:
    assert REGISTRY.is_conduit(namespace) is conduit
    assert origin(namespace).conduit is conduit


@pytest.mark.parametrize(
    ("namespace", "day", "entries"),
    [
        ("BAAI", TODAY, {("us_entity_list", "direct", "2025-03-25")}),
        ("BAAI", date(2025, 3, 24), set()),
        ("BAAI", date(2025, 3, 25), {("us_entity_list", "direct", "2025-03-25")}),
        ("tencent", date(2025, 1, 31), {("us_1260h", "direct", "2025-01-07")}),
        ("tencent", date(2024, 12, 31), set()),
        ("Qwen", date(2026, 1, 1), set()),
        ("Qwen", date(2026, 6, 30), {("us_1260h", "direct", "2026-06-08")}),
        ("Wan-AI", date(2026, 1, 1), set()),
        ("Wan-AI", TODAY, {("us_1260h", "parent", "2026-06-08")}),
        ("TencentARC", date(2026, 1, 1), {("us_1260h", "parent", "2025-01-07")}),
        ("zai-org", TODAY, {("us_entity_list", "direct", "2025-01-15")}),
        ("ai-sage", date(2022, 3, 31), {("eu_sanctions", "parent", None)}),
        ("ai-sage", date(2022, 4, 1), {("ofac_sdn", "parent", "2022-04"), ("eu_sanctions", "parent", None)}),
        ("google", TODAY, set()),
    ],
)
def test_list_entries_are_those_in_force_on_the_day(
    namespace: str, day: date, entries: set[tuple[str, str, str | None]]
) -> None:
    assert listed(namespace, day) == entries


def test_a_reported_or_withdrawn_listing_is_a_flag_and_not_an_entry() -> None:
    assert ("us_ndaa_fy26_1532", "direct", "2025-12-18") in listed("deepseek-ai")
    assert "us_entity_list" not in {id for id, _, _ in listed("deepseek-ai")}
    assert "us_entity_list_pending_reported" in (origin("deepseek-ai").flags or ())
    assert listed("unitreerobotics") == set()


def test_ownership_counts_from_the_day_it_began() -> None:
    before, after = origin("jinaai", date(2025, 9, 30)), origin("jinaai", date(2025, 10, 1))
    assert (before.parent, before.control) == (None, "DE")
    assert (after.parent, after.parent_country, after.control) == ("Elastic N.V.", "NL", "US")
    assert origin("miromind-ai", date(2025, 12, 31)).control is None
    assert origin("Intel", date(2025, 8, 21)).state_ownership is None
    assert origin("Intel").state_ownership == "minority"


def test_a_handle_with_another_name_is_found_and_is_no_surer_than_its_alias() -> None:
    o = origin("qwenlm")
    assert (o.namespace, o.organisation, o.control) == ("QwenLM", origin("Qwen").organisation, "CN")
    assert o.confidence is Confidence.UNVERIFIED
    assert dict(o.footnotes)["alias_of"].source == "another handle of Qwen: public knowledge"
    assert dict(origin("CohereForAI").footnotes)["renamed_to"].source == "renamed to CohereLabs: public knowledge"


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("THUDM", "zai-org", True),
        ("zai-org", "thudm", True),
        ("CohereForAI", "CohereLabs", True),
        ("sberbank-ai", "ai-forever", True),
        ("google-bert", "deepmind", True),
        ("Qwen", "Wan-AI", True),
        ("QwenLM", "modelscope", True),
        ("whoever", "WHOEVER", True),
        ("Qwen", "deepseek-ai", False),
        ("LumiOpen", "amd", False),
        ("Undi95", "Sao10K", False),
        ("whoever", "somebody-else", False),
        ("TheBloke", "bartowski", False),
    ],
)
def test_one_organisation_has_many_handles(a: str, b: str, same: bool) -> None:
    assert REGISTRY.same_organisation(a, b) is same
    assert REGISTRY.same_organisation(b, a) is same


def test_aliases_close_over_every_record() -> None:
    for name in REGISTRY.namespaces():
        for other in REGISTRY._closure(name):
            assert REGISTRY._closure(other) == REGISTRY._closure(name), (name, other)


def test_every_origin_is_a_valid_document_with_a_footnote_for_each_fact() -> None:
    for name in REGISTRY.namespaces():
        document = origin_document(origin(name))
        SCHEMA.validate(document)
        noted = {note["fact"] for note in document["footnotes"]}
        facts = (
            "organisation",
            "legal_entity",
            "headquarters",
            "incorporation",
            "parent",
            "control",
            "state_ownership",
        )
        assert {fact for fact in facts if document[fact] is not None} <= noted, name
        assert all(note["seen"] or note["confidence"] == "unverified" for note in document["footnotes"]), name
    SCHEMA.validate(origin_document(origin(None)))


def test_a_concluded_control_says_so_and_is_no_surer_than_its_ground() -> None:
    for name in REGISTRY.namespaces():
        notes = dict(origin(name).footnotes)
        control = notes.get("control")
        if control and control.source.startswith("concluded from"):
            ground = notes["parent_country" if "parent" in notes else "headquarters"]
            assert control.confidence is ground.confidence
            assert control.source.endswith(ground.source)


def test_the_weakest_country_fact_is_the_confidence() -> None:
    order = list(Confidence)
    for name in REGISTRY.namespaces():
        o = origin(name)
        notes = dict(o.footnotes)
        roles = [
            notes[r].confidence for r in ("headquarters", "incorporation", "parent_country", "control") if r in notes
        ]
        if not roles:
            assert o.confidence is None
        elif "alias_of" not in notes:
            assert o.confidence is max(roles, key=order.index)


@given(st.text(max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_an_origin(name: str) -> None:
    o = origin(name)
    SCHEMA.validate(origin_document(o))
    assert o.known or o.control is None
    assert REGISTRY.same_organisation(name, name)
    assert isinstance(REGISTRY.is_conduit(name), bool)


@given(st.sampled_from(REGISTRY.namespaces()), st.randoms(use_true_random=False), st.dates())
@settings(max_examples=200, deadline=None)
def test_handles_are_the_same_in_any_case(name: str, random: object, day: date) -> None:
    mixed = "".join(c.upper() if random.random() < 0.5 else c for c in name)  # type: ignore[attr-defined]
    assert REGISTRY.attribute(mixed, day) == REGISTRY.attribute(name, day)


@given(st.sampled_from(REGISTRY.namespaces()), st.sampled_from(REGISTRY.namespaces()))
@settings(max_examples=200, deadline=None)
def test_being_one_organisation_is_mutual(a: str, b: str) -> None:
    assert REGISTRY.same_organisation(a, b) == REGISTRY.same_organisation(b, a)


def test_one_attribution_does_not_read_the_whole_file() -> None:
    registry = Registry.shipped()
    registry.attribute("google", TODAY)
    times = []
    for name in registry.namespaces()[::20]:
        start = time.perf_counter()
        registry.attribute(name, TODAY)
        times.append(time.perf_counter() - start)
    assert statistics.median(times) < 0.005


# A company's own facts


def overlay(tmp_path: Path, body: str) -> Registry:
    path = tmp_path / "own.yaml"
    path.write_text(body, encoding="utf-8")
    return Registry.shipped(path)


def test_an_overlay_adds_a_publisher(tmp_path: Path) -> None:
    registry = overlay(
        tmp_path,
        """
acme:
  handle: ACME
  organisation: Acme Ltd
  kind: company
  headquarters: {is: GB, source: [1, our vendor file], confidence: high}
  lists: [{id: us_1260h, relation: direct, from: 2026}]
  conduit: [quantizer]
  seen: 2026-10-01
  sources: [https://acme.example/imprint]
""",
    )
    o = registry.attribute("Acme", TODAY)
    assert (o.namespace, o.organisation, o.headquarters, o.control) == ("ACME", "Acme Ltd", "GB", "GB")
    assert o.confidence is Confidence.HIGH
    assert dict(o.footnotes)["headquarters"].source == "https://acme.example/imprint ; our vendor file"
    given = f"given by --publishers {tmp_path / 'own.yaml'}"
    assert [(e.id, e.since, e.source) for e in o.lists or ()] == [("us_1260h", "2026", given)]
    assert registry.is_conduit("ACME")
    assert "acme" in registry.namespaces()
    assert registry.attribute("Qwen", TODAY) == origin("Qwen")


def test_an_overlay_changes_only_the_fields_it_names(tmp_path: Path) -> None:
    registry = overlay(tmp_path, "QWEN:\n  state_ownership: backed\n  note: asked by mail\n")
    o = registry.attribute("Qwen", TODAY)
    assert (o.state_ownership, o.note) == ("backed", "asked by mail")
    shipped = origin("Qwen")
    assert (o.control, o.lists, o.parent, o.namespace) == (
        shipped.control,
        shipped.lists,
        shipped.parent,
        shipped.namespace,
    )
    assert {"headquarters", "state_ownership"} <= set(dict(o.footnotes))
    assert dict(o.footnotes)["headquarters"] == dict(shipped.footnotes)["headquarters"]


def test_a_new_owner_does_not_keep_the_country_of_the_old_one(tmp_path: Path) -> None:
    registry = overlay(tmp_path, "damo-nlp-sg:\n  parent: Somebody Else\nnaver:\n  parent: {is: Other, country: US}\n")
    sold = registry.attribute("DAMO-NLP-SG", TODAY)
    assert (sold.parent, sold.parent_country, sold.control) == ("Somebody Else", None, None)
    assert registry.attribute("naver", TODAY).control == "US"


def test_an_overlay_settles_what_the_registry_leaves_open(tmp_path: Path) -> None:
    registry = overlay(
        tmp_path,
        "thebloke:\n  headquarters: {is: GB, source: asked him, seen: 2026-01-02, confidence: medium}\n"
        "poolside:\n  control: {is: FR, source: counsel, seen: 2026-01-02, confidence: medium}\n",
    )
    assert registry.attribute("poolside", TODAY).control == "FR"
    assert registry.attribute("TheBloke", TODAY).headquarters == "GB"


def test_an_overlay_may_name_another_handle_or_overrule_an_alias(tmp_path: Path) -> None:
    registry = overlay(
        tmp_path,
        "our-mirror:\n  alias_of: Qwen\nsecond-mirror:\n  alias_of: our-mirror\n"
        "lighton:\n  handle: LightOn\n  organisation: somebody else\n",
    )
    assert registry.attribute("second-mirror", TODAY).control == "CN"
    assert registry.same_organisation("second-mirror", "Qwen")
    assert registry.attribute("LightOn", TODAY).organisation == "somebody else"
    assert registry.attribute("LightOn", TODAY).control is None
    assert not registry.same_organisation("LightOn", "Qwen")


def test_a_ring_of_aliases_ends(tmp_path: Path) -> None:
    registry = overlay(tmp_path, "ring-a:\n  alias_of: ring-b\nring-b:\n  alias_of: ring-a\n")
    assert registry.attribute("ring-a", TODAY).control is None
    assert registry.same_organisation("ring-a", "ring-b")


def test_the_digest_is_of_everything_that_was_read(tmp_path: Path) -> None:
    own = overlay(tmp_path, "acme:\n  kind: company\n")
    assert len(own.digest()) == 64
    assert own.digest() != REGISTRY.digest() == Registry.shipped().digest()


def test_a_wrong_overlay_is_refused_with_line_and_suggestion(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        overlay(tmp_path, "acme:\n  kind: company\n  headquaters: US\n")
    assert caught.value.line == 3
    assert "own.yaml:3" in caught.value.message
    assert "headquarters" in caught.value.hint


@pytest.mark.parametrize(
    "body", ["", "[]", "acme: 1", "- a", "a: {b: c", "acme:\n  kind: company\nACME:\n  kind: company\n"]
)
def test_an_overlay_that_is_no_mapping_of_records_is_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(DataError):
        overlay(tmp_path, body)


def test_an_overlay_that_cannot_be_read_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        Registry.shipped(tmp_path / "absent.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="cannot be read"):
        Registry.shipped(tmp_path / "bytes.yaml")


def test_a_company_s_own_fact_without_a_source_is_cited_as_its_own(tmp_path: Path) -> None:
    registry = overlay(tmp_path, "ours:\n  parent: {is: Owner, country: DE}\nqwen:\n  state_ownership: backed\n")
    given = f"given by --publishers {tmp_path / 'own.yaml'}"
    cited = dict(registry.attribute("ours", date(2026, 1, 1)).footnotes)
    assert {cited[name].source for name in ("namespace", "parent", "parent_country")} == {given}
    assert dict(registry.attribute("Qwen", date(2026, 1, 1)).footnotes)["state_ownership"].source == given
