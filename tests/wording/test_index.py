"""The shipped index: small, whole, numbers only, and the one that the public packages give."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.data import whole
from scanner.errors import DataError
from scanner.wording import Status, recognise
from scanner.wording.index import (
    NUMBERS,
    RUN,
    TEXTS,
    TWICE,
    Index,
    packed,
    place,
    places,
    runs,
    sample,
    shipped,
    tables_digest,
)
from scanner.wording.words import hashes, is_quiet, vocabulary

ROOT = Path(__file__).resolve().parents[2]
DATA = files("scanner.data")
INDEX = shipped()
LISTED = json.loads((DATA / TEXTS).read_text(encoding="utf-8"))
SPDX = LISTED["sources"]["spdx"]["package"]


def test_the_index_is_small() -> None:
    assert len((DATA / TEXTS).read_bytes()) + len((DATA / NUMBERS).read_bytes()) < 2_500_000


def test_every_text_has_its_source_its_day_and_the_digest_of_its_words() -> None:
    assert len(INDEX.references) > 1000
    for reference in INDEX.references:
        assert reference.licenses
        assert re.fullmatch(r"[0-9a-f]{64}", reference.sha256)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", reference.seen)
        assert re.match(r"(npm|pypi):[\w.-]+(==|@)[\d.]+ ", reference.source)
        assert len(INDEX.words(reference.number)) == reference.words
        assert reference.core[1] - reference.core[0] > 0


def test_no_two_texts_have_the_same_words() -> None:
    digests = [(r.words - r.head - r.tail, r.sha256) for r in INDEX.references]
    assert len(digests) == len(set(digests))


def test_every_file_line_is_facts_of_one_text_and_holds_no_sentence() -> None:
    for text in LISTED["texts"]:
        assert set(text) == {"licenses", "title", "source", "path", "words", "head", "tail", "sha256"}
        assert len(text["title"].split()) < 25


def test_an_appendix_is_left_out_only_where_it_says_how_to_apply_the_licence() -> None:
    marker = hashes(["end", "of", "terms", "and", "conditions"])
    for reference in INDEX.references:
        tail = INDEX.words(reference.number)[reference.core[1] :]
        advice = hashes(["how", "to", "apply"])
        if tail:
            assert tail[:5] == marker
            assert len(tail) == 5 or any(tail[i : i + 3] == advice for i in range(5, 22)), reference


def test_the_licences_for_models_that_the_table_cites_from_a_package_have_their_text() -> None:
    held = {name for reference in INDEX.references for name in reference.licenses}
    cited = {
        said["spdx"]
        for said in whole("licenses.yaml").values()
        if "spdx" in said and "scancode-toolkit-mini" in said.get("source", "")
    }
    assert sorted(cited - held) == []


def test_two_files_that_do_not_belong_together_are_an_error() -> None:
    with pytest.raises(DataError, match="belong together"):
        Index(INDEX.references[:5], (DATA / NUMBERS).read_bytes())


def test_what_is_packed_is_read_back() -> None:
    texts = [[1, 2, 3, 4, 5, 65535], [9], list(range(1000, 1300))]
    made = Index([INDEX.references[i] for i in range(3)], packed(texts))
    assert [made.words(i) for i in range(3)] == texts
    assert made.shared(runs(texts[2])) == {2: len(sample(texts[2]))}


# Words of two equal bytes: a run of them is met half a word off, too.
FEW = st.lists(st.sampled_from([0x0000, 0x0001, 0x0100, 0x0101]), max_size=12)


@given(FEW)
def test_runs_are_equal_where_their_words_are(words: list[int]) -> None:
    plain = [tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)]
    found = runs(words)
    assert len(found) == len(plain)
    assert len(set(found)) == len(set(plain))
    where = places(words)
    for at, run in enumerate(found):
        assert where[run] == (at if plain.count(plain[at]) == 1 else TWICE)


@given(FEW, FEW.filter(bool))
def test_words_are_found_where_they_first_stand_and_nowhere_else(words: list[int], wanted: list[int]) -> None:
    standing = [at for at in range(len(words)) if words[at : at + len(wanted)] == wanted]
    assert place(words, wanted) == (standing[0] if standing else None)


def test_the_vocabulary_keeps_what_may_permit_or_forbid_out_of_the_noise() -> None:
    for word in [
        "commercial",
        "academic",
        "only",
        "not",
        "never",
        "prohibited",
        "military",
        "research",
        "use",
        "purposes",
        "3",
        "7b",
        "eu2",
    ]:
        assert not is_quiet([word]), word
    assert is_quiet(["the", "widget", "team", "gmbh", "january", "2026"])
    assert not any(is_quiet([word]) for word in ("noncommercial", "sublicensable", "restrictions"))
    assert all(phrase == tuple(word.casefold() for word in phrase) for phrase in vocabulary().holders)


def test_the_digest_of_the_tables_is_of_all_that_recognition_rests_on() -> None:
    parts = [(DATA / name).read_bytes() for name in (TEXTS, NUMBERS, "license_words.yaml")]
    hashed = b"".join(hashlib.sha256(part).digest() for part in parts)
    assert tables_digest() == hashlib.sha256(hashed).hexdigest()


def test_help_does_not_read_the_index() -> None:
    code = (
        "import sys\nsys.argv = ['modelorigin', 'check', '--help']\nfrom scanner.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "index = sys.modules.get('scanner.wording.index')\n"
        "sys.exit(index.shipped.cache_info().currsize if index else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60).returncode == 0


@pytest.fixture(scope="module")
def spdx(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The texts of the SPDX list by path, from the package that the index was built from."""
    given = os.environ.get("MODELORIGIN_SPDX_TEXTS")
    if given:
        folder = Path(given)
    elif os.environ.get("MODELORIGIN_TEST_NPM") != "1":
        pytest.skip(f"compares with the texts of {SPDX}: set MODELORIGIN_TEST_NPM=1, or MODELORIGIN_SPDX_TEXTS=FOLDER")
    else:
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed")
        home = tmp_path_factory.mktemp("spdx")
        wanted = SPDX.removeprefix("npm:")
        install = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(home), wanted]
        subprocess.run(install, check=True, timeout=300, capture_output=True)
        folder = home / "node_modules" / "spdx-license-list" / "licenses"
    found = {}
    for path in folder.glob("*.json"):
        found[f"licenses/{path.name}"] = json.loads(path.read_text(encoding="utf-8"))["licenseText"]
    return found


