"""``modelorigin license``: what a licence demands."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from scanner.cli.options import Configured, format_option
from scanner.cli.output import emit
from scanner.errors import ScannerError

_LABEL, _WIDTH = 20, 100
_ROWS = {
    "commercial_use": "commercial use",
    "user_threshold": "limit on users",
    "revenue_threshold": "limit on revenue",
    "field_of_use": "forbidden uses",
    "naming": "naming",
    "notice": "must go along",
    "share_alike": "same licence only",
    "flow_down": "binds derivatives",
    "outputs_restricted": "training on outputs",
    "territory_excluded": "not given in",
    "relicense": "own terms allowed",
    "use_policy": "use policy",
    "patent": "patents",
    "governing_law": "law",
    "osi_approved": "OSI approved",
}
_ASIDE = ("use_policy", "patent", "governing_law", "osi_approved")
_DETAIL = {"name_begins": 'name begins with "{}"', "name_includes": 'name contains "{}"', "line": 'shows "{}"'}
_NONE = {"field_of_use": "none", "naming": "no duty", "notice": "nothing", "outputs_restricted": "not restricted"}
_LISTED = {"field_of_use": "uses", "notice": "files", "flow_down": "what", "territory_excluded": "is"}
_KIND = {
    "license": "its text was not read: nothing is known of its demands",
    "family": "names a family: read the text in the repository",
    "spdx": "a name of the SPDX list that is not in the table: nothing is known of its demands",
    "unknown": "neither in the table nor on the SPDX list",
}


@click.command("license", cls=Configured)
@click.argument("id")
@format_option(("table", "json"), of="license")
def command(id: str, format: str) -> None:
    """Show what the licence ID demands, each duty with its clause, source and date.

    ID is a licence id of the Hub, an SPDX id or expression, or a name that cards give. Exit code 3 when what it, or
    one part of an expression, demands is not known: as JSON that is a document too, with "known": false.
    """
    import json
    from difflib import get_close_matches

    from scanner.license import names, terms_documents
    from scanner.text import clean_line

    told = terms_documents(id)
    unknown = [one for one in told if not one["known"]]
    if format == "json":
        emit(json.dumps(told, indent=2, ensure_ascii=False))
    elif any(one["kind"] != "unknown" for one in told):
        head = [f"{clean_line(id)}: {len(told)} parts; OR leaves the choice, AND binds to all"] if len(told) > 1 else []
        emit("\n\n".join([*head, *("\n".join(_lines(one)) for one in told)]))
    if unknown:
        asked = ", ".join(clean_line(one["asked"])[:80] or "''" for one in unknown)
        close = get_close_matches(unknown[0]["asked"].casefold(), names(), 3) if unknown[0]["kind"] == "unknown" else []
        near = f"did you mean {', '.join(close)}? " if close else ""
        raise ScannerError(
            f"what it demands is not known: {asked}",
            hint=f"{near}nothing is assumed of a licence whose text was not read",
        )


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told['id'] or told['asked']}  {told['title'] or ''}".rstrip()
    if not told["known"]:
        yield from _row("not known", _KIND[told["kind"]])
    for label, value in (("SPDX", told["spdx"]), ("from", told["steward"]), ("version", told["version"])):
        if value:
            yield from _row(label, str(value))
    if told["aliases"]:
        yield from _row("also called", ", ".join(told["aliases"]))
    if told["note"]:
        yield from _row("note", told["note"])
    if not told["known"]:
        return
    sources: list[tuple[str, ...]] = []
    yield ""
    for name, label in _ROWS.items():
        if told["terms"][name] or name not in _ASIDE:
            yield from _term(name, label, told["terms"][name], sources)
    yield ""
    for index, (source, checked, confidence) in enumerate(sources, 1):
        yield f"  [{index}] {source} ({confidence}, read {checked})"


def _term(name: str, label: str, term: Mapping[str, Any] | None, sources: list[tuple[str, ...]]) -> Iterator[str]:
    if term is None:
        yield from _row(label, "unknown")
        return
    cited = tuple(str(term[key]) for key in ("source", "checked", "confidence"))
    if cited not in sources:
        sources.append(cited)
    clause = f"{term['clause']} " if "clause" in term else ""
    yield from _row(label, f"{_said(name, term)}  {clause}[{sources.index(cited) + 1}]")
    if "duty" in term:
        yield from _row("", term["duty"])


def _said(name: str, term: Mapping[str, Any]) -> str:
    value = term["is"]
    if value is False or value == []:
        return "nowhere: given everywhere" if name == "territory_excluded" else _NONE.get(name, "no")
    if name == "territory_excluded":
        return f"{', '.join(value)}{' (multimodal models only)' if term.get('multimodal_only') else ''}"
    if name == "outputs_restricted":
        return _outputs(term)
    if details := [words.format(term[key]) for key, words in _DETAIL.items() if key in term]:
        return ", ".join(details)
    listed: Sequence[str] | None = term.get(_LISTED.get(name, ""))
    return ", ".join(listed) if isinstance(listed, list) else "yes" if value is True else str(value)


def _outputs(term: Mapping[str, Any]) -> str:
    said = {
        None: "restricted",
        "forbidden": "forbidden",
        "naming": "allowed, the naming duty follows",
        "same-terms": "allowed, the terms follow",
        "non-commercial": "for non-commercial ends only",
    }[term.get("then")]
    return f"{said}, except {', '.join(term['except'])} models" if "except" in term else said


def _row(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"  {label:<{_LABEL}} ",
        subsequent_indent=" " * (_LABEL + 3),
        break_long_words=False,
        break_on_hyphens=False,
    )
