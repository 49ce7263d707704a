"""Faults in the question as the hub takes it and in the answer it gives: status, JSON, paging, files, mirror, time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from . import errors, listing
from .wire import Request, Response

if TYPE_CHECKING:
    from .faults import Fault
    from .hub import LoopbackHub

Question = Callable[["LoopbackHub", Request, "Fault"], None]
Answer = Callable[["LoopbackHub", Request, Response, "Fault"], Response]

ELSEWHERE: Final = "https://hub.invalid"
"""In place of huggingface.co: a test must not leave this machine even when the client under test is wrong."""


# the question


def _forget(*names: str) -> Question:
    def ask(_: LoopbackHub, request: Request, __: Fault) -> None:
        for name in names:
            request.query.pop(name, None)

    return ask


def _ignore_range(_: LoopbackHub, request: Request, __: Fault) -> None:
    request.headers.pop("range", None)


def _call(hub: LoopbackHub, _: Request, fault: Fault) -> None:
    fault.value(hub)


def _reset_window(hub: LoopbackHub, _: Request, __: Fault) -> None:
    hub.clock.advance(hub.seconds_to_reset())


QUESTIONS: Final[dict[str, Question]] = {
    "call": _call,
    "expand-dropped": _forget("expand", "expand[]", "securityStatus", "blobs"),
    "limit-ignored": _forget("limit"),
    "range-ignored": _ignore_range,
    "window-reset": _reset_window,
}
"""``call`` runs ``value(hub)`` before the answer: any change of the world between two requests."""


# status


def _refuse(response: Response, status: int, message: str, code: str | None = None, **headers: str) -> Response:
    """A refusal that keeps what every answer of the hub carries."""
    kept = {name: value for name, value in response.headers.items() if name.startswith(("RateLimit", "X-Request"))}
    refused = errors.Refused(status, message, code).response()
    refused.headers = {**refused.headers, **kept, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return refused


def _status(_: LoopbackHub, __: Request, response: Response, fault: Fault) -> Response:
    status = int(fault.kind) if fault.kind.isdecimal() else fault.value
    return _refuse(response, status, fault.value if isinstance(fault.value, str) else f"fault {status}")


def _too_many(**headers: str) -> Answer:
    def answer(hub: LoopbackHub, request: Request, response: Response, fault: Fault) -> Response:
        seconds = fault.value if fault.value is not None else 1
        date = formatdate(hub.clock.now() + seconds, usegmt=True)
        said = {k: v.format(bucket=request.bucket, seconds=seconds, date=date) for k, v in headers.items()}
        refused = _refuse(response, 429, "Too Many Requests", **said)
        if "RateLimit" not in headers:
            refused.headers = {k: v for k, v in refused.headers.items() if not k.startswith("RateLimit")}
        return refused

    return answer


def _html(_: LoopbackHub, __: Request, response: Response, ___: Fault) -> Response:
    page = b"<!doctype html><title>Sign in</title><p>Please sign in to continue."
    return Response(200, {**response.headers, "Content-Type": "text/html; charset=utf-8"}, page)


def _no_content(_: LoopbackHub, __: Request, response: Response, ___: Fault) -> Response:
    return Response(204, response.headers)


def _permanent(hub: LoopbackHub, request: Request, response: Response, fault: Fault) -> Response:
    return Response.redirect(308, (fault.value or hub.cdn_url) + request.target, response.headers)


# JSON


def _body(change: Callable[[bytes, Any], bytes]) -> Answer:
    def answer(_: LoopbackHub, __: Request, response: Response, fault: Fault) -> Response:
        if not response.is_json:
            return response
        return Response(response.status, response.headers, change(response.body, fault.value))

    return answer


def _appended(member: str) -> Answer:
    """The last object of the body gets one more member, as text."""

    def change(body: bytes, _: Any) -> bytes:
        end = body.rfind(b"}")
        return body if end < 0 else body[:end] + b"," + member.encode() + body[end:]

    return _body(change)


def _deep(body: bytes, value: Any) -> bytes:
    depth = value or 1_000_000
    nested = b"[" * depth + b"]" * depth
    end = body.rfind(b"}")
    return nested if end < 0 else body[:end] + b',"deep":' + nested + body[end:]


def _top_type(body: bytes, value: Any) -> bytes:
    other = value if value is not None else ({} if body.startswith(b"[") else [])
    return json.dumps(other).encode()


# paging


def _link(change: Callable[[LoopbackHub, Request, str, Any], str]) -> Answer:
    """The URL of the next page changed, where there is one."""

    def answer(hub: LoopbackHub, request: Request, response: Response, fault: Fault) -> Response:
        found = re.fullmatch(r'<(.+)>; rel="next"', response.headers.get("Link", ""))
        if found is None:
            return response
        headers = {**response.headers, "Link": f'<{change(hub, request, found[1], fault.value)}>; rel="next"'}
        return Response(response.status, headers, response.body)

    return answer


def _moved_to(origin: str, url: str) -> str:
    parts = urlsplit(url)
    return f"{origin}{parts.path}?{parts.query}"


def _other_question(_: LoopbackHub, __: Request, url: str, value: str | None) -> str:
    """The cursor alone, with another question."""
    parts = urlsplit(url)
    cursor = urlencode({"cursor": parse_qs(parts.query)["cursor"][0]})
    return f"{parts.scheme}://{parts.netloc}{parts.path}?{value or 'sort=likes&author=nobody&limit=1'}&{cursor}"


def _is_page(response: Response) -> bool:
    return response.is_json and response.body.startswith(b"[")


def _endless(_: LoopbackHub, request: Request, response: Response, fault: Fault) -> Response:
    # its own cursors are refused by the honest hub: that 400 becomes a page too
    if response.status == 200 and not _is_page(response):
        return response
    fault.memory["page"] = page = fault.memory.get("page", 0) + 1
    return Response.json([], 200, {**response.headers, "Link": listing.link(request, f"endless-{page}")})


def _duplicates(_: LoopbackHub, __: Request, response: Response, ___: Fault) -> Response:
    if not _is_page(response):
        return response
    rows = [row for row in json.loads(response.body) for _ in range(2)]
    return Response.json(rows, response.status, response.headers)


def _next_row_id(hub: LoopbackHub, request: Request, response: Response) -> str | None:
    """The id of the first row of the page after this one."""
    found = re.fullmatch(r'<(.+)>; rel="next"', response.headers.get("Link", ""))
    if found is None:
        return None
    query = {**parse_qs(urlsplit(found[1]).query, keep_blank_values=True), "limit": ["1"]}
    ahead = Request("GET", request.path, query, request.headers, "api", None, request.host)
    rows = json.loads(listing.models(hub, ahead).body)
    return rows[0]["id"] if rows else None


def _row_deleted(hub: LoopbackHub, request: Request, response: Response, _: Fault) -> Response:
    name = _next_row_id(hub, request, response)
    if name is not None:
        hub.delete(name)
    return response


def _row_moved(hub: LoopbackHub, request: Request, response: Response, _: Fault) -> Response:
    name = _next_row_id(hub, request, response)
    if name is not None:
        repo = hub.repo(name)
        repo.downloads, repo.likes, repo.trending = (10**9, 10**9, 10**9)
        repo.commit({}, title="touch", date="2099-01-01T00:00:00.000Z")
    return response


def _refuse_cursor(_: LoopbackHub, request: Request, response: Response, __: Fault) -> Response:
    return _refuse(response, 400, "Invalid cursor") if "cursor" in request.query else response


# files


def _served(change: Callable[[Response, Any], Response]) -> Answer:
    """Only an answer that carries a file (200 or 206) is changed."""

    def answer(_: LoopbackHub, __: Request, response: Response, fault: Fault) -> Response:
        return change(response, fault.value) if response.status in (200, 206) else response

    return answer


def _wrong_range(response: Response, _: Any) -> Response:
    """Says and sends the bytes one further on than asked."""
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers.get("Content-Range", ""))
    if found is None:
        return response
    start, stop = int(found[1]) + 1, int(found[2])
    headers = {**response.headers, "Content-Range": f"bytes {start}-{stop}/{found[3]}"}
    return Response(206, headers, response.body[1:])


def _fewer(response: Response, value: Any) -> Response:
    """Consistent in itself, but ``value`` bytes (half by default) are missing at the end."""
    keep = len(response.body) - value if value else len(response.body) // 2
    return Response(response.status, response.headers, response.body[:keep])


def _flipped(response: Response, _: Any) -> Response:
    body = response.body[:-1] + bytes([response.body[-1] ^ 1]) if response.body else b"\0"
    return Response(response.status, response.headers, body)


def _pointer(response: Response, _: Any) -> Response:
    text = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1\n"
    kept = {name: value for name, value in response.headers.items() if name != "Content-Range"}
    return Response(200, kept, text)


def _etag_moves(_: LoopbackHub, request: Request, response: Response, __: Fault) -> Response:
    if request.method == "HEAD":
        return response
    changed = {name: '"' + "e" * 40 + '"' for name in response.headers if name.lower() in ("etag", "x-linked-etag")}
    return Response(response.status, {**response.headers, **changed}, response.body)


def _other_commit(_: LoopbackHub, __: Request, response: Response, fault: Fault) -> Response:
    if "X-Repo-Commit" in response.headers:
        response.headers["X-Repo-Commit"] = fault.value or "c" * 40
    return response


def _xet_nowhere(hub: LoopbackHub, _: Request, response: Response, __: Fault) -> Response:
    if response.status == 302:
        response.headers["X-Xet-Hash"] = "a" * 64
        response.headers["Link"] = f'<{hub.closed_url}/api/xet-read-token>; rel="xet-auth"'
    return response


# mirror


def _stale(hub: LoopbackHub, request: Request, response: Response, fault: Fault) -> Response:
    """What was true when first asked, for ``value`` seconds (600), rate limits of that moment included."""
    key, now = f"{request.method} {request.target}", hub.clock.now()
    when, kept = fault.memory.get(key, (0.0, response))
    if now - when > (fault.value or 600):
        fault.memory[key] = (now, Response(response.status, dict(response.headers), response.body))
        return response
    return Response(kept.status, {**kept.headers, "Age": str(int(now - when)), "X-Cache": "Hit"}, kept.body)


def _not_rewritten(_: LoopbackHub, request: Request, response: Response, fault: Fault) -> Response:
    where = fault.value or ELSEWHERE
    headers = {name: value.replace(request.origin, where) for name, value in response.headers.items()}
    if headers.get("Location", "").startswith("/"):
        headers["Location"] = where + headers["Location"].removeprefix(request.prefix)
    return Response(response.status, headers, response.body)


def _gated_hidden(_: LoopbackHub, __: Request, response: Response, ___: Fault) -> Response:
    if response.headers.get("X-Error-Code") != "GatedRepo":
        return response
    return _refuse(response, 404, "Repository not found", "RepoNotFound")


def _of_someone_else(_: LoopbackHub, request: Request, response: Response, __: Fault) -> Response:
    limits = {"RateLimit": f'"{request.bucket}";r=94;t=142', "Age": "14", "X-Cache": "Hit"}
    return Response(response.status, {**response.headers, **limits}, response.body)


def _dated(default: float) -> Answer:
    def answer(hub: LoopbackHub, _: Request, response: Response, fault: Fault) -> Response:
        skew = fault.value if fault.value is not None else default
        response.headers["Date"] = formatdate(hub.clock.now() + skew, usegmt=True)
        return response

    return answer


ANSWERS: Final[dict[str, Answer]] = {
    "status": _status,
    "429-ratelimit": _too_many(RateLimit='"{bucket}";r=0;t={seconds}'),
    "429-retry-after": _too_many(Retry_After="{seconds}"),
    "429-retry-date": _too_many(Retry_After="{date}"),
    "429-bare": _too_many(),
    "html-200": _html,
    "204": _no_content,
    "308": _permanent,
    "json-truncated": _body(lambda body, _: body[: len(body) // 2]),
    "json-nan": _appended('"downloads":NaN'),
    "json-bom": _body(lambda body, _: b"\xef\xbb\xbf" + body),
    "json-duplicate-keys": _appended('"id":"other/one","id":"other/two"'),
    "json-deep": _body(_deep),
    "json-top-type": _body(_top_type),
    "json-error-200": _body(lambda _, __: b'{"error":"Internal error"}'),
    "json-huge-integer": _appended('"downloads":' + "9" * 5000),
    "json-lone-surrogate": _appended('"author":"\\ud800"'),
    "link-relative": _link(lambda hub, request, url, _: _moved_to("", url)),
    "link-foreign": _link(lambda hub, request, url, origin: _moved_to(origin or hub.cdn_url, url)),
    "link-other-question": _link(_other_question),
    "link-self": _link(lambda hub, request, url, _: f"{request.origin}{request.target}"),
    "pages-endless": _endless,
    "rows-duplicate": _duplicates,
    "row-moved": _row_moved,
    "row-deleted": _row_deleted,
    "cursor-refused": _refuse_cursor,
    "range-wrong": _served(_wrong_range),
    "range-short": _served(_fewer),
    "lfs-mismatch": _served(_flipped),
    "pointer-as-file": _served(_pointer),
    "etag-changed": _etag_moves,
    "other-commit": _other_commit,
    "xet-nowhere": _xet_nowhere,
    "stale": _stale,
    "not-rewritten": _not_rewritten,
    "gated-hidden": _gated_hidden,
    "ratelimit-of-another": _of_someone_else,
    "clock-skew": _dated(-3600.0),
    "date-past": _dated(-10 * 365.25 * 86400),
}
"""The answer as it leaves. ``row-deleted`` and ``row-moved`` act on the first row of the next page."""
