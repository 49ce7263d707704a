"""The pack as JSON: ``modelorigin/audit/v1``; its schema ships as ``data/schema/audit-v1.schema.json``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scanner.export.audit.gather import Pack
from scanner.export.quoting import json_text


def write_json(pack: Pack, file: Path, _sheet: str) -> None:
    """One document. A row of a long list takes one line: it is written as it is read, never held whole."""
    with file.open("w", encoding="utf-8", newline="\n") as out:
        head = json_text(dict(pack.head), indent=1)
        out.write(head.removesuffix("\n}"))
        lists: Mapping[str, Iterable[Mapping[str, Any]]] = {
            "waivers": pack.waivers, "changes": pack.changes, "models": pack.models, "decisions": pack.decisions,
        }  # fmt: skip
        for name, rows in lists.items():
            out.write(f',\n "{name}": [')
            between = ""
            for row in rows:
                out.write(f"{between}\n  {json_text(row)}")
                between = ","
            out.write("\n ]" if between else "]")
        out.write("\n}\n")
