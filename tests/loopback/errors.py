"""How the Hub says no: one exception, and the cases that differ by caller."""

from __future__ import annotations

from dataclasses import dataclass

from .wire import Response


@dataclass(frozen=True)
class Caller:
    """Who asks; ``token`` None is the anonymous caller."""

    token: str | None
    user: str = "anonymous"
    granted: bool = False
    """whether gated repositories were opened to this user"""


class Refused(Exception):
    """An answer other than success. ``code`` becomes ``X-Error-Code``."""

    def __init__(
        self, status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status, message)
        self.status, self.message, self.code = status, message, code
        self.headers = headers or {}

    def response(self) -> Response:
        headers = dict(self.headers)
        if self.code:
            headers["X-Error-Code"] = self.code
        one_line = " ".join(self.message.split())
        headers["X-Error-Message"] = one_line.encode("ascii", "replace").decode()
        return Response.json({"error": self.message}, self.status, headers)


def bad_token() -> Refused:
    return Refused(401, "Invalid credentials in Authorization header", headers=_challenge())


def no_such_repo(caller: Caller) -> Refused:
    """Missing and private are one answer; it depends on whether the caller is known."""
    if caller.token is None:
        return Refused(401, "Invalid username or password.", headers=_challenge())
    return Refused(404, "Repository not found", "RepoNotFound")


def no_such_revision(name: str) -> Refused:
    return Refused(404, f"Invalid rev id: {name}", "RevisionNotFound")


def no_such_entry(sha: str, message: str = "Entry not found") -> Refused:
    return Refused(404, message, "EntryNotFound", {"X-Repo-Commit": sha})


def gated(name: str, caller: Caller) -> Refused:
    if caller.token is None:
        message = f"Access to model {name} is restricted. You must have access to it and be authenticated to access it."
        return Refused(401, f"{message} Please log in.", "GatedRepo", _challenge())
    message = f"Access to model {name} is restricted and you are not in the authorized list."
    return Refused(403, f"{message} Visit the model page to ask for access.", "GatedRepo")


def disabled() -> Refused:
    return Refused(403, "Access to this resource is disabled.")


def bad_request(message: str) -> Refused:
    return Refused(400, message)


def too_many_requests() -> Refused:
    return Refused(429, "Too Many Requests: the rate limit for this window is spent.")


def _challenge() -> dict[str, str]:
    return {"WWW-Authenticate": 'Bearer realm="Authentication required", charset="UTF-8"'}
