"""Rows that are too many to hold: written to a file once, read back as often as there are formats."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

_ENCODE = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class Rows:
    """One JSON object a line in a new file at ``path``. Use it as a context while rows are added."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._count = 0
        self._file = path.open("x", encoding="ascii")

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, row: Mapping[str, Any]) -> None:
        self._file.write(_ENCODE(row) + "\n")
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with self.path.open(encoding="ascii") as lines:
            for line in lines:
                yield json.loads(line)
