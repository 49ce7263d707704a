"""What a report says of a licence beside its conclusion: shown where there is something to show, and only there."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.export.account import Notes
from scanner.export.sections import license
from tests.export import samples

Json = dict[str, Any]
GATE = samples.facts()["access"]


def said(facts: Json) -> str:
    return "\n".join("".join(span.text for span in line.spans) for line in license(facts, Notes()).lines)


def under(**more: Any) -> Json:
    return samples.facts(license=samples.license(**more))


def claim(source: str, id: str, **more: Any) -> Json:
    return {
        "source": source, "says": id, "license": id, "object": "unspecified", "basis": "declared", "differs": False,
        "at": f"hf://a/b/{source}",
    } | more  # fmt: skip


def limit(kind: str, object: str = "weights") -> Json:
    return {"kind": kind, "object": object, "says": "as it says", "at": "hf://a/b/README.md#line=9"}


def test_a_licence_all_sources_agree_on_takes_no_line_more() -> None:
    facts = under(claims=[claim("card", "apache-2.0"), claim("prose", "mit", object="code")])
    assert said(facts) == said(samples.facts())


def test_sources_that_differ_are_named_with_what_they_say() -> None:
    stated = claim("prose", "mit", basis="stated", differs=True)
    text = said(under(claims=[claim("card", "apache-2.0"), claim("tags", "apache-2.0"), stated]))
    assert "sources differ: apache-2.0 by the card, the tags [" in text
    assert "; mit by the prose [" in text


def test_sources_of_a_conflict_are_named_too() -> None:
    text = said(under(concluded=None, status="conflicting", claims=[claim("gguf", "mit"), claim("text", "gemma")]))
    assert "mit by the GGUF header" in text
    assert "gemma by a licence file" in text


def test_a_name_nobody_knows_is_named_beside_the_licence_it_differs_from() -> None:
    by_name = {**claim("card", "x"), "license": None, "says": "acme-terms"}
    text = said(under(status="conflicting", name="acme-terms", claims=[claim("card", "mit"), by_name]))
    assert "mit by the card" in text
    assert "acme-terms by the card" in text


def test_a_licence_of_prose_alone_is_told_as_one() -> None:
    text = said(under(basis="stated", claims=[claim("prose", "apache-2.0", basis="stated")]))
    assert "nothing but the card's prose says so" in text


@pytest.mark.parametrize(
    ("object", "shown"), [("weights", True), ("unspecified", True), ("code", False), ("data", False)]
)
def test_what_the_card_rules_out_is_told_of_the_model_alone(object: str, shown: bool) -> None:
    assert ("the card says: no commercial use" in said(under(limits=[limit("non-commercial", object)]))) is shown


def test_a_link_to_a_file_that_is_not_there_is_told() -> None:
    assert "license_link names a file that is not there: LICENSE" in said(
        under(link="LICENSE", link_kind="missing-file")
    )


def test_a_gate_takes_one_line() -> None:
    gate = GATE | {
        "gated": "manual", "prompt": True, "prompt_license": "gemma", "asks": ["Name", "Country"],
        "consents": ["I agree", "I am old enough"], "eu_disallowed": True,
    }  # fmt: skip
    assert (
        "gated, access is given by its publisher; terms have to be read first (gemma); asks for Name, Country; "
        "2 boxes to tick; not open to the EU"
    ) in said(samples.facts(access=gate)).splitlines()
    assert "gated" not in said(samples.facts(access=dict.fromkeys(GATE)))


def test_a_licence_that_changed_is_told_oldest_first() -> None:
    history = [
        {"revision": "b" * 40, "date": "2026-02-01T00:00:00Z", "declared": ["other"], "name": "acme"},
        {"revision": "a" * 40, "date": None, "declared": ["mit"], "name": None},
        {"revision": "0" * 40, "date": None, "declared": None, "name": None},
    ]
    facts = samples.facts()
    facts["model"] |= {"license_changed": True, "license_history": history}
    assert f"the declared licence changed: mit ({'a' * 12}), then other, acme on 2026-02-01 ({'b' * 12})" in said(facts)
    facts["model"]["license_changed"] = False
    assert "changed" not in said(facts)


def test_a_scan_recorded_before_these_were_facts_is_shown_without() -> None:
    facts = samples.facts()
    for name in ("basis", "claims", "limits", "link_kind"):
        del facts["license"][name]
    del facts["access"], facts["model"]["license_changed"], facts["model"]["license_history"]
    assert said(facts) == said(samples.facts())
