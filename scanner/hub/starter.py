"""The starter catalogue: what third parties published about some thousand models, shipped with this package.

It is not the Hub. Nothing in it was checked against the Hub, most of a model is not in it, and what is not in it is
unknown. ``data/starter.jsonl`` holds a header and then one JSON object a line, sorted by lower-cased id:

    id       repository id                        s        the sources that know the model
    now      where a legacy name leads (nothing else stands in such a line)
    rev      [commit, source] ...                 lic      [licence as the source states it, source] ...
    base     [base model, relation, source] ...   arch     [architecture class, source] ...
    type     [model_type, source] ...             lib      library
    pipe (pipeline tag), par (parameters), created, modified, gated, private, disabled, _id, tags, card: as a third
             party captured them from the Hub; card is [licence and base model, source], ts the source of the tags

A source is an index into the header's ``sources``. Where sources disagree every statement stands in the line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from scanner import data
from scanner.errors import ModelNotHeld, NotHeld, RevisionNotFound
from scanner.fact import Basis, Locator
from scanner.model import Model, ModelRef, Parent, Relation, RepoId, Revision, StatedLicense

FILE = "starter.jsonl"
_ID = len('{"id":"')
_LIVE = "the live Hub is asked with --hub huggingface"


class StarterHub:
    """A hub of what is known without asking: models by name, no files."""

    scheme = "starter"

    def __init__(self) -> None:
        self._text = data.text(FILE)
        self._rows = self._text.index("\n") + 1
        header = json.loads(self._text[: self._rows])
        self._sources: list[str] = header["sources"]
        self.as_of: str | None = header["as_of"]
        self.description = (
            f"the starter catalogue shipped with this package: third-party facts about {header['rows']:,} models "
            f"as of {header['as_of']}, not the live Hub"
        )

    def model(self, repo: RepoId, revision: str | None = None) -> Model:
        """What the catalogue holds of ``repo``; every other field is None, the files are not known.

        Architecture and type are what all sources agree on. What a third party states of base and licence is curated,
        with the source in the note: it is no declaration of the publisher.

        Raises:
            ModelNotHeld: the catalogue does not hold it; the hint names close ids.
            RevisionNotFound: ``revision`` is not the commit that the facts are of.
        """
        row = self.row(repo)
        if row is not None and "now" in row:
            row = self.row(RepoId.parse(row["now"]))
        if row is None:
            raise ModelNotHeld(f"{repo} is not in the starter catalogue", hint=self._hint(repo))
        found = RepoId.parse(row["id"])
        commit = _commit(row)
        if revision not in (None, commit):
            raise RevisionNotFound(
                f"{found}@{revision} is not in the starter catalogue",
                hint=f"it holds {commit or 'no revision of it'}; ask without a revision; {_LIVE}",
            )
        classes = {name for name, _ in row.get("arch", ())}
        return Model(
            hub=self.scheme,
            requested=repo,
            repo=found,
            revision=Revision(commit) if commit else None,
            hub_id=row.get("_id"),
            created_at=row.get("created"),
            last_modified=row.get("modified"),
            gated=row.get("gated"),
            disabled=row.get("disabled"),
            private=row.get("private"),
            library=row.get("lib"),
            pipeline_tag=row.get("pipe"),
            parameters=row.get("par"),
            tags=tuple(row["tags"]) if "tags" in row else None,
            card=row["card"][0] if "card" in row else None,
            base_models=self._parents(row, commit) if "base" in row else None,
            licenses=self._licenses(row) if "lic" in row else None,
            architectures=(name,) if (name := _agreed(classes)) else None,
            model_type=_agreed({name for name, _ in row.get("type", ())}),
            sources=tuple(self._sources[n] for n in row["s"]),
        )

    def read(self, model: Model, path: str, *, limit: int) -> bytes:
        """Always raises NotHeld: the catalogue has no files."""
        raise NotHeld(f"the starter catalogue holds no files: {path} of {model.repo}", hint=_LIVE)

    def read_range(self, model: Model, path: str, start: int, length: int) -> bytes:
        """Always raises NotHeld: the catalogue has no files."""
        raise NotHeld(f"the starter catalogue holds no files: {path} of {model.repo}", hint=_LIVE)

    def close(self) -> None:
        pass

    def row(self, repo: RepoId) -> Mapping[str, Any] | None:
        """The line of ``repo`` (in any case) as it stands in the file; None when there is none."""
        start = self._search(repo.key)
        if self._id(start).casefold() != repo.key:
            return None
        row: dict[str, Any] = json.loads(self._text[start : self._text.index("\n", start)])
        return row

    def ids(self, prefix: str = "") -> Iterator[str]:
        """The ids that begin with ``prefix`` (in any case), in the order of the file."""
        start, wanted = self._search(prefix.casefold()), prefix.casefold()
        while (id := self._id(start)).casefold().startswith(wanted) and id:
            yield id
            start = self._text.index("\n", start) + 1

    def _search(self, key: str) -> int:
        """Where the first line begins whose id is not before ``key``, by halving the text."""
        low, high = self._rows, len(self._text)
        while low < high:
            middle = (low + high) // 2
            start = self._text.rfind("\n", 0, middle) + 1
            if self._id(start).casefold() < key:
                low = self._text.index("\n", middle) + 1
            else:
                high = start
        return low

    def _id(self, start: int) -> str:
        """The id in the line at ``start``; empty at the end of the text."""
        start += _ID
        return self._text[start : self._text.index('"', start)] if start < len(self._text) else ""

    def _parents(self, row: Mapping[str, Any], commit: str | None) -> tuple[Parent, ...]:
        at = Locator(self.scheme, row["id"], commit, None, "base")
        return tuple(
            Parent(ModelRef.parse(base), Basis.CURATED, at, Relation(relation), note=self._third_party(source))
            for base, relation, source in row["base"]
        )

    def _licenses(self, row: Mapping[str, Any]) -> tuple[StatedLicense, ...]:
        return tuple(StatedLicense(id, Basis.CURATED, self._third_party(source)) for id, source in row["lic"])

    def _third_party(self, source: int) -> str:
        return f"{self._sources[source]} (declared by a third party)"

    def _hint(self, repo: RepoId) -> str:
        known = list(self.ids(f"{repo.namespace}/")) if repo.namespace else []
        close = get_close_matches(str(repo), known, n=3)
        near = f"close ids: {', '.join(close)}; " if close else ""
        return f"{near}this is {self.description}; {_LIVE}"


def _commit(row: Mapping[str, Any]) -> str | None:
    """The commit that the facts are of: the capture's own where the Hub was captured, else the one sources agree on."""
    capture = row.get("ts")
    return _agreed({commit for commit, source in row.get("rev", ()) if capture in (None, source)})


def _agreed(stated: set[str]) -> str | None:
    """What all sources say; None when there is none, or when they disagree."""
    return next(iter(stated)) if len(stated) == 1 else None
