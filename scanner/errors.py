"""What can go wrong with *us*. What is wrong with a *model* is a ``fact.Gap``, never an exception.

    ScannerError                 3  no answer was possible
    ├── UsageError               2  the request or the configuration is wrong
    │   ├── InvalidModelId       2  the text does not name a model
    │   ├── DataError            2  a facts file (publishers, families ...) is malformed: file, line
    │   ├── PolicyError          2  a policy or waiver file is malformed: file, line, suggestion
    │   └── ScanRedacted         2  what was recorded was removed, and the log says by whom
    ├── HubError                 3  a hub could not answer; ``reason`` is the gap it becomes for an ancestor
    │   ├── HubUnreachable       3  no connection, time-out, server error after the retries
    │   ├── HubProtocolError     3  an answer no hub gives: HTML, truncated JSON, foreign redirect
    │   ├── RateLimited          3  the quota is spent
    │   ├── BadCredentials       3  the token was refused
    │   ├── HubOffline           3  offline mode forbids the request
    │   ├── ModelNotFound        3  gone, private or never there: anonymously one answer
    │   │   └── ModelNotHeld     3  this folder or catalogue has no such model; the live Hub was not asked
    │   ├── RevisionNotFound     3
    │   ├── EntryNotFound        3  the repository has no such file
    │   ├── GatedModel           3
    │   ├── DisabledModel        3
    │   ├── NotHeld              3  this hub does not hold what was asked (a catalogue has no files)
    │   └── TooLarge             3  more bytes than the reader allows
    ├── NothingToScan            3
    ├── UnresolvedComponent      3  a bill of materials lists what nothing identifies, or what has other files
    └── StoreError               3  the database cannot be used
        ├── DatabaseOutdated     3  made by an older version: nothing was changed
        ├── DatabaseNewer        3  made by a newer version
        ├── DatabaseBusy         3
        └── DatabaseUnreadable   3

The number is the exit code. Every error carries a one-line ``message`` and a ``hint`` that says what to do next.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Reason(StrEnum):
    """Why something about a model could not be had."""

    GONE_OR_PRIVATE = "gone-or-private"
    REVISION_NOT_FOUND = "revision-not-found"
    NO_SUCH_FILE = "no-such-file"
    GATED = "gated"
    DISABLED = "disabled"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    NOT_HELD = "not-held"
    LOCAL_PATH = "local-path"
    NOT_A_MODEL = "not-a-model"
    UNNAMED = "unnamed"
    DEPTH_LIMIT = "depth-limit"
    TAKEN_OVER = "taken-over"

    @property
    def transient(self) -> bool:
        """True when the same question may be answered later without the model having changed."""
        return self in (Reason.UNREACHABLE, Reason.REFUSED)


class ScannerError(Exception):
    """Base of every error of ours; ``exit_code`` is what the command ends with."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ScannerError):
    exit_code = 2


class InvalidModelId(UsageError):
    pass


class ScanRedacted(UsageError):
    pass


class _FileError(UsageError):
    """An error at a place in a file; ``line`` counts from 1, 0 when the whole file is meant."""

    def __init__(self, message: str, *, file: str = "", line: int = 0, hint: str = "") -> None:
        place = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(place + message, hint=hint)
        self.file = file
        self.line = line


class DataError(_FileError):
    pass


class PolicyError(_FileError):
    pass


class HubError(ScannerError):
    reason: ClassVar[Reason] = Reason.UNREACHABLE


class HubUnreachable(HubError):
    pass


class HubProtocolError(HubError):
    pass


class RateLimited(HubError):
    pass


class BadCredentials(HubError):
    reason = Reason.REFUSED


class HubOffline(HubError):
    pass


class ModelNotFound(HubError):
    reason = Reason.GONE_OR_PRIVATE


class ModelNotHeld(ModelNotFound):
    reason = Reason.NOT_HELD


class RevisionNotFound(HubError):
    reason = Reason.REVISION_NOT_FOUND


class EntryNotFound(HubError):
    reason = Reason.NO_SUCH_FILE


class GatedModel(HubError):
    reason = Reason.GATED


class DisabledModel(HubError):
    reason = Reason.DISABLED


class NotHeld(HubError):
    reason = Reason.NOT_HELD


class TooLarge(HubError):
    reason = Reason.TOO_LARGE


class NothingToScan(ScannerError):
    pass


class UnresolvedComponent(ScannerError):
    pass


class StoreError(ScannerError):
    pass


class DatabaseOutdated(StoreError):
    pass


class DatabaseNewer(StoreError):
    pass


class DatabaseBusy(StoreError):
    pass


class DatabaseUnreadable(StoreError):
    pass
