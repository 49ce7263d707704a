"""A hub's answer: JSON read whole or refused, never half understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner import jsontext
from scanner.errors import HubProtocolError

_HINT = "no hub says this: a proxy, a broken server or a damaged file stands in between"


@dataclass(frozen=True, slots=True)
class Document:
    """An answer. ``duplicates`` are the keys that stood twice in one object; ``jsontext`` says which value counts."""

    value: Any
    duplicates: tuple[str, ...] = ()

    @classmethod
    def parse(cls, body: bytes, what: str) -> Document:
        """Read ``body``; ``what`` names it in messages.

        Raises:
            HubProtocolError: not UTF-8, not JSON, NaN or Infinity in it, nested too deep, or a web page.
        """
        if is_page(body):
            raise HubProtocolError(
                f"{what}: a web page came instead of data",
                hint="a proxy, a sign-in page or a wrong endpoint answers in the hub's place",
            )
        try:
            read = jsontext.parse(body)
        except jsontext.NotJson as error:
            raise HubProtocolError(f"{what}: {error}", hint=_HINT) from None
        if read.constants:
            raise HubProtocolError(f"{what}: not JSON: {read.constants[0]} is no number", hint=_HINT)
        return cls(read.value, read.duplicates)

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


def is_page(body: bytes) -> bool:
    """True for markup where data was expected: no JSON text starts with an angle bracket."""
    return body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
