"""What a hub's API says, as a ``Model``. Every field may have any shape: what cannot be read becomes None, by name.

One hostile or merely new field costs that field, never the model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from scanner.errors import InvalidModelId
from scanner.fact import Basis, Locator
from scanner.model import MAX_ID, Artifact, HubScan, Model, ModelRef, Parent, Relation, RepoId, Revision, is_commit
from scanner.text import REPLACEMENT, clean, clean_line, clean_tree

T = TypeVar("T")

MAX_TAGS = 2_000
MAX_FILES = 100_000
_MAX_PATH = 1_024
_LONGEST_WORD = 200
_MAX_PARENTS = 200
_MAX_UNREAD = 40
# It begins with the second it was given out, and no hub is from 1970.
_OBJECT_ID = re.compile(r"(?!0{8})[0-9a-f]{24}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_WHITE = re.compile(r"[\t\n]")
_HUBS_OWN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
"""how the Hub writes a date"""
_GATES = {"auto": "auto", "manual": "manual"}
_RELATIONS = {relation.value: relation for relation in Relation}

# One element of these is one parameter. Other number types hold several packed into one, scales or codes: no count.
WHOLE = frozenset(["F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"])
# Index and mask tables stand beside the weights and are no parameters.
TABLES = frozenset(("I64", "BOOL"))


def model_from_info(
    body: Mapping[str, Any],
    *,
    hub: str,
    requested: RepoId,
    repo: RepoId | None = None,
    duplicates: Iterable[str] = (),
    sources: tuple[str, ...] = (),
) -> Model:
    """The model an API answer describes. Total: no shape of ``body`` raises.

    Args:
        repo: the name to believe, whatever the answer states; None = the one it states, at worst ``requested``.
        duplicates: keys that stood twice in the answer, recorded as unread.
    """
    answer = _Fields(body)
    answer.unread.extend(duplicates)
    stated = answer.one("id", repo_id) or answer.one("modelId", repo_id)
    name = repo or stated or requested
    if (stated is None and repo is None) or (stated is not None and stated.key != name.key):
        answer.odd("id")
    revision = answer.one("sha", _revision)
    tags = answer.many("tags", _line, MAX_TAGS)
    artifacts = _artifacts(answer, "siblings")
    config = answer.part("config")
    at = Locator(hub, str(name), revision.commit if revision else None, key="baseModels")
    return Model(
        hub=hub,
        requested=requested,
        repo=name,
        revision=revision,
        hub_id=answer.one("_id", object_id),
        created_at=answer.one("createdAt", date),
        last_modified=answer.one("lastModified", date),
        gated=answer.one("gated", _gated),
        disabled=answer.one("disabled", _flag),
        private=answer.one("private", _flag),
        downloads=answer.one("downloads", _count),
        likes=answer.one("likes", _count),
        library=answer.one("library_name", _line),
        pipeline_tag=answer.one("pipeline_tag", _line),
        parameters=_parameters(answer),
        tags=tags,
        card=answer.one("cardData", _card),
        base_models=_base_models(answer, at),
        architectures=config.many("architectures", _line, 100),
        model_type=config.one("model_type", _line),
        remote_code=_remote_code(config.body, tags, artifacts),
        artifacts=artifacts,
        scan=_scan(answer),
        unread=tuple(dict.fromkeys(clean_line(name) for name in answer.unread))[:_MAX_UNREAD],
        sources=sources,
    )


def base_models(body: Mapping[str, Any], at: Locator) -> tuple[tuple[Parent, ...] | None, bool]:
    """The parents an answer with ``baseModels`` names, and whether all of it could be read."""
    answer = _Fields(body)
    return _base_models(answer, at), not answer.unread


def artifacts_from_tree(entries: Iterable[Any]) -> tuple[tuple[Artifact, ...], bool]:
    """The files of a tree listing (folders left out), and whether every entry could be read."""
    answer = _Fields({"tree": [e for e in entries if not (isinstance(e, Mapping) and e.get("type") == "directory")]})
    return _artifacts(answer, "tree") or (), not answer.unread


def date(value: Any) -> str | None:
    """An ISO date with a zone, as ``YYYY-MM-DDTHH:MM:SSZ``; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if _HUBS_OWN.fullmatch(value):
            return f"{value[:19]}Z"
        if moment.tzinfo is None:
            return None
        return moment.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"
    except (ValueError, OverflowError):
        return None


