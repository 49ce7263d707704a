"""Which models a sentence mentions: by link, by repository id, by name; and whether it speaks of the model itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from scanner.evidence.markdown import LINKED, Sentence, readable_lines
from scanner.model import ModelRef, RefForm, RepoId

MAX_MENTIONED = 200

_DOMAIN = re.compile(r"\.(?:com|org|net|io|cn)$", re.I)
_ID = re.compile(r"(?<![\w/.:@\\-])[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}(?![\w/])", re.A)
_HUB_PAGE = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co|hf-mirror\.com)/", re.I)
_NO_MODEL_PAGE = re.compile(
    r"(?:github\.com|gitlab\.com|arxiv\.org|doi\.org|aclanthology\.org|openreview\.net)"
    r"|/(?:datasets|spaces|papers|docs|blog|kernels)/",
    re.I,
)
_VERSIONED = re.compile(r"[A-Za-z]+[-.]?\d+(?:\.\d+)*[BbMm]?")
_DIGITS = (
    r"\b[A-Za-z][A-Za-z.+-]*\d[\w.+-]*"
    r"|\b(?!(?:The|This|Our|An?|In|With|On|At|For|By|And|Of|We|From|To|All|Its|Their|These) )"
    r"[A-Z][A-Za-z-]+ [A-Z]?\d+(?:\.\d+)*[A-Za-z]?\b"
)
_WITH_DIGITS = re.compile(_DIGITS)
_STRONG = re.compile(
    rf"{_DIGITS}|\b(?!(?:Q|Do|rs)?LoRA|PyTorch|TensorFlow|HuggingFace|GitHub|DeepSpeed|ChatML)[A-Z][a-z]+[A-Z]\w+"
    r"|\b[A-Z][A-Za-z-]{2,}(?: [A-Z][\w.-]*)*(?:'s)? (?:\w+ )?(?:models?|LLM|base|checkpoint|weights|family|series)\b"
)
_CAPITAL = re.compile(r"[A-Z][A-Za-z]{2,}")
_NAME_END = re.compile(
    r"[,;:()\[\]\x02\x04`\"]|\.(?:\s|$)|\b(?:which|that|with|using|on|for|by|and|to|in|from|via|as|but|is|are|was|were|released"
    r"|trained|fine-?tuned|post-?trained|at|through|before|after|over|under|into|when|where|while|because|plus|or|has|have|can)\b",
    re.I,
)
_LEAD_IN = re.compile(
    r"[\s`\"'(\[]*(?:(?:\x02\d+\x03)|(?:(?:[A-Z]\w{1,30} ){0,2}[A-Z]\w{1,30}['’]s|the|an?|our|its|their|this|these"
    r"|weights|of|open[- ]?(?:source|weights?)|pre-?trained|base|foundation|original|official"
    r"|powerful|popular|large|small|latest|recent|existing|publicly|available"
    r"|state-of-the-art|models?|LLM|checkpoint|backbone|following)\s+)",
    re.I,
)
_SIZE = re.compile(r"(?<![\w.])(\d{1,5}(?:\.\d{1,3})?)[\s-]?b(?![a-z])|[-_](\d{1,5}(?:\.\d{1,3})?)b(?![a-z])", re.I)
_WORD = re.compile(r"[a-z0-9]+")
_NO_NAME = re.compile(
    r"[a-z]+ (?:19|20)\d\d$|(?:v|stage|phase|step|part|level|top|fp|int|bf|rtx|tpu)[-. ]?v?\d|[ahbvl]\d{2,3}s?$", re.I
)
_GENERIC_START = re.compile(
    r"(?:this|the|it|its|we|our|an?|these|those|they|here|in|for|built|fine|on|by|with|after|from|both|each|as|all|models?|base"
    r"|quant(?:s|ization)?|merges?|original|post|pre|depth|lora|adapter|weights|unofficial|static|mirror|gguf|gptq|awq|mlx|llm"
    r"|further|additionally|moreover|specifically|finally|thus|while|to|now|first|then|also|note|overview|description"
    r"|introduction|vision|visual|text|audio|image|language|tokenizer|teacher|synthetic|data|responses|\w+ed|\w+ing)",
    re.I,
)
_COMMON = re.compile(
    r"\d+|\d+[bm]|instruct|chat|base|models?|gguf|awq|gptq|mlx|hf|it|ai|llm|vl|the|of|for|and|lora|merged|preview|team|labs?"
    r"|research|org|community|[48]bit|fp8|int[48]|bnb|v[1-4]|sft|dpo|rl|."
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A repository between two positions of a sentence; ``ref`` is None for what is no source: a paper, data,
    code, the model itself."""

    start: int
    end: int
    ref: ModelRef | None


