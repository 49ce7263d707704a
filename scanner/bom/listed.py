"""What a bill of materials lists: models, each with the means by which it is named and its place in the bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from scanner.bom.purl import is_model_purl, is_of_no_registry, parse
from scanner.errors import InvalidModelId
from scanner.model import ModelRef, RefForm, RepoId, is_commit
from scanner.text import clean_line


class By(StrEnum):
    """By what a listed model is known, strongest first."""

    PURL = "purl"
    """its package URL"""
    ADDRESS = "address"
    """an address of the Hub that it is said to be had from"""
    NAME = "name"
    """its name alone, which has the shape of an id: it may be another's"""


@dataclass(frozen=True, slots=True)
class Listed:
    """One model of a bill. ``label`` is what the bill calls it, ``at`` its place there.

    ``used``: it is listed as a part of what the bill is about; else as what such a part came from or was made with.
    ``repo`` is None where nothing says which model of the Hub it is, and ``why`` says so. ``digests`` are the SHA-256
    that the bill states, by the path of the file; of the component itself, which may be any of its files, by none.
    """

    label: str
    at: str
    used: bool
    repo: RepoId | None = None
    revision: str | None = None
    by: By | None = None
    why: str = ""
    digests: tuple[tuple[str, str], ...] = ()

    @property
    def requested(self) -> str:
        """What a check of it is asked."""
        name = str(self.repo) if self.repo else self.label
        # What a bill names is never a file that happens to lie here under that name.
        name = f"hf://{name}" if name.endswith((".gguf", ".safetensors")) else name
        return f"{name}@{self.revision}" if self.revision else name


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill of materials that was read: its file, its format with version, its models in the order of the file.

    ``partial``: it says of itself that what it is about has, or may have, more in it than it lists.
    """

    file: str
    format: str
    models: tuple[Listed, ...]
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a component says of itself; a text that is missing, or is none, is empty.

    ``wrong`` names the fields that hold something else than a text.
    """

    group: str = ""
    name: str = ""
    version: str = ""
    purls: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        full = f"{self.group}/{self.name}" if self.group and "/" not in self.name else self.name
        return clean_line(full or next(iter(self.purls), ""), 120) or "a component without a name"


def listed(said: Said, at: str, *, used: bool) -> Listed:
    """Which model a component is: by its package URL, else by its addresses, else by its name.

    A stronger means that is broken, or contradicts itself, is not passed over for a weaker one.
    """
    label = said.label
    if said.wrong:
        return Listed(label, at, used, why=f"no text: {', '.join(said.wrong)}")
    try:
        repo, revision, by = _named(said)
    except InvalidModelId as error:
        return Listed(label, at, used, why=error.message)
    stated = said.version.strip().lower()
    if is_commit(stated):
        if is_commit(revision) and revision != stated:
            return Listed(label, at, used, why=f"it is said to be of two commits: {revision} and {stated}")
        # A branch is another commit every day: of the two, the commit says which files are meant.
        revision = stated
    return Listed(label, at, used, repo, revision, by, digests=said.digests)


def _named(said: Said) -> tuple[RepoId, str | None, By]:
    if purls := [one for one in said.purls if is_model_purl(one)]:
        found = _one({(one.repo, _folded(one.revision)) for one in map(parse, purls)}, "package URLs")
        return *found, By.PURL
    if refs := {(ref.repo, _folded(ref.revision)) for ref in map(_on_the_hub, said.addresses) if ref and ref.repo}:
        # A page of the model and one of its commit are one model at that commit.
        pinned = {repo for repo, revision in refs if revision}
        return *_one({ref for ref in refs if ref[1] or ref[0] not in pinned}, "addresses"), By.ADDRESS
    # What another registry has under a name is not what the Hub has under it.
    if other := next((one for one in said.purls if not is_of_no_registry(one)), None):
        raise InvalidModelId(f"its package URL is not one of a model of the Hub: {clean_line(other, 120)!r}")
    ref = ModelRef.parse(said.label)
    if ref.form is RefForm.ID and ref.repo and ref.repo.namespace:
        return ref.repo, ref.revision, By.NAME
    raise InvalidModelId("no package URL and no address of the Hub, and its name is no org/name")


def names_a_model(address: str) -> bool:
    """True of an address of a model of the Hub, or of a file of one."""
    return _on_the_hub(address) is not None


def _on_the_hub(address: str) -> ModelRef | None:
    ref = ModelRef.parse(address.strip().removeprefix("git+"))
    # The page of an organisation has the shape of an id without a namespace.
    return ref if ref.form is RefForm.URL and ref.repo and ref.repo.namespace else None


def _one(found: set[tuple[RepoId, str | None]], what: str) -> tuple[RepoId, str | None]:
    if len(found) > 1:
        names = ", ".join(sorted(f"{repo}@{revision}" if revision else str(repo) for repo, revision in found)[:5])
        raise InvalidModelId(f"its {what} name several models: {names}")
    return next(iter(found))


def _folded(revision: str | None) -> str | None:
    return revision.lower() if revision and is_commit(revision.lower()) else revision


def texts(said: Sequence[object]) -> tuple[str, ...]:
    """Those of ``said`` that are texts."""
    return tuple(one for one in said if isinstance(one, str))
