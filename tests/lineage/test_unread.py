"""Files that name parents and could not be read, and what a card's "from scratch" is worth beside other signs."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.errors import Reason
from scanner.fact import Basis, Gap
from scanner.lineage import Lineage
from tests.lineage.world import (
    SmallCurated,
    adapter,
    card,
    config,
    embedded,
    front,
    reading,
    recipe,
    shows,
    tag,
    trace,
    unread,
)

NAMING = ["adapter_config.json", "checkpoint-9/adapter_config.json", "mergekit_config.yml", "out/mergekit_config.yaml"]
SCRATCH = card(from_scratch=True)


def missed(lineage: Lineage) -> list[tuple[str, str, Reason]]:
    return [(u.child, u.reference, u.reason) for u in lineage.unresolved]


@pytest.mark.parametrize("path", NAMING)
@pytest.mark.parametrize("reason", [Reason.GATED, Reason.NOT_HELD, Reason.DISABLED, Reason.TOO_LARGE, Reason.MALFORMED])
def test_unread_file_that_names_a_parent_leaves_the_lineage_open(path: str, reason: Reason) -> None:
    lineage = trace(reading("a/one", SCRATCH, gaps=(unread("a/one", path, reason),)))
    assert missed(lineage) == [("a/one", f"what {path} names", reason)]
    assert (lineage.unresolved[0].basis, lineage.unresolved[0].at) == (Basis.OBSERVED, f"dir://a/one/{path}")
    assert not lineage.complete
    assert lineage.subject.established is None, "from scratch is not believed while such a file is unread"


def test_unread_adapter_of_an_ancestor_counts_as_much_and_beside_a_declared_base_too() -> None:
    base = reading("b/base", front("c/root"), gaps=(unread("b/base", "adapter_config.json"),))
    lineage = trace(reading("a/one", front("b/base")), base, reading("c/root", SCRATCH))
    assert missed(lineage) == [("b/base", "what adapter_config.json names", Reason.GATED)]


@pytest.mark.parametrize("path", ["README.md", "config.json"])
def test_unread_card_or_config_of_the_judged_model_may_hide_a_base(path: str) -> None:
    gap = unread("a/one", path)
    lineage = trace(reading("a/one", tag("b/base"), gaps=(gap,)), reading("b/base", SCRATCH))
    assert missed(lineage) == [("a/one", f"what {path} names", Reason.GATED)]


@pytest.mark.parametrize(
    "curated",
    [SmallCurated(roots={"a/one": "a report"}), SmallCurated(edges={"a/one": [("b/base", "finetune", "weights")]})],
)
def test_unread_card_hides_nothing_where_a_cited_table_tells_the_parents(curated: SmallCurated) -> None:
    lineage = trace(reading("a/one", gaps=(unread("a/one", "README.md"),)), reading("b/base", SCRATCH), curated=curated)
    assert (missed(lineage), lineage.complete) == ([], True)


@pytest.mark.parametrize("path", ["README.md", "config.json"])
def test_unread_card_of_an_ancestor_is_a_gap_and_no_more(path: str) -> None:
    lineage = trace(reading("a/one", front("b/base")), reading("b/base", gaps=(unread("b/base", path),)))
    assert (missed(lineage), [g.what for g in lineage.gaps]) == ([], [path])
    assert lineage.node("b/base").established is None


@pytest.mark.parametrize(
    ("said", "gaps"),
    [
        ((SCRATCH,), (unread("a/one", "tokenizer_config.json"),)),
        ((SCRATCH,), (unread("a/one", "docs/README.md"),)),
        ((SCRATCH, config("other")), (unread("a/one", "config.json", Reason.MALFORMED),)),
    ],
)
def test_file_that_names_nobody_or_was_read_with_oddities_leaves_nothing_open(
    said: tuple[Any, ...], gaps: tuple[Gap, ...]
) -> None:
    lineage = trace(reading("a/one", *said, gaps=gaps))
    assert (missed(lineage), lineage.complete, lineage.subject.established) == ([], True, Basis.STATED)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((SCRATCH,), Basis.STATED),
        ((card(from_scratch=True, mentions=("a-labs/other",)),), Basis.STATED),
        ((card(from_scratch=True, mentions=("b/base",)),), None),
        ((card(from_scratch=True, mentions=("gpt2",)),), None),
        ((SCRATCH, shows("adapter", "adapter_config.json")), None),
        ((SCRATCH, config("qwen2")), None),
        ((card(("a Qwen2.5 model", "weights"), from_scratch=True),), None),
        ((card(from_scratch="The Qwen2.5 model was trained from scratch."),), None),
    ],
)
def test_from_scratch_is_believed_only_where_nothing_speaks_of_other_weights(
    said: tuple[Any, ...], expected: Basis | None
) -> None:
    assert trace(reading("a/one", *said)).subject.established is expected


def half_read(path: str, reason: Reason = Reason.MALFORMED) -> Gap:
    return unread("a/one", path, reason)


@pytest.mark.parametrize(
    ("said", "gap"),
    [
        ((adapter("b/base"),), half_read("adapter_config.json")),
        ((recipe("b/base"),), half_read("mergekit_config.yml", Reason.TOO_LARGE)),
        ((embedded("b/base"),), half_read("model-q4.gguf")),
        ((adapter("b/base"),), half_read("lora/adapter_config.json", Reason.TOO_LARGE)),
        ((front("b/base"),), half_read("README.md front matter")),
        ((SCRATCH,), half_read("model-q4.gguf")),
        ((SCRATCH,), half_read("gguf headers", Reason.TOO_LARGE)),
        ((SCRATCH,), half_read("hf/config.json")),
    ],
)
def test_what_was_read_in_part_may_name_one_more(said: tuple[Any, ...], gap: Gap) -> None:
    lineage = trace(reading("a/one", *said, gaps=(gap, gap)), reading("b/base", SCRATCH))
    assert missed(lineage) == [("a/one", f"what {gap.what} names", gap.reason)]
    assert not lineage.complete
    assert lineage.subject.established is None


def test_front_matter_that_the_hub_could_read_leaves_nothing_open() -> None:
    lineage = trace(reading("a/one", SCRATCH, gaps=(half_read("README.md front matter"),), card={"license": "mit"}))
    assert (missed(lineage), lineage.complete) == ([], True)


def test_header_of_an_ancestor_that_was_not_read_is_no_parent_of_it() -> None:
    base = reading("b/base", SCRATCH, gaps=(unread("b/base", "model-q4.gguf"),))
    assert missed(trace(reading("a/one", front("b/base")), base)) == []
