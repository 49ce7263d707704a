"""``families.yaml`` is what it says it is: every record whole, no number distinctive for many, no fact out of place."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from scanner import data
from scanner.family import FILE, Families, Family

COLLECTED = Path(__file__).parents[2] / "shared" / "data"
RECORDS = data.whole(FILE)
TABLE = Families.shipped()
FAMILIES = {family.name: family for family in TABLE}


def test_every_record_stands_under_its_own_name() -> None:
    assert all(key == record["name"].casefold() for key, record in RECORDS.items())
    assert list(RECORDS) == sorted(RECORDS)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_a_record_agrees_with_itself(family: Family) -> None:
    record = RECORDS[family.name.casefold()]
    assert record["source"]
    assert family.distinctive_vocab <= family.vocab_sizes
    assert isinstance(family.shared, bool) or family.shared <= family.structure
    assert all(name == name.casefold() for name in family.name_patterns)
    assert re.fullmatch(r"\d{4}(-\d{2})?", record.get("first_release", "2000"))
    assert all(TABLE.developer(base) for base in family.built_on)
    assert not (family.originals is not True and family.built_on == (family.name,))


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_a_pattern_for_originals_narrows_the_family_and_reaches_it(family: Family) -> None:
    for pattern in family.originals if isinstance(family.originals, tuple) else ():
        assert TABLE.own(f"{family.developer}/{pattern}") == family.name


def test_a_family_has_types_or_is_a_brand_and_a_brand_has_none() -> None:
    untyped = {name for name, family in FAMILIES.items() if not family.structure}
    assert untyped == {name for name, family in FAMILIES.items() if family.is_brand}


def test_a_brand_is_of_one_developer_and_stands_for_several_families() -> None:
    for brand in [family for family in FAMILIES.values() if family.is_brand]:
        members = [family for family in FAMILIES.values() if family.brand == brand.name and family is not brand]
        assert {member.developer for member in members} == {brand.developer}
        assert len(members) > 1


def test_a_number_is_distinctive_for_two_developers_at_most() -> None:
    holders = defaultdict(set)
    for family in FAMILIES.values():
        for size in family.distinctive_vocab:
            holders[size].add(family.developer)
    shared = {size: who for size, who in holders.items() if len(who) > 1}
    assert shared == {163840: {"moonshotai", "skt"}, 103424: {"baidu", "PaddlePaddle"}}


def test_a_name_in_prose_names_one_family() -> None:
    named = Counter(re.sub(r"[^a-z0-9]+", " ", name.casefold()) for f in FAMILIES.values() for name in f.names)
    assert [name for name, times in named.items() if times > 1] == []


def test_every_name_in_prose_names_its_family() -> None:
    for family in FAMILIES.values():
        for name in family.names:
            assert TABLE.named(f"based on {name}, as said.") == (family.name,), name


def test_origin_is_the_registrys_matter() -> None:
    text = data.text(FILE)
    assert "country" not in {key for record in RECORDS.values() for key in record}
    assert not re.search(r"\((?:US|CN|FR|JP|KR|DE|GB|SG|CA|IN|RU|AE|IL|TW|TH|PL)\)", text)


def test_every_collected_family_is_there() -> None:
    table = COLLECTED / "families.csv"
    if not table.exists():
        pytest.skip("the collected tables are not beside this repository")
    with table.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 227
    assert {row["family"]: row["developer_namespace"] for row in rows} == {
        name: family.developer for name, family in FAMILIES.items() if not family.is_brand
    }


def test_every_collected_pre_tokenizer_is_placed_or_known_to_say_nothing() -> None:
    table = COLLECTED / "chkhsh.csv"
    if not table.exists():
        pytest.skip("the collected tables are not beside this repository")
    with table.open(encoding="utf-8", newline="") as lines:
        collected = {row["pre"]: row["ref_repo"] for row in csv.DictReader(lines) if row["chkhsh"]}
    placed = {pre for family in FAMILIES.values() for pre in family.tokenizer_pre}
    no_signal = {
        "gpt-2",
        "bert-bge",
        "bert-bge-large",
        "jina-v2-en",
        "jina-v1-en",
        "roberta-bpe",
        "starcoder",
        "refact",
    }
    no_family = {"smaug-bpe", "kormo", "superbpe", "chameleon", "gpt-4o", "talkie", "f2llmv2", "spark2_5"}
    assert placed <= set(collected)
    assert set(collected) - placed == no_signal | no_family | {"gpt3-finnish", "ufakzeka"}
