"""The words in which cards speak of licences and of what may not be done: data, read by ``license_prose``."""

from __future__ import annotations

import re
from collections.abc import Mapping

ABOUT_OTHERS = re.compile(
    r"citation|bibtex|references|evaluat|benchmark|results|leaderboard|comparison|related|other models|other versions"
    r"|model family|acknowledg|credits|thanks|third[- ]part|dependenc|base model|upstream|teacher|original|source model"
    r"|components?|built with|example|quick ?start|change ?log|faq|merged? models|models merged|provided files"
    r"|prior work",
    re.I,
)
"""Headings under which a licence is somebody else's."""
ABOUT_DATA = re.compile(r"\bdata(?:sets?)?\b|corpus|corpora", re.I)
ASKED = re.compile(r"[?？][\s\"'”’)*_]*$")
BREAK = re.compile(
    r"[;；。:：]|[,，]\s*(?=(?:but|while|whereas|which|and|the|our|model|code|weights)\b)|\b(?:but|while|whereas)\b",
    re.I,
)

_LICENSE = r"licen[cs](?:e|es|ing)"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LABEL_ZH = "许可证|开源协议|授权协议|许可协议|协议|ライセンス|라이선스"
LABEL = re.compile(
    r"\s*(?:[^\w\s]\s*){0,3}(?P<of>(?:(?:the|model|weights?|code|source|data|dataset|checkpoints?|software|project"
    r"|repository)(?: and )?[\s/&-]{0,3}){0,4})"
    rf"(?:{_LICENSE}(?: type| name| information)?|{_LABEL_ZH})(?:\(s\))?\s*"
    r"(?:\[optional\]|\((?P<part>model|weights|code|data)\))?\s*(?:[:：=]|[-–—]\s|\bis\s)\s*(?=\S)",
    re.I,
)
"""``License: ``, and with what it is of: ``Model license: ``, ``License (code): ``."""
PART_LABEL = re.compile(
    r"\s*(?:[^\w\s]\s*){0,3}(?P<of>(?:(?:the|this|our|model|models|weights?|code|source|data|datasets?|checkpoints?"
    r"|training|inference)(?:\s+and\s+|\s*[/&]\s*|\s+)?){1,4})\s*[:：–—-]\s*(?=\S)",
    re.I,
)
"""``Weights: `` under a heading that speaks of licences."""

LEAD_IN = re.compile(
    r"[\s`\"'(\[*_«“‘]*(?:(?:the|an?|its|our|this|standard|official|permissive|following|same"
    r"|terms(?: and conditions)?(?: of)?|conditions of|open[- ]?source|licen[cs]e of|licen[cs]e|free|:)"
    r"[\s`\"'(\[*_:]+){0,6}",
    re.I,
)
TRIGGERS: tuple[tuple[re.Pattern[str], bool], ...] = (
    (re.compile(r"\b(?:under|subject to|governed by|covered by|bound by)\b", re.I), False),
    (re.compile(r"\blicen[cs]ed (?:as|with|using|via|by|:)\s", re.I), False),
    (re.compile(r"\b(?:is|are|:)\s+(?=\S)", re.I), True),
    (
        re.compile(
            r"\b(?:uses?|adopts?|follows?|inherits?|carries|carry|has|have|retains?|keeps?|comes? with|ships? with)\b",
            re.I,
        ),
        True,
    ),
    (
        re.compile(
            r"\b(?:agree to|comply with|abide by|accept|adhere to)(?: be bound by| comply with| follow)?\b", re.I
        ),
        False,
    ),
    (re.compile(r"(?:采用|遵循|遵守|基于|使用|按照|以|根据)\s*", re.I), False),
)
"""What stands before a licence's name; True: what it is of has to be named before."""

UNDER = "under"
SAID = _set(
    "licensed relicensed released release releases releasing distributed distribute distributes available provided"
    " provide provides published publish publishes shared share shares offered offer governed covered bound falls fall"
    " comes come open-sourced sourced made is are was were has have been uploaded remains"
)
"""One of these stands before ``under``, unless nothing does: data that was *kept* under a licence is no release."""

