"""The words in which cards speak of licences and of what may not be done: data, read by ``license_prose``."""

from __future__ import annotations

import re
from collections.abc import Mapping

ABOUT_OTHERS = re.compile(
    r"citation|bibtex|references|evaluat|benchmark|results|leaderboard|comparison|related|other models|other versions"
    r"|model family|acknowledg|credits|thanks|third[- ]part|dependenc|base model|upstream|teacher|original|source model"
    r"|components?|built with|example|quick ?start|change ?log|faq|merged? models|models merged|provided files|prior work",
    re.I,
)
"""Headings under which a licence is somebody else's."""
ABOUT_DATA = re.compile(r"\bdata(?:sets?)?\b|corpus|corpora", re.I)
ASKED = re.compile(r"[?？][\s\"'”’)*_]*$")
BREAK = re.compile(r"[;；。:：]|[,，]\s*(?=(?:but|while|whereas|which|and|the|our|model|code|weights)\b)|\b(?:but|while|whereas)\b", re.I)

_LICENSE = r"licen[cs](?:e|es|ing)"

LABEL = re.compile(
    rf"\s*(?:[^\w\s]\s*){{0,3}}(?P<of>(?:(?:the|model|weights?|code|source|data|dataset|checkpoints?|software|project|repository)"
    rf"(?: and )?[\s/&-]{{0,3}}){{0,4}})(?:{_LICENSE}(?: type| name| information)?|许可证|开源协议|授权协议|许可协议|协议|ライセンス|라이선스)"
    r"(?:\(s\))?\s*(?:\[optional\]|\((?P<part>model|weights|code|data)\))?\s*(?:[:：=]|[-–—]\s|\bis\s)\s*(?=\S)",
    re.I,
)
PART_LABEL = re.compile(
    r"\s*(?:[^\w\s]\s*){0,3}(?P<of>(?:(?:the|this|our|model|models|weights?|code|source|data|datasets?|checkpoints?|training|inference)"
    r"(?:\s+and\s+|\s*[/&]\s*|\s+)?){1,4})\s*[:：–—-]\s*(?=\S)",
    re.I,
)

LEAD_IN = re.compile(
    r"[\s`\"'(\[*_«“‘]*(?:(?:the|an?|its|our|this|standard|official|permissive|following|same|terms(?: and conditions)?(?: of)?"
    r"|conditions of|open[- ]?source|licen[cs]e of|licen[cs]e|free|:)[\s`\"'(\[*_:]+){0,6}",
    re.I,
)
TRIGGERS: tuple[tuple[re.Pattern[str], bool], ...] = (
    (re.compile(r"\b(?:under|subject to|governed by|covered by|bound by)\b", re.I), False),
    (re.compile(r"\blicen[cs]ed (?:as|with|using|via|by|:)\s", re.I), False),
    (re.compile(r"\b(?:is|are|:)\s+(?=\S)", re.I), True),
    (re.compile(r"\b(?:uses?|adopts?|follows?|inherits?|carries|carry|has|have|retains?|keeps?|comes? with|ships? with)\b", re.I), True),
    (re.compile(r"\b(?:agree to|comply with|abide by|accept|adhere to)(?: be bound by| comply with| follow)?\b", re.I), False),
    (re.compile(r"(?:采用|遵循|遵守|基于|使用|按照|以|根据)\s*", re.I), False),
)
"""What stands before a licence's name; True: what it is of has to be named before."""

UNDER = "under"
SAID = frozenset(
    "licensed relicensed released release releases releasing distributed distribute distributes available provided provide provides"
    " published publish publishes shared share shares offered offer governed covered bound falls fall comes come open-sourced sourced"
    " made is are was were has have been uploaded remains".split()
)
"""One of these stands before ``under``, unless nothing does: data that was *kept* under a licence is no release."""

