"""Nouns exactly as a hub publishes them, at one revision.

What a hub does not say is None, never a default: None means *not known here*, an empty tuple means *known to be none*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from scanner.errors import InvalidModelId
from scanner.fact import Basis, Locator
from scanner.text import clean_line

_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HUB_URL = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co|hf-mirror\.com)(?:/(?:api/(?=models/))?|$)"
    r"|(?:ssh://)?git@(?:ssh\.)?(?:huggingface\.co|hf\.co)[:/]",
    re.I,
)
_OTHER_KINDS = ("datasets/", "spaces/", "docs/", "papers/", "collections/", "blog/", "buckets/", "kernels/")
_FILE_NAME = re.compile(r"\.(?:safetensors|gguf|bin|pt|pth|ckpt|onnx|h5|json|ya?ml|py|md|txt)$", re.I)
_PATH_START = re.compile(r"[/~\\]|\.{1,2}/|[A-Za-z]:[\\/]")
_PATH_HEAD = re.compile(
    r"(?:models?|checkpoints?|outputs?|out|results?|data|runs|ckpts?|weights|tmp|home|workspace|root|mnt|content|kaggle"
    r"|usr|var|opt|users|scratch)/",
    re.I,
)
_URL_REVISION = re.compile(r"([^/]+/[^/]+)/(?:tree|blob|raw|resolve|commit|revision)/([^/]+)")
MAX_ID = 96
_SHORT = 200

MULTIMODAL_TASKS = frozenset(
    (
        "any-to-any", "audio-text-to-text", "document-question-answering", "image-text-to-image", "image-text-to-text",
        "image-text-to-video", "image-to-text", "text-to-image", "text-to-video", "video-text-to-text",
        "visual-document-retrieval", "visual-question-answering", "zero-shot-image-classification",
    )
)  # fmt: skip
"""Tasks of the Hub that take or make text and something else."""
TEXT_TASKS = frozenset(
    (
        "feature-extraction", "fill-mask", "question-answering", "sentence-similarity", "summarization",
        "table-question-answering", "text-classification", "text-generation", "text-ranking", "text2text-generation",
        "token-classification", "translation", "zero-shot-classification",
    )
)  # fmt: skip
"""Tasks of the Hub that take and make text alone."""


@dataclass(frozen=True, slots=True)
class RepoId:
    """A repository's name: ``namespace/name``, or a bare legacy name (``gpt2``). Its identity is ``_id``, not this."""

    namespace: str | None
    name: str

    @classmethod
    def parse(cls, text: str) -> RepoId:
        """Read ``namespace/name`` or ``name`` by the Hub's own naming rule.

        Raises:
            InvalidModelId: the text names no repository.
        """
        parts = text.split("/")
        legal = (
            len(parts) <= 2
            and len(text) <= MAX_ID
            and all(_PART.fullmatch(p) and "--" not in p and ".." not in p for p in parts)
            and not text.endswith(".git")
        )
        if not legal:
            raise InvalidModelId(
                f"not a model id: {clean_line(text, 120)!r}",
                hint="a model is named org/name, org/name@revision, hf://org/name or a folder given as ./path",
            )
        return cls(parts[0] if len(parts) == 2 else None, parts[-1])

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def key(self) -> str:
        """The form names are compared in: the Hub's handles are case-insensitive."""
        return str(self).casefold()


@dataclass(frozen=True, slots=True)
class Revision:
    """A full commit: 40 hex digits. A verdict on ``main`` is a verdict on nothing."""

    commit: str

    def __post_init__(self) -> None:
        if not _COMMIT.fullmatch(self.commit):
            raise InvalidModelId(f"not a commit: {clean_line(self.commit, 60)!r}", hint="a commit has 40 hex digits")

    def __str__(self) -> str:
        return self.commit


def is_commit(text: str | None) -> bool:
    return bool(text) and bool(_COMMIT.fullmatch(text or ""))


