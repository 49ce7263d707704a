"""``modelorigin catalogue show``: everything the catalogue knows of one model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from scanner.cli.options import (
    Configured,
    as_of_option,
    catalogue_option,
    format_option,
    parse_day,
    publishers_option,
)
from scanner.cli.output import emit, screen

_OF = "catalogue show"
_TITLE = 11


@click.command("show", cls=Configured)
@click.argument("model")
@catalogue_option
@as_of_option
@publishers_option
@format_option(("table", "json"), of=_OF)
def command(model: str, catalogue: str | None, as_of: str | None, publishers: Path | None, format: str) -> None:
    """Everything the catalogue knows of MODEL, by a name it has or had; each fact with where it is from and its day."""
    from scanner.catalogue.file import Catalogue, default_path
    from scanner.catalogue.show import show
    from scanner.cli.sources import tables

    with Catalogue(catalogue or default_path()) as kept:
        document = show(kept, model, tables(publishers), parse_day(as_of))
    if format == "json":
        emit(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        emit("\n".join(_lines(document, screen().width)))


def _lines(document: Mapping[str, Any], width: int) -> Iterator[str]:
    from scanner.export.quoting import one_line

    safe = one_line(document)
    yield f"{safe['id']}  {safe['state'].upper()}"
    for title, texts in _sections(safe):
        for index, text in enumerate(texts):
            yield from _wrapped("" if index else title, text, width)


def _wrapped(title: str, text: str, width: int) -> Iterator[str]:
    from textwrap import wrap

    for number, line in enumerate(wrap(text, max(width, 40) - _TITLE, break_on_hyphens=False) or ["-"]):
        yield f"{'' if number else title:<{_TITLE}}{line}"


def _sections(m: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    profile, source = m["profile"], m["source"]
    others = [name for name in m["names"] if name != m["id"]]
    yield "names", [m["id"], *(f"{name} (leads here too)" for name in others)]
    yield (
        "identity",
        [f"_id {m['hub_id'] or 'not known'}, commit {m['revision'] or 'not known'}", *map(_signal, m["identity"])],
    )
    yield "state", [f"{m['state']} since {_day(m['since'])}, seen {_day(m['first_seen'])} to {_day(m['seen'])}"]
    yield "dates", [f"created {_day(m['created_at'])}, changed {_day(m['last_modified'])}"]
    yield (
        "counts",
        [
            f"{_number(m['downloads'])} downloads in 30 days, {_number(m['downloads_total'])} in all, "
            f"{_number(m['likes'])} likes, {_number(m['parameters'])} parameters"
        ],
    )
    yield "kind", [", ".join(f"{name} {_said(profile.get(name))}" for name in ("pipeline", "library", "model_type"))]
    yield "files", [_files(profile)]
    yield "licence", [_license(profile)]
    yield "access", [", ".join(f"{name} {_said(profile.get(name))}" for name in ("gated", "disabled", "private"))]
    yield "tags", ["not known" if m["tags"] is None else ", ".join(m["tags"]) or "none"]
    yield "parents", [_parent(parent) for parent in m["parents"]] or ["none named by any source"]
    if m["bases"]:
        yield "said by", [f"{name}: {_said(value)}" for name, value in m["bases"].items()]
    children = ", ".join(f"{count:,} {relation}" for relation, count in m["children"].items())
    yield "children", [children or "none known"]
    yield "lineage", _lineage(m["lineage"])
    if m["details"]:
        found = m["details"]["issues"]
        issues = ", ".join(f"{path} {level}" for path, level in found or ()) or ("none" if found == [] else "not known")
        yield "scanners", [f"files with issues: {issues} (asked {_day(m['details']['seen'])})"]
    yield (
        "verdicts",
        [_verdict(verdict) for verdict in m["verdicts"]]
        or ["not judged yet: modelorigin catalogue judge --policy baseline"],
    )
    yield "events", [_event(event) for event in m["events"]] or ["none"]
    yield "source", [f"{source['what']} ({source['kind']}), as of {_day(source['as_of'])}, seen {_day(m['seen'])}"]


def _files(profile: Mapping[str, Any]) -> str:
    listing = profile.get("listing")
    if listing is None:
        return "not known"
    formats = ", ".join(listing["formats"]) or "no weights"
    return f"{formats}; pickle {_said(listing['pickle'])}, only safe weights {_said(listing['safe'])}"


def _license(profile: Mapping[str, Any]) -> str:
    card = profile.get("card")
    if card is None:
        tagged = profile.get("tagged")
        return f"card not known, tags say {_said(tagged)}"
    said = ", ".join(f"{key} {_said(value)}" for key, value in card.items())
    return said or "the card declares none"


def _parent(parent: Mapping[str, Any]) -> str:
    leads = parent["leads_to"]
    if leads is None:
        where = " (not in the catalogue)"
    else:
        where = "" if leads == parent["name"] else f" (is {leads})"
        where += " (gone)" if parent["state"] == "gone" else ""
    how = "made from" if parent["relation"] == "unspecified" else f"{parent['relation']} of"
    return f"{how} {parent['name']}{where}"


def _lineage(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return ["not concluded: the model is gone"]
    roots = ", ".join(found["root_ids"]) or "itself"
    how = "concluded now, not by a judging run" if found["how"] == "traced" else "as the last judging run concluded"
    open_end = "" if found["complete"] else "; not followed to its end"
    return [
        f"publisher controlled from {found['publisher']}; roots {roots}, from {_said(found['roots'])}{open_end}",
        f"licences on the way {_said(found['licenses'])}",
        how,
    ]


def _verdict(verdict: Mapping[str, Any]) -> str:
    changed = ", changed since" if verdict["changed_since"] else ""
    rules = f": {', '.join(verdict['rules'])}" if verdict["rules"] else ""
    return f"{verdict['verdict'].upper()} by {verdict['policy']} on {verdict['as_of']}{changed}{rules}"


def _signal(signal: Mapping[str, Any]) -> str:
    change = f" {signal['before'] or '-'} -> {signal['after'] or '-'}" if signal["before"] or signal["after"] else ""
    return f"{signal['kind']} {signal['subject']}{change} ({_day(signal['seen'])}, {signal['source']})"


def _event(event: Mapping[str, Any]) -> str:
    change = f": {event['before'] or '-'} -> {event['after'] or '-'}" if event["before"] or event["after"] else ""
    return f"{_day(event['at'])} {event['kind']} {event['name']}{change} ({event['source']['what']})"


def _said(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_said, value)) or "none"
    return str(value)


def _day(moment: str | None) -> str:
    return (moment or "-")[:10]


def _number(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"
