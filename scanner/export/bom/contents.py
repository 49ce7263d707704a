"""What a bill of materials is made of: judged models, those that were not judged, and the code base that uses them.

Read from the documents of a report or of a code base, once for both formats, its texts made harmless.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid5

from scanner import __version__
from scanner.bom.purl import ModelPurl
from scanner.codebase.uses import DOCUMENTING
from scanner.errors import InvalidModelId, NothingToScan, UnresolvedComponent
from scanner.export.quoting import one_line
from scanner.export.report import Report
from scanner.model import ModelRef, RefForm, RepoId, is_commit
from scanner.references.walk import EXCLUDED

Json = Mapping[str, Any]

WORST_FIRST = ("deny", "review", "allow")
_OURS = UUID("5d3b4c1e-6f0a-5c55-9b7e-2f1f6a2f9d10")
"""The name space of the ids of our documents."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"[a-z0-9][a-z0-9._/-]*")
_NO_REPOSITORY = ("local-path", "not-a-model", "unnamed")
"""States of an ancestor whose id is the text that failed to name it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A judged model: its facts/v1 and decision/v1 documents, the scan, and the places of a code base that name it.

    ``settings`` are the parameters that were set from outside, by policy and name.
    """

    facts: Json
    decisions: tuple[Json, ...]
    number: int | None
    at: str
    places: tuple[Json, ...] = ()
    settings: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.facts["model"]["id"])

    @property
    def revision(self) -> str | None:
        revision: str | None = self.facts["model"]["revision"]
        return revision

    @property
    def verdict(self) -> str:
        """The worst of the decisions."""
        return min((str(one["verdict"]).lower() for one in self.decisions), key=WORST_FIRST.index)

    @property
    def mentioned(self) -> bool:
        """True of a model that a code base names in prose and comments alone, which run nothing."""
        return _mentioned(self.places)

    @property
    def nodes(self) -> Sequence[Json]:
        """The models of its lineage, itself first."""
        nodes: Sequence[Json] = self.facts["lineage"]["models"]
        return nodes

    def parents(self, child: str, *roles: str) -> list[Json]:
        """The edges to what ``child`` came from, or holds, in one of ``roles``."""
        return [edge for edge in self.facts["lineage"]["edges"] if edge["child"] == child and edge["role"] in roles]

    def unresolved(self, child: str) -> list[Json]:
        """What ``child`` names as its base and nobody could follow."""
        return [one for one in self.facts["lineage"]["unresolved"] if one["child"] == child]


@dataclass(frozen=True, slots=True)
class Missed:
    """A model that is asked for, or used, and was not judged.

    ``identified``: it is known which model is meant. Else ``requested`` is a label, of whatever shape.
    """

    requested: str
    reason: str
    places: tuple[Json, ...] = ()
    identified: bool = True

    @property
    def mentioned(self) -> bool:
        """As of a judged model."""
        return _mentioned(self.places)

    def named(self) -> tuple[str, str | None, str | None]:
        """Its id, or what stands for it, its revision and its package URL."""
        ref = ModelRef.parse(self.requested)
        if not self.identified or ref.repo is None or ref.form not in (RefForm.ID, RefForm.URL):
            return self.requested, None, None
        # The version of a package URL has no case: what has one is not put there.
        version = ref.revision if ref.revision and _VERSION.fullmatch(ref.revision) else None
        return str(ref.repo), ref.revision, str(ModelPurl(ref.repo, version))


