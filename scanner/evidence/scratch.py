"""Whether a sentence says that the model itself, not a part of it, was trained from random weights.

This ends a search for parents, so it is believed only of a subject that is the model: its name, "this model", "it",
or no subject at all. A head, an adapter or a tokenizer is trained from scratch on top of somebody's weights.
"""

from __future__ import annotations

import re
from itertools import islice

from scanner.evidence.idioms import PART_NAME
from scanner.evidence.markdown import Sentence, unmarked
from scanner.evidence.mentions import Subject
from scanner.evidence.prose import speaks_of_the_model

MAX_PHRASES = 3

_FROM_SCRATCH = re.compile(
    r"\b(?:pre-?\s?)?trained(?P<between>(?: (?!from\b)[\w,.-]+){0,4}?) from (?:the )?scratch"
    r"|\b(?:train(?:ed|ing)?|initiali[sz]ed|starts?|started|starting)(?P<among>(?: [\w-]+){0,3}?)"
    r" (?:from|with) random(?:ly)? (?:initiali[sz]|weights)"
    r"|\b(?P<adjective>randomly initiali[sz]ed)\b",
    re.I,
)
_PART = re.compile(
    r"(?<![^\W_])(?:heads?|adapt[eo]rs?|(?:Q|Do|rs)?LoRAs?|PEFT|layers?|project(?:ors?|ions?)|embeddings?|embedders?"
    r"|matri(?:x|ces)|classifiers?|classification|values?|rewards?|critics?|tokeni[sz]ers?|tokens? rows?|decoders?"
    r"|encoders?|towers?|modules?|blocks?|gates?|routers?|experts?|connectors?|resamplers?|bottlenecks?|prefix(?:es)?"
    r"|prompts?|vectors?|codebooks?|vocoders?|probes?|regressors?|branch(?:es)?|components?|parts?"
    r"|some|newly|added|additional|extra|missing|remaining|last|final)(?![^\W_])",
    re.I,
)
_WHOLE = re.compile(
    r"\b(?:en|de)coder-only\b|\bencoder[-/ ]decoder\b|\bmixture[- ]of[- ]experts\b|\battention heads?\b"
    r"|\b\d+ (?:\w+ )?(?:layers?|heads?|experts?|blocks?)\b",
    re.I,
)
"""words that name parts and here describe a whole model"""

_HELPERS = re.compile(
    r"[\s,(–—-]*\b(?:is|are|was|were|be|been|being|has|have|had|that|which|then|also|first|itself|started|starts|begins|began"
    r"|fully|entirely|completely|purely|solely|exclusively|jointly|end-to-end|and|from|,)[\s,(–—-]*$",
    re.I,
)
_ONLY_HELPERS = re.compile(
    r"(?:[\s,]*\b(?:fully|entirely|completely|purely|solely|exclusively|end-to-end|started|starts|begins|began|is|was))*"
    r"[\s,]*",
    re.I,
)
_NO_SUBJECT = re.compile(
    r"[\W_]*(?:(?:[\w-]+ )?(?:base|foundation|parent|model|weights|(?:pre-?)?training|initiali[sz]ation)(?: \w+){0,2}"
    r"\s*[:：]\s*)?(?:none|n/?a|no)?[\W_]*",
    re.I,
)
_WE = re.compile(r"\b(?:we|I|team|authors)\s*$", re.I)
_MODEL = re.compile(
    r"\b(?:models?|LLMs?|networks?|checkpoints?|transformers?)\s*$"
    r"|(?:^|[.;:,]\s*)(?:it|(?:all|the|its|our)(?: of)?(?: the| its)?(?: model)? (?:weights|parameters)"
    r"|(?:the )?(?:pre-?)?training)\s*$",
    re.I,
)
_OTHER = re.compile(
    r"\b(?:base|original|underlying|parent|source|upstream|foundation|backbone|seed|teacher|student|proxy|ablation|baseline"
    r"|reference|first|second|third|initial|previous|earlier|other|another|smaller|larger|vision|visual|speech|audio)\s+"
    r"(?:[\w-]+\s+){0,2}?(?:models?|LLMs?|networks?|checkpoints?|transformers?)\s*$",
    re.I,
)
_IS_ITSELF = re.compile(
    r"\b(?:is|are|was)\s+(?:an?|our|the)\s+(?:(?!(?:of|from|with|for|on|by|to)\b)[^\s,;]+\s+){1,8}$", re.I
)
_TAKEN_BACK = re.compile(
    r"[\s\"'`*_)|]*(?:[:=(|–—-]+[\s\"'`*_(]*(?:(?:no|false|not|never|none|n/?a)\b|[❌✗✘✖🚫])"
    r"|(?:would|could|can|may|might|should|is|are|was|were|costs?|requires?|needs?)\b)",
    re.I,
)
_BY = re.compile(r"[^.;]{0,60}?\bby (?:the |our )?(?P<name>[A-Z][\w-]+)")
_OBJECT = re.compile(r"\s*it\s*", re.I)
_HOLDS = re.compile(
    r"\b(?:us(?:es|ed|ing)|with|adds?|added|contains?|includes?|combin\w+|consists?|on top of|attach\w*|inserts?)\b",
    re.I,
)
_NAME_TAIL = re.compile(
    r"\d+|\d+[bm]|instruct|chat|base|models?|hf|it|llm|the|preview|v\d|small|large|medium|tiny|series|family"
)
_WORD = re.compile(r"[a-z0-9]+")
_REMARK = re.compile(r"\([^()]{0,80}\)")


