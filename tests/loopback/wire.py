"""The two values that pass between server and routes: a request as it arrived, an answer as it will leave."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote


@dataclass
class Request:
    """One logged request. ``status`` and ``sent`` are filled in when the answer has left."""

    method: str
    path: str
    """as sent, still percent-encoded; without query and without the mirror prefix"""
    query: dict[str, list[str]]
    headers: dict[str, str]
    """names in lower case"""
    bucket: str | None
    """``api``, ``resolvers`` or ``pages``; None on the CDN"""
    status: int | None
    """None while unanswered, and for ever when the connection broke first"""
    host: str
    """name and port of the origin that got it, as in ``hub.url`` or ``hub.cdn_url``"""
    prefix: str = ""
    scheme: str = "http"
    target: str = ""
    """path and query exactly as sent, without the mirror prefix"""
    body: bytes = b""
    sent: int = 0
    """bytes of body that left"""

    @property
    def origin(self) -> str:
        """The base URL the caller used, mirror prefix included."""
        return f"{self.scheme}://{self.headers.get('host', self.host)}{self.prefix}"

    @property
    def token(self) -> str | None:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" else None

    def value(self, name: str) -> str | None:
        """The last value of a query parameter."""
        return self.query.get(name, [None])[-1]

    def flag(self, name: str) -> bool:
        return (self.value(name) or "").lower() in ("true", "1")


@dataclass
class Response:
    """Status, headers and the whole body; a HEAD gets the same without the body."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def json(cls, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        return cls(status, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, body)

    @classmethod
    def redirect(cls, status: int, location: str, headers: dict[str, str] | None = None) -> Response:
        text = f"Redirecting to {location}".encode()
        return cls(status, {"Location": location, "Content-Type": "text/plain", **(headers or {})}, text)

    @property
    def is_json(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("application/json")


def encoded(path: str) -> str:
    """A file path for a URL, each segment percent-encoded."""
    return "/".join(quote(segment, safe="", errors="surrogatepass") for segment in path.split("/"))
