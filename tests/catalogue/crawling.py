"""Crawls of a hub on 127.0.0.1, and what a catalogue holds, told without the numbers and moments of a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scanner.catalogue.budget import RESERVE
from scanner.catalogue.crawl import Crawl, Wish
from scanner.catalogue.file import Catalogue
from scanner.catalogue.packed import unpack
from scanner.catalogue.plan import Plan
from scanner.catalogue.report import Report
from scanner.hub.huggingface import HuggingFaceHub
from scanner.hub.pace import Pacer
from tests.loopback import LoopbackHub, Repo
from tests.loopback.state import Content
from tests.loopback.world import LLAMA, readme

TOKEN = "hf_good_granted"
DUE = Wish()
FULL = Wish((Plan("full", "a full sweep"),))
"""A sweep and the bases it leaves open, whatever else is due."""


def crawl(
    hub: LoopbackHub, path: Path, wish: Wish = DUE, *, most: int | None = None, token: str = TOKEN, **limits: Any
) -> Report:
    """One run. The hub's clock is moved on instead of slept through."""
    pacer = Pacer(reserve=RESERVE, clock=hub.clock.now)
    limits = {"deadline": 10.0, "connect_timeout": 2.0, "read_timeout": 3.0, **limits}
    client = HuggingFaceHub(hub.url, token, pacer=pacer, most=most, sleep=hub.clock.advance, **limits)
    with Catalogue(str(path), create=True) as catalogue:
        return Crawl(catalogue, client, pacer, wish, sleep=hub.clock.advance, clock=hub.clock.now).run()


def until_done(hub: LoopbackHub, path: Path, wish: Wish = DUE, *, most: int, runs: int = 500) -> int:
    """Run after run of ``most`` requests each until nothing is left to do; how many it took."""
    for run in range(1, runs):
        report = crawl(hub, path, wish, most=most)
        assert report.error is None, report.error
        if report.complete:
            return run
    raise AssertionError(f"not done after {runs} runs")


def model(index: int, base: str | None = None, *, owner: str = "acme", day: int | None = None) -> Repo:
    """A small repository; those with a lower index are older."""
    id = f"{owner}/m{index:03d}"
    moment = f"2025-{1 + (day or index) // 28 % 12:02d}-{1 + (day or index) % 28:02d}T10:00:{index % 60:02d}.000Z"
    files: dict[str, Content] = {"README.md": readme(id, *([base] if base else [])), "config.json": LLAMA}
    return Repo(id, files, created_at=moment, downloads=index)


def rows(path: Path, *, states: bool = True) -> Iterator[list[Any]]:
    """Every model, in the order of its ``_id``, in words."""
    with Catalogue(str(path)) as catalogue, catalogue.reading() as connection:
        words = dict(map(tuple, connection.exec_driver_sql("SELECT num, text FROM words").all()))
        found = connection.exec_driver_sql(
            "SELECT m.hub_id, n.id, m.sha, m.created, m.modified, m.downloads, m.downloads_total, m.likes,"
            " m.parameters, m.bases, p.body, m.state, m.tags, m.num = n.holder FROM models m"
            " JOIN names n ON n.num = m.name JOIN profiles p ON p.num = m.profile ORDER BY m.hub_id"
        ).all()
        edges: dict[bytes, list[Any]] = {}
        for child, parent, relation in connection.exec_driver_sql(
            "SELECT m.hub_id, n.id, e.relation FROM edges e JOIN models m ON m.num = e.child"
            " JOIN names n ON n.num = e.parent ORDER BY n.id"
        ):
            edges.setdefault(child, []).append([parent, relation])
    for hub_id, id, sha, *facts, state, tags, holds in found:
        told = None if tags is None else sorted(words[number] for number in unpack(tags))
        shown = [hub_id.hex(), id, sha and sha.hex(), *facts, told, edges.get(hub_id, []), holds]
        yield [*shown, state] if states else shown


def digest(path: Path) -> str:
    """One hash of all rows."""
    hashed = hashlib.sha256()
    for row in rows(path):
        hashed.update(json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()


def ask(path: Path, question: str, *values: Any) -> list[tuple[Any, ...]]:
    with Catalogue(str(path)) as catalogue, catalogue.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(question, values).all()]


def tell(path: Path, statement: str, *values: Any) -> None:
    with Catalogue(str(path)) as catalogue, catalogue.writing() as connection:
        connection.exec_driver_sql(statement, values)


def events(path: Path) -> list[tuple[str, str, str | None, str | None]]:
    """Kind, name, before and after of everything that happened, in order."""
    found = ask(
        path, "SELECT e.kind, n.id, e.before, e.after FROM events e JOIN names n ON n.num = e.name ORDER BY e.num"
    )
    return [(kind, id, before, after) for kind, id, before, after in found]


def state(path: Path, name: str) -> int | None:
    """The state of the model that ``name`` leads to."""
    found = ask(path, "SELECT m.state FROM names n JOIN models m ON m.num = n.holder WHERE n.id = ?", name)
    return found[0][0] if found else None