def from_scratch(sentence: Sentence, subject: Subject) -> bool:
    """Whether the sentence says that this model was trained from random weights."""
    shown = _WHOLE.sub(" ", unmarked(sentence.text))
    above = sentence.section.rpartition(" / ")[2] if " / " in sentence.section else ""
    if _PART.search(shown) or PART_NAME.search(shown) or _PART.search(above):
        return False
    return any(
        _is_of_the_model(sentence.text, found, subject)
        and _stands(unmarked(sentence.text[found.end() :]), subject)
        and speaks_of_the_model(sentence, subject, found.start())
        for found in islice(_FROM_SCRATCH.finditer(sentence.text), MAX_PHRASES)
    )


def _stands(after: str, subject: Subject) -> bool:
    """Whether what follows leaves it standing: no "no", no "would cost", and no other maker."""
    by = _BY.match(after)
    maker = by["name"].lower() if by else ""
    own = not maker or any(word.startswith(maker) or maker.startswith(word) for word in subject.names)
    return own and not _TAKEN_BACK.match(after)


def _is_of_the_model(text: str, found: re.Match[str], subject: Subject) -> bool:
    before = _REMARK.sub(" ", unmarked(text[: found.start()]))
    between = unmarked(found["between"] or found["among"] or "")
    if not _ONLY_HELPERS.fullmatch(between):
        return bool(_WE.search(_bare(before)) or _NO_SUBJECT.fullmatch(before)) and (
            bool(_OBJECT.fullmatch(between)) or _is_model(between, subject)
        )
    if _NO_SUBJECT.fullmatch(before):
        return found["adjective"] is None
    return _is_model(_bare(before), subject)


def _bare(before: str) -> str:
    """``before`` without the auxiliary verbs and adverbs it ends with."""
    for _ in range(8):
        cut = _HELPERS.search(before)
        if cut is None:
            break
        before = before[: cut.start()]
    return before.rstrip(" ,(–—-`\"'")


def _is_model(phrase: str, subject: Subject) -> bool:
    """Whether ``phrase`` ends in the model itself: its name, or a word for it."""
    if _HOLDS.search(phrase):
        return False
    if _MODEL.search(phrase):
        other = _OTHER.search(phrase)
        return other is None or _IS_ITSELF.search(phrase[: other.start()] + "x ") is not None
    words = _WORD.findall(phrase.lower())
    while words and _NAME_TAIL.fullmatch(words[-1]):
        words.pop()
    return bool(words) and words[-1] in subject.own_words
