"""A JSON text written by a stranger: read whole or refused, never half understood."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.errors import HubProtocolError
from scanner.text import clean_line

_BOM = b"\xef\xbb\xbf"
_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text. ``duplicates`` are the keys that stood twice in one object; the first value was kept.

    Strings are not cleaned yet. A number that no 64-bit integer or finite float holds is kept as its text.
    """

    value: Any
    duplicates: tuple[str, ...] = ()

    @classmethod
    def parse(cls, body: bytes, what: str) -> Document:
        """Read ``body``; ``what`` names it in messages.

        Raises:
            HubProtocolError: not UTF-8, not JSON, NaN or Infinity in it, nested too deep, or a web page.
        """
        doubled: dict[str, None] = {}

        def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for key, value in items:
                if key in found:
                    doubled[clean_line(key)] = None
                else:
                    found[key] = value
            return found

        if is_page(body):
            raise HubProtocolError(
                f"{what}: a web page came instead of data",
                hint="a proxy, a sign-in page or a wrong endpoint answers in the hub's place",
            )
        try:
            value = json.loads(
                body.removeprefix(_BOM).decode("utf-8"),
                object_pairs_hook=pairs,
                parse_int=_integer,
                parse_float=_float,
                parse_constant=_refuse,
            )
        except RecursionError:
            raise HubProtocolError(f"{what}: JSON nested too deep", hint=_HINT) from None
        except ValueError as error:
            raise HubProtocolError(f"{what}: not JSON: {clean_line(str(error), 120)}", hint=_HINT) from None
        return cls(value, tuple(doubled))

    def mapping(self, what: str) -> Mapping[str, Any]:
        """The value, which has to be an object and no error in disguise.

        Raises:
            HubProtocolError: it is something else.
        """
        if not isinstance(self.value, dict):
            raise HubProtocolError(f"{what}: not a JSON object", hint=_HINT)
        if self.value.get("error") is not None:
            raise HubProtocolError(f"{what}: an error sent as a success", hint=_HINT)
        return self.value


_HINT = "no hub says this: a proxy, a broken server or a damaged file stands in between"


def is_page(body: bytes) -> bool:
    """True for markup where data was expected: no JSON text starts with an angle bracket."""
    return body[:1024].removeprefix(_BOM).lstrip()[:1] == b"<"


def _integer(text: str) -> int | str:
    number = int(text) if len(text) <= _DIGITS else None
    return number if number is not None and -(2**63) <= number < 2**64 else text


def _float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")
