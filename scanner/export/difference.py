"""What changed between two scans, as text; both formats read the document ``diff/v1``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.export.account import short
from scanner.export.markdown import code
from scanner.export.quoting import one_line

Json = Mapping[str, Any]

SHOWN = 25
"""Lines of one part that are shown before the rest is counted; JSON has all."""
_SAME = "nothing changed: every field of both scans is the same"
_NOTHING_ELSE = "nothing else changed: every other field of both scans is the same"


def difference_table(document: Json) -> str:
    """For a person at a terminal."""
    lines = [*_head(document), *_elsewhere(document)]
    for part in document["parts"]:
        lines += ["", part["title"]]
        lines += [f"  {one_line(line['text'])}" for line in part["lines"][:SHOWN]]
        lines += [f"  {more}" for more in _more(part)]
    return "\n".join([*lines, "", _SAME if document["identical"] else _NOTHING_ELSE])


def difference_markdown(document: Json) -> str:
    """For a comment or a ticket: what strangers wrote stands in code spans."""
    before, after = _head(document)
    lines = [f"### {code(before)} → {code(after)}", *(part for one in _elsewhere(document) for part in ("", code(one)))]
    for part in document["parts"]:
        lines += ["", f"**{part['title']}**", ""]
        lines += [f"- {code(one_line(line['text']))}" for line in part["lines"][:SHOWN]]
        lines += [f"- {more}" for more in _more(part)]
    return "\n".join([*lines, "", _SAME if document["identical"] else _NOTHING_ELSE])


def _head(document: Json) -> Iterator[str]:
    for side in (document["before"], document["after"]):
        number = f"scan {side['number']}" if side["number"] is not None else "now"
        commit = short(side["revision"]) if side["revision"] else "no commit"
        yield f"{number}, {side['at']}: {str(side['verdict']).upper()} {one_line(side['model'])} at {commit}"


def _elsewhere(document: Json) -> Iterator[str]:
    """A word before all else where the two were read from different hubs: much of the rest follows from that."""
    for change in (one for part in document["parts"] for line in part["lines"] for one in line["changes"]):
        if change["path"] == "facts.model.hub":
            hubs = " → ".join(one_line(str(change.get(side, "unknown"))) for side in ("before", "after"))
            yield f"read from different hubs ({hubs}): what one does not hold is unknown there, and may be no change"


def _more(part: Json) -> Iterator[str]:
    left = len(part["lines"]) - SHOWN
    if left > 0:
        yield f"and {left:,} more: --format json has all"
