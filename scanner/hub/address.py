"""Where a request may go, and who may see the token.

A hub is an origin with a path in front: a mirror lives below a prefix. The token goes there and nowhere else. Only a
file may be handed on to another host (a file store), without the token, never from https to http, and never further
into a private network than the hub itself stands.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlencode, urljoin, urlsplit

from scanner.errors import HubProtocolError, UsageError
from scanner.text import clean_line

_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"(?!.{254})[a-z0-9_](?:[a-z0-9_-]{0,62}(?<!-))?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}(?<!-))?)*\.?")
# What a URL may hold unescaped, % included: an escape is not escaped twice.
_SAFE = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a hub. ``prefix`` is the path in front of its API, ``""`` or ``/a/b``."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """
        Raises:
            UsageError: not an http(s) address, or one that carries credentials, a query or a fragment.
        """
        parts = _split(text.strip())
        if parts is None or parts.query or parts.fragment:
            raise UsageError(
                f"not the address of a hub: {clean_line(text.rpartition('@')[2], 120)!r}",
                hint="an endpoint is https://host or https://host/prefix; a token is given as HF_TOKEN, not in it",
            )
        return cls(parts.scheme, parts.hostname or "", _port(parts), parts.path.rstrip("/"))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix}"

    def url(self, segments: Sequence[str], query: Sequence[tuple[str, str]] = ()) -> str:
        """The address of something of this hub; every segment is escaped whole, slashes included.

        Raises:
            HubProtocolError: a segment is empty or dots, which would make it another address.
        """
        if not {"", ".", ".."}.isdisjoint(segments):
            raise HubProtocolError("a name that is no address of a hub", hint="give the model as org/name")
        path = "/".join(quote(s, safe="") for s in segments)
        return f"{self}/{path}" + (f"?{urlencode(query)}" if query else "")

    def owns(self, url: str) -> bool:
        """True for an address of this hub: same scheme, host, port and prefix. Only it may see the token."""
        parts = _split(url)
        return (
            parts is not None
            and (parts.scheme, parts.hostname, _port(parts)) == (self.scheme, self.host, self.port)
            and f"{parts.path}/".startswith(f"{self.prefix}/")
        )

    def redirect(self, url: str, location: str, *, leave: bool) -> str:
        """Where a redirect from ``url`` leads; ``leave`` allows another host.

        Raises:
            HubProtocolError: it leads where no request of ours goes.
        """
        target = self._target(url, quote(location.strip(), safe=_SAFE))
        parts = _split(target)
        if parts is None:
            raise HubProtocolError("a redirect to no plain address", hint="the server or a proxy is broken")
        if self.owns(target):
            return target
        place = Endpoint(parts.scheme, parts.hostname or "", _port(parts))
        if not leave:
            raise HubProtocolError(
                f"{self} redirects to {place}: a token does not follow",
                hint=f"if {place} is the hub you mean, give it as the endpoint (HF_ENDPOINT)",
            )
        if url.startswith("https:") and parts.scheme != "https":
            raise HubProtocolError(f"a redirect from https to {place}", hint="the file cannot be had safely")
        if not _no_further_in(place.host, self.host):
            raise HubProtocolError(
                f"a redirect into a private network: {place}", hint="no hub keeps its files there: the answer is forged"
            )
        return target

    def _target(self, url: str, location: str) -> str:
        """The absolute address a location means; ``""`` for none."""
        if not location.startswith("/") or location.startswith("//") or not self.owns(url):
            try:
                return urljoin(url, location) if location else ""
            except ValueError:
                return ""
        # A mirror below a prefix passes the hub's own relative address on.
        rooted = f"{location}/".startswith(f"{self.prefix}/")
        return str(Endpoint(self.scheme, self.host, self.port, "" if rooted else self.prefix)) + location


def _split(url: str) -> SplitResult | None:
    """The parts of a plain http(s) address, or None: no credentials, no ``..``, no host a resolver would choke on."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    plain = (
        url.isascii()
        and url.isprintable()
        and not set(url) & set(" \\")
        and parts.scheme in _PORTS
        and port != 0
        and "@" not in parts.netloc
        and (":" in host or bool(_HOST.fullmatch(host)))
        and not any(unquote(segment) in (".", "..") for segment in parts.path.split("/"))
    )
    return parts if plain else None


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def _no_further_in(target: str, origin: str) -> bool:
    """False when ``target`` stands deeper inside a network than ``origin``. What does not resolve goes nowhere."""
    return max(_depths(target), default=0) <= max(_depths(origin), default=0)


@lru_cache(maxsize=256)
def _depths(host: str) -> tuple[int, ...]:
    """0 public, 1 private, 2 loopback, 3 link-local and other special addresses, for every address of ``host``."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        return ()
    return tuple(_depth(ipaddress.ip_address(text.partition("%")[0])) for text in found)


def _depth(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> int:
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return _depth(mapped)
    if address.is_loopback:
        return 2
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return 3
    return 0 if address.is_global else 1