ADJECTIVE = re.compile(r"\s*(?:(?:this|it) is )?(?:an?|the|this)\s+(?=\S)", re.I)
LICENSED = re.compile(
    r"[\s-]{0,2}licen[cs]ed\s+(?P<of>(?:[\w-]+\s){0,4}?(?:models?|weights|checkpoints?|LLM|code|datasets?|adapter)\b)",
    re.I,
)
AFTERWARDS = re.compile(
    r"[\s`\"')\]*_]{0,4}(?:licen[cs]e\w*)?\s{0,2}(?:[(（]|[-–—]\s)?\s?"
    r"(?:(?:for|covers|covering|applies to|on|governs)\s)?"
    r"(?P<of>(?:(?:the|all|our|this|both|only|source|model|models|training|inference|released|trained|pre-?trained"
    r"|original|base|teacher|tokenizer|encoder)\s){0,4}"
    r"(?:code(?:base)?|scripts?|software|weights|models?|checkpoints?|parameters|data(?:sets?)?|corpus|annotations"
    r"|tokenizer|encoder)(?:\s(?:and|&)\s(?:the\s)?(?:model\s)?(?:weights|models?|checkpoints?|data(?:sets?)?|code))?)\b[)）.]?",
    re.I,
)
JOINED = re.compile(r"\s*(?:(?P<or>\bor\b|/|\|)|[,;]\s*(?:and\b)?|\band\b|&|\+)\s*(?:the\s+|an?\s+)?", re.I)
NOTHING_MORE = re.compile(r"\s*(?:licen[cs]e\w*|agreement)?[\s`\"')\].!*_]*(?:$|\(|see\b|[-–—,;:]\s)", re.I)

CUES = re.compile(r"commercial|research|academic|educat|agree|accept|consent|acknowledge|商业|研究|科研", re.I)
"""Without one of these nothing is ruled out and nothing agreed to."""
_ONLY = r"(?:only|solely|strictly|exclusively|purely)"
_USES = r"(?:uses?|usage|purposes?|applications?|exploitation)"
_NC = r"non[- ]?commercial"
_KINDS = r"(?:academic|scientific|educational|personal)"
_RESEARCH = rf"(?:{_KINDS}(?:,? (?:and|or|and/or|/) | / |/|, | )?){{0,4}}(?:research|academic|education\w*)"
_ALLOWED = r"(?:be used |available |licen[cs]ed |intended |released |provided |meant |allowed |permitted )?"
_DENIED = r"(?:be used |intended |available |licen[cs]ed |allowed |permitted |suitable )?"
LIMITS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "non-commercial",
        re.compile(
            rf"\b(?:for |to )?{_NC}(?: (?:research|academic|personal|educational))?"
            rf"(?: (?:and|or) (?:[\w-]+ ){{1,2}}?)?\s?{_USES} {_ONLY}\b"
            rf"|\b{_ONLY} {_ALLOWED}(?:for|to) (?:[\w-]+,? (?:and|or|/) )?{_NC}\b"
            rf"|\b(?:limited|restricted) to (?:[\w-]+,? (?:and|or) )?{_NC}\b"
            rf"|\bnot {_DENIED}(?:for )?(?:any )?commercial(?:ly)?\b(?! (?:models?|products?|license))(?: {_USES})?"
            r"|\b(?:may|can|must|should)\s?not be (?:used )?commerciali[sz]ed\b"
            r"|\b(?:may|can|must)\s?not be used (?:in|for) (?:any )?commercial\b"
            rf"|\b(?:any |all )?commercial {_USES} (?:of (?:this|the) (?:model|weights|models) )?(?:is|are) "
            r"(?:strictly |expressly |explicitly )?"
            r"(?:not (?:allowed|permitted|authori[sz]ed)|prohibited|forbidden|disallowed)\b"
            rf"|\b(?:no|prohibits?|forbids?|excludes?) commercial {_USES}\b"
            r"|(?:不得|禁止|不可|不允许|严禁)(?:用于)?(?:任何)?商业|仅(?:供|限|用于)?非商业",
            re.I,
        ),
    ),
    (
        "research-only",
        re.compile(
            rf"\b(?:for |to )?(?:{_NC},? (?:and )?)?{_RESEARCH}"
            rf"(?: (?:and|or) (?:education\w*|academic|{_NC}|evaluation|teaching))? {_USES} {_ONLY}\b"
            rf"|\b{_ONLY} {_ALLOWED}for (?:(?:{_NC}|academic|scientific)(?: and|,)? )?{_RESEARCH}\b"
            rf"|\bfor (?:{_NC},? (?:and )?)?{_RESEARCH}(?: use| purposes?)? only\b|\bresearch[- ]only\b"
            rf"|\b(?:limited|restricted) to (?:{_NC} )?(?:(?:academic|scientific) )?research\b"
            r"|仅(?:供|限|用于)(?:于)?(?:学术)?(?:研究|科研)",
            re.I,
        ),
    ),
)
"""What is ruled out, whatever a licence is called."""

