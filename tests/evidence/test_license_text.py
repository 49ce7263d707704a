"""Licence files: found by name at the root, known by title and digest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence import Evidence, license_text
from scanner.evidence.reader import Malformed
from tests.evidence.repository import gaps, repository

NAMED = "LICENSE MODEL_LICENSE Model_License.txt LICENSE.txt license.md LICENCE LICENSE-MODEL COPYING NOTICE USE_POLICY.md Notice.txt"
OTHERS = "licenses.json sub/LICENSE README.md noticeable.txt copyings LICENSEE use_policymaker"


def test_licence_files_are_those_at_the_root_with_a_licence_name(tmp_path: Path) -> None:
    model, _ = repository(tmp_path, dict.fromkeys(f"{NAMED} {OTHERS}".split(), "x"))
    assert sorted(license_text.license_paths(model)) == sorted(NAMED.split())


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\n\n                    Apache License\n   Version 2.0, January 2004\n", "Apache License"),
        ("# **LLAMA 2 COMMUNITY LICENSE**\r\n\r\ntext", "LLAMA 2 COMMUNITY LICENSE"),
        ("-----\n=====\nMIT License\n", "MIT License"),
        ("\n \n---\n", None),
        ("", None),
        ("通义千问 LICENSE", "通义千问 LICENSE"),
    ],
)
def test_the_title_is_the_first_line_that_says_something(text: str, title: str | None) -> None:
    assert license_text.parse(text.encode()).title == title


@pytest.mark.parametrize("data", [b"%PDF-1.7 ...", b"MIT\x00"])
def test_a_licence_that_is_no_text_is_a_gap(tmp_path: Path, data: bytes) -> None:
    model, hub = repository(tmp_path, {"LICENSE": data})
    assert gaps(license_text.read(model, hub)) == [("LICENSE", "malformed", "not a text")]


def test_every_licence_file_is_read_up_to_a_number_and_the_rest_are_gaps(tmp_path: Path) -> None:
    names = [f"LICENSE-{i:02}" for i in range(license_text.MAX_FILES + 2)]
    model, hub = repository(tmp_path, dict.fromkeys(names, "MIT License"))
    items = list(license_text.read(model, hub))
    assert [item.at.path for item in items if isinstance(item, Evidence)] == names[: license_text.MAX_FILES]
    assert [g[:2] for g in gaps(items)] == [(name, "too-large") for name in names[license_text.MAX_FILES :]]


def test_a_licence_too_long_to_read_is_a_gap(tmp_path: Path) -> None:
    model, hub = repository(tmp_path, {"LICENSE": "x" * (license_text.LIMIT + 1)})
    assert [g[:2] for g in gaps(license_text.read(model, hub))] == [("LICENSE", "too-large")]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_fact_or_malformed(data: bytes) -> None:
    try:
        fact = license_text.parse(data)
    except Malformed:
        return
    assert fact.title is None or (fact.title and "\n" not in fact.title)
