"""One edge: what the licence of a base demands of whatever is made from it, against what the child declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scanner.evidence.license_text import role
from scanner.license import Status, terms
from scanner.model import Relation, Role

Json = Mapping[str, Any]
Truth = bool | None

NAMING, FILES, MERGE, UNDETERMINED = "naming-dropped", "file-missing", "merge-incompatible", "undetermined"
KINDS = (
    NAMING, "terms-dropped", "non-commercial-dropped", "share-alike-broken", "territory-dropped", "no-derivatives",
    MERGE, "unlicensed", FILES, "outputs-restricted", UNDETERMINED,
)  # fmt: skip
_WHOLE = "it wants the whole under its licence, and"
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Side:
    """One end of an edge: the table's id of its licence where that is known, whether it declares none at all."""

    id: str
    license: str | None
    none: bool

    @classmethod
    def of(cls, model: Json) -> Side:
        """The side of a model of a facts document."""
        said = model["license"]
        return cls(model["id"], said["id"], said["status"] == Status.NONE.value)


@dataclass(frozen=True, slots=True)
class Check:
    """What one comparison of two licences gave: ``conflict`` None is not known. ``fact`` is the parent's that rules."""

    kind: str
    conflict: Truth
    fact: str | None
    message: str


@lru_cache(maxsize=50_000)
def compare(child: Side, parent: Side, relation: str, role: str, multimodal: Truth) -> tuple[Check, ...]:
    """The conflicts of one edge, and what could not be determined; nothing where all is known and at peace."""
    if role == Role.COMPONENT.value:
        return ()
    if parent.license is None:
        why = "declares no licence, so nobody is permitted" if parent.none else "is under terms that are not known"
        return (Check(UNDETERMINED, None, None, f"the base {why}"),)
    if role == Role.TEACHER.value:
        return tuple(_taught(child, parent.license))
    naming = tuple(_naming(child.id, parent.license))
    if child.none:
        return (*naming, *_unlicensed(parent.license))
    if child.license is None:
        return (*naming, Check(UNDETERMINED, None, None, "the model is under terms that are not known"))
    return (*naming, *_of_licenses(child.license, parent.license, relation, multimodal))


# -- one rule each; True conflict, False peace, None not known


@lru_cache(maxsize=20_000)
def _of_licenses(child: str, parent: str, relation: str, multimodal: Truth) -> tuple[Check, ...]:
    if child == parent:
        return ()
    has, asks = terms(child), terms(parent)
    found = (
        Check("share-alike-broken", _share_alike(asks, child), "share_alike", "derivatives carry the same licence"),
        Check("terms-dropped", _dropped(asks, has), "flow_down", "terms that must be handed on are not in it"),
        Check(
            "non-commercial-dropped",
            _commerce(asks, has),
            "commercial_use",
            "commercial use is not free there, and is claimed to be here",
        ),
        Check(
            "territory-dropped",
            _territory(asks, has, multimodal),
            "territory_excluded",
            "places it is not given for are not excluded",
        ),
        Check("no-derivatives", _derivatives(asks, relation), "relicense", "no changed version may be passed on"),
    )
    return tuple(one for one in found if one.conflict is not False)


def _is(of: Json, fact: str) -> Any:
    return of[fact]["is"] if fact in of else None


def _share_alike(asks: Json, child: str) -> Truth:
    said: Truth = _is(asks, "share_alike")
    return child not in _compatible(asks) if said else said


def _dropped(asks: Json, has: Json) -> Truth:
    if _is(asks, "share_alike"):
        # That the licence itself travels along is told as share-alike.
        return False
    said: Truth = _is(asks, "flow_down")
    if not said:
        return said
    what = set(asks["flow_down"].get("what", ()))
    if what and _is(has, "flow_down") is None:
        return None
    carried = set(has["flow_down"].get("what", ())) if _is(has, "flow_down") else set()
    return not (what and what <= carried)


def _commerce(asks: Json, has: Json) -> Truth:
    """Free up to a size is free: above it, the terms that were dropped tell."""
    allowed = _is(asks, "commercial_use")
    sized = any(_is(asks, limit) not in (None, "none") for limit in ("user_threshold", "revenue_threshold"))
    if allowed is None:
        return None
    if allowed == "yes" or (allowed == "conditional" and sized):
        return False
    claimed = _is(has, "commercial_use")
    if claimed is None:
        return None
    return bool(claimed == "yes" or (claimed == "conditional" and allowed == "no"))


def _territory(asks: Json, has: Json, multimodal: Truth) -> Truth:
    excluded = _is(asks, "territory_excluded")
    if excluded is None:
        return None
    if not excluded:
        return False
    if asks["territory_excluded"].get("multimodal_only") and multimodal is not True:
        return multimodal
    kept = _is(has, "territory_excluded")
    return None if kept is None else not set(excluded) <= set(kept)


def _derivatives(asks: Json, relation: str) -> Truth:
    # Where the table is silent, they are allowed: that none is, a licence says in its title.
    return _is(asks, "relicense") == "no-derivatives" and relation != Relation.COPY.value


