"""The words in which cards say where a model comes from: data, read by ``prose``.

Each idiom is a phrase after which the source stands. Precision comes first: a phrase that is as often about a method, a
data set or a rival as about weights is not here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanner.model import Relation, Role


@dataclass(frozen=True, slots=True)
class Idiom:
    """One phrase. ``then`` must follow the source (``X as the base``); ``many``: "and" may join further sources.

    ``close``: the source follows at once, three words between at most. ``plain_names``: a capitalised word will do.
    """

    words: re.Pattern[str]
    relation: Relation = Relation.UNSPECIFIED
    role: Role = Role.WEIGHTS
    then: re.Pattern[str] | None = None
    many: bool = False
    close: bool = False
    plain_names: bool = False


def _words(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})(?=[\s:\x02`(\[]|$)", re.I)


PART = (
    r"(?:(?:vision|visual|image|audio|speech|text|video)[ -](?:encoder|tower|backbone|transformer)s?|ViT|tokeni[sz]ers?"
    r"|vocoder|VAE|draft(?:er)? model|projector|vocabulary)"
)
PART_NAME = re.compile(rf"\b{PART}\b", re.I)

_TUNED = (
    r"(?:fine[- ]?tuned|post[- ]?trained|instruct(?:ion)?[- ]?(?:fine[- ]?)?tuned|chat[- ]tuned|preference[- ]tuned"
    r"|RL[- ]tuned|DPO[- ]tuned|further[- ](?:pre[- ]?)?trained|continu(?:ally|ously|ed)[- ]pre[- ]?trained|aligned"
    r"|(?:domain[- ])?adapted|abliterated|uncensored|de-?censored|orthogonali[sz]ed|unaligned)"
)
_CUT = r"(?:pruned|compressed|sparsified|upscaled|expanded|extended)"
_PACKED = r"(?:GGUF|GPTQ|AWQ|EXL[23]|FP8|NVFP4|MXFP4|INT[48]|[248]-?bit|imatrix|bitsandbytes|bnb)"
_NOUN = r"(?:version|variant|edition|checkpoint|derivative|flavou?r|build)"
_USE = r"(?:re)?us(?:es?|ed|ing)|with|employ(?:s|ed|ing)?|adopt(?:s|ed|ing)?|leverag(?:es?|ed|ing)|tak(?:es?|ing)"
_MADE = r"(?:generated|produced|sampled|synthesi[sz]ed|created|distilled)(?:\s\w+){0,2}?\s(?:by|with|using|from)"
_TEXTS = (
    r"(?:outputs?|responses?|completions?|generations?|(?:reasoning |CoT |chain-of-thought )?traces?|samples?"
    r"|rationales?|answers?|solutions?|conversations?|dialogues?|instructions?|data(?:set)?s?|corpus|trajectories)"
)
_SOME = r"(?:[\w,./-]+\s){0,6}?"
_LORA = r"(?:(?:Q|Do|rs)?LoRA|PEFT|adapter)s?"

_AS = r"\s*[`\"')\]]*\s*as (?:the|its|an?|our|their) (?:[\w-]+ ){0,2}?"
_AS_BASE = re.compile(_AS + r"(?:base|backbone|foundation|starting point|initiali[sz]ation)", re.I)
_AS_TEACHER = re.compile(_AS + r"teachers?\b", re.I)
_AS_PART = re.compile(rf"(?:'s)?\s*[`\"')\]]*\s*(?:(?:as|for) (?:the|its|an?|our) (?:[\w-]+ ){{0,2}}?)?{PART}\b", re.I)

# Chinese has no blanks between words, so a word's edge is no mark there.
_BASED_ZH = re.compile(r"(?<![不非未])(?<!不是)(?<!没有)基于")
_TUNED_ZH = re.compile(
    r"[\s`\"')\]的之]*(?:基座|基础|预训练|大)?(?:语言)?(?:模型)?[\s，,]*(?:进行|经过|通过)?(?:了)?(?:全参数|全量|指令|监督)?"
    r"(?:LoRA\s*)?(?:微调|精调|后训练|继续预训练|训练而|训练得)"
)

_COMPONENT = (Relation.COMPONENT, Role.COMPONENT)
_TEACHER = (Relation.DISTILLED, Role.TEACHER)

IDIOMS: tuple[Idiom, ...] = (
    # Parts beside the weights: asked first, because "the tokenizer is based on X" is also a "based on".
    Idiom(_words(_USE), *_COMPONENT, then=_AS_PART, close=True),
    Idiom(
        _words(
            rf"{PART}\s(?:(?:is|are|was|were|comes?|being|directly|weights)\s){{0,3}}?"
            r"(?:(?:initiali[sz]ed|taken|borrowed|adapted|adopted|inherited|reused|extended|loaded) )?"
            r"(?:from|of|based on|with)"
        ),
        *_COMPONENT,
    ),
    # Teachers.
    Idiom(_words(_USE), *_TEACHER, then=_AS_TEACHER, close=True),
    Idiom(
        _words(
            rf"distill(?:ed|ation|ing|s)?\s(?:{_NOUN}\s|model\s|knowledge\s)?(?:of|from|using)",
            r"distilled from (?:the )?(?:outputs?|traces|data) of",
            r"(?:knowledge|logit)[- ]distillation (?:of|from|with|using)",
            r"teacher models? (?:is|are|was|were)",
            r"taught by",
            r"by distilling",
        ),
        *_TEACHER,
        many=True,
        plain_names=True,
    ),
    Idiom(
        _words(
            rf"(?:trained|tuned|SFT|training|tuning)\s{_SOME}on\s{_SOME}{_TEXTS}\s(?:of|from|{_MADE})",
            rf"synthetic\s(?:[\w-]+\s){{0,3}}?{_TEXTS}\s(?:[\w-]+\s){{0,2}}?(?:of|from|by|using|with)",
            rf"{_TEXTS}\s(?:(?:were|was|are|is|synthetically|that|which)\s){{0,3}}?{_MADE}",
            r"improved (?:using|with)",
        ),
        *_TEACHER,
        many=True,
        plain_names=True,
    ),
    # Weights.
    Idiom(_words(r"merges? of", r"merged from", r"merging", r"merge between"), Relation.MERGE, many=True),
    Idiom(_words(r"merged?(?: method)?,? (?:using|with)"), Relation.MERGE, then=_AS_BASE, close=True),
    Idiom(_words(_USE, r"on top of"), then=_AS_BASE, close=True),
    Idiom(
        _words(rf"{_LORA}\s(?:[\w-]+\s){{0,2}}?(?:for|of|on top of|over|trained (?:on top of|from))"), Relation.ADAPTER
    ),
    Idiom(
        _words(
            rf"quanti[sz](?:ed|ations?)\s(?:{_NOUN}s?\s|weights\s|files\s|model\s|copy\s)?(?:of|from|for)",
            r"quants? (?:of|for|from)",
            rf"{_PACKED}(?:[\s/-][\w/-]+){{0,4}}?\s(?:of|for|from)",
            r"converted to GGUF(?: format)? from",
        ),
        Relation.QUANTIZED,
    ),
    Idiom(
        _words(
            r"(?:mirror|copy|re-?upload(?:ed)?|re-?host(?:ed)?|duplicate|clone)\s(?:version\s)?(?:of|from)",
            r"convert(?:ed)?\s(?:version of|(?:in)?to\s(?:[\w.-]+\s){1,4}?from|from)",
            r"conversion (?:of|from)",
        ),
        Relation.COPY,
    ),
    Idiom(
        _words(
            rf"{_TUNED}\s(?:\w+\s)?{_NOUN}\sof",
            rf"{_TUNED}\s(?:from|over|on top of|based (?:up)?on)",
            r"fine-?\s?tune (?:of|from|on top of)",
            r"(?:by|through|after|via|result of) (?:further |continu(?:ally|ed) )?"
            r"(?:fine[- ]?tun|post[- ]?train)ing(?: of| from)?",
            r"we (?:have |then |further )?(?:fine[- ]?tuned?|post[- ]?trained?)",
            r"(?:SFT|DPO|ORPO|KTO|GRPO|RLHF|RLVR|CPT) on top of",
        ),
        Relation.FINETUNE,
    ),
    Idiom(_BASED_ZH, Relation.FINETUNE, then=_TUNED_ZH, close=True),
    Idiom(
        _words(
            r"(?:is|are) (?:an?|the|our) (?:[\w-]+ ){0,2}?"
            r"(?:fine[- ]?tuned|quanti[sz]ed|abliterated|uncensored|pruned|compressed)"
            rf"(?!\s(?:[\w-]+\s)?{_NOUN})"
        ),
        close=True,
    ),
    Idiom(
        _words(r"(?:base|parent|backbone|foundation|underlying) (?:(?:language )?model|LLM|checkpoint) (?:is|was)"),
        close=True,
    ),
    Idiom(
        _words(
            rf"(?:{_CUT}|modified|customi[sz]ed)\s(?:[\w-]+\s)?{_NOUN}\sof",
            rf"(?:{_CUT}|upcycled|adapted|forked|evolved|developed) (?:from|on top of)",
            r"deriv(?:ed|es?|ing|ation)\s(?:from|of)",
            r"derivative (?:model )?of",
            r"(?:based|builds?|built|building) (?:up)?on(?: top of)?",
            r"initiali[sz](?:ed?|ing|ation) (?:weights )?(?:from|with|using)",
            r"warm[- ]start(?:ed)? (?:from|with)",
            r"start(?:s|ed|ing)? from",
            r"weights (?:(?:are|were|is|was) )?(?:(?:taken|loaded) )?from",
            r"continu(?:ed|al|ally|ing|es|ous|ously)\s(?:the\s)?pre-?\s?train(?:ed|ing)\s(?:of|from|on top of|over|on)",
            r"(?:pre-?|post-?)?trained (?:from|on top of|starting from)",
        ),
    ),
)

NAMED_FIRST = re.compile(
    r"\b(?:is|are) (?:an?|the) (?P<name>[^,;()]{2,90}) (?:models?|checkpoint|LLM)"
    r"(?: (?:that|which))?(?: (?:has|have|was|were|is|are))?(?: been)?(?: further)? "
    r"(?:fine-?tuned|post-?trained|quanti[sz]ed|instruction[- ]tuned|abliterated|adapted|further trained)\b",
    re.I,
)
"""``is a NAME reasoning model that has been post-trained``: here the source stands before its verb."""


def _label(*names: str) -> re.Pattern[str]:
    remark = r"\[optional\]|\(optional\)|\([\w -]{1,30}\)"
    return re.compile(rf"\s*(?:{'|'.join(names)})(?:\(s\)|s)?\s*(?:{remark})?\s*[:：=]\s*", re.I)


LABELS: tuple[tuple[re.Pattern[str], Relation, Role], ...] = (
    (
        _label(
            r"(?:pre-?trained )?(?:base|parent|foundation|source|backbone|upstream|underlying)(?: language)? "
            r"(?:model|LLM|checkpoint)",
            r"(?:pre-?trained )?model base",
            r"(?:LLM |language )?backbone",
            r"initial (?:model|checkpoint|weights)|initiali[sz]ation checkpoint",
            r"base|original model|initiali[sz]ed from|built (?:up)?on|based on",
            "基座模型|基础模型|底座模型|ベースモデル|베이스 모델|기반 모델",
        ),
        Relation.UNSPECIFIED,
        Role.WEIGHTS,
    ),
    (_label(r"fine-?\s?tuned from(?: model)?"), Relation.FINETUNE, Role.WEIGHTS),
    (_label(r"quanti[sz]ed (?:from|version of)", r"quantization of"), Relation.QUANTIZED, Role.WEIGHTS),
    (_label(r"adapter (?:for|base)"), Relation.ADAPTER, Role.WEIGHTS),
    (_label(r"models? merged", r"merged models?", r"merge of"), Relation.MERGE, Role.WEIGHTS),
    (_label(r"teachers?(?: model)?", r"distilled from"), *_TEACHER),
    (_label(PART), *_COMPONENT),
)

MERGE_LIST = re.compile(r"\bmerg(?:e|ed|ing)\b.{0,120}:\s*$|^\s*models merged\s*:?\s*$", re.I)
