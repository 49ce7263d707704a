"""Workflow commands: what is open, as annotations of the lines of a change. The summary of a job is the Markdown.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.export.codebase.reading import (
    Codebase,
    Json,
    answer,
    line_of,
    read,
    spots,
    told,
    unread,
    verdict,
    where,
    why_not,
)
from scanner.export.quoting import one_line

_COMMANDS = {"deny": "error", "review": "warning", "note": "notice"}


def as_commands(document: Json) -> str:
    """A notice with the verdict, then a command for each finding, model not judged and file not read.

    The platform shows ten errors, ten warnings and ten notices of a step: the worst stand first.
    """
    return "\n".join(_commands(read(document, from_start=True)))


def _commands(base: Codebase) -> Iterator[str]:
    yield _command("notice", answer(base), title=f"modelorigin: {', '.join((verdict(base), *base.caveats))}")
    for spot in spots(base.open):
        finding, place = spot.finding, spot.place
        said = [*told(finding), *([where(place)] if place["cell"] else ())]
        at = {"line": str(line_of(place))} | ({} if place["cell"] else {"col": str(place["column"])})
        title = f"{finding['rule']}: {finding['title']}"
        name = _COMMANDS.get(finding["verdict"], "error")
        yield _command(name, " | ".join(said), file=finding["path"], **at, title=title)
    for error in base.untold:
        text = " | ".join(filter(None, (why_not(error), error["hint"])))
        for place in error["places"]:
            at = {"file": place["path"], "line": str(place["line"])}
            yield _command("error", text, **at, title="not judged")
        if not error["places"]:
            yield _command("error", text, title="not judged")
    for how, left in unread(base):
        yield _command("warning", left["reason"], file=left["path"], title=f"{how}: models may be named there")


def _command(name: str, text: str, **properties: str) -> str:
    """Texts are made harmless once more: what stands together now did not before."""
    given = ",".join(f"{key}={_property(one_line(value))}" for key, value in properties.items())
    return f"::{name} {given}::{_data(one_line(text))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