def file_name(value: Any) -> str | None:
    """A file's path, harmless and otherwise as it stands: stripped or cut it would be another file's."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_PATH:
        return None
    return _WHITE.sub(REPLACEMENT, clean(value.replace("\r", "\n"), _MAX_PATH))


class _Fields:
    """The fields of one JSON object. A reader turns a value into a noun or None; null and absent are plainly None."""

    __slots__ = ("body", "prefix", "unread")

    def __init__(self, body: Mapping[str, Any], unread: list[str] | None = None, prefix: str = "") -> None:
        self.body = body
        self.unread = [] if unread is None else unread
        self.prefix = prefix

    def odd(self, key: str) -> None:
        self.unread.append(self.prefix + key)

    def one(self, key: str, read: Callable[[Any], T | None]) -> T | None:
        value = self.body.get(key)
        if value is None:
            return None
        found = read(value)
        if found is None:
            self.odd(key)
        return found

    def many(self, key: str, read: Callable[[Any], T | None], most: int) -> tuple[T, ...] | None:
        """The readable items of a list, at most ``most``; what was left out is told in ``unread``."""
        value = self.one(key, _list)
        if value is None:
            return None
        items = [read(item) for item in value[:most]]
        found = tuple(item for item in items if item is not None)
        if len(found) < len(value):
            self.odd(key)
        return found

    def part(self, key: str) -> _Fields:
        """The object under ``key``, empty when there is none."""
        return _Fields(self.one(key, _mapping) or {}, self.unread, f"{self.prefix}{key}.")


def _list(value: Any) -> list[Any] | None:
    return value if isinstance(value, list) else None


def _mapping(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, Mapping) else None


def _line(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return _word(value) if len(value) <= _LONGEST_WORD else clean_line(value) or None


# The same tags and the same file names stand in every second row of a list.
@lru_cache(maxsize=65_536)
def _word(value: str) -> str | None:
    return clean_line(value) or None


@lru_cache(maxsize=65_536)
def _named(path: str) -> Artifact | None:
    name = file_name(path)
    return None if name is None else Artifact(name)


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def object_id(value: Any) -> str | None:
    """An ``_id``: 24 hex digits, the first eight not all zero; None when it is none."""
    return value if isinstance(value, str) and _OBJECT_ID.fullmatch(value) else None


def _sha256(value: Any) -> str | None:
    return value if isinstance(value, str) and _SHA256.fullmatch(value) else None


def _git_id(value: Any) -> str | None:
    return value if isinstance(value, str) and is_commit(value) else None


def _revision(value: Any) -> Revision | None:
    return Revision(value) if _git_id(value) else None


def repo_id(value: Any) -> RepoId | None:
    """The name of a repository; None when it is none."""
    return _parsed(value) if isinstance(value, str) and len(value) <= MAX_ID else None


@lru_cache(maxsize=1_024)
def _parsed(text: str) -> RepoId | None:
    try:
        return RepoId.parse(text)
    except InvalidModelId:
        return None


def _gated(value: Any) -> str | None:
    if value is False:
        return "no"
    return _GATES.get(value) if isinstance(value, str) else None


def _card(value: Any) -> Mapping[str, Any] | None:
    return clean_tree(value) if isinstance(value, Mapping) else None


def _artifacts(answer: _Fields, key: str) -> tuple[Artifact, ...] | None:
    """The rows of ``siblings`` or of a tree: they say the same under different names."""

    def artifact(value: Any) -> Artifact | None:
        if type(value) is dict and len(value) == 1:
            name = value.get("rfilename")
            if isinstance(name, str) and len(name) <= _LONGEST_WORD:
                return _named(name)
        row = _Fields(value if isinstance(value, Mapping) else {})
        path = row.one("rfilename", file_name) or row.one("path", file_name)
        if path is None:
            return None
        lfs = row.part("lfs")
        digest = lfs.one("sha256", _sha256) or lfs.one("oid", _sha256)
        sizes = row.one("size", _count), lfs.one("size", _count)
        oid = row.one("blobId", _git_id) or row.one("oid", _git_id)
        if row.unread or (lfs.body and digest is None):
            answer.odd(key)
        return Artifact(path, sizes[1] if sizes[0] is None else sizes[0], digest, oid)

    return answer.many(key, artifact, MAX_FILES)


def _parameters(answer: _Fields) -> int | None:
    """Weights counted by type: a sum over packed types would count containers, so there is none."""
    counts = answer.part("safetensors").part("parameters").body
    known = {dtype: _count(number) for dtype, number in counts.items() if dtype not in TABLES}
    total = _count(sum(number or 0 for number in known.values()))
    if None in known.values() or total is None:
        answer.odd("safetensors.parameters")
    elif known and WHOLE.issuperset(known):
        return total
    return answer.part("gguf").one("total", _count)


def _base_models(answer: _Fields, at: Locator) -> tuple[Parent, ...] | None:
    if answer.body.get("baseModels") is None:
        return None
    bases = answer.part("baseModels")
    relation = bases.one("relation", _relation) or Relation.UNSPECIFIED

    def parent(value: Any) -> Parent | None:
        row = _Fields(value if isinstance(value, Mapping) else {})
        ref = row.one("id", ModelRef.parse)
        return Parent(ref, Basis.DECLARED, at, relation, hub_id=row.one("_id", object_id)) if ref else None

    return bases.many("models", parent, _MAX_PARENTS)


def _relation(value: Any) -> Relation | None:
    return _RELATIONS.get(value) if isinstance(value, str) else None


def _remote_code(
    config: Mapping[str, Any], tags: tuple[str, ...] | None, artifacts: tuple[Artifact, ...] | None
) -> bool | None:
    """False only where the hub parsed the config, or listed none, computed the tags and listed no Python file."""
    tokenizer = _mapping(config.get("tokenizer_config")) or {}
    if config.get("auto_map") or tokenizer.get("auto_map") or "custom_code" in (tags or ()):
        return True
    if artifacts is None or tags is None:
        return None
    paths = "\n".join([a.path for a in artifacts]).lower() + "\n"
    unread = ".py\n" in paths or (not config and "config.json\n" in paths)
    return None if unread else False


def _scan(answer: _Fields) -> HubScan | None:
    """The hub's file scanners; a verdict that cannot be read leaves the scan unfinished, never clean."""
    status = answer.one("securityRepoStatus", _mapping)
    if status is None:
        return None
    before = len(answer.unread)
    fields = _Fields(status, answer.unread, "securityRepoStatus.")
    done = fields.one("scansDone", _flag)
    issues = fields.many("filesWithIssues", _issue, MAX_FILES)
    return HubScan(bool(done) and issues is not None and len(answer.unread) == before, issues or ())


def _issue(value: Any) -> tuple[str, str] | None:
    row = _Fields(value if isinstance(value, Mapping) else {})
    path, level = row.one("path", file_name), row.one("level", _line)
    return (path, level) if path and level else None
