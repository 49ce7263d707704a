"""Concluding a licence: what was declared, what it demands, and when neither can be said."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.data import whole
from scanner.fact import Basis, Confidence
from scanner.license import (
    License,
    LicenseClaim,
    Status,
    conclude,
    license_document,
    named,
    names,
    terms,
    terms_documents,
)

FACTS = json.loads((files("scanner.data") / "schema" / "facts-v1.schema.json").read_text(encoding="utf-8"))
SCHEMA = jsonschema.Draft7Validator({"$ref": "#/definitions/license", "definitions": FACTS["definitions"]})
TABLE = whole("licenses.yaml")
DEMANDS = (
    "commercial_use",
    "user_threshold",
    "revenue_threshold",
    "field_of_use",
    "naming",
    "notice",
    "share_alike",
    "flow_down",
    "outputs_restricted",
    "territory_excluded",
)


def claim(*ids: str, name: str | None = None, link: str | None = None, at: str = "hf://a/b#license") -> LicenseClaim:
    return LicenseClaim(ids, name, link, Basis.DECLARED, at)


def concluded(*claims: LicenseClaim) -> License:
    license = conclude(claims, read=True)
    SCHEMA.validate(license_document(license))
    if license.status is not Status.KNOWN:
        assert [getattr(license, fact) for fact in DEMANDS] == [None] * len(DEMANDS)
    return license


@pytest.mark.parametrize(
    ("id", "spdx", "commercial"),
    [
        ("apache-2.0", "Apache-2.0", "yes"),
        ("MIT", "MIT", "yes"),
        ("cc-by-nc-4.0", "CC-BY-NC-4.0", "no"),
        ("gpl-3.0", "GPL-3.0-only", "yes"),
        ("GPL-3.0-only", "GPL-3.0-only", "yes"),
        ("llama3.1", "LicenseRef-scancode-llama-3.1-license-2024", "conditional"),
        ("gemma", "LicenseRef-scancode-gemma-tou-2025-03-24", "yes"),
        ("openrail++", "LicenseRef-modelorigin-openrailplusplus", "yes"),
    ],
)
def test_a_licence_of_the_table_is_known(id: str, spdx: str, commercial: str) -> None:
    license = concluded(claim(id))
    assert (license.status, license.concluded, license.commercial_use) == (Status.KNOWN, spdx, commercial)
    assert license.declared == (id,)
    assert license.duties
    cited = dict(license.footnotes)["concluded"]
    assert cited.seen == TABLE[TABLE[id.casefold()].get("alias_of", id.casefold())]["checked"]


def test_duties_are_sentences_with_their_clause() -> None:
    llama = concluded(claim("llama3.2"))
    assert llama.naming
    assert llama.notice
    assert llama.field_of_use
    assert llama.flow_down
    assert llama.territory_excluded == ("EU",)
    assert llama.user_threshold == "700 million monthly active users at release date"
    assert any(duty.startswith('Show "Built with Llama"') and duty.endswith("(§1(b)(i))") for duty in llama.duties)
    assert dict(llama.footnotes)["naming"].source.startswith("§1(b)(i): ")


def test_a_territory_may_be_excluded_for_multimodal_models_alone() -> None:
    assert [concluded(claim(id)).multimodal_only for id in ("llama3.2", "llama4")] == [True, True]
    assert concluded(claim("tencent-hunyuan-3d-2.0")).multimodal_only is False
    assert concluded(claim("apache-2.0")).multimodal_only is None
    assert concluded(claim("ax-4.0")).multimodal_only is None


def test_forbidden_uses_are_named_none_or_unknown() -> None:
    uses = concluded(claim("llama3.2")).forbidden_uses
    assert uses is not None
    assert {"military", "malware"} <= set(uses)
    assert concluded(claim("apache-2.0")).forbidden_uses == ()
    assert (concluded(claim("llama2")).field_of_use, concluded(claim("llama2")).forbidden_uses) == (True, None)
    assert concluded(claim("cc")).forbidden_uses is None


def test_a_fact_with_a_source_of_its_own_cites_it() -> None:
    notes = dict(concluded(claim("llama3.2")).footnotes)
    assert "USE_POLICY.md" in notes["territory_excluded"].source
    assert "USE_POLICY.md" not in notes["commercial_use"].source


@pytest.mark.parametrize("id", ["llama3.1", "Llama-3.1", "LicenseRef-scancode-llama-3.1-license-2024"])
def test_the_terms_of_a_licence_are_what_a_program_can_check(id: str) -> None:
    said = terms(id)
    assert (said["naming"]["name_begins"], said["naming"]["line"]) == ("Llama", "Built with Llama")
    assert said["notice"]["files"] == ["license", "notice"]
    assert (said["outputs_restricted"]["is"], said["outputs_restricted"]["then"]) == (True, "naming")
    assert said["relicense"]["is"] == "conditional"
    assert all({"is", "source", "checked", "confidence"} <= set(term) for term in said.values())


def test_the_table_answers_to_ids_and_aliases() -> None:
    assert {"llama3.1", "llama-3.1", "cc"} <= set(names())


@pytest.mark.parametrize("id", ["cc", "other", "no-such-licence", "", "0BSD"])
def test_a_family_and_a_stranger_have_no_terms(id: str) -> None:
    assert terms(id) == {}


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("mit", [("license", "mit")]),
        ("Apache-2.0 OR MIT", [("license", "apache-2.0"), ("license", "mit")]),
        ("BSD-3-Clause AND (MIT OR 0BSD)", [("license", "bsd-3-clause"), ("license", "mit"), ("spdx", None)]),
        ("MIT AND MIT", [("license", "mit")]),
        ("GPL-2.0-only WITH Classpath-exception-2.0", [("spdx", None)]),
        ("cc", [("family", "cc")]),
        ("MIT OR nothing-known", [("unknown", None)]),
        ("(MIT", [("unknown", None)]),
        ("", [("unknown", None)]),
    ],
)
def test_an_expression_is_told_part_by_part(said: str, kinds: list[tuple[str, str | None]]) -> None:
    assert [(told["kind"], told["id"]) for told in terms_documents(said)] == kinds


@settings(deadline=None)
@given(
    st.text(max_size=200) | st.lists(st.sampled_from([*TABLE, "AND", "or", "WITH", "(", ")"]), max_size=9).map(" ".join)
)
def test_whatever_is_asked_is_answered(said: str) -> None:
    for told in terms_documents(said):
        assert told["known"] <= (told["kind"] == "license")
        assert {name for name, term in told["terms"].items() if term} == set(terms(told["id"] or ""))


def test_no_duty_is_known_to_be_none_and_not_merely_unknown() -> None:
    free = concluded(claim("unlicense"))
    assert (free.notice, free.share_alike, free.user_threshold, free.territory_excluded) == (False, False, "none", ())
    partly_read = concluded(claim("openmdw-1.1"))
    assert (partly_read.commercial_use, partly_read.outputs_restricted) == ("yes", None)


@pytest.mark.parametrize("id", ["cc", "bsd", "gpl", "lgpl", "gfdl", "openrail", "other", "unknown", "modified-mit"])
def test_a_family_says_nothing_of_duties(id: str) -> None:
    license = concluded(claim(id))
    assert (license.status, license.concluded, license.duties) == (Status.FAMILY, None, ())


@pytest.mark.parametrize(
    ("name", "spdx"),
    [
        ("qwen", "LicenseRef-scancode-qwen-2024"),
        ("Qwen Research", "LicenseRef-modelorigin-qwen-research"),
        ("llama4", "LicenseRef-scancode-llama-4-cla-2025"),
        ("deepseek", "LicenseRef-scancode-deepseek-la-1.0"),
        ("nvidia-open-model-license", "LicenseRef-scancode-nvidia-open-model-2025-04-28"),
    ],
)
def test_a_licence_name_says_which_text_other_is_with_low_confidence(name: str, spdx: str) -> None:
    license = concluded(claim("other", name=name), claim("other", at="hf://a/b#tags"))
    assert (license.status, license.concluded, license.name) == (Status.KNOWN, spdx, name)
    by_name = dict(license.footnotes)["concluded"]
    assert by_name.confidence in (Confidence.LOW, Confidence.UNVERIFIED)
    assert "license_name" in by_name.source


def test_a_name_nobody_knows_leaves_the_family() -> None:
    license = concluded(claim("other", name="acme-terms", link="LICENSE"))
    assert (license.status, license.name, license.link) == (Status.FAMILY, "acme-terms", "LICENSE")


def test_a_name_alone_counts() -> None:
    assert concluded(claim(name="llama4")).status is Status.KNOWN
    assert concluded(claim(name="acme-terms")).status is Status.UNKNOWN
    assert concluded(claim(link="LICENSE")).status is Status.UNKNOWN


def test_sources_that_disagree_conflict_and_every_side_is_shown() -> None:
    license = concluded(claim("mit"), claim("llama3.1", at="hf://a/b/model.gguf#general.license"))
    assert (license.status, license.concluded) == (Status.CONFLICTING, None)
    assert license.declared == ("mit", "llama3.1")
    assert [c.source for n, c in license.footnotes if n == "declared"] == [
        "mit (declared): hf://a/b#license",
        "llama3.1 (declared): hf://a/b/model.gguf#general.license",
    ]
    assert any(duty.startswith("MIT: ") for duty in license.duties)
    assert any(duty.startswith("Llama 3.1") for duty in license.duties)


@pytest.mark.parametrize(
    "claims",
    [
        (claim("apache-2.0", "mit"),),
        (claim("apache-2.0", name="qwen"),),
        (claim("mit", name="modified-mit"),),
        (claim("cc"), claim("cc-by-4.0")),
        (claim("apache-2.0"), claim("acme-terms")),
        (claim("acme-terms", name="qwen"),),
    ],
)
def test_two_licences_never_add_up_to_one(claims: tuple[LicenseClaim, ...]) -> None:
    assert concluded(*claims).status is Status.CONFLICTING


@pytest.mark.parametrize(
    "claims",
    [
        (claim("Apache-2.0"), claim("apache-2.0"), claim("apache license 2.0")),
        (claim("apache-2.0"), claim()),
        (claim("llama3.1", name="Llama-3.1"),),
        (claim("apache-2.0", name="Apache License 2.0"),),
    ],
)
def test_spellings_of_one_licence_agree(claims: tuple[LicenseClaim, ...]) -> None:
    assert concluded(*claims).status is Status.KNOWN


@pytest.mark.parametrize("name", ["acme-terms", "apache-2.0-non-commercial", "Apache 2.0 with restrictions"])
def test_a_name_beside_a_licence_that_is_not_its_own_is_a_conflict(name: str) -> None:
    assert concluded(claim("apache-2.0", name=name)).status is Status.CONFLICTING


def test_nothing_declared_is_not_nothing_read() -> None:
    none = concluded(claim())
    assert (none.status, none.declared) == (Status.NONE, ())
    unread = conclude((), read=False)
    assert (unread.status, unread.declared, unread.footnotes) == (Status.UNKNOWN, None, ())
    SCHEMA.validate(license_document(unread))


@pytest.mark.parametrize(
    ("id", "spdx"),
    [
        ("bsd-3-clause-lbnl", "BSD-3-Clause-LBNL"),
        ("apache-2.0 or mit", "Apache-2.0 OR MIT"),
        ("GPL-2.0-or-later", "GPL-2.0-or-later"),
        ("h-research", "LicenseRef-modelorigin-h-research"),
        ("not specified", None),
        ("https://example.org/license", None),
        ("((((", None),
        ("A() D", None),
        ("or", None),
        ("mit with apache-2.0 with mit", None),
        ("", None),
        ("mit" * 100, None),
    ],
)
def test_a_licence_without_known_duties_is_unknown_even_with_an_spdx_name(id: str, spdx: str | None) -> None:
    license = concluded(claim(id))
    assert (license.status, license.concluded, license.duties) == (Status.UNKNOWN, spdx, ())


ids = st.text(max_size=130) | st.sampled_from(sorted(TABLE)) | st.text("()ANDORWIT +mit-", max_size=40)
claims = st.builds(
    LicenseClaim,
    st.lists(ids, max_size=3).map(tuple),
    st.none() | ids,
    st.none() | st.text(max_size=30),
    st.sampled_from(Basis),
    st.just("hf://a/b"),
)


@given(st.lists(claims, max_size=3), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_claims_give_a_valid_licence(said: list[LicenseClaim], read: bool) -> None:
    license = conclude(said, read=read)
    SCHEMA.validate(license_document(license))
    if license.status is not Status.KNOWN:
        assert license.commercial_use is None
    if not read:
        assert license.status is Status.UNKNOWN


@given(st.sampled_from(sorted(TABLE)), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_ids_are_the_same_in_any_case(id: str, random: object) -> None:
    mixed = "".join(c.upper() if random.random() < 0.5 else c for c in id)  # type: ignore[attr-defined]
    a, b = concluded(claim(mixed)), concluded(claim(id))
    assert (a.status, a.concluded, a.duties) == (b.status, b.concluded, b.duties)
    assert concluded(claim(mixed), claim(id)).status is b.status


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("MIT License", "mit"),
        ("The MIT license.", "mit"),
        ("gemma TERMS of use", "gemma"),
        ("Apache License", None),
        ("License", None),
        ("MIT License and more", None),
        ("Creative Commons license family", None),
        ("", None),
    ],
)
def test_a_title_names_a_licence_only_where_it_is_the_whole_title(title: str, expected: str | None) -> None:
    assert named(title) == expected


def test_every_title_names_the_licence_it_stands_for_or_none() -> None:
    for key, said in TABLE.items():
        if "title" in said:
            assert named(said["title"]) in (key, None)