def test_the_index_is_the_one_that_the_package_gives(spdx: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from build_license_texts import Source, entry

    compared = 0
    for number, text in enumerate(LISTED["texts"]):
        if text["source"] == "spdx":
            made = entry(Source(tuple(text["licenses"]), text["title"], "spdx", text["path"], spdx[text["path"]]))
            assert made is not None
            assert (len(made.words), made.head, made.tail) == (text["words"], text["head"], text["tail"]), text["path"]
            assert INDEX.words(number) == hashes(made.words), text["path"]
            compared += 1
    assert compared > 600


def noisy(texts: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    from bench_license_text import KINDS

    draw = random.Random(7)
    for path in sorted(texts)[::4]:
        for kind, noise in KINDS.items():
            yield path, kind, noise(texts[path], draw)


def test_ninety_nine_of_a_hundred_texts_are_recognised_after_noise(
    spdx: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    listed = {text["path"]: set(text["licenses"]) for text in LISTED["texts"] if text["source"] == "spdx"}
    tried, missed = 0, []
    for path, kind, text in noisy({path: spdx[path] for path in listed}):
        found = recognise(text)
        tried += 1
        largest = max(found.parts, key=lambda p: p.lines[1] - p.lines[0], default=None)
        if largest is None or not listed[path] & set(largest.licenses):
            missed.append(f"{path} after {kind}")
        if kind in ("as is", "whitespace"):
            assert found.status is Status.EXACT or path in str(missed), (path, kind)
    assert len(missed) <= tried / 100, missed


def test_a_place_is_one_of_whole_words() -> None:
    assert place([0x0100, 0x0002], [0x0201]) is None
    assert place([0x0100, 0x0002, 0x0201], [0x0201]) == 2
