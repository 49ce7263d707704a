"""What must hold where a lineage names more than it holds: nothing is added up as if it were all."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.terms import terms_document
from tests.export import samples


def added(**lineage: Any) -> dict[str, Any]:
    return terms_document(samples.lineage(**lineage), ["LICENSE"], multimodal=False)


def test_a_lineage_whose_licences_are_all_known_is_added_up() -> None:
    assert (added()["complete"], added()["commercial_use"]) == (True, "yes")


@pytest.mark.parametrize("group", ["ancestors", "components"])
def test_a_model_that_is_named_and_not_held_leaves_the_sum_open(group: str) -> None:
    found = added(**{group: [*samples.lineage()[group], "acme/nowhere"]})
    assert (found["complete"], found["commercial_use"], found["osi_approved"]) == (False, None, None)
    assert None in found["countries_excluded"]


def test_a_lineage_that_was_not_followed_to_its_roots_leaves_the_sum_open() -> None:
    assert added(complete=False)["commercial_use"] is None
