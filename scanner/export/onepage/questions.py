"""What has to be asked of whoever offers the model: ``data/questions.yaml``, which is a policy that weighs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from scanner.data import text
from scanner.export.account import SHOWN, Json
from scanner.policy import Policy, judge, read_policy

_FILE = "questions.yaml"


@cache
def _asked() -> Policy:
    return read_policy(text(_FILE), file=_FILE)


def questions(facts: Json) -> Mapping[str, tuple[tuple[str, ...], int]]:
    """By the title of what they are about: the first questions, each once, and how many more there are."""
    found: dict[str, dict[str, None]] = {}
    # No question depends on a day, and that of a foreign document may be none.
    for finding in judge(_asked(), facts, as_of=date.max).findings:
        found.setdefault(finding.title, {})[finding.message] = None
    return {title: (tuple(said)[:SHOWN], max(len(said) - SHOWN, 0)) for title, said in found.items()}
