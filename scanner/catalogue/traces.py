"""Facts documents that had to be traced, kept in the file: the next policy is asked about the same ones."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

_FAST = 1
_LEFT_OUT = ("footnotes", "evidence")
"""What nobody who judges a catalogue may ask for, and most of a document."""


class Traces:
    """What was traced on a day with tables of a digest: read from ``connection``, what is new is in ``fresh``."""

    def __init__(self, as_of: str, tables: str) -> None:
        self._of = [as_of, tables]
        self.connection: Any = None
        self._none: bool | None = None
        self.fresh: list[tuple[int, bytes]] = []

    def get(self, num: int) -> Json | None:
        """The document of the model with that number; None where none of this day and these tables is kept."""
        ask = self.connection.exec_driver_sql
        if self._none is None:
            # What others keep meanwhile is of models that they are asked about.
            self._none = ask("SELECT 1 FROM traced LIMIT 1").scalar() is None
        found = None if self._none else ask("SELECT body FROM traced WHERE model = ?", (num,)).scalar()
        if found is None:
            return None
        of, document = json.loads(zlib.decompress(found))
        return dict(document) if of == self._of else None

    def put(self, num: int, document: Json) -> None:
        self.fresh.append((num, zlib.compress(json.dumps([self._of, _kept(document)]).encode(), _FAST)))

    def taken(self) -> list[tuple[int, bytes]]:
        """What is new since the last time."""
        fresh, self.fresh = self.fresh, []
        return fresh


def _kept(document: Json) -> Json:
    models = [
        {**model, "origin": _bare(model["origin"]), "license": _bare(model["license"])}
        for model in document["lineage"]["models"]
    ]
    parts = {name: _bare(document[name]) for name in ("publisher", "license")}
    return {**_bare(document), **parts, "lineage": {**document["lineage"], "models": models}}


def _bare(record: Json) -> Json:
    return {name: value for name, value in record.items() if name not in _LEFT_OUT}


def forget(connection: Any, stamp: int) -> None:
    """Drop what was traced of models that changed before the run of this stamp, and of what comes out of them."""
    ask = connection.exec_driver_sql
    if ask("SELECT 1 FROM traced LIMIT 1").scalar():
        ask(f"DELETE FROM traced WHERE model IN ({DOWN})", (stamp - 1,))


def keep(connection: Any, stamp: int, fresh: Sequence[tuple[int, bytes]]) -> None:
    """Keep documents of the run with this stamp; not where a later run began, for it may have seen later facts."""
    ask = connection.exec_driver_sql
    if fresh and int(ask("SELECT value FROM meta WHERE key = 'stamp'").scalar_one()) == stamp:
        ask("INSERT OR REPLACE INTO traced (model, body) VALUES (?, ?)", list(fresh))


DOWN = (
    "WITH RECURSIVE down(num) AS (SELECT num FROM models WHERE stamp > ? UNION"
    " SELECT e.child FROM down JOIN names n ON n.holder = down.num JOIN edges e ON e.parent = n.num"
    " UNION SELECT c.child FROM down JOIN names n ON n.holder = down.num JOIN temp.cited c ON c.parent = n.num)"
    " SELECT num FROM down"
)
"""The numbers of models that changed since a run, and of all that comes out of them, as they or ``temp.cited`` say."""
