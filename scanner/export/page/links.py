"""Links: to pages of the web, by addresses that are what they look like, and to places of the same page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.export.page.markup import Content, Markup, tag
from scanner.export.quoting import one_line

# No user before the host ("https://known.example@other.example"), no character that only looks like one of ASCII.
_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?#][!#-;=?-\[\]_a-z|~]*)?"
)
_WORD = re.compile(r"(\s+)")
_AFTER = ".,;:!?)]}'"
_LONGEST = 1_000


def link(address: str) -> Markup:
    """``address`` as a link that shows where it leads; anything but a plain http(s) address stays a text."""
    return tag("bdi", _link(address))


def linked(text: str) -> Markup:
    """What somebody else wrote, the addresses in it as links."""
    return tag("bdi", _pieces(one_line(text)))


def _link(address: str) -> Content:
    plain = len(address) <= _LONGEST and _ADDRESS.fullmatch(address)
    return tag("a", address, href=address, rel="noreferrer") if plain else address


def _pieces(text: str) -> Iterator[Content]:
    for word in _WORD.split(text):
        start = word.find("http")
        address = word[start:].rstrip(_AFTER) if start >= 0 else ""
        if address:
            yield from (word[:start], _link(address), word[start + len(address) :])
        else:
            yield word


def jump(id: str, *inside: Content, label: str | None = None) -> Markup:
    """A link to the element ``id`` of this page; ``label`` is read out where ``inside`` is a bare number."""
    return tag("a", *inside, href=f"#{id}", aria_label=label)
