"""Where and how the models of one run are read: one hub, one day, one set of tables."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.cli.options import parse_day
from scanner.errors import ScannerError

if TYPE_CHECKING:
    from scanner.export import Failure
    from scanner.provenance import Request


class Reading:
    """What ``hub_options`` say, opened; closed with the ``stack``.

    Raises:
        UsageError: an option names no hub, no day, or a file of publishers that cannot be read.
    """

    def __init__(
        self,
        stack: ExitStack,
        *,
        hub: str,
        catalogue: str | None,
        offline: bool,
        endpoint: str | None,
        timeout: float,
        depth: str,
        history: bool,
        publishers: Path | None,
        as_of: str | None,
    ) -> None:
        from scanner.cli.sources import memory, opened, tables
        from scanner.evidence import Depth

        self.as_of, self.depth, self.history = parse_day(as_of), Depth(depth), history
        self.tables = tables(publishers)
        self.hub = stack.enter_context(
            opened(hub, offline=offline, endpoint=endpoint, timeout=timeout, catalogue=catalogue)
        )
        self.memory = stack.enter_context(memory(self.hub, hub, offline=offline, catalogue=catalogue))

    def facts(self, name: str) -> tuple[Request, dict[str, Any], bool]:
        """What is asked for by ``name``, its facts/v1 document, and whether it is a model of the hub.

        Raises:
            ScannerError: it names none, or could not be read.
        """
        from scanner.cli.sources import target
        from scanner.scan import read

        with target(name, self.hub) as (request, hub):
            ours = hub is self.hub
            facts = read(
                request, hub, self.tables, as_of=self.as_of, depth=self.depth, history=self.history,
                above=None if ours else self.hub, memory=self.memory if ours else None,
            )  # fmt: skip
        return request, facts, ours


def now() -> str:
    """This moment in UTC, as a scan is dated."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def failure(name: str, error: ScannerError) -> Failure:
    """What a report tells of a model that could not be judged."""
    from scanner.export import Failure

    return Failure(name, type(error).__name__, error.message, error.hint, error.exit_code)
