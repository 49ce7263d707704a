"""A client without opinions: one request, the answer as it came, no redirect followed, nothing retried."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    """names in lower case"""
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def next(self) -> str | None:
        """The URL of the next page."""
        link = self.headers.get("link", "")
        return link[1 : link.index(">")] if 'rel="next"' in link else None


def ask(
    url: str,
    method: str = "GET",
    *,
    token: str | None = None,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    trust: Path | None = None,
    timeout: float = 10.0,
) -> Answer:
    """One request on a connection of its own; ``trust`` is the certificate of a TLS server.

    Raises:
        OSError, http.client.HTTPException: the transport broke.
    """
    parts = urlsplit(url)
    sent = {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token else {})}
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=str(trust))
        connection = http.client.HTTPSConnection(parts.netloc, context=context, timeout=timeout)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, sent)
        response = connection.getresponse()
        said = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, said, response.read())
    finally:
        connection.close()
