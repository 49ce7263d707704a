"""The data of idioms: each record says what it rests on, and holds nothing that no reader asks for."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from scanner.data import text, whole

LISTS = "about words names"
ARGUMENTS = "calls files on model inner kind revision dataset default bare library weak"
KEYS = {
    "code": f"{LISTS} phrases",
    "commands": f"{LISTS} takes options others named keys revision kind library other tag",
    "documents": LISTS,
    "javascript": ARGUMENTS,
    "keys": LISTS,
    "modelfile": f"{LISTS} reason",
    "names": LISTS,
    "other_languages": ARGUMENTS,
    "packages": f"{LISTS} addresses reason",
    "python": "imports always exact calls short",
    "python_words": f"{LISTS} calls dataset other elsewhere flagged keywords",
    "weights": "suffixes begins own",
}
CALL = "model dataset revision type written object prefixes needs_prefix namespace own reason unsure"
RECORDS = [
    pytest.param(file, record, id=f"{file}: {name}")
    for file in KEYS
    for name, record in whole(f"idioms/{file}.yaml").items()
]


def faults(file: str, record: dict[str, Any]) -> list[str]:
    """What is wrong with a record's ground: where it is from, and when that was read or that nobody has read it."""
    found = [key for key in record if key not in f"source seen basis {KEYS[file]}".split()]
    sources = record.get("source", "").split()
    if not sources or not all(source.startswith("https://") for source in sources):
        found.append("source")
    if "basis" in record:
        return [*found, "basis"] if record["basis"] != "recalled" or "seen" in record else found
    try:
        seen = date.fromisoformat(record.get("seen", ""))
    except ValueError:
        return [*found, "seen"]
    return [*found, "a day to come"] if seen > date.today() else found


def test_every_file_of_idioms_is_held_to_this() -> None:
    here = {each.name.removesuffix(".yaml") for each in files("scanner.data").joinpath("idioms").iterdir()}
    assert here == set(KEYS)


@pytest.mark.parametrize(("file", "record"), RECORDS)
def test_a_record_says_what_it_rests_on_and_nothing_unheard_of(file: str, record: dict[str, Any]) -> None:
    assert faults(file, record) == []


@pytest.mark.parametrize("file", KEYS)
def test_a_file_tells_at_its_head_how_its_records_are_grounded(file: str) -> None:
    head = text(f"idioms/{file}.yaml").split("\n\n")[0]
    assert all(line.startswith("#") for line in head.splitlines())
    assert "`basis: recalled`" in head
    assert "`seen`" in head


def test_a_call_of_python_says_nothing_unheard_of() -> None:
    for name, record in whole("idioms/python.yaml").items():
        for call in record["calls"].values():
            assert set(call) <= set(CALL.split()), name


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        ({"source": "https://example.org/a https://example.org/b", "seen": "2026-01-02"}, []),
        ({"source": "https://example.org/a", "basis": "recalled"}, []),
        ({"source": "https://example.org/a"}, ["seen"]),
        ({"source": "https://example.org/a", "seen": "yesterday"}, ["seen"]),
        ({"source": "https://example.org/a", "seen": "9999-01-01"}, ["a day to come"]),
        ({"source": "https://example.org/a", "seen": "2026-01-02", "basis": "recalled"}, ["basis"]),
        ({"source": "https://example.org/a", "basis": "read"}, ["basis"]),
        ({"source": "the documentation", "basis": "recalled"}, ["source"]),
        ({"basis": "recalled"}, ["source"]),
        ({"source": "https://example.org/a", "basis": "recalled", "wrods": "a"}, ["wrods"]),
    ],
)
def test_a_record_without_ground_is_refused(record: dict[str, Any], fault: list[str]) -> None:
    assert faults("names", record) == fault
