"""The end of the page: what files cannot show, what was read, and how anyone can check that it was recorded so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.export import sections
from scanner.export.account import Json, counted, line, listed, quote
from scanner.export.onepage.said import Said
from scanner.export.page import Content, quoted, table, tag
from scanner.export.report import ScanView

MOST = 100
LIMITS = (
    "Only what is published was read. No file of the model was run, and none can show what the weights do: poisoned "
    "weights, hidden behaviour and what it was trained on in secret are not seen.",
    "A model that learned from the answers of another carries no trace of it that can be relied on: a teacher that "
    "nobody names stays unknown.",
    "What is declared can be false. Each step of the lineage says on what it rests: declared, observed in files, "
    "stated in prose, curated from cited sources, or inferred.",
    "Facts about organisations are public statements with their source and day, no determination of sanctions or "
    "ownership. Nothing here is legal advice.",
)


def limits(facts: Json, said: Said) -> Content:
    """What no reading of files can show, and how deep this one went."""
    return tag("ul", (tag("li", text) for text in LIMITS)), said.lines(sections.source(facts).lines)


def read(facts: Json) -> Content:
    """Every thing that was read, with the digest of its bytes."""
    evidence = facts["evidence"]
    if not evidence:
        return tag("p", "No file was read.", class_="warn")
    rows = [
        (quoted(one["kind"]), quoted(one["at"]),
         tag("code", one["sha256"], class_="digest") if one["sha256"] else "none",
         "unknown" if one["size"] is None else one["size"])
        for one in evidence[:MOST]
    ]  # fmt: skip
    more = len(evidence) - len(rows)
    head = ("Kind", "Where", "SHA-256 of what was read", "Bytes")
    return tag(
        "details",
        tag("summary", f"What was read: {counted(len(evidence), 'piece')}"),
        table("Pieces of evidence, in the order they were read", head, rows, numbers=(3,)),
        tag("p", f"{counted(more, 'more piece')}: --format json has all", class_="faint") if more else None,
    )


def record(view: ScanView, facts: Json, decisions: Sequence[Json], said: Said) -> Content:
    return tag("dl", _pairs(view, facts, decisions, said)), _verify(view)


def _pairs(view: ScanView, facts: Json, decisions: Sequence[Json], said: Said) -> Iterator[Content]:
    number = str(view.number) if view.number is not None else tag("span", "not recorded", class_="warn")
    yield tag("dt", "Scan"), tag("dd", number)
    yield tag("dt", "Judged at"), tag("dd", quoted(f"{view.at} (UTC), as of {facts['as_of']}"))
    for decision in decisions:
        policy = decision["policy"]
        settings = view.settings.get(policy["name"], {})
        told = [said.words(line("; ", quote(name), " = ", *listed(value if isinstance(value, list) else [value])))
                for name, value in settings.items()]  # fmt: skip
        yield tag("dt", "Policy"), tag(
            "dd", quoted(f"{policy['name']}: {policy['title']} ({policy['status']})"), told, tag("br"),
            tag("code", f"sha256 {policy['digest']}", class_="digest"),
        )  # fmt: skip
    for name, digest in _digests(view, decisions):
        yield tag("dt", name), tag("dd", tag("code", digest, class_="digest"))
    if view.tool:
        yield tag("dt", "Program"), tag("dd", quoted(f"modelorigin {view.tool}"))
    yield tag("dt", "Hub"), tag("dd", quoted(facts["model"]["hub_description"]))


def _digests(view: ScanView, decisions: Sequence[Json]) -> Iterator[tuple[str, str]]:
    for digest in dict.fromkeys(d["waivers_digest"] for d in decisions if d["waivers_digest"]):
        yield "Waivers", f"sha256 {digest}"
    if view.registry:
        yield "Registry", f"sha256 {view.registry}"
    if files := view.facts["files"]["digest"]:
        yield "List of files", f"sha256 {files}"


def _verify(view: ScanView) -> Content:
    if view.number is None:
        return tag("p", "This scan was not recorded: nothing proves later that it was so.", class_="warn")
    commands = (
        (f"modelorigin audit show {view.number}", "shows what was recorded: it has to say what this page says"),
        ("modelorigin audit verify", "hashes every record anew and tells what a witness has seen"),
        (f"modelorigin audit export {view.number} --proof -o scan-{view.number}.proof", "hands it over with its proof"),
        (f"modelorigin audit replay {view.number}", "judges the recorded facts again by the recorded policy"),
    )  # fmt: skip
    told = (tag("li", tag("code", command), f": {words}") for command, words in commands)
    return tag("p", "To check that nobody changed it:"), tag("ul", told)