_AGREE = r"\b(?:agree|accept|consent|acknowledge)\b(?! with)"
AGREEMENT = re.compile(
    r"\bby (?:(?:down)?loading|using|accessing|clicking|requesting|installing|submitting)(?: or \w+ing)?"
    r" (?:this|the|our|these|any|it|access|[\w-]+ (?:model|weights))\b.{0,120}?\b(?:you|users?|i)\b.{0,40}?"
    rf"{_AGREE}"
    r"|\b(?:use|download|access) of (?:this|the|these) (?:model|weights|models)\b.{0,60}?"
    r"\b(?:constitutes|implies|signifies)\b.{0,30}?\b(?:acceptance|agreement)\b"
    r"|\byou (?:must|need to|have to|are required to|should) (?:first )?(?:review and )?(?:agree (?:to|with)|accept)\b"
    r".{0,60}?\b(?:licen[cs]e|terms|conditions|agreement|policy)\b",
    re.I,
)

OBJECTS: Mapping[str, frozenset[str]] = {
    "weights": _set(
        "model models weights weight checkpoint checkpoints llm llms adapter adapters lora finetune merge quants quant"
        " gguf parameters 模型 本模型 该模型 权重 模型权重 本模型权重 此模型 モデル 모델"
    ),
    "code": _set("code codebase script scripts software source implementation 代码 本代码 源代码 代码库"),
    "data": _set("data dataset datasets corpus corpora annotations 数据 数据集"),
}
UNDERSTOOD = _set(
    # who and what
    "this the these our its it we they all both each any a an in of and or for here also itself as well"
    " repository repo project release files file work package collection space page hub hugging face huggingface"
    " license licence licensing licensed terms everything material materials assets artifacts"
    # adjectives
    " released trained pretrained pre fine tuned finetuned final resulting merged quantized open openly source sourced"
    " freely publicly free public new full entire whole training inference accompanying associated included provided"
    " language large multimodal vision chat instruct instruction embedding reward diffusion speech"
    # verbs
    " is are was were has have been being made make makes relicensed releases releasing distribute distributed"
    " distributes"
    " available provide provides published publish publishes share shared shares offered offer"
    " governed covered bound falls fall comes come remains under uploaded hosted used use uses usage using"
    " intended designed meant"
    # openings
    " note please that currently by with on to such like important notice disclaimer warning be only strictly"
    # who may
    " you your users user must agree accept comply access accessing downloading download"
    " 本 项目 的 和 均 与 以及 是 根据 开源 我们 仓库 发布"
)
"""Words that may stand before a licence; any other may name somebody else, deny, or speak of another time."""
OF_USE = _set("can may should need personal private research")
"""Words that may stand before a limit as well."""
REST_OF_NAME = re.compile(
    r"[\s`\"')\]]*(?:(?:international |public )?licen[cs]e\b(?: agreement| terms)?|agreement\b|terms\b(?: of use)?)?"
    r"(?:\s*\((?-i:[A-Z])[\w .-]{1,30}\))?[`\"')\]]*",
    re.I,
)
"""What still belongs to a name: ``License``, its short form in brackets, the end of a link."""