class RefForm(StrEnum):
    """What a text that should name a model turned out to be."""

    ID = "id"
    URL = "url"
    LOCAL_PATH = "local-path"
    NOT_A_MODEL = "not-a-model"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A reference to a model as somebody wrote it; ``repo`` is None when it names no repository of the Hub.

    A local path is recognised and kept, but never turned into a request: it would leak a private name.
    """

    raw: str
    form: RefForm
    repo: RepoId | None = None
    revision: str | None = None

    @classmethod
    def parse(cls, value: object) -> ModelRef:
        """Total: any value gives a reference, at worst ``malformed``."""
        if isinstance(value, str):
            return _short_reference(value) if len(value) <= _SHORT else cls._read(value)
        return cls(clean_line(repr(value)), RefForm.MALFORMED)

    @classmethod
    def _read(cls, value: str) -> ModelRef:
        raw = clean_line(value)
        if not raw:
            return cls(raw, RefForm.MALFORMED)
        form, text = _shape(raw.strip("'\"` \t").rstrip("/"))
        if form not in (RefForm.ID, RefForm.URL):
            return cls(raw, form)
        name, revision = _split_revision(form, text)
        try:
            return cls(raw, form, RepoId.parse(name), revision)
        except InvalidModelId:
            return cls(raw, RefForm.MALFORMED)


# A popular base is named by many thousands of models, and by each of them three times.
@lru_cache(maxsize=65_536)
def _short_reference(text: str) -> ModelRef:
    return ModelRef._read(text)


def _shape(text: str) -> tuple[RefForm, str]:
    """What ``text`` is, and what is left of it once an address around the name is taken off."""
    form = RefForm.ID
    address = _HUB_URL.match(text)
    if address:
        form, text = RefForm.URL, unquote(text[address.end() :].split("?")[0].split("#")[0]).rstrip("/")
    elif text.startswith("hf://"):
        form, text = RefForm.URL, text[5:]
    if text.lower().startswith(_OTHER_KINDS) or "://" in text:
        return RefForm.NOT_A_MODEL, text
    if form is RefForm.URL:
        return form, text.removeprefix("models/")
    named = text.split("@")[0].split(":")[0]
    if _PATH_START.match(text) or "\\" in text or named.count("/") > 1 or _PATH_HEAD.match(text):
        return RefForm.LOCAL_PATH, text
    return (RefForm.LOCAL_PATH if _FILE_NAME.search(text) else form), text


def _split_revision(form: RefForm, text: str) -> tuple[str, str | None]:
    """The name and the revision that ``name@revision``, ``name:tag`` or an address carries."""
    revision = None
    if form is RefForm.URL:
        found = _URL_REVISION.match(text)
        revision = found[2] if found else None
        name, at, tail = text.partition("@")
        text = "/".join(name.split("/")[:2]).removesuffix(".git") + at + tail.split("/")[0]
    name, at, tail = text.partition("@")
    if at:
        return name, tail or None
    name, colon, tail = text.partition(":")
    return (name, revision or tail or None) if colon and "/" in name else (text, revision)


class Relation(StrEnum):
    """How a child's weights came out of a parent's."""

    FINETUNE = "finetune"
    ADAPTER = "adapter"
    MERGE = "merge"
    QUANTIZED = "quantized"
    COPY = "copy"
    DISTILLED = "distilled"
    COMPONENT = "component"
    UNSPECIFIED = "unspecified"

    @property
    def conveys_unchanged(self) -> bool:
        """True when the child is the parent's work in another wrapping: a conduit passes its maker through."""
        return self in (Relation.QUANTIZED, Relation.COPY)


class Role(StrEnum):
    """What of the parent is in the child: its weights, a part beside them, or only what it taught."""

    WEIGHTS = "weights"
    TEACHER = "teacher"
    COMPONENT = "component"


@dataclass(frozen=True, slots=True)
class Parent:
    """One claim, from one source, that a model came out of another. Claims are kept apart; lineage joins them."""

    ref: ModelRef
    basis: Basis
    at: Locator
    relation: Relation = Relation.UNSPECIFIED
    role: Role = Role.WEIGHTS
    hub_id: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of a repository. ``size`` in bytes; ``sha256`` of the content (LFS files only); ``oid``: git's id."""

    path: str
    size: int | None = None
    sha256: str | None = None
    oid: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a listing of files showed, where the listing itself is no longer held.

    ``formats`` of all files and ``weights`` of the weights among them; ``pickle`` and ``safe_weights_only`` are None
    where the listing left it open; ``adapter``: the config of an adapter was listed.
    """

    formats: tuple[str, ...]
    weights: tuple[str, ...]
    pickle: bool | None
    safe_weights_only: bool | None
    adapter: bool


@dataclass(frozen=True, slots=True)
class StatedLicense:
    """A licence id that somebody other than the card states of a model: a catalogue's source, named in ``note``."""

    id: str
    basis: Basis
    note: str


@dataclass(frozen=True, slots=True)
class Signal:
    """What speaks for a name leading to another model than it did. ``subject`` is the name it is about.

    ``before`` and ``after`` are what changed, ``seen`` when that was seen (of what a hub says today: when it was last
    seen otherwise), ``source`` who said so.
    """

    kind: str
    subject: str
    before: str | None
    after: str | None
    seen: str
    source: str

    def document(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class HubScan:
    """The hub's own file scanners: ``issues`` are (path, level); an unfinished scan is unknown, not clean."""

    done: bool
    issues: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A model as its publisher presents it at one revision.

    ``requested`` is the name that was asked for, ``repo`` the one the hub answered with: they differ after a rename, a
    move or a wrong case. ``revision`` is None only where the hub holds none (starter catalogue, plain folder).
    Dates are ``YYYY-MM-DDTHH:MM:SSZ``. ``gated`` is ``no``, ``auto`` or ``manual``. ``card`` is the front matter as
    the hub parsed it. ``unread`` names the fields of the answer that had an unexpected shape.
    """

    hub: str
    requested: RepoId
    repo: RepoId
    revision: Revision | None = None
    hub_id: str | None = None
    created_at: str | None = None
    last_modified: str | None = None
    gated: str | None = None
    disabled: bool | None = None
    private: bool | None = None
    downloads: int | None = None
    likes: int | None = None
    library: str | None = None
    pipeline_tag: str | None = None
    parameters: int | None = None
    tags: tuple[str, ...] | None = None
    card: Mapping[str, Any] | None = None
    base_models: tuple[Parent, ...] | None = None
    licenses: tuple[StatedLicense, ...] | None = None
    architectures: tuple[str, ...] | None = None
    model_type: str | None = None
    remote_code: bool | None = None
    artifacts: tuple[Artifact, ...] | None = None
    listing: Listing | None = None
    scan: HubScan | None = None
    unread: tuple[str, ...] = ()
    sources: tuple[str, ...] = field(default=())

    @property
    def namespace(self) -> str | None:
        return self.repo.namespace

    def at(self, path: str | None = None, key: str | None = None, span: tuple[int, int] | None = None) -> Locator:
        """The locator of something in this model."""
        revision = self.revision.commit if self.revision else None
        return Locator(self.hub, str(self.repo), revision, path, key, span)

    def artifact(self, path: str) -> Artifact | None:
        return next((a for a in self.artifacts or () if a.path == path), None)
