"""``README.md``: what the publisher declares in its front matter and states in its prose. Two things, kept apart.

Broken front matter is a gap; the prose under it is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from scanner.errors import DataError, Reason
from scanner.evidence import Evidence
from scanner.evidence.frontmatter import (
    MAX_PARENTS,
    declared_parents,
    license_ids,
    license_text,
    listed_relation,
    references,
    tag_parents,
)
from scanner.evidence.markdown import MAX_LINES, MAX_SENTENCES, Sentence, sentences
from scanner.evidence.reader import Malformed, gap, whole_file
from scanner.fact import Basis, Gap
from scanner.hub import Hub
from scanner.model import Model, Parent, RepoId
from scanner.strictyaml import load
from scanner.text import clean, clean_line, clean_tree

if TYPE_CHECKING:
    from scanner.evidence.license_prose import Statement
    from scanner.evidence.prose import Claim

README = "README.md"
LIMIT = 2**20
MAX_ENTRIES = 100_000
"""lines, commas and brackets of a front matter: what its reading costs; a long text costs nothing"""

FRONT_MATTER = "front matter"
_IN_FRONT = f"{FRONT_MATTER}: "
_OPEN = re.compile(r"\s{0,200}---[ \t]{0,20}(?:\n|\Z)")
_CLOSE = re.compile(r"^---[ \t]{0,20}$", re.M)
_TITLE = re.compile(r"^#[ \t]+(\S[^\n]{0,200})|<h1[^<>]{0,200}>([^<>]{1,200})", re.M)

_TOPICS: Mapping[str, re.Pattern[str]] = {
    "acceptable_use": re.compile(
        r"acceptable[ -]use|prohibited use|use policy|out[- ]of[- ]scope use|use restrictions?", re.I
    ),
    "intended_use": re.compile(r"\bintended (?:use|purpose|for)|\bdirect use\b|\buse cases?\b|\bprimary use", re.I),
    "training_data": re.compile(
        r"(?:pre-?)?training (?:data|datasets?|corpus|corpora|mix)\b"
        r"|\b(?:pre-?trained|fine-?tuned|trained) (?:[\w-]+ ){0,4}?on (?:[\w,.+-]+ ){0,6}?"
        r"(?:data|datasets?|corpus|corpora|tokens|examples|samples|documents|conversations)\b",
        re.I,
    ),
    "copyright_policy": re.compile(
        r"copyright (?:policy|compliance|complaints?|holders?|infring\w+|notice and)|text and data mining"
        r"|rights? reservation|\bopt-out",
        re.I,
    ),
    "contact": re.compile(
        r"\bcontact\b|\bfeedback\b|report(?:ing)? (?:an? )?(?:issues?|problems?|vulnerabilit\w+|concerns?)"
        r"|questions (?:or|and) comments|reach out|[\w.+-]{1,64}@[\w-]{1,64}\.[a-z]{2,10}\b",
        re.I,
    ),
}


@dataclass(frozen=True, slots=True)
class StatedName:
    """A base the prose names without a repository id ("a DeepSeek R1 model"): a lead with its sentence."""

    text: str
    role: str
    """``weights``, ``teacher`` or ``component``"""
    key: str
    """where it stands in the file: ``line=12``"""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence and where it stands in the file: ``line=12``."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class CardFact:
    """README.md. ``front_matter`` is None when there is none, as is ``license_ids``; empty ids: it names no licence.

    Prose facts are found by their words: False means not found. ``from_scratch`` is the sentence that says so;
    ``claims`` are the repositories that the prose states as sources.
    """

    front_matter: Mapping[str, Any] | None
    words: int
    license_ids: tuple[str, ...] | None
    license_name: str | None
    license_link: str | None
    stated_names: tuple[StatedName, ...]
    from_scratch: Remark | None
    acceptable_use: bool
    intended_use: bool
    training_data: bool
    copyright_policy: bool
    contact: bool
    claims: tuple[Claim, ...] = ()
    problems: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    """repositories of other models that stand anywhere in the text, licence and tables included, code aside"""
    license_statements: tuple[Statement, ...] = ()
    """what the prose states of the licence, beside the front matter"""


def parse(data: bytes, own: Collection[RepoId] = ()) -> CardFact:
    """Total: any bytes give a fact; what is wrong with them is in ``problems``. ``own`` are the model's own names."""
    problems: list[str] = []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(f"not UTF-8 at byte {error.start}")
        text = data.decode("utf-8-sig", errors="replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    meta: dict[str, Any] | None = None
    body, first_line = text, 1
    try:
        header, body, first_line = split(text)
        if header is not None:
            meta, duplicates = parse_front_matter(header)
            problems += [f"{_IN_FRONT}duplicate key {key!r}" for key in duplicates]
    except Malformed as error:
        problems.append(f"{_IN_FRONT}{error}")
    return _fact(meta, clean(body, LIMIT), first_line, own, problems)


def split(text: str) -> tuple[str | None, str, int]:
    """Front matter (None when there is none), body, and the line the body begins on.

    Raises:
        Malformed: front matter that is not closed.
    """
    opened = _OPEN.match(text)
    if opened is None:
        return None, text, 1
    closed = _CLOSE.search(text, opened.end())
    if closed is None:
        raise Malformed("not closed")
    return text[opened.end() : closed.start()], text[closed.end() :], text.count("\n", 0, closed.end()) + 1


def parse_front_matter(header: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The mapping, cleaned, and the keys that stood twice (their last value counts).

    Raises:
        Malformed: too much, not YAML, or not a mapping.
    """
    if sum(map(header.count, "\n,[{")) > MAX_ENTRIES:
        raise Malformed(f"more than {MAX_ENTRIES} entries")
    try:
        document = load(header, error=DataError, tolerant=True)
    except DataError as error:
        raise Malformed(clean_line(error.message, 200)) from error
    value = document.value if document.value is not None else {}
    if not isinstance(value, dict):
        raise Malformed("not a mapping")
    if "<<" in value:
        raise Malformed("merge keys are not read")
    return clean_tree(value), tuple(dict.fromkeys(clean_line(key, 100) for key in document.duplicates[:20]))


def read(model: Model, hub: Hub) -> Iterator[Evidence | Gap]:
    """Evidence of kind ``card``."""
    own = (model.repo, model.requested)
    paths = _cards(model)
    for path in paths[1:]:
        yield gap(model, path, Reason.MALFORMED, path, f"two cards: {paths[0]} is read")
    path = paths[0] if paths else README
    claimed = partial(_parents, model=model, path=path)
    for item in whole_file("card", model, hub, path, LIMIT, partial(parse, own=own), claimed):
        if isinstance(item, Gap) and item.detail.startswith(_IN_FRONT):
            yield replace(item, what=f"{path} {FRONT_MATTER}", detail=item.detail.removeprefix(_IN_FRONT))
        else:
            yield item


def _cards(model: Model) -> list[str]:
    """The cards at the root, the one that is read first: README.md, else one in another case."""
    found = [a.path for a in model.artifacts or () if a.path.casefold() == README.casefold()]
    return sorted(found, key=lambda path: (path != README, path))


def _fact(
    meta: dict[str, Any] | None,
    body: str,
    first_line: int,
    own: Collection[RepoId],
    problems: list[str],
) -> CardFact:
    # Here, because their patterns take a tenth of the start, and a check without a card to read needs none of them.
    from scanner.evidence.license_prose import statements
    from scanner.evidence.mentions import Subject, mentioned
    from scanner.evidence.prose import about_the_model, claims
    from scanner.evidence.scratch import from_scratch

    declared = meta or {}
    told = list(sentences(body, first_line))
    title = _title(body)
    subject = Subject.of(own, title, _texts(declared.get("datasets")))
    ours = list(about_the_model(told, title))
    stated = tuple(claims(ours, subject))
    scratch = next((s for s in ours if from_scratch(s, subject)), None)
    topics = _topics(told, str(declared.get("extra_gated_prompt", "")))
    if len(references(declared.get("base_model"))) > MAX_PARENTS:
        problems.append(f"{_IN_FRONT}more than {MAX_PARENTS} base models")
    if len(told) == MAX_SENTENCES or body.count("\n") > MAX_LINES:
        problems.append("longer than is read: only its beginning was")
    return CardFact(
        front_matter=meta,
        words=len(body.split()),
        license_ids=None if meta is None else license_ids(meta),
        license_name=license_text(declared, "license_name"),
        license_link=license_text(declared, "license_link"),
        stated_names=tuple(StatedName(c.name, c.role.value, f"line={c.line}") for c in stated if c.ref is None),
        from_scratch=None if scratch is None else Remark(clean_line(scratch.visible), f"line={scratch.line}"),
        acceptable_use="acceptable_use" in topics,
        intended_use="intended_use" in topics,
        training_data="training_data" in topics or bool(_texts(declared.get("datasets"))),
        copyright_policy="copyright_policy" in topics,
        contact="contact" in topics,
        claims=tuple(c for c in stated if c.ref is not None),
        problems=tuple(problems),
        mentions=mentioned(body, subject),
        license_statements=statements(told, subject, title),
    )


def _title(body: str) -> str:
    found = _TITLE.search(body)
    return (found[1] or found[2]).strip().strip("#").strip() if found else ""


def _texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(item for item in items[:200] if isinstance(item, str))


def _topics(told: Iterable[Sentence], more: str) -> frozenset[str]:
    """The topics the card speaks of; a heading counts once something stands under it."""
    found = {topic for topic, words in _TOPICS.items() if words.search(more)}
    open_headings: list[Sentence] = []
    for sentence in told:
        if sentence.heading:
            open_headings = [h for h in open_headings if sentence.section.startswith(f"{h.section} / ")] + [sentence]
            continue
        said = (sentence, *open_headings)
        open_headings = []
        found |= {
            topic for topic in _TOPICS if topic not in found and any(_TOPICS[topic].search(s.visible) for s in said)
        }
    return frozenset(found)


def _parents(fact: CardFact, model: Model, path: str) -> Iterator[Parent]:
    declared, otherwise = fact.front_matter or {}, listed_relation(model)
    yield from declared_parents(declared, model.at(path, "base_model"), otherwise)[:MAX_PARENTS]
    yield from tag_parents(_texts(declared.get("tags")), model.at(path, "tags"), otherwise)[:MAX_PARENTS]
    for claim in fact.claims:
        if claim.ref is not None:
            at = model.at(path, f"line={claim.line}")
            yield Parent(claim.ref, Basis.STATED, at, claim.relation, claim.role, note=claim.sentence)
