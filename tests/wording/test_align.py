"""Blocks are words that both texts have, in order; the work to find them is counted and bounded."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scanner.wording.align import Work, blocks
from scanner.wording.index import places

WORDS = st.lists(st.integers(0, 12), max_size=80)


@given(WORDS, WORDS)
def test_blocks_are_equal_words_in_order(text: list[int], reference: list[int]) -> None:
    work = Work(100_000)
    found = blocks(text, reference, places(reference), work)
    for block in found:
        assert block.size > 0
        assert text[block.at : block.end[0]] == reference[block.ref : block.end[1]]
    for here, there in pairwise(found):
        assert here.end[0] <= there.at
        assert here.end[1] <= there.ref
        assert here.end != (there.at, there.ref)
    assert work.spent <= work.limit


@given(st.lists(st.integers(0, 10_000), min_size=4, max_size=80, unique=True), st.data())
def test_a_text_inside_another_is_one_block(words: list[int], data: st.DataObject) -> None:
    before, after = (data.draw(st.lists(st.integers(20_000, 30_000), max_size=30)) for _ in range(2))
    (block,) = blocks([*before, *words, *after], words, places(words), Work(100_000))
    assert (block.at, block.ref, block.size) == (len(before), 0, len(words))


@given(st.integers(0, 300))
def test_with_no_work_left_the_blocks_are_fewer_and_still_right(limit: int) -> None:
    text = [*range(20), *range(100, 130), *range(40, 60)]
    reference = [*range(20), *range(129, 99, -1), *range(40, 60)]
    work = Work(limit)
    found = blocks(text, reference, places(reference), work)
    assert work.spent <= limit
    assert [b.size for b in (found[0], found[-1])] == [20, 20]


def test_a_phrase_far_off_at_either_end_is_not_taken_for_a_part() -> None:
    words = list(range(200))
    far = [*words[:4], *range(1000, 1200), *words[4:196], *range(2000, 2200), *words[196:]]
    (block,) = blocks(far, words, places(words), Work(100_000))
    assert (block.at, block.ref, block.size) == (204, 4, 192)


def test_equal_words_count_as_work_too() -> None:
    text, reference = [1, 2, 3], [9, 1, 2, 3]
    assert sum(block.size for block in blocks(text, reference, places(reference), Work(100))) == 3
    assert blocks(text, reference, places(reference), Work(4)) == []


def test_the_shortest_edit_is_found_between_anchors() -> None:
    text, reference = [1, 2, 3, 4, 50, 60, 70, 5, 6, 7, 8], [1, 2, 3, 4, 60, 5, 6, 7, 8]
    assert [(b.at, b.ref, b.size) for b in blocks(text, reference, places(reference), Work(1000))] == [
        (0, 0, 4),
        (5, 4, 1),
        (7, 5, 4),
    ]


def test_wherever_the_work_ends_the_blocks_are_right() -> None:
    text = [*range(8), 100, 50, 51, 101, 52, 53, 102, *range(8, 16)]
    reference = [*range(8), 200, 50, 51, 201, 202, 52, 53, 203, *range(8, 16)]
    sizes = set()
    for limit in range(300):
        work = Work(limit)
        found = blocks(text, reference, places(reference), work)
        assert work.spent <= limit
        assert all(text[b.at : b.end[0]] == reference[b.ref : b.end[1]] for b in found)
        sizes.add(sum(block.size for block in found))
    assert {16, 20} <= sizes