def _unlicensed(parent: str) -> Iterator[Check]:
    asks = terms(parent)
    demands = [_is(asks, fact) for fact in ("notice", "flow_down", "share_alike")]
    if any(demands):
        fact = next(f for f in ("notice", "flow_down", "share_alike") if _is(asks, f))
        yield Check("unlicensed", True, fact, "it declares no licence, and the base's must go along")
    elif None in demands:
        yield Check("unlicensed", None, None, "it declares no licence; what the base's demands is not known in full")


def _naming(id: str, parent: str) -> Iterator[Check]:
    said = terms(parent).get("naming")
    if said is None:
        yield Check(NAMING, None, None, "whether its name has to show the base is not known")
    elif said["is"] and not named_as_asked(id, said):
        word = said.get("name_begins") or said.get("name_includes")
        yield Check(NAMING, True, "naming", f"its name has to show {word!r}")


def named_as_asked(id: str, naming: Json) -> bool:
    """Whether the name of a repository begins with, or includes, the word that a naming duty asks for.

    Case and punctuation make no difference. A duty to show a line elsewhere asks nothing of the name.
    """
    name = _plain(id.rpartition("/")[2])
    begins, includes = _plain(naming.get("name_begins", "")), _plain(naming.get("name_includes", ""))
    return name.startswith(begins) and includes in name


def _plain(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", text.casefold())


def _taught(child: Side, teacher: str) -> Iterator[Check]:
    said = terms(teacher).get("outputs_restricted")
    if said is None:
        yield Check("outputs-restricted", None, None, "whether its outputs may train models is not known")
    elif said["is"]:
        conflict = _TAUGHT.get(said.get("then", ""), _forbidden)(child, teacher)
        kind = NAMING if said.get("then") == "naming" else "outputs-restricted"
        if conflict is not False:
            yield Check(kind, conflict, "outputs_restricted", "it learned from outputs that are bound")


def _forbidden(child: Side, teacher: str) -> Truth:
    # Who is excepted - the own family, whoever does not compete - cannot be told from a licence.
    return None if terms(teacher)["outputs_restricted"].get("except") else True


def _named(child: Side, teacher: str) -> Truth:
    naming = terms(teacher).get("naming")
    return None if naming is None else not named_as_asked(child.id, naming)


def _same_terms(child: Side, teacher: str) -> Truth:
    return None if child.license is None and not child.none else child.license != teacher


def _not_commercial(child: Side, teacher: str) -> Truth:
    claimed = _is(terms(child.license), "commercial_use") if child.license else None
    return None if claimed is None else claimed != "no"


_TAUGHT: Mapping[str, Callable[[Side, str], Truth]] = {
    "forbidden": _forbidden,
    "naming": _named,
    "same-terms": _same_terms,
    "non-commercial": _not_commercial,
}


# -- several bases, and the files of one repository


def incompatible(parents: Sequence[Side]) -> Iterator[tuple[Side, Check]]:
    """Bases of one merge whose terms cannot be met together: one wants its licence on the whole, another its own terms.

    Told of the one that wants the whole.
    """
    for one in parents:
        asks = terms(one.license) if one.license else {}
        if not _is(asks, "share_alike"):
            continue
        others = {other.license for other in parents} - {one.license, *_compatible(asks)}
        binding = {_binds(terms(other), one.license) if other else None for other in others}
        if True in binding:
            yield one, Check(MERGE, True, "share_alike", f"{_WHOLE} another base has terms of its own")
        elif None in binding:
            yield one, Check(MERGE, None, "share_alike", f"{_WHOLE} the terms of another base are not known")


def _binds(asks: Json, license: str | None) -> Truth:
    """Whether it has terms of its own that do not give way to ``license``."""
    if license in _compatible(asks):
        return False
    use = _is(asks, "commercial_use")
    truths = (_is(asks, "share_alike"), _is(asks, "flow_down"), None if use is None else use == "no")
    return True if True in truths else None if None in truths else False


def _compatible(asks: Json) -> Sequence[str]:
    found: Sequence[str] = asks.get("share_alike", {}).get("compatible", ())
    return found


@lru_cache(maxsize=5_000)
def _files_asked(license: str) -> frozenset[str] | None:
    """Which files must go along; None: not known whether any must, or which."""
    said = terms(license).get("notice")
    if said is None or (said["is"] and "files" not in said):
        return None
    return frozenset(said["files"] if said["is"] else ()) - {"link"}


def missing_files(license: str | None, held: Sequence[str] | None) -> Check | None:
    """Whether a repository with these licence files lacks one that the licence of a base wants to go along."""
    asked = _files_asked(license) if license else None
    if asked == frozenset():
        return None
    if asked is None or held is None:
        what = "whether a file must go along" if asked is None else "whether the files that must go along are there"
        return Check(FILES, None, "notice" if asked else None, f"{what} is not known")
    there = {role(path).value for path in held}
    if "license" in asked - there:
        return Check(FILES, True, "notice", "a licence text must go along and is not in the repository")
    if missing := sorted(asked - there):
        # A notice goes along where the base has one, and may stand in the licence file.
        words = " and ".join(f"a {kind} file" for kind in missing)
        return Check(FILES, None, "notice", f"{words} may have to go along and is not in the repository")
    return None
