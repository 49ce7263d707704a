"""Where models are found and read. Three hubs, one protocol: Hugging Face, a folder of repositories, a catalogue.

A hub answers with nouns (``Model``) and bytes. It raises ``HubError`` and nothing else; what a missing answer means for
a verdict is decided by whoever asked.
"""

from __future__ import annotations

from typing import Protocol

from scanner.model import Model, RepoId


class Hub(Protocol):
    """One place where models are published."""

    scheme: str
    """short name in locators: ``hf``, ``dir``, ``starter``"""
    description: str
    """one line a report prints: what was asked, and as of when"""
    as_of: str | None
    """the day the hub's holdings are from; None for a live hub"""

    def model(self, repo: RepoId, revision: str | None = None) -> Model:
        """The model at ``revision`` (branch, tag, commit; None = default branch), pinned to a commit if it has one.

        Raises:
            HubError: ModelNotFound, RevisionNotFound, GatedModel, DisabledModel, HubUnreachable ...
        """

    def read(self, model: Model, path: str, *, limit: int) -> bytes:
        """A whole file, at most ``limit`` bytes.

        Raises:
            TooLarge: the file is longer than ``limit``; nothing is returned in part.
            HubError: EntryNotFound, GatedModel, NotHeld ...
        """

    def read_range(self, model: Model, path: str, start: int, length: int) -> bytes:
        """``length`` bytes from ``start``; fewer only at the end of the file. Never fetches more of the file.

        Raises:
            HubError: as ``read``; HubProtocolError when a server ignores the range.
        """

    def close(self) -> None: ...
