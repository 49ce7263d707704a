"""Several hubs as one: what the first does not hold is asked of the next."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.errors import ModelNotHeld
from scanner.hub import Hub
from scanner.model import Model, RepoId


class Fallback:
    """Asks each hub in turn. A model says which one answered (``Model.hub``); its files are read from there."""

    def __init__(self, hubs: Sequence[Hub]) -> None:
        self._hubs = {hub.scheme: hub for hub in hubs}
        first = hubs[0]
        self.scheme, self.as_of = first.scheme, first.as_of
        self.description = "; what it lacks from ".join(hub.description for hub in hubs)

    def model(self, repo: RepoId, revision: str | None = None) -> Model:
        """As every hub; a model that was gone when last looked for is not asked of an older catalogue.

        Raises:
            ModelNotHeld: none of the hubs holds it; HubError: as the first that holds it says.
        """
        *first, last = self._hubs.values()
        for hub in first:
            try:
                return hub.model(repo, revision)
            except ModelNotHeld:
                continue
        return last.model(repo, revision)

    def read(self, model: Model, path: str, *, limit: int) -> bytes:
        return self._hubs[model.hub].read(model, path, limit=limit)

    def read_range(self, model: Model, path: str, start: int, length: int) -> bytes:
        return self._hubs[model.hub].read_range(model, path, start, length)

    def close(self) -> None:
        for hub in self._hubs.values():
            hub.close()
