"""Files of ``key = value`` lines: INI, properties, ``.env``; and any file whose own grammar cannot read it."""

from __future__ import annotations

import re

from scanner.references.literal import Literal
from scanner.references.tree import Mapping, Node, Sequence

_COLON = r""":=?(?=[ \t"'{\[]|$)"""
_LINE = re.compile(
    rf"""^(?P<indent>[ \t]*)(?P<dash>-[ \t]+)?
    (?:(?:export[ \t]+)?["']?(?P<key>[A-Za-z_@$][\w.\[\]@/-]{{0,79}})["']?[ \t]*(?P<sign>{_COLON}|=>?)[ \t]*)?
    (?P<value>[^\n]*)$""",
    re.X | re.M,
)
_TIGHT = re.compile(_LINE.pattern.replace(_COLON, r":(?!//)=?"), _LINE.flags)
_REMARK = re.compile(r"[ \t]+[#;][^\n]*$")
_QUOTED = re.compile(r"""(?P<sign>["'])(?P<text>(?:(?!(?P=sign)).)*)(?P=sign)[ \t]*,?[ \t]*(?:[#;].*)?$""")
_SECTION = re.compile(r"\[(?P<name>[^\[\]]{1,80})\]")
_LONGEST = 2_000


def tree(text: str, pattern: re.Pattern[str] = _LINE) -> list[Node]:
    """The lines as mappings, one for each run of lines of one depth, and sequences of what stands after dashes."""
    found: list[Node] = []
    depth, mapping, sequence = -1, Mapping(), Sequence()
    for line in pattern.finditer(text):
        if line.end() - line.start() > _LONGEST:
            continue
        written = line["value"].strip()
        if line["key"] is None and line["dash"] is None:
            depth = depth if written and written[0] in "#;" else -1
            if section := _SECTION.fullmatch(written):
                depth, mapping = 0, Mapping()
                key = Literal.plain(section["name"], line.start("value") + section.start("name"))
                found.append(Mapping([(key, mapping)]))
            continue
        indent = len(line["indent"]) + len(line["dash"] or "")
        if line["key"] is None:
            if depth != -2 - indent:
                depth, sequence = -2 - indent, Sequence()
                found.append(sequence)
            sequence.items.append(_value(text, line.start("value"), line.end("value")))
            continue
        if indent != depth or line["dash"]:
            depth, mapping = indent, Mapping()
            found.append(mapping)
        if written:
            key = Literal.plain(line["key"], line.start("key"))
            mapping.entries.append((key, _value(text, line.start("value"), line.end("value"))))
    return found


def tight_tree(text: str) -> list[Node]:
    """The same where no blank need follow a colon: ``key:value``."""
    return tree(text, _TIGHT)


def _value(text: str, start: int, end: int) -> Literal:
    """The value between two offsets without quotes and without a comment after it."""
    if quoted := _QUOTED.match(text, start, end):
        return Literal.plain(quoted["text"], quoted.start("text"))
    remark = _REMARK.search(text, start, end)
    value = text[start : remark.start() if remark else end].rstrip(" \t,")
    return Literal.plain(value, start)
