"""The facts documents of a whole catalogue, each the one that ``facts --hub catalogue`` gives for its model.

A trace takes a millisecond, and there are millions of models. But of most of them all is told by what the profile shows
(traced once for all models that share it), by the publisher, and by the lineages of the parents as they stand one step
further away: their documents are composed, with what their own sources contradict each other in. Everything else -
circles, cited lineages, names that lead elsewhere, what a re-hoster's sources disagree about - is traced.

Composed documents leave out where things were read (``at``, footnotes of licences, ``evidence``) and the tags.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache, partial
from itertools import count
from typing import Any

from scanner.catalogue.acquainted import Acquainted
from scanner.catalogue.alike import Alike, Kind
from scanner.catalogue.ancestry import Ancestry
from scanner.catalogue.entry import canonical, known_id, moment
from scanner.catalogue.held import Held, One, Row
from scanner.catalogue.lines import (
    Line,
    Told,
    composed,
    is_mixed,
    joined,
    open_end,
    renamed,
    separable,
    unnamed_maker,
    without_child,
)
from scanner.catalogue.links import Link, named
from scanner.catalogue.looks import (
    Profile,
    Seen,
    contradictions_of,
    edges_of,
    namespace,
    nobody,
    outcomes_of,
    own_values,
    profile_of,
    unfollowed,
)
from scanner.catalogue.origins import Origins
from scanner.catalogue.summary import UNKNOWN, Summary, declared_text, one_further, summary_of_lineage, together
from scanner.evidence import Depth
from scanner.fact import Basis
from scanner.facts import facts_document
from scanner.model import Relation, RepoId
from scanner.provenance import Provenance, Request, Tables, trace
from scanner.terms import terms_document

Json = dict[str, Any]

_LONGEST, _MOST = 10, 50
"""Lineages beyond these are traced: a trace has limits of its own, which a composition would not meet."""
_TOLD = 20_000
"""Records of so many models are kept: those of the models that many come out of."""
_UNALTERED = (Relation.UNSPECIFIED.value, Relation.QUANTIZED.value, Relation.COPY.value)
Kinds = tuple[Kind, Kind]
"""Of a model to the rules that read it alone, and to those that read its lineage."""
Plain = tuple[int, bool, str | None, str | None, str | None]
"""What is all there is to most models: profile, whose word it is, bases; of a publisher whom a table knows its
namespace, and which of its own families this is."""


class Documents:
    """Composes or traces the documents of rows. Not to be shared between threads."""

    def __init__(
        self,
        held: Held,
        tables: Tables,
        as_of: date,
        alike: Alike,
        *,
        halves: tuple[Alike, Alike] | None = None,
        terms: bool = True,
    ) -> None:
        """``alike`` says which documents are of one kind, ``halves`` to each half of the rules.

        ``terms`` False leaves those out of composed documents, for whoever asks for none.
        """
        self._halves, self._terms = halves or (alike, alike), terms
        self._held, self._tables, self._as_of, self._alike = held, tables, as_of, alike
        self._ancestry = Ancestry(alike)
        self._every_one = alike.one_by_one or alike.asks_of_own or alike.asks_of_namespaces
        self._acquainted = Acquainted(held, tables)
        self._nobody, self._nowhere = self._unheard("anyone"), self._unheard("no-one")
        self._lines: dict[int, Line] = {}
        self._looked: dict[int, Seen] = {}
        self._open = set[int]()
        self._strangers: dict[str, Line] = {}
        self._kinds: dict[Kind, int] = {}
        self._origins = Origins(
            tables.registry, as_of, alike, self._halves, knows=self._acquainted.knows, number=self._number
        )
        self._profiles: dict[tuple[int, bool], Profile] = {}
        self._told = lru_cache(maxsize=_TOLD)(self._tell)
        self.traced = 0
        """how many documents were traced, not composed"""

    def plain(self, row: Row) -> Plain | None:
        """Rows with the same, none of them made before the ``youngest`` that one of them sees, have one answer."""
        if self._every_one or self._acquainted.cites(row.id) or (row.bases is not None and row.id in row.bases):
            return None
        space, own = row.namespace, None
        if self._acquainted.knows(space):
            own = self._acquainted.own_family(row, self._profile(row))
        else:
            space = None
        return row.profile, row.source in self._held.api, row.bases, space, own

    def seen(self, row: Row) -> Seen:
        """A look at what a model names, which ``kind`` and ``document`` need."""
        # Whom others name is looked at as their parent too.
        if not self._held.is_named(row):
            return self._look(row)
        if row.num not in self._looked:
            self._looked[row.num] = self._look(row)
        return self._looked[row.num]

    def _look(self, row: Row) -> Seen:
        profile = self._profile(row)
        if not profile.plain or self._acquainted.cites(row.id):
            return Seen(row, profile)
        said = named(row.bases, profile.adapter)
        if said is None:
            return Seen(row, profile)
        found, size, youngest = [], 0, 0
        for link in said.links:
            parent = self._parent(row, link)
            if parent is None or parent.depth >= _LONGEST or parent.circular:
                return Seen(row, profile)
            found.append(parent)
            size += parent.size
            youngest = max(youngest, parent.created)
        if size >= _MOST or not separable(found) or (said.disagree and any(parent.mixed for parent in found)):
            return Seen(row, profile)
        known = self._acquainted.knows(row.namespace)
        own = self._acquainted.own_family(row, profile) if known else None
        # The own work of a re-hoster is its own; of what it passes on unaltered the maker is another.
        conduit = known and own is None and self._tables.registry.is_conduit(row.namespace)
        conduit = conduit and all(link.relation in _UNALTERED for link in said.links)
        to_trace = conduit and (len(said.links) > 1 or said.disagree)
        return Seen(row, profile, said, tuple(found), known, own, conduit, to_trace, youngest)

    def kind(self, seen: Seen) -> Kinds | None:
        """Models of one kind are the same to every policy, or to half its rules; None: judged by itself."""
        if seen.to_trace or seen.named.disagree or self._alike.one_by_one:
            return None
        line = self._line_kind(seen)
        if line is None:
            return None
        row = seen.row
        values = {**own_values(row), **self._named(row)} if self._alike.asks_of_own else None
        publishers = self._origins.publisher(row.namespace, seen.known)
        alone, below = (
            (of, publisher, alike.of_own(values) if values else ())
            for of, publisher, alike in zip(seen.profile.of_document, publishers, self._halves, strict=True)
        )
        return alone, (*below, line)

    def summary(self, seen: Seen) -> Summary:
        """The summary of a model that has a kind, without its document."""
        profile, publisher = seen.profile, UNKNOWN
        if seen.known:
            publisher = self._origins.document(seen.row.namespace)["control"] or UNKNOWN
        if not seen.parents:
            complete = profile.read and self._maker(seen) is not None
            return Summary(publisher, self._control(seen) or UNKNOWN, "", "", profile.license, "", int(complete))
        _, roots, ancestors, ids, _, licenses, whole = together([parent.below for parent in seen.parents])
        return Summary(publisher, roots, ancestors, ids, profile.license, licenses, int(bool(whole) and profile.read))

    def document(self, seen: Seen) -> Json:
        """The facts document of a model."""
        row, line = seen.row, self._line(seen)
        if line is None:
            return self._trace(row)
        template = seen.profile.template
        lineage, gaps = composed(line)
        document = {
            **template,
            "model": {**template["model"], **own_values(row), **self._named(row)},
            "publisher": self._origins.document(row.namespace),
            "lineage": lineage,
            "gaps": gaps,
        }
        if self._terms:
            files, multimodal = template["files"]["license_files"], template["model"]["multimodal"]
            document["terms"] = terms_document(lineage, files, multimodal)
        return document

    # -- one model

    def _named(self, row: Row) -> Json:
        signals = [signal.document() for signal in self._held.signals.get(row.num, ())]
        return {"sources": list(self._held.sources(row)), "remembered": True, "identity": signals}

    def _line_kind(self, seen: Seen) -> int | None:
        if seen.kind is None:
            seen.kind = self._ask_kind(seen)
        return seen.kind

    def _ask_kind(self, seen: Seen) -> int | None:
        above = self._ancestry.above(seen.named.links, [parent.kind for parent in seen.parents])
        if above is None:
            return None
        profile, space, known, maker = seen.profile, seen.row.namespace, seen.known, self._maker(seen)
        if seen.conduit:
            space = namespace(maker)
            known = self._acquainted.knows(space)
        own = (
            profile.of_line,
            self._origins.maker(space, known),
            tuple([self._acquainted.explains(developer, seen) for developer in profile.developers]),
            seen.own_family if self._alike.asks_of_families else seen.own_family is not None,
            seen.conduit,
            maker is None,
            not seen.parents,
            outcomes_of(seen) if self._alike.asks_of_terms and seen.parents else None,
        )
        return self._ancestry.number(own, above)

    def _profile(self, row: Row) -> Profile:
        key = (row.profile, row.source in self._held.api)
        if key not in self._profiles:
            self._profiles[key] = self._profiled(row)
        return self._profiles[key]

    def _profiled(self, row: Row) -> Profile:
        template = facts_document(self._provenance(nobody(row, self._nobody, None), self._nobody))
        template["evidence"] = []
        template["model"]["tags"] = None
        if not self._terms:
            del template["terms"]
        of_line = self._number(self._alike.of_line(template))
        of_document = tuple(self._number(alike.of_document(template)) for alike in self._halves)
        return profile_of(template, self._held.bodies[row.profile], of_line, of_document)

    def _number(self, kind: Kind) -> int:
        return self._kinds.setdefault(kind, len(self._kinds))

    def _parent(self, row: Row, link: Link) -> Line | None:
        """The line of the parent that ``row`` names, when nothing about the pair needs a closer look."""
        above = self._held.row(link.name.casefold())
        if above is None:
            return self._stranger(row, link.name)
        same = above.id.casefold() == link.name.casefold()
        if above.num == row.num or not same or link.hub_ids - {known_id(above.hub_id)}:
            return None
        if above.created and row.created and above.created > row.created:
            return None
        return self._line_above(above)

    def _line_above(self, row: Row) -> Line | None:
        """The line of a parent, remembered. Up a chain without recursion: a circle is as long as its limit."""
        if (known := self._lines.get(row.num)) is not None:
            return known
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
                line = self._line(self.seen(one)) or self._of_a_kind(self._line_of(self._trace(one)))
                self._lines[one.num] = line
                line.created = one.created or 0
                self._open.discard(one.num)
        return self._lines[row.num]

    def _simply_above(self, row: Row) -> Row | None:
        found = None if self._acquainted.cites(row.id) else named(row.bases, self._profile(row).adapter)
        above = self._held.row(found.links[0].name.casefold()) if found and len(found.links) == 1 else None
        return above if above is not None and above.num != row.num else None

    def _line(self, seen: Seen) -> Line | None:
        """The model with what is above it; None where it has to be traced."""
        if seen.to_trace:
            return None
        row, parents = seen.row, seen.parents
        if seen.named.disagree:
            return self._of_a_kind(joined(self._tell(seen), parents, contradictions_of(seen)))
        number = self._line_kind(seen)
        if len(parents) > 1:
            return self._of_a_kind(joined(self._tell(seen), parents), number)
        summary = self.summary(seen)
        below = one_further(summary, row.id, self._control(seen), summary.license)
        assert number is not None
        line = Line(row.id, self._maker(seen), partial(self._told, seen), None, None, number, below)
        if parents:
            line.parent, line.mixed = parents[0], parents[0].mixed
            line.size, line.depth = parents[0].size + 1, parents[0].depth + 1
        return line

    def _control(self, seen: Seen) -> str | None:
        if not (seen.known or seen.conduit):
            return None
        control: str | None = self._origins.document(namespace(self._maker(seen)))["control"]
        return control

    def _maker(self, seen: Seen) -> str | None:
        if not seen.conduit:
            return seen.row.id
        return seen.parents[0].maker if seen.parents else None

    def _tell(self, seen: Seen) -> Told:
        row, template, maker = seen.row, seen.profile.template, self._maker(seen)
        shown = template["lineage"]["models"][0]
        node = {
            **shown,
            "id": row.id,
            "revision": row.sha.hex() if row.sha else None,
            "hub_id": known_id(row.hub_id),
            "created_at": moment(row.created),
            "path": [row.id],
            "root": not seen.parents,
            "established": Basis.CURATED.value if seen.own_family and not (seen.parents or seen.named.lost) else None,
            "conduit": seen.conduit,
            "maker": maker,
            "family": seen.own_family or shown["family"],
            "origin": self._origins.document(namespace(maker)),
        }
        told = Told(
            node,
            [
                {**hint, "subject": row.id, "own": self._acquainted.explains(hint["developer"], seen)}
                for hint in template["lineage"]["hints"]
            ],
            [{**gap, "subject": row.id} for gap in template["gaps"]],
            [unfollowed(row.id, reference) for reference in seen.named.lost],
            edges_of(seen),
        )
        if maker is None:
            told.gaps.append(unnamed_maker(row.id))
            told.unresolved.extend([] if seen.parents else [open_end(row.id)])
        return told

    def _unheard(self, space: str) -> RepoId:
        """A name that leads nowhere and of which no table speaks: whoever publishes may take any that is fixed."""
        names = (RepoId(f"{space}-{number}", "nothing") for number in count())
        seen, told = self._held.never_seen, self._acquainted.tells_apart
        return next(name for name in names if seen(str(name)) and not told(str(name)))

    # -- what is traced

    def _trace(self, row: Row) -> Json:
        self.traced += 1
        found = facts_document(self._provenance(row, RepoId.parse(row.id)))
        found["model"]["tags"] = None
        held = {"hub_description": self._held.description, "hub_as_of": self._held.as_of}
        found["model"] |= {**held, **own_values(row), **self._named(row)}
        return found

    def _provenance(self, row: Row, repo: RepoId) -> Provenance:
        hub = One(self._held.noun(row, repo, row.bases), self._held)
        request = Request(repo)
        return trace(request, hub, self._tables, as_of=self._as_of, depth=Depth.CARD, lookup=self._held.look_up)

    def _of_a_kind(self, line: Line, number: int | None = None) -> Line:
        """A line of a whole lineage with its kind: ``number`` where it is known."""
        lineage, gaps = composed(line)
        node = line.tell().node
        license = declared_text(node["license"]["declared"])
        line.kind = self._ancestry.of_lineage(lineage, gaps) if number is None else number
        line.below = one_further(summary_of_lineage(lineage, line.id), line.id, node["origin"]["control"], license)
        return line

    def _line_of(self, facts: Json) -> Line:
        lineage = facts["lineage"]
        node = lineage["models"][0]
        told = Told(node, lineage["hints"], facts["gaps"], [], [])
        return Line(
            node["id"], node["maker"], lambda: told, whole=lineage, size=len(lineage["models"]),
            depth=max(model["depth"] for model in lineage["models"]),
            circular=bool(lineage["cycles"]), mixed=is_mixed(lineage),
        )  # fmt: skip

    def _stranger(self, row: Row, name: str) -> Line | None:
        """The line of a name that leads nowhere: what stands above a child of nobody's that names it."""
        line = None
        if "/" in name and not self._acquainted.tells_apart(name) and self._held.never_seen(name):
            line = renamed(self._missing(row, str(self._nowhere)), name, self._origins.document(namespace(name)))
        return self._of_a_kind(line or self._missing(row, name))

    def _missing(self, row: Row, name: str) -> Line:
        if name not in self._strangers:
            child = nobody(row, self._nobody, canonical({"card": name}))
            self._strangers[name] = without_child(self._line_of(facts_document(self._provenance(child, self._nobody))))
        return self._strangers[name]