@dataclass(frozen=True, slots=True)
class Contents:
    """``codebase`` is the document codebase/v1 without its models; None where models were checked by themselves."""

    subjects: tuple[Subject, ...]
    missed: tuple[Missed, ...]
    at: str
    codebase: Json | None = None

    @property
    def listed(self) -> list[Subject | Missed]:
        """What was judged, and after it what was not."""
        return [*self.subjects, *self.missed]

    def uses(self) -> str:
        """How far it is known which models a code base uses: ``complete``, ``incomplete`` or ``unknown``."""
        assert self.codebase is not None
        open_ones = (one for one in self.codebase["references"] if one["kind"] in ("unresolved", "local"))
        if any(not _mentioned((one,)) for one in open_ones) or self.codebase["compared_with"] is not None:
            return "incomplete"
        coverage = self.codebase["coverage"]
        excluded = any(one["reason"] == EXCLUDED for one in coverage["passed_over"])
        return "unknown" if coverage["unread"] or coverage["partly"] or excluded else "complete"

    def identity(self, format: str) -> UUID:
        """The id of the bill in ``format``: the same of the same contents, written by the same version."""
        subjects = [[one.facts, one.decisions, one.number, one.at, one.places, one.settings] for one in self.subjects]
        missed = [[one.requested, one.reason, one.places] for one in self.missed]
        whole = [__version__, format, self.at, subjects, missed, self.codebase]
        return uuid5(_OURS, json.dumps(whole, sort_keys=True))


def of_report(report: Report) -> Contents:
    """The contents of a bill on the models that were checked.

    Raises:
        NothingToScan: none was judged. A bill that lists nothing would pass for one of a product that uses nothing.
    """
    if not report.scans:
        raise NothingToScan("no model was judged: there is no bill of materials to make", hint="see the errors")
    subjects = tuple(
        Subject(
            one_line(scan.facts),
            tuple(one_line(list(scan.decisions))),
            scan.number,
            scan.at,
            settings=one_line(scan.settings),
        )
        for scan in report.scans
    )
    missed = tuple(
        Missed(one_line(one.requested), one_line(one.message), identified=one.kind != UnresolvedComponent.__name__)
        for one in report.failures
    )
    return Contents(subjects, missed, max(one.at for one in subjects))


def of_codebase(document: Json) -> Contents:
    """The contents of a bill on what a code base uses. A model that is judged twice, at other places, stands once.

    Without a commit that is what was asked for twice: weights that lie in two folders under one name are two.
    """
    harmless = one_line(document)
    settings = {policy["name"]: {one["parameter"]: one["value"] for one in policy["settings"]}
                for policy in harmless["policies"]}  # fmt: skip
    merged: dict[tuple[str, str], Subject] = {}
    for one in harmless["models"]:
        places = tuple(harmless["references"][number] for number in one["references"])
        this = Subject(one["facts"], tuple(one["decisions"]), one["scan"], harmless["at"], places, settings)
        key = (this.id.casefold(), this.revision) if this.revision else (one["requested"], "")
        earlier = merged.get(key)
        merged[key] = this if earlier is None else _joined(earlier, this)
    places_of = _by_request(harmless["references"])
    missed = tuple(Missed(one["requested"], one["message"], _at(one, places_of)) for one in harmless["errors"])
    rest = {key: value for key, value in harmless.items() if key != "models"}
    return Contents(tuple(merged.values()), missed, harmless["at"], rest)


def _joined(one: Subject, other: Subject) -> Subject:
    decisions = [*one.decisions, *(each for each in other.decisions if each not in one.decisions)]
    return replace(one, decisions=tuple(decisions), places=(*one.places, *other.places))


def _by_request(references: Iterable[Json]) -> dict[str, list[Json]]:
    """The references by what a check of them is asked, without case."""
    found: dict[str, list[Json]] = {}
    for one in references:
        if one["kind"] in ("model", "weights"):
            revision = f"@{one['revision']}" if one["revision"] else ""
            named = f"./{one['path']}" if one["kind"] == "weights" else f"{one['model']}{revision}"
            found.setdefault(named.casefold(), []).append(one)
    return found


def _at(error: Json, places_of: Mapping[str, list[Json]]) -> tuple[Json, ...]:
    """The references that name a model that was not judged: its error knows their paths and lines alone."""
    lines = {(place["path"], place["line"]) for place in error["places"]}
    named = places_of.get(error["requested"].casefold(), ())
    return tuple(one for one in named if (one["path"], one["line"]) in lines)