ADJECTIVE = re.compile(r"\s*(?:(?:this|it) is )?(?:an?|the|this)\s+(?=\S)", re.I)
LICENSED = re.compile(r"[\s-]{0,2}licen[cs]ed\s+(?P<of>(?:[\w-]+\s){0,4}?(?:models?|weights|checkpoints?|LLM|code|datasets?|adapter)\b)", re.I)
AFTERWARDS = re.compile(
    r"[\s`\"')\]*_]{0,4}(?:licen[cs]e\w*)?\s{0,2}(?:[(（]|[-–—]\s)?\s?(?:(?:for|covers|covering|applies to|on|governs)\s)?"
    r"(?P<of>(?:(?:the|all|our|this|both|only|source|model|models|training|inference|released|trained|pre-?trained|original|base|teacher"
    r"|tokenizer|encoder)\s){0,4}"
    r"(?:code(?:base)?|scripts?|software|weights|models?|checkpoints?|parameters|data(?:sets?)?|corpus|annotations|tokenizer|encoder)"
    r"(?:\s(?:and|&)\s(?:the\s)?(?:model\s)?(?:weights|models?|checkpoints?|data(?:sets?)?|code))?)\b[)）.]?",
    re.I,
)
JOINED = re.compile(r"\s*(?:(?P<or>\bor\b|/|\|)|[,;]\s*(?:and\b)?|\band\b|&|\+)\s*(?:the\s+|an?\s+)?", re.I)
NOTHING_MORE = re.compile(r"\s*(?:licen[cs]e\w*|agreement)?[\s`\"')\].!*_]*(?:$|\(|see\b|[-–—,;:]\s)", re.I)

_ONLY = r"(?:only|solely|strictly|exclusively|purely)"
_USES = r"(?:uses?|usage|purposes?|applications?|exploitation)"
_NC = r"non[- ]?commercial"
_RESEARCH = r"(?:(?:academic|scientific|educational|personal)(?:,? (?:and|or|and/or|/) | / |/|, | )?)*(?:research|academic|education\w*)"
LIMITS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "non-commercial",
        re.compile(
            rf"\b(?:for |to )?{_NC}(?: (?:research|academic|personal|educational))?(?: (?:and|or) (?:[\w-]+ ){{1,2}}?)?\s?{_USES} {_ONLY}\b"
            rf"|\b{_ONLY} (?:be used |available |licen[cs]ed |intended |released |allowed |permitted )?(?:for|to) (?:[\w-]+,? (?:and|or|/) )?{_NC}\b"
            rf"|\b(?:limited|restricted) to (?:[\w-]+,? (?:and|or) )?{_NC}\b"
            rf"|\bnot (?:be used |intended |available |licen[cs]ed |allowed |permitted |suitable )?(?:for )?(?:any )?commercial(?:ly)?\b"
            rf"(?! (?:models?|products?|license))(?: {_USES})?"
            r"|\b(?:may|can|must|should)\s?not be (?:used )?commerciali[sz]ed\b"
            r"|\b(?:may|can|must)\s?not be used (?:in|for) (?:any )?commercial\b"
            rf"|\b(?:any |all )?commercial {_USES} (?:of (?:this|the) (?:model|weights|models) )?"
            r"(?:is|are) (?:strictly |expressly |explicitly )?(?:not (?:allowed|permitted|authori[sz]ed)|prohibited|forbidden|disallowed)\b"
            rf"|\b(?:no|prohibits?|forbids?|excludes?) commercial {_USES}\b"
            r"|(?:不得|禁止|不可|不允许|严禁)(?:用于)?(?:任何)?商业|仅(?:供|限|用于)?非商业",
            re.I,
        ),
    ),
    (
        "research-only",
        re.compile(
            rf"\b(?:for |to )?(?:{_NC},? (?:and )?)?{_RESEARCH}(?: (?:and|or) (?:education\w*|academic|{_NC}|evaluation|teaching))? {_USES} {_ONLY}\b"
            rf"|\b{_ONLY} (?:be used |available |licen[cs]ed |intended |released |provided |meant |allowed )?for "
            rf"(?:(?:{_NC}|academic|scientific)(?: and|,)? )?{_RESEARCH}\b"
            rf"|\bfor (?:{_NC},? (?:and )?)?{_RESEARCH}(?: use| purposes?)? only\b|\bresearch[- ]only\b"
            rf"|\b(?:limited|restricted) to (?:{_NC} )?(?:(?:academic|scientific) )?research\b"
            r"|仅(?:供|限|用于)(?:于)?(?:学术)?(?:研究|科研)",
            re.I,
        ),
    ),
)
"""What is ruled out, whatever a licence is called."""

