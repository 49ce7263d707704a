"""The loopback hub in a process of its own, told what to do line by line, so that whoever measures shares no core.

    python -m tests.loopback.serve ROWS.jsonl [--page-cap 100]

serves a wide world. The first line it prints is its address. Each line on stdin is a JSON object of what to do; each is
answered by one line: ``{"fault": {...}}``, ``{"clear": true}``, ``{"quota": {...}}``, ``{"log": true}`` (the targets
asked for since the last time, each with its status). It ends with its stdin.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from .faults import Fault
from .hub import LoopbackHub
from .wide import Wide

ROOT = Path(__file__).resolve().parents[2]


class Served:
    """That process, from outside. A context manager."""

    def __init__(self, rows: Path, *options: str) -> None:
        self._command = [sys.executable, "-m", "tests.loopback.serve", str(rows), *options]

    def __enter__(self) -> Served:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.url = self._line()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    def say(self, **what: Any) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return json.loads(self._line())

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


def obey(hub: LoopbackHub, said: dict[str, Any]) -> Any:
    if "fault" in said:
        hub.fault(Fault(**said["fault"]))
    if "clear" in said:
        hub.clear_faults()
    if "quota" in said:
        hub.quota(**said["quota"])
    if "log" in said:
        seen = [[request.target, request.status] for request in hub.log]
        hub.log.clear()
        return seen
    return True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=Path)
    parser.add_argument("--page-cap", type=int, default=1000)
    arguments = parser.parse_args()
    with LoopbackHub() as hub, arguments.rows.open(encoding="utf-8") as lines:
        hub.wide = Wide(json.loads(line) for line in lines)
        hub.page_cap = arguments.page_cap
        print(hub.url, flush=True)
        for line in sys.stdin:
            print(json.dumps(obey(hub, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
