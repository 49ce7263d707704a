"""A JSON text written by a stranger, read in one way everywhere.

A key that stands twice in one object is a trick or a broken tool. The last value counts, because that is the one the
programs act on that load these files; that it happened is told, so that whoever reads the text can doubt it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from scanner.text import clean_line

MAX_DUPLICATES = 20
_BOM = b"\xef\xbb\xbf"
_DIGITS = 20


class NotJson(ValueError):
    """The bytes are no JSON text; the message says why, in one harmless line."""


@dataclass(frozen=True, slots=True)
class Json:
    """A parsed text. ``duplicates`` are the first ``MAX_DUPLICATES`` keys that stood twice in one object.

    ``constants`` are the ``NaN`` and ``Infinity`` that Python writes and JSON does not know: read as None. A number
    that no 64-bit integer or finite float holds is kept as its text. Strings are not cleaned yet.
    """

    value: Any
    duplicates: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()


def parse(body: bytes) -> Json:
    """Read ``body``, with or without a byte order mark.

    Raises:
        NotJson: not UTF-8, not JSON, or nested too deeply.
    """
    doubled: dict[str, None] = {}
    constants: dict[str, None] = {}

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            seen: set[str] = set()
            for key, _ in items:
                if key in seen and len(doubled) < MAX_DUPLICATES:
                    doubled[clean_line(key, 100)] = None
                seen.add(key)
        return found

    try:
        value = json.loads(
            body.removeprefix(_BOM).decode("utf-8"),
            object_pairs_hook=pairs,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=lambda name: constants.setdefault(name, None),
        )
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise NotJson("nested too deeply") from None
    except ValueError as error:
        raise NotJson(f"not JSON: {clean_line(str(error), 120)}") from None
    return Json(value, tuple(doubled), tuple(constants))


def _integer(text: str) -> int | str:
    number = int(text) if len(text) <= _DIGITS else None
    return number if number is not None and -(2**63) <= number < 2**64 else text


def _float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text
