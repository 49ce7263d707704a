"""The facts documents of a whole catalogue, each the one that ``facts --hub catalogue`` gives for its model.

A trace takes a millisecond, and there are millions of models. But most of them name no parent, or parents of which
every source says the same. Such a document is composed: what the profile shows (traced once for all models that share
it), the publisher, and above it the lineages of the parents, as they stand one step further away. Everything else -
sources that disagree, circles, cited lineages, names that lead elsewhere - is traced.

Composed documents leave out where things were read (``at``, footnotes of licences, ``evidence``) and the tags.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from scanner.catalogue.entry import canonical, moment
from scanner.catalogue.held import Held, One, Row
from scanner.catalogue.lines import Line, composed, joined, open_end, renamed, unnamed_maker, without_child
from scanner.catalogue.links import Link, agreed
from scanner.evidence import Depth, Reading
from scanner.fact import Basis
from scanner.facts import facts_document
from scanner.lineage.likeness import Likeness, Look
from scanner.lineage.walk import Find
from scanner.model import Relation, RepoId, Role
from scanner.origin import origin_document
from scanner.provenance import Provenance, Request, Tables, trace

Json = dict[str, Any]

_LONGEST, _MOST = 10, 50
"""Lineages beyond these are traced: a trace has limits of its own, which a composition would not meet."""
_UNALTERED = (Relation.UNSPECIFIED.value, Relation.QUANTIZED.value, Relation.COPY.value)
_NOBODY, _NOWHERE = RepoId("anyone", "anything"), RepoId("no-one", "nothing")


class Documents:
    """Composes or traces the documents of rows. Not to be shared between threads."""

    def __init__(self, held: Held, tables: Tables, as_of: date) -> None:
        self._held, self._tables, self._as_of = held, tables, as_of
        self._cited = frozenset(id.casefold() for id in tables.curated.ids())
        self._lines: dict[int, Line] = {}
        self._open = set[int]()
        self._strangers: dict[str, Line] = {}
        self._templates: dict[tuple[int, bool], Json] = {}
        self._origins: dict[str | None, Json] = {}
        known = frozenset(tables.registry.namespaces())
        developers = {family.developer.casefold() for family in tables.families}
        self._known = known | developers
        self._makers = frozenset(
            s for s in self._known if any(tables.registry.same_organisation(s, d) for d in developers)
        )
        self.traced = 0
        """how many documents were traced, not composed"""

    def document(self, row: Row) -> Json:
        """The facts document of a model."""
        line = self._line(row)
        if line is None:
            return self._trace(row)
        template = self._template(row)
        lineage, gaps = composed(line)
        return {
            **template,
            "model": {
                **template["model"],
                "id": row.id,
                "requested": row.id,
                "revision": row.sha.hex() if row.sha else None,
                "hub_id": row.hub_id.hex(),
                "created_at": moment(row.created),
                "last_modified": moment(row.modified),
                "downloads": row.downloads,
                "likes": row.likes,
                "parameters": row.parameters,
                "sources": list(self._held.sources(row)),
            },
            "publisher": self._origin(row.namespace),
            "lineage": lineage,
            "gaps": gaps,
        }

    # -- one model

    def _line(self, row: Row) -> Line | None:
        """The model with what is above it; None where it has to be traced."""
        shown = self._template(row)["lineage"]
        if row.id.casefold() in self._cited or shown["contradictions"] or shown["unresolved"]:
            return None
        links = self._links(row)
        if links is None:
            return None
        parents = [self._parent(row, link) for link in links]
        found = [parent for parent in parents if parent is not None]
        if len(found) < len(links) or any(parent.depth >= _LONGEST or parent.circular for parent in found):
            return None
        if sum(parent.size for parent in found) >= _MOST:
            return None
        return self._own(row, links, found)

    def _links(self, row: Row) -> tuple[Link, ...] | None:
        """The parents all sources agree on, none where no source names one; None where they do not agree."""
        return agreed(row.bases, _adapter(self._held.bodies[row.profile])) if row.bases is not None else ()

    def _parent(self, row: Row, link: Link) -> Line | None:
        """The line of the parent that ``row`` names, when nothing about the pair needs a closer look."""
        above = self._held.row(link.name.casefold())
        if above is None:
            return self._stranger(row, link.name)
        if above.num == row.num or above.id != link.name or link.hub_ids - {above.hub_id.hex()}:
            return None
        if above.created and row.created and above.created > row.created:
            return None
        return self._line_above(above)

    def _line_above(self, row: Row) -> Line | None:
        """The line of a parent, remembered. Up a chain without recursion: a circle is as long as its limit."""
        chain = [row]
        while chain[-1].num not in self._lines and len(chain) <= _LONGEST + 1:
            above = self._simply_above(chain[-1])
            if above is None:
                break
            chain.append(above)
        if len(chain) > _LONGEST + 1 or any(one.num in self._open for one in chain):
            return None
        for one in reversed(chain):
            if one.num not in self._lines:
                # Two merges that name each other would ask for each other without end.
                self._open.add(one.num)
                self._lines[one.num] = self._line(one) or self._traced_line(one)
                self._open.discard(one.num)
        return self._lines[row.num]

    def _simply_above(self, row: Row) -> Row | None:
        links = () if row.id.casefold() in self._cited else self._links(row)
        above = self._held.row(links[0].name.casefold()) if links and len(links) == 1 else None
        return above if above is not None and above.num != row.num else None

    def _own(self, row: Row, links: Sequence[Link], parents: Sequence[Line]) -> Line | None:
        template = self._template(row)
        space = row.namespace
        own = self._own_family(row)
        conduit = own is None and self._tables.registry.is_conduit(space)
        conduit = conduit and all(link.relation in _UNALTERED for link in links)
        if conduit and len(links) > 1:
            return None
        maker = row.id if not conduit else parents[0].maker if parents else None
        shown = template["lineage"]["models"][0]
        node = {
            **shown,
            "id": row.id,
            "revision": row.sha.hex() if row.sha else None,
            "hub_id": row.hub_id.hex(),
            "created_at": moment(row.created),
            "path": [row.id],
            "root": not parents,
            "established": Basis.CURATED.value if own and not parents else None,
            "conduit": conduit,
            "maker": maker,
            "family": own or shown["family"],
            "origin": self._origin(_namespace(maker)),
        }
        gaps = [{**gap, "subject": row.id} for gap in template["gaps"]]
        hints = [self._hint(hint, row, parents) for hint in template["lineage"]["hints"]]
        edges = [_edge(row.id, link, parent.id) for link, parent in zip(links, parents, strict=True)]
        if len(parents) > 1:
            return joined(node, hints, gaps, edges, parents)
        line = Line(row.id, node, maker, hints, gaps)
        if parents:
            line.edge, line.parent = edges[0], parents[0]
            line.size, line.depth = parents[0].size + 1, parents[0].depth + 1
        if conduit and maker is None:
            line.gaps.append(unnamed_maker(row.id))
            line.unresolved += [] if parents else [open_end(row.id)]
        return line

    def _hint(self, shown: Json, row: Row, parents: Sequence[Line]) -> Json:
        developer = shown["developer"]
        look = Look(1, shown["family"], developer, shown["signal"], shown["value"], "")
        own = self._kin(row.namespace, developer) or any(
            one.explains(look) for parent in parents for one in self._explaining(parent)
        )
        return {**shown, "subject": row.id, "own": own}

    def _own_family(self, row: Row) -> str | None:
        space = row.namespace
        if space is None or space.casefold() not in self._makers:
            return None
        model_type, classes = _config(self._held.bodies[row.profile])
        return self._tables.families.own(row.id, model_type, classes)

    def _kin(self, space: str | None, developer: str | None) -> bool:
        if space is None or space.casefold() not in self._known:
            return False
        return self._tables.lineage.kin(space, developer)

    def _explaining(self, line: Line) -> Iterator[Likeness]:
        """The likenesses of a model and of all above it, as far as a table knows their names."""
        here: Line | None = line
        while here is not None:
            if here.explains is None:
                ids = here.whole["any"] if here.whole else [here.id]
                here.explains = tuple(self._likeness(id) for id in ids if self._is_told_apart(id))
            yield from here.explains
            here = here.parent

    def _likeness(self, id: str) -> Likeness:
        reading = self._held.reading(RepoId.parse(id))
        find = Find(id, 0, reading if isinstance(reading, Reading) else None, names={id})
        return Likeness(find, self._tables.lineage, ())

    def _origin(self, space: str | None) -> Json:
        key = space.casefold() if space else None
        if key is not None and key not in self._known:
            return {**self._origin(None), "namespace": space}
        if key not in self._origins:
            self._origins[key] = origin_document(self._tables.registry.attribute(space, self._as_of))
        return self._origins[key]

    # -- what is traced

    def _template(self, row: Row) -> Json:
        """The document of a model of which nothing is known but its profile."""
        key = (row.profile, self._held.from_api(row))
        if key not in self._templates:
            facts = facts_document(self._provenance(_nobody(row, None), _NOBODY))
            facts["evidence"] = []
            facts["model"]["tags"] = None
            self._templates[key] = facts
        return self._templates[key]

    def _trace(self, row: Row) -> Json:
        self.traced += 1
        facts = facts_document(self._provenance(row, RepoId.parse(row.id)))
        facts["model"]["tags"] = None
        return facts

    def _provenance(self, row: Row, repo: RepoId) -> Provenance:
        hub = One(self._held.noun(row, repo, row.bases), self._held)
        request = Request(repo)
        return trace(request, hub, self._tables, as_of=self._as_of, depth=Depth.CARD, lookup=self._held.look_up)

    def _traced_line(self, row: Row) -> Line:
        self.traced += 1
        return self._line_of(self._provenance(row, RepoId.parse(row.id)))

    def _line_of(self, provenance: Provenance) -> Line:
        facts = facts_document(provenance)
        lineage = facts["lineage"]
        body = {lineage["publisher"][0], *lineage["ancestors"], *lineage["components"]}
        likenesses = (
            Likeness(Find(n.id, 0, n.reading, names={n.id, *n.renamed_from}), self._tables.lineage, ())
            for n in provenance.lineage.nodes
            if n.id in body and self._is_told_apart(n.id)
        )
        node = lineage["models"][0]
        return Line(
            node["id"], node, node["maker"], lineage["hints"], facts["gaps"],
            whole=lineage, explains=tuple(likenesses), size=len(lineage["models"]),
            depth=max(model["depth"] for model in lineage["models"]), circular=bool(lineage["cycles"]),
        )  # fmt: skip

    def _is_told_apart(self, id: str) -> bool:
        return id.casefold() in self._cited or (_namespace(id) or "").casefold() in self._known

    def _stranger(self, row: Row, name: str) -> Line | None:
        """The line of a name that leads nowhere: what stands above a child of nobody's that names it."""
        if "/" in name and not self._is_told_apart(name) and self._held.never_seen(name):
            return renamed(self._missing(row, str(_NOWHERE)), name, self._origin(_namespace(name)))
        return self._missing(row, name)

    def _missing(self, row: Row, name: str) -> Line:
        if name not in self._strangers:
            child = _nobody(row, canonical({"card": name}))
            self._strangers[name] = without_child(self._line_of(self._provenance(child, _NOBODY)))
        return self._strangers[name]


def _nobody(row: Row, bases: str | None) -> Row:
    """A model of which only the profile of ``row`` is known, and the parents it names."""
    return replace(row, id=str(_NOBODY), bases=bases, sha=None, created=None)


@lru_cache(maxsize=100_000)
def _adapter(body: str) -> bool:
    return bool(json.loads(body).get("listing", {}).get("adapter"))


@lru_cache(maxsize=100_000)
def _config(body: str) -> tuple[str | None, tuple[str, ...] | None]:
    profile = json.loads(body)
    classes = profile.get("architectures")
    return profile.get("model_type"), None if classes is None else tuple(classes)


def _edge(child: str, link: Link, parent: str) -> Json:
    return {
        "child": child, "parent": parent, "relation": link.relation, "role": Role.WEIGHTS.value, "basis": link.basis,
        "sources": list(link.sources),
    }  # fmt: skip


def _namespace(id: str | None) -> str | None:
    return id.split("/")[0] if id and "/" in id else None