AGREEMENT = re.compile(
    r"\bby (?:(?:down)?loading|using|accessing|clicking|requesting|installing|submitting)(?: or \w+ing)?"
    r" (?:this|the|our|these|any|it|access|[\w-]+ (?:model|weights))\b.{0,120}?\b(?:you|users?|i)\b.{0,40}?\b(?:agree|accept|consent|acknowledge)\b"
    r"(?! with)"
    r"|\b(?:use|download|access) of (?:this|the|these) (?:model|weights|models)\b.{0,60}?\b(?:constitutes|implies|signifies)\b.{0,30}?\b(?:acceptance|agreement)\b"
    r"|\byou (?:must|need to|have to|are required to|should) (?:first )?(?:review and )?(?:agree (?:to|with)|accept)\b.{0,60}?"
    r"\b(?:licen[cs]e|terms|conditions|agreement|policy)\b",
    re.I,
)

OBJECTS: Mapping[str, frozenset[str]] = {
    "weights": frozenset(
        "model models weights weight checkpoint checkpoints llm llms adapter adapters lora finetune fine-tune merge quants quant"
        " gguf parameters 模型 本模型 该模型 权重 模型权重 本模型权重 此模型 モデル 모델".split()
    ),
    "code": frozenset("code codebase script scripts software source implementation 代码 本代码 源代码 代码库".split()),
    "data": frozenset("data dataset datasets corpus corpora annotations 数据 数据集".split()),
}
UNDERSTOOD = frozenset(
    (
        # who and what
        "this the these our its it we they all both each any a an in of and or for here also both itself as well"
        " repository repo project release files file work package collection space page hub hugging face huggingface"
        " license licence licensing licensed terms model's everything material materials assets artifacts contents content"
        # adjectives
        " released trained pretrained pre fine tuned finetuned final resulting merged quantized open openly source sourced weight"
        " freely publicly free public new full entire whole training inference accompanying associated included provided"
        " language large multimodal vision chat instruct instruction embedding reward diffusion speech"
        # verbs
        " is are was were has have been being made make makes licensed relicensed release releases releasing distribute distributed"
        " distributes available provide provides published publish publishes share shared shares offered offer governed covered"
        " bound falls fall comes come remains under uploaded open-sourced hosted used use uses usage using intended designed meant"
        # openings
        " note please that currently by with on to as such like important notice disclaimer warning be only strictly"
        # who may
        " you your users user must agree accept comply access accessing downloading download"
        " 本 项目 的 和 均 与 以及 是 根据 开源 我们 仓库 发布"
    ).split()
)
"""Words that may stand before a licence; any other may name somebody else, deny, or speak of another time."""
OF_USE = frozenset("can may should need personal private research".split())
"""Words that may stand before a limit as well."""
REST_OF_NAME = re.compile(
    r"[\s`\"')\]]*(?:(?:international |public )?licen[cs]e\b(?: agreement| terms)?|agreement\b|terms\b(?: of use)?)?"
    r"(?:\s*\((?-i:[A-Z])[\w .-]{1,30}\))?[`\"')\]]*",
    re.I,
)
"""What still belongs to a name: ``License``, its short form in brackets, the end of a link."""
