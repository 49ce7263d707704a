"""What a card's prose states of where the model comes from: claims on basis *stated*, and leads.

A sentence counts when it speaks of this very model, in the affirmative, and its source stands in the same clause.
Whatever is unclear yields nothing: a missed sentence costs a lead, a misread one accuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from scanner.evidence.idioms import IDIOMS, LABELS, MERGE_LIST, NAMED_FIRST, PART_NAME, Idiom
from scanner.evidence.markdown import Sentence, unmarked
from scanner.evidence.mentions import Mention, Name, Subject, mentions, name_at
from scanner.model import ModelRef, Relation, Role
from scanner.text import clean_line

MAX_CLAIMS = 64
MAX_PHRASES = 16
"""idioms that are looked at in one sentence: nobody writes more, and each costs a look at all that stands before it"""
_MAX_GAP = 80

_ABOUT_OTHERS_SECTION = re.compile(
    r"citation|bibtex|references|evaluat|benchmark|results|leaderboard|comparison|performance|related|other models"
    r"|other versions|model family|family of models|fine-?tunes|quantized versions|available (?:models|versions)"
    r"|limitations|licen[sc]e|usage|how to|quick ?start|change ?log|provided files|prompt"
    r"|original (?:model )?(?:card|readme|description)",
    re.I,
)
_ABOUT_OTHERS = re.compile(
    r"\b(?:unlike|contrast|opposed to|upcoming|next (?:release|version)|models (?:that|which)"
    r"|compar\w*|outperform\w*|surpass\w*|exceed\w*|beats?|versus|vs|such as|similar(?:ly)? to|inspired|than"
    r"|others?|baselines?|competitors?|like|e\.g|i\.e|you|your|licensees?|derivative works?|prior|previous(?:ly)?"
    r"|earlier|older|former(?:ly)?|originally|recommend\w*"
    r"|(?:many|most|some|several|all|existing|these|those) (?:[\w-]+ )?(?:models|LLMs))\b",
    re.I,
)
_OTHER_MODEL = re.compile(
    r"\b(?:an?|the|our|another|separate|smaller|larger)\s+(?:[\w-]+\s+){0,3}?"
    r"(judge|reward|critic|verifier|classifier|grader|filter|retriever|embeddings?|reranker|guard|comparison|baseline|harness"
    r"|teacher|reference|annotator|variant|scorer|detector)\b"
    r"|\b(?:us(?:e|es|ed|ing)|employ\w*|appl\w+|via|with|by|for|from)\s+(?:an?|the|our|its)\s+(?:[\w-]+\s+){0,3}$",
    re.I,
)
_DENIED = re.compile(
    r"\b(?:not|never|neither|nor|whether|if|cannot|nobody|nothing|hardly|scarcely|false(?:ly)?|untrue|myth|rumou?r\w*"
    r"|alleg\w*|accus\w*|speculat\w*|claim(?:s|ed)? that|contrary to)\b|n[’']t\b",
    re.I,
)
_ASKED = re.compile(r"[?？][\s\"'”’)*_]*$")
_DENIED_NEAR = re.compile(
    r"\b(?:no|without|can|could|may|might|should|would|will|must|shall|rather|instead|users?|anyone|please|plan(?:s|ned)?"
    r"|future|cheaper|alternative)\b|\bto(?: be)?\s*$",
    re.I,
)
_WRONG_SUBJECT = re.compile(
    r"\b(?:licen[sc]es?|code(?:base)?|data(?:sets?)?|corpus|scripts?|implementation|benchmarks?|harness|demo|app|paper"
    r"|prompts?|templates?|architecture|design|formats?|evaluations?|leaderboard|results?|scores?"
    r"|answers?|rewards?|reward model|pipeline|method|framework|library|citations?|website|page|server)"
    r"(?: (?:is|are|was|were|has been|have been))?\s*$"
    # "checkpoints based on X" are a family; "the models are based on X" speaks of this one too
    r"|\b(?:models|checkpoints|versions|variants|LLMs|derivatives|projects)\s*$",
    re.I,
)
_CLAUSE = re.compile(r"[,;:]|\b(?:but|while|whereas|and|which|that)\b", re.I)
_GAP_BREAK = re.compile(
    r"[;?!]|\b(?:is|are|was|were|has|have|had|can|which|that|who|see|available|here|below|above|but|while|whereas|unlike|than"
    r"|with|using|by|on|and|via|for|this model|our model|it|not|like)\b",
    re.I,
)
_NOT_WEIGHTS = re.compile(
    r"\b(?:architectures?|frameworks?|librar(?:y|ies)|toolkits?|codebases?|code|scripts?|repo(?:sitory)?|data(?:sets?)?"
    r"|corp(?:us|ora)|methods?|approach(?:es)?|techniques?|recipes?|papers?|ideas?|concepts?|principles?|pipelines?"
    r"|implementations?|formats?|templates?|prompts?|licen[sc]es?|benchmarks?|algorithms?|research|work|feedback|style|design"
    r"|configs?|configuration|experiences?|cookbooks?|technology|platform|tokens|GPUs?|hardware|parameters|tasks?|requirements?|users?|leaderboard"
    r"|CUDA|Python|PyTorch|TensorFlow|JAX|Keras|Gradio|vLLM|SGLang|TensorRT|Megatron|DeepSpeed|Docker|Colab|section|table"
    r"|figure|appendix|transformers?(?!-)|version \d|harness)\b"
    r"|\barxiv|llama[.\s_-]?(?:cpp|factory|index|recipes|cookbook)|-(?:level|class|style|like|compatible)\b"
    r"|\b[AHBVL]\d{2,3}s?\b",
    re.I,
)
_THEN_NOT_WEIGHTS = re.compile(
    r"[`\"')\]]*(?:'s)?[\s-](?:(?!using |with |via |by |on |for |in |and |to |from )[\w-]+ )?(?:"
    + _NOT_WEIGHTS.pattern
    + ")",
    re.I,
)
_THEN_PART = re.compile(r"[`\"')\]]*(?:'s)?\s(?:[\w-]+ )?" + PART_NAME.pattern, re.I)
_APPOSITION = re.compile(r"^[`\"')\]\s]*(?:[,(–—]\s*(?:which|that|whose|itself|an?|the)\b|which\b|that\b)", re.I)
_JOINED = re.compile(r"[\s,`'\")(\]\[*]*(?:(?:and|&|\+|with|plus|as well as)\s+)?(?:the\s+)?[`\"'(\[*]*", re.I)
_ITSELF = re.compile(r"\s*(?:this|our|these) (?:models?|LLM|checkpoint|weights)\b", re.I)
_TRAINED_ON = re.compile(r"\btrain\w* on\b[^;]*[,(]\s*$", re.I)
_BORROWED = re.compile(r"\btokeni[sz]er|\bvocabular", re.I)
_FOR_TESTS = re.compile(r"\b(?:benchmarks?|evaluat\w*|judged?|scored?|test sets?|leaderboard)\b", re.I)
_NO_MODEL = re.compile(r"\s*(?:n/?a|none|no|not |unknown|tbd|various|custom|see |-|from scratch|trained from)", re.I)


@dataclass(frozen=True, slots=True)
class Claim:
    """One stated source: ``ref`` names a repository; where it is None, ``name`` is all the sentence gives."""

    ref: ModelRef | None
    name: str
    relation: Relation
    role: Role
    line: int
    sentence: str


def about_the_model(sentences: Iterable[Sentence], title: str) -> Iterator[Sentence]:
    """The sentences that do not stand under a heading about tests, other models or use; ``title`` is not one."""
    section, skipped = "", False
    for sentence in sentences:
        if sentence.section != section:
            section = sentence.section
            skipped = any(_ABOUT_OTHERS_SECTION.search(part) for part in section.split(" / ") if part != title)
        if not skipped:
            yield sentence


def claims(sentences: Iterable[Sentence], subject: Subject) -> Iterator[Claim]:
    """The claims of a card, each source and role once, at most ``MAX_CLAIMS``."""
    seen: set[tuple[str, Role]] = set()
    merging = False
    for sentence in sentences:
        merging = bool(MERGE_LIST.search(sentence.visible)) or (merging and sentence.item)
        for claim in _Reading(sentence, subject).claims(merging):
            key = (claim.ref.repo.key if claim.ref and claim.ref.repo else claim.name.casefold(), claim.role)
            if key not in seen:
                seen.add(key)
                yield claim
            if len(seen) == MAX_CLAIMS:
                return


def speaks_of_the_model(sentence: Sentence, subject: Subject, at: int) -> bool:
    """Whether what stands before ``at`` speaks of this model's own weights, in the affirmative."""
    return _Reading(sentence, subject).speaks_of_it(at, Role.WEIGHTS)