def _mentioned(places: Sequence[Json]) -> bool:
    return bool(places) and all(not DOCUMENTING.isdisjoint(place["flags"]) for place in places)


def circumstances(place: Json) -> str:
    """How a place of a code base names a model, as a text."""
    told = [str(place["how"])]
    if place["cell"]:
        told.append(f"cell {place['cell']}")
    told.append(f"revision {place['revision']}" if place["revision"] else "not pinned")
    return "; ".join((*told, *place["flags"]))


def split(id: str) -> tuple[str | None, str]:
    """The namespace and the name of an id; what is no id is a name."""
    try:
        repo = RepoId.parse(id)
    except InvalidModelId:
        return None, id
    return repo.namespace, repo.name


def commit_of(node: Json) -> str | None:
    """The commit that was read of a model; None of what is none, for a version says which files are meant."""
    revision: str | None = node["revision"]
    return revision if is_commit(revision) else None


def publisher_of(subject: Subject, node: Json) -> Json:
    """The origin of the account that publishes a model of the lineage.

    The origin of a re-host or conversion is its maker's: that of its account is known of the judged model, and of
    others where the account stands elsewhere in the document; else its name is all there is.
    """
    if node["id"] == subject.id:
        return dict(subject.facts["publisher"])
    if not node["conduit"]:
        return dict(node["origin"])
    account, _ = split(node["id"])
    known = [subject.facts["publisher"], *(one["origin"] for one in subject.nodes)]
    same = (one for one in known if account and (one["namespace"] or "").casefold() == account.casefold())
    return dict(next(same, {"namespace": account, "organisation": None}))


def purl_of(subject: Subject, node: Json) -> str | None:
    """The package URL of a model of the lineage; None of what is not known to be a model of the Hub.

    A folder on this machine may hold anything under any name: only what the Hub said of a model makes it one.
    """
    unknown = node["hub_id"] is None and node["state"] == "read" and subject.facts["model"]["hub"] == "dir"
    if unknown or node["state"] in _NO_REPOSITORY:
        return None
    try:
        return str(ModelPurl(RepoId.parse(node["id"]), commit_of(node)))
    except InvalidModelId:
        return None


def datasets(subject: Subject) -> list[str]:
    """The data sets that the card declares the model was trained on."""
    tags: Iterable[str] = subject.facts["model"]["tags"] or ()
    return list(dict.fromkeys(tag[8:].strip() for tag in tags if tag.startswith("dataset:") and tag[8:].strip()))


def files(subject: Subject) -> list[tuple[str, str | None, int | None]]:
    """Path, SHA-256 and size of the files that were read whole, and of the weights as the Hub states them."""
    facts = subject.facts
    found = {one["path"]: (one["sha256"], one["size"]) for one in facts["files"]["weights"] or ()}
    revision = f"@{subject.revision}" if subject.revision else ""
    start = f"{facts['model']['hub']}://{subject.id}{revision}/"
    for one in facts["evidence"]:
        # A place within a file means that a part of it was read: its digest is not the file's.
        if one["sha256"] and one["at"].startswith(start) and "#" not in one["at"]:
            found.setdefault(one["at"].removeprefix(start), (one["sha256"], one["size"]))
    return [
        (path, sha256 if sha256 and _SHA256.fullmatch(sha256) else None, size)
        for path, (sha256, size) in sorted(found.items())
    ]


def lineage_state(subject: Subject, node: Json) -> str:
    """How much is known of what a model came from: ``complete``, ``incomplete`` or ``unknown``.

    Incomplete: it names a base that could not be followed. Unknown: it, or some of it that was looked for, could not be
    read, or nothing says that its weights begin with it.
    """
    if subject.unresolved(node["id"]):
        return "incomplete"
    if node["state"] != "read" or any(gap["subject"] == node["id"] for gap in subject.facts["gaps"]):
        return "unknown"
    if subject.parents(node["id"], "weights"):
        return "complete"
    return "complete" if node["established"] else "unknown"
