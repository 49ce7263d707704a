"""How a collector gets one file: a fact, or the ``Gap`` that stands in its place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Protocol, TypeVar

from scanner.errors import HubError, Reason
from scanner.evidence import Evidence
from scanner.fact import Gap
from scanner.hub import Hub
from scanner.model import Model, Parent


class Malformed(ValueError):
    """The bytes are not what their name promises; the message says how, in one line."""


class Fact(Protocol):
    """What every parser returns: a fact that also says what was odd about the file."""

    @property
    def problems(self) -> tuple[str, ...]: ...


F = TypeVar("F", bound=Fact)


def fetch(model: Model, hub: Hub, path: str, limit: int) -> bytes | Gap:
    """The whole file, or why it could not be had."""
    try:
        return hub.read(model, path, limit=limit)
    except HubError as error:
        return Gap.of(error, str(model.repo), path, str(model.at(path)))


def fetch_range(model: Model, hub: Hub, path: str, start: int, length: int) -> bytes | Gap:
    """At most ``length`` bytes from ``start``, or why they could not be had."""
    try:
        return hub.read_range(model, path, start, length)[:length]
    except HubError as error:
        return Gap.of(error, str(model.repo), path, str(model.at(path)))


def gap(model: Model, what: str, reason: Reason, path: str | None, detail: str) -> Gap:
    """A gap found by looking at the file itself."""
    return Gap(str(model.repo), what, reason, str(model.at(path)), detail)


def copies(model: Model, names: Collection[str]) -> list[str]:
    """The files called one of ``names`` in any folder, those nearest to the root first, each content once."""
    found = [a for a in model.artifacts or () if a.path.rpartition("/")[2] in names]
    nearest: dict[str, str] = {}
    for artifact in sorted(found, key=lambda a: (a.path.count("/"), a.path)):
        nearest.setdefault(artifact.sha256 or artifact.oid or artifact.path, artifact.path)
    return list(nearest.values())


def whole_file(
    kind: str,
    model: Model,
    hub: Hub,
    path: str,
    limit: int,
    parse: Callable[[bytes], F],
    parents: Callable[[F], Iterable[Parent]] = lambda fact: (),
) -> Iterator[Evidence | Gap]:
    """Read ``path`` if the listing shows it: evidence of ``kind``, and a gap for everything odd about the file."""
    if model.artifact(path) is None:
        return
    data = fetch(model, hub, path, limit)
    if isinstance(data, Gap):
        yield data
        return
    try:
        fact = parse(data)
    except Malformed as error:
        yield gap(model, path, Reason.MALFORMED, path, str(error))
        return
    yield Evidence(kind, model.at(path), fact, hashlib.sha256(data).hexdigest(), len(data), tuple(parents(fact)))
    for problem in fact.problems:
        yield gap(model, path, Reason.MALFORMED, path, problem)
