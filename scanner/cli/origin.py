"""``modelorigin origin``: what is known of a publisher."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.options import Configured, as_of_option, format_option, parse_day, publishers_option
from scanner.cli.output import emit
from scanner.errors import ScannerError

_ROWS = (
    ("organisation", "organisation"),
    ("kind", "kind"),
    ("legal_entity", "legal entity"),
    ("headquarters", "headquarters"),
    ("incorporation", "incorporation"),
    ("parent", "parent"),
    ("parent_country", "parent's country"),
    ("control", "control"),
    ("state_ownership", "state ownership"),
    ("confidence", "confidence"),
)


@click.command("origin", cls=Configured)
@click.argument("namespace")
@format_option(("table", "json"), of="origin")
@publishers_option
@as_of_option
def command(namespace: str, format: str, publishers: Path | None, as_of: str | None) -> None:
    """Show what is known of NAMESPACE: country roles as separate facts, list entries, each with source and date.

    Exit code 3 when nothing is known of it: as JSON that is a document too, with "known": false.
    """
    import json
    from difflib import get_close_matches

    from scanner.origin import Registry, origin_document

    registry = Registry.shipped(publishers)
    name = namespace.strip().strip("/").split("/")[0]
    facts = origin_document(registry.attribute(name, parse_day(as_of)))
    if facts["known"] or format == "json":
        emit(json.dumps(facts, indent=2, ensure_ascii=False) if format == "json" else _table(facts))
    if not facts["known"]:
        close = get_close_matches(name.casefold(), registry.namespaces(), 3)
        near = f"did you mean {', '.join(close)}? " if close else ""
        raise ScannerError(
            f"nothing is known of {name!r}",
            hint=f"{near}nothing is assumed of a publisher that is not in the registry; add it with --publishers FILE",
        )


def _table(facts: dict[str, object]) -> str:
    footnotes = facts["footnotes"]
    assert isinstance(footnotes, list)
    numbers: dict[str, list[int]] = {}
    for index, note in enumerate(footnotes, 1):
        numbers.setdefault(note["fact"], []).append(index)

    def marked(key: str, value: object) -> str:
        marks = "".join(f"[{n}]" for n in numbers.get(key, ()))
        return f"{value if value is not None else 'unknown'} {marks}".rstrip()

    lines = [str(facts["namespace"])]
    lines += [f"  {label:<18}{marked(key, facts[key])}" for key, label in _ROWS]
    marks = [word for word in ("conduit", "multinational") if facts[word]]
    flags = facts["flags"]
    assert isinstance(flags, list)
    if marks or flags:
        lines.append(f"  {'remarks':<18}{', '.join([*marks, *flags])}")
    lists = facts["lists"]
    assert isinstance(lists, list)
    for entry in lists:
        until = f" until {entry['until']}" if entry["until"] else ""
        since = f"from {entry['from']}" if entry["from"] else "date unknown"
        lines.append(f"  {'on list':<18}{entry['id']} ({entry['relation']}), {since}{until}")
    lines.append("")
    for index, note in enumerate(footnotes, 1):
        seen = f", seen {note['seen']}" if note["seen"] else ""
        lines.append(f"  [{index}] {note['fact']}: {note['source']} ({note['confidence']}{seen})")
    return "\n".join(lines)