class _Reading:
    """One sentence under way: what it mentions, and which mentions an idiom has claimed already."""

    def __init__(self, sentence: Sentence, subject: Subject) -> None:
        self.sentence, self.subject, self.text = sentence, subject, sentence.text
        self.mentions = mentions(sentence, subject)
        self.taken: dict[int, Role] = {}
        """where a claimed source begins, and as what it was claimed"""

    def claims(self, merging: bool) -> Iterator[Claim]:
        for words, relation, role in LABELS:
            if label := words.match(self.text):
                yield from self.labelled(label.end(), relation, role)
                return
        if merging and self.sentence.item:
            yield from (self.claim(m.ref, "", Relation.MERGE, Role.WEIGHTS) for m in self.mentions[:1] if m.ref)
            return
        phrases = ((idiom, verb) for idiom in IDIOMS for verb in idiom.words.finditer(self.text))
        for idiom, verb in islice(phrases, MAX_PHRASES):
            if self.speaks_of_it(verb.start(), idiom.role):
                yield from self.after(idiom, verb.end())
        yield from self.named_first()

    def claim(self, ref: ModelRef | None, name: str, relation: Relation, role: Role) -> Claim:
        visible = clean_line(self.sentence.visible, 200)
        return Claim(ref, clean_line(unmarked(name), 100), relation, role, self.sentence.line, visible)

    def labelled(self, at: int, relation: Relation, role: Role) -> Iterator[Claim]:
        """``Base model: X``."""
        if _NO_MODEL.match(unmarked(self.text[at : at + 200])):
            return
        mention = self.next_mention(at)
        if mention and mention.start - at <= _MAX_GAP and not _GAP_BREAK.search(self.text[at : mention.start]):
            for found in self.joined(mention, many=True):
                yield self.claim(found.ref, "", relation, role)
        elif (name := name_at(self.text, at, digits=role is Role.COMPONENT)) and self.may_name(name):
            yield self.claim(None, name.words, relation, role)

    def after(self, idiom: Idiom, at: int) -> Iterator[Claim]:
        """The source that follows an idiom ending at ``at``: a repository, or else a name."""
        if idiom.role is Role.TEACHER and _FOR_TESTS.search(self.text):
            return
        mention = self.next_mention(at)
        between = self.text[at : mention.start] if mention else ""
        if mention is None or len(between) > _MAX_GAP or _GAP_BREAK.search(between):
            yield from self.named(idiom, at)
        elif mention.ref is not None and not (idiom.close and len(between.split()) > 3):
            fitted = self.fit(idiom, unmarked(between), self.text[mention.end : mention.end + 80])
            if fitted and mention.start not in self.taken:
                for found in self.joined(mention, idiom.many):
                    self.taken[found.start] = fitted.role
                    yield self.claim(found.ref, "", fitted.relation, fitted.role)

    def named(self, idiom: Idiom, at: int) -> Iterator[Claim]:
        name = name_at(self.text, at, plain=idiom.plain_names, digits=idiom.role is Role.COMPONENT)
        if name is None or name.start in self.taken or _ITSELF.match(self.text, at):
            return
        part = PART_NAME.search(name.words)
        words = name.words[: part.start()].strip() if part else name.words
        if part and idiom.role is not Role.TEACHER:
            idiom = replace(idiom, relation=Relation.COMPONENT, role=Role.COMPONENT, then=None)
        fitted = self.fit(idiom, "", self.text[name.end : name.end + 80])
        if words and fitted and self.may_name(name):
            self.taken[name.start] = fitted.role
            yield self.claim(None, words, fitted.relation, fitted.role)

    def may_name(self, name: Name) -> bool:
        """Whether a name without an id says something: it is another model's, and not only for its tokenizer."""
        around = self.text[: name.end + 20]
        return not (
            self.subject.is_named(name.words) or _NOT_WEIGHTS.search(name.words) or _BORROWED.search(around[-80:])
        )

    def fit(self, idiom: Idiom, between: str, then: str) -> Idiom | None:
        """The idiom as the words around the source qualify it: a tokenizer is a component, an architecture nothing."""
        if _NOT_WEIGHTS.search(between) or (idiom.then and not idiom.then.match(then)):
            return None
        if idiom.role is Role.WEIGHTS:
            if PART_NAME.search(between) or _THEN_PART.match(then):
                return replace(idiom, relation=Relation.COMPONENT, role=Role.COMPONENT)
            if not idiom.then and _THEN_NOT_WEIGHTS.match(then):
                return None
        return idiom

    def named_first(self) -> Iterator[Claim]:
        """``is a NAME reasoning model that has been post-trained ...``."""
        found = NAMED_FIRST.search(self.text)
        if found is None or not self.speaks_of_it(found.start(), Role.WEIGHTS):
            return
        start, end = found.span("name")
        mention = self.next_mention(start)
        if mention and mention.start < end:
            if mention.ref and mention.start not in self.taken:
                yield self.claim(mention.ref, "", Relation.FINETUNE, Role.WEIGHTS)
            return
        name = name_at(self.text[:end], start)
        if name and name.start not in self.taken and self.may_name(name):
            yield self.claim(None, name.words, Relation.FINETUNE, Role.WEIGHTS)

    def next_mention(self, at: int) -> Mention | None:
        return next((m for m in self.mentions if m.start >= at), None)

    def joined(self, first: Mention, many: bool) -> Iterator[Mention]:
        """``first`` and, for an idiom that takes many, those that "and" joins to it."""
        end = first.start
        for mention in self.mentions:
            if mention.start < first.start or mention.ref is None:
                continue
            if mention is not first and not (many and _JOINED.fullmatch(self.text, end, mention.start)):
                return
            yield mention
            end = mention.end

    def speaks_of_it(self, at: int, role: Role) -> bool:
        """Whether what stands before ``at`` makes this model the one spoken of, and affirms."""
        if _ASKED.search(self.text):
            return False
        before = self.text[:at]
        earlier = [m for m in self.mentions if m.ref is not None and m.end <= at]
        shown = unmarked(_without(before, earlier))
        clause = _CLAUSE.split(shown)[-1]
        if _ABOUT_OTHERS.search(shown) or _DENIED.search(shown) or _DENIED_NEAR.search(clause):
            return False
        if not self.subject.may_be(shown) or (role is Role.WEIGHTS and self.speaks_of_another(shown, clause)):
            return False
        if not earlier:
            return True
        if earlier[0].start == 0 or _APPOSITION.match(unmarked(before[earlier[-1].end :])):
            return False
        return role is not Role.WEIGHTS or all(
            self.taken.get(m.start, Role.WEIGHTS) is not Role.WEIGHTS for m in earlier
        )

    def speaks_of_another(self, before: str, clause: str) -> bool:
        """Whether the subject is a thing that is no model, or a model that serves this one (its judge, its filter)."""
        if _WRONG_SUBJECT.search(clause) or _TRAINED_ON.search(before):
            return True
        other = _OTHER_MODEL.search(clause)
        if other is None or before.lstrip(" \"'").lower().startswith("this "):
            return False
        return other[1] is None or other[1].lower() not in self.subject.names


def _without(text: str, mentioned: list[Mention]) -> str:
    """``text`` with what stands at ``mentioned`` blanked, every other character where it was."""
    for mention in mentioned:
        text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    return text