@dataclass(frozen=True, slots=True)
class Name:
    """A name without an id."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The model a card is about: its repository names, the words it goes by, its sizes; and ids that are data sets."""

    keys: frozenset[str]
    names: frozenset[str]
    sizes: frozenset[float]
    datasets: frozenset[str] = frozenset()

    @classmethod
    def of(cls, repos: Collection[RepoId], title: str = "", datasets: Iterable[str] = ()) -> Subject:
        """``title`` is the first heading of the card."""
        named = [*map(str, repos), title[:200]]
        return cls(
            frozenset(repo.key for repo in repos),
            frozenset(w for name in named for w in _WORD.findall(name.lower()) if not _COMMON.fullmatch(w)),
            _sizes(" ".join(map(str, repos))),
            frozenset(d.casefold() for d in datasets),
        )

    @property
    def own_words(self) -> frozenset[str]:
        """The words the model goes by, without those that only its publisher goes by."""
        publishers = {w for key in self.keys for w in _WORD.findall(key.rpartition("/")[0])}
        own = {w for key in self.keys for w in _WORD.findall(key.rpartition("/")[2])}
        return self.names - (publishers - own)

    def is_named(self, name: str) -> bool:
        """Whether ``name`` is the model's own."""
        spelled = "".join(_WORD.findall(name.lower()))
        return any(spelled == "".join(_WORD.findall(key.rpartition("/")[2])) for key in self.keys)

    def may_be(self, before: str) -> bool:
        """Whether the words before a verb can have this model as subject: nothing, a generic noun, its own name."""
        words = _WORD.findall(before.lower())
        if not words:
            return True
        sizes = _sizes(before)
        if sizes and self.sizes and not any(0.8 < a / b < 1.25 for a in sizes for b in self.sizes if b):
            return False
        if self.names.intersection(words):
            return True
        begins = re.match(r"[\s\"'`(*]*([A-Za-z][A-Za-z]*)", before)
        if begins and begins[1][0].isupper() and not _GENERIC_START.fullmatch(begins[1]):
            return False
        return all(_NO_NAME.match(m.group()) for m in _WITH_DIGITS.finditer(before))


def mentions(sentence: Sentence, subject: Subject) -> list[Mention]:
    """The repositories a sentence mentions, in order."""
    found: list[Mention] = []
    covered: list[tuple[int, int]] = []
    for link in LINKED.finditer(sentence.text):
        address = sentence.links[int(link["number"])]
        ref = ModelRef.parse(address) if _HUB_PAGE.match(address) else None
        if _NO_MODEL_PAGE.search(address):
            found.append(Mention(link.start(), link.end(), None))
        elif ref and ref.repo and (ref.repo.namespace or _is_legacy(link["words"], ref.repo)):
            found.append(Mention(link.start(), link.end(), None if ref.repo.key in subject.keys else ref))
        else:
            continue
        covered.append(link.span())
    for text in _ID.finditer(sentence.text):
        if not any(start <= text.start() < end for start, end in covered):
            found += _by_id(text, sentence.text, subject)
    return sorted(found, key=lambda m: m.start)


def mentioned(body: str, subject: Subject) -> tuple[str, ...]:
    """The repositories of other models that stand anywhere outside code, each once, at most ``MAX_MENTIONED``."""
    found: dict[str, str] = {}
    for line in readable_lines(body, "/"):
        for mention in mentions(line, subject):
            repo = mention.ref.repo if mention.ref else None
            if repo is not None and not _DOMAIN.search(repo.namespace or ""):
                found.setdefault(repo.key, str(repo))
        if len(found) >= MAX_MENTIONED:
            break
    return tuple(found.values())[:MAX_MENTIONED]


def name_at(text: str, at: int, *, plain: bool = False, digits: bool = False) -> Name | None:
    """The model name that follows ``at``, up to the end of its noun phrase.

    It must look like one: letters with digits, inner capitals, "X model". ``plain`` takes a capitalised word too,
    ``digits`` nothing but letters with digits.
    """
    start = at
    for _ in range(8):
        lead = _LEAD_IN.match(text, start)
        if lead is None:
            break
        start = lead.end()
    start += len(text[start : start + 20]) - len(text[start : start + 20].lstrip(" `\"'"))
    end = _NAME_END.search(text, start, start + 100)
    stop = end.start() if end else min(len(text), start + 100)
    words = text[start:stop].strip().rstrip(".")
    looks = _WITH_DIGITS if digits else _STRONG
    sign = looks.search(words)
    if (sign and not _NO_NAME.match(sign.group())) or (plain and _CAPITAL.match(words)):
        return Name(start, stop, words)
    return None


def _by_id(text: re.Match[str], sentence: str, subject: Subject) -> list[Mention]:
    written = text.group().rstrip(".-")
    ref = ModelRef.parse(written)
    if ref.form is not RefForm.ID or ref.repo is None:
        return []
    if ref.repo.key in subject.keys | subject.datasets:
        return [Mention(text.start(), text.start() + len(written), None)]
    namespace, name = written.split("/")
    quoted = sentence[: text.start()].endswith(("`", "\x03"))
    looks_like_name = re.search(r"[A-Za-z]", name) and re.search(r"[\d_.-]", name) and re.search(r"[A-Za-z]", namespace)
    # "Widget2.5/Widget3" and "FP8/INT4" are two names, not one id.
    if not quoted and (not looks_like_name or (_VERSIONED.fullmatch(namespace) and _VERSIONED.fullmatch(name))):
        return []
    return [Mention(text.start(), text.start() + len(written), ref)]


def _is_legacy(words: str, repo: RepoId) -> bool:
    # A page with a bare name is an organisation's, or one of the old models without a namespace.
    return words.strip(" `") == repo.name and repo.name[0].islower() and bool(re.search(r"[-\d]", repo.name))


def _sizes(text: str) -> frozenset[float]:
    return frozenset(float(a or b) for a, b in _SIZE.findall(text))
