"""A code base of many languages, and how many of its models are found; what is no model is not taken for one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.model import RepoId
from scanner.references import READERS
from scanner.references.reference import Confidence, Kind, Reference
from scanner.references.walk import Found, search
from tests.references.expected import CODEBASE, REBADGED, Expectations, Expected, compare, lost, misplaced, names

with_readers = pytest.mark.skipif(not READERS, reason="no reader is registered")
EXPECTED = Expectations.read()


@pytest.fixture(scope="module")
def found() -> Found:
    return search(CODEBASE, names(), ignored=True)


@with_readers
def test_what_stands_there_is_found_and_little_else(found: Found) -> None:
    measure = compare(EXPECTED, found.references)
    assert measure.enough, f"\n{measure}"


@with_readers
def test_every_model_that_cannot_be_told_is_told_to_be_so(found: Found) -> None:
    assert [str(entry) for entry in compare(EXPECTED, found.references).unresolved_missed] == []


@with_readers
def test_a_model_of_another_library_is_not_lost(found: Found) -> None:
    assert [str(entry) for entry in compare(EXPECTED, found.references).either_missed] == []


@with_readers
def test_nothing_of_the_shape_of_an_id_is_left_out_in_silence(found: Found) -> None:
    assert [str(entry) for entry in lost(EXPECTED, found.references)] == []


@with_readers
def test_a_text_stands_at_its_column(found: Found) -> None:
    assert misplaced(found.references) == []


@with_readers
def test_every_file_is_read(found: Found) -> None:
    assert found.coverage.unread == ()


@with_readers
def test_a_file_that_only_looks_like_weights_is_none(found: Found) -> None:
    weights = {ref.path for ref in found.references if ref.kind is Kind.WEIGHTS}
    assert weights.isdisjoint(EXPECTED.no_weights)


@with_readers
def test_two_processes_find_the_same(found: Found) -> None:
    assert search(CODEBASE, names(), ignored=True, processes=2).references == found.references


@with_readers
def test_the_five_rebadged_models_and_the_unknown_one_are_found_where_they_stand() -> None:
    models = {
        (ref.path, ref.line, str(ref.repo), ref.revision)
        for ref in search(REBADGED, names()).references
        if ref.kind is Kind.MODEL
    }
    assert models == {
        ("app.py", 10, "microsoft/MAI-DS-R1", None),
        ("app.py", 12, "nvidia/OpenCodeReasoning-Nemotron-14B", None),
        ("app.py", 13, "perplexity-ai/r1-1776", None),
        ("app.py", 18, "NousResearch/Hermes-4-14B", None),
        ("app.py", 19, "deepseek-ai/DeepSeek-R1-Distill-Llama-8B", None),
        ("app.py", 20, "acme-labs/question-router-110m", None),
    }


# The measure itself: told what stands there it is satisfied, and each way to be wrong lowers it.


def told(entry: Expected, kind: Kind) -> Reference:
    path, cell, line = entry.place
    repo = RepoId.parse(entry.ids[0]) if entry.ids else None
    text = entry.text or entry.ids[0]
    return Reference(path, line, 1, kind, text, "told", repo, entry.revision, flags=entry.flags, cell=cell)


def all_told() -> list[Reference]:
    return [
        *(told(entry, Kind.MODEL) for entry in EXPECTED.references),
        *(told(entry, Kind.DATASET) for entry in EXPECTED.datasets),
        *(told(entry, Kind.UNRESOLVED) for entry in EXPECTED.unresolved),
        *(told(entry, Kind.UNRESOLVED) for entry in EXPECTED.either),
        *(Reference(path, 1, 1, Kind.WEIGHTS, path, "told") for path in EXPECTED.weights),
    ]


def test_the_code_base_holds_what_is_asked_of_it() -> None:
    assert len(EXPECTED.references) >= 130
    assert len(EXPECTED.unresolved) >= 25
    assert len(EXPECTED.traps) >= 70
    assert all((CODEBASE / entry.place[0]).is_file() for entry in (*EXPECTED.references, *EXPECTED.traps))


def test_who_tells_all_satisfies_the_measure() -> None:
    measure = compare(EXPECTED, all_told())
    assert (measure.recall, measure.precision, measure.unresolved_recall) == (1.0, 1.0, 1.0)
    assert measure.enough
    assert measure.misread == measure.datasets_missed == measure.either_missed == []


def test_who_tells_nothing_does_not() -> None:
    measure = compare(EXPECTED, ())
    assert (measure.recall, measure.precision, measure.unresolved_recall) == (0.0, 0.0, 0.0)
    assert not measure.enough
    assert len(lost(EXPECTED, ())) > 70


def test_one_that_is_not_told_to_be_unresolved_is_one_too_many() -> None:
    assert not compare(EXPECTED, [ref for ref in all_told() if ref.text != "args.teacher"]).enough


def test_a_trap_taken_for_a_model_is_wrong() -> None:
    traps = [replace(told(trap, Kind.MODEL), repo=RepoId("a", "b")) for trap in EXPECTED.traps]
    measure = compare(EXPECTED, [*all_told(), *traps])
    assert len(measure.wrong) == len(EXPECTED.traps)
    assert not measure.enough


def test_a_place_told_twice_is_wrong_once() -> None:
    every = all_told()
    assert compare(EXPECTED, [*every, every[0]]).wrong == [every[0]]


def test_another_line_is_a_miss_and_wrong() -> None:
    first, *rest = all_told()
    measure = compare(EXPECTED, [replace(first, line=first.line + 40), *rest])
    assert (len(measure.missed), len(measure.wrong)) == (1, 1)


def test_revisions_that_are_not_read_are_noticed() -> None:
    measure = compare(EXPECTED, [replace(ref, revision=None) for ref in all_told()])
    assert measure.recall == 1.0
    assert not measure.enough


def test_flags_that_are_not_read_are_noticed() -> None:
    assert compare(EXPECTED, [replace(ref, flags=()) for ref in all_told()]).misread


def test_what_a_comment_names_is_counted_apart_where_it_is_told_to_be_one() -> None:
    comments = [told(entry, Kind.MODEL) for entry in EXPECTED.comments]
    flagged = [replace(ref, flags=("comment",), confidence=Confidence.LOW) for ref in comments]
    assert len(compare(EXPECTED, [*all_told(), *flagged]).apart) == len(comments)
    assert len(compare(EXPECTED, [*all_told(), *comments]).wrong) == len(comments)
