"""Everything that can be read of one model, in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.errors import HubError, HubProtocolError
from scanner.evidence import (
    Depth,
    Evidence,
    Reading,
    adapter,
    api,
    card,
    config,
    files,
    gguf,
    license_text,
    loaders,
    merge,
    pipeline,
    safetensors,
)
from scanner.fact import Gap
from scanner.hub import Hub
from scanner.model import Model, RepoId

Collector = Callable[[Model, Hub], Iterator[Evidence | Gap]]

TEXTS: tuple[Collector, ...] = (
    api.read,
    card.read,
    config.read,
    pipeline.read,
    loaders.read,
    adapter.read,
    merge.read,
    license_text.read,
)
HEADERS: tuple[Collector, ...] = (safetensors.read, gguf.read)


def collect(model: Model, hub: Hub, depth: Depth) -> Reading:
    """Read ``model`` as deep as ``depth`` says. Never raises a ``HubError``: what could not be had is a gap."""
    asked = _Patience(hub)
    collectors = (*TEXTS, *HEADERS) if depth is Depth.HEADERS else TEXTS
    items = [item for read in collectors for item in read(model, asked)]
    items += files.read(model, [item for item in items if isinstance(item, Evidence)])
    return Reading(
        model,
        tuple(item for item in items if isinstance(item, Evidence)),
        tuple(item for item in items if isinstance(item, Gap)),
    )


class _Patience:
    """A hub that is not asked again for a model once it fell silent: a hanging server costs one time-out, not ten.

    An answer that makes no sense is about one file: the next may be fine.
    """

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.scheme, self.description, self.as_of = hub.scheme, hub.description, hub.as_of
        self.silent: HubError | None = None

    def model(self, repo: RepoId, revision: str | None = None) -> Model:
        return self.hub.model(repo, revision)

    def read(self, model: Model, path: str, *, limit: int) -> bytes:
        return self._ask(lambda: self.hub.read(model, path, limit=limit))

    def read_range(self, model: Model, path: str, start: int, length: int) -> bytes:
        return self._ask(lambda: self.hub.read_range(model, path, start, length))

    def close(self) -> None:
        self.hub.close()

    def _ask(self, request: Callable[[], bytes]) -> bytes:
        if self.silent is not None:
            raise self.silent
        try:
            return request()
        except HubError as error:
            if error.reason.transient and not isinstance(error, HubProtocolError):
                self.silent = error
            raise
