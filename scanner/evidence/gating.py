"""What a publisher asks before it lets anybody download: the prompt, what has to be told, what has to be agreed to.

It stands in the front matter of a card, and so in the card as the hub parsed it, which a gate does not hide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.evidence import Reading
from scanner.license.spelling import names_in
from scanner.text import clean_line

MAX_FIELDS = 40
_LABEL = 160
_OPENING = 2_000
"""characters of a prompt in which its licence is looked for: the text of a licence names others further down"""
_CONSENT = "checkbox"
_TEXTS = ("extra_gated_prompt", "extra_gated_description")


@dataclass(frozen=True, slots=True)
class Gate:
    """``prompt``: a text has to be read; ``prompt_license`` is the licence it names first.

    ``asks`` are the fields to fill in, ``consents`` the boxes to tick, in the publisher's words; ``button`` is what
    stands on the one that sends them off. ``eu_disallowed``: nobody in the EU is let in.
    """

    prompt: bool
    prompt_license: str | None
    button: str | None
    asks: tuple[str, ...]
    consents: tuple[str, ...]
    eu_disallowed: bool
    at: str


def gate_of(reading: Reading) -> Gate | None:
    """The gate of a model, by its own card or by the hub's word for it; None where neither was read."""
    for evidence in reading.evidence:
        if evidence.kind == "card" and evidence.fact.front_matter is not None:
            return parse(evidence.fact.front_matter, str(evidence.at))
    model = reading.model
    # A catalogue keeps of a card what it needs: it knows nothing of a gate.
    if model.card is None or model.artifacts is None:
        return None
    return parse(model.card, str(model.at(key="cardData")))


def parse(meta: Mapping[str, Any], at: str) -> Gate:
    """Total: fields of an odd shape are asked for all the same, by name."""
    texts = [
        text for key in (*_TEXTS, "extra_gated_heading") if isinstance(text := meta.get(key), str) and text.strip()
    ]
    fields = meta.get("extra_gated_fields")
    fields = fields if isinstance(fields, Mapping) else {}
    labels = [(clean_line(str(label), _LABEL), _kind(asked)) for label, asked in list(fields.items())[:MAX_FIELDS]]
    return Gate(
        prompt=any(isinstance(meta.get(key), str) and meta[key].strip() for key in _TEXTS),
        prompt_license=next(_licenses(texts), None),
        button=_line(meta.get("extra_gated_button_content")),
        asks=tuple(label for label, kind in labels if label and kind != _CONSENT),
        consents=tuple(label for label, kind in labels if label and kind == _CONSENT),
        eu_disallowed=meta.get("extra_gated_eu_disallowed") in (True, "true"),
        at=at,
    )


def _licenses(texts: list[str]) -> Iterator[str]:
    return (name.id for text in texts for name in names_in(text[:_OPENING]) if not name.family)


def _kind(asked: object) -> str:
    kind = asked.get("type") if isinstance(asked, Mapping) else asked
    return kind.strip().casefold() if isinstance(kind, str) else ""


def _line(value: object) -> str | None:
    return clean_line(value, _LABEL) or None if isinstance(value, str) else None
