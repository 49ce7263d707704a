"""What strings and comments look like, language by language: enough to tell them apart, no grammar.

Each pattern takes its time in proportion to what it takes: it never gives back a character, and an end that is missing
is the end of the line or of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = {
    "//": r"//[^\n]*+",
    "#": r"\#[^\n]*+",
    "--": r"--(?!\[\[)[^\n]*+",
    ";": r";[^\n]*+",
    "%": r"%[^\n]*+",
}
_BLOCK = {
    "/*": r"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?",
    "<!--": r"<!--(?:[^-]++|-(?!->))*+(?:-->)?",
    "--[[": r"--\[\[(?:[^\]]++|\](?!\]))*+(?:\]\])?",
    "#=": r"\#=(?:[^=]++|=(?!\#))*+(?:=\#)?",
    "{-": r"\{-(?:[^-]++|-(?!\}))*+(?:-\})?",
}
# Group ``content`` of each is what stands between the quotes.
_QUOTE = {
    '"""': r'"""((?:[^"\\]++|\\.|"(?!""))*+)(?:""")?',
    "'''": r"'''((?:[^'\\]++|\\.|'(?!''))*+)(?:''')?",
    '@"': r'@"((?:[^"]++|"")*+)"?',
    'r#"': r'r\#"((?:[^"]++|"(?!\#))*+)(?:"\#)?',
    "[[": r"\[\[((?:[^\]]++|\](?!\]))*+)(?:\]\])?",
    "`": r"`([^`]*+)`?",
    '"': r'"((?:[^"\\\n]++|\\.)*+)"?',
    "'": r"'((?:[^'\\\n]++|\\.)*+)'?",
    # Pages hold prose: the apostrophe of a contraction is no quote.
    "'prose": r"(?!(?<=\w)'(?:t|s|re|ve|ll|d|m)\b)'((?:[^'\\\n]++|\\.)*+)'?",
}
_WORD = r"[^\W\d]\w*+"
_SCRIPT_WORD = r"(?:[^\W\d]|\$)[\w$]*+"
_MARK = r"\?\?|\|\||\?:|:=|=>|->|<-|::|\?\.|\.\.|<>|[()\[\]{}<>,;:=.?|&+!*\n]"


@dataclass(frozen=True, slots=True)
class Syntax:
    """``pattern`` finds the next token; the group that took it says what it is: comment, text, char, word or mark.

    Of ``texts`` one has taken the content of a string; ``templates`` says that a backtick holds expressions.
    """

    pattern: re.Pattern[str]
    texts: tuple[int, ...]
    templates: bool


def _syntax(comments: str, quotes: str, *, chars: bool = False, templates: bool = False) -> Syntax:
    marks = comments.split()
    block = [_BLOCK[mark] for mark in marks if mark in _BLOCK]
    line = [_LINE[mark] for mark in marks if mark in _LINE]
    strings = [_QUOTE[quote] for quote in quotes.split()]
    char = r"'(?:\\[^\n]|[^'\\\n])'" if chars else r"(?!)"
    tick, word = ("`", _SCRIPT_WORD) if templates else (r"(?!)", _WORD)
    pattern = re.compile(
        rf"(?P<comment>{'|'.join(block + line)})|(?P<char>{char})|(?P<string>{'|'.join(strings)})"
        rf"|(?P<tick>{tick})|(?P<slash>/)|(?P<word>{word})|(?P<mark>{_MARK})",
        re.S,
    )
    first = pattern.groupindex["string"]
    return Syntax(pattern, tuple(range(first + 1, first + 1 + len(strings))), templates)


SCRIPT = _syntax("/* // <!--", "\" 'prose", templates=True)
SCRIPTS = ("js", "mjs", "cjs", "ts", "mts", "cts", "tsx", "jsx", "vue", "svelte", "astro", "html", "htm")
"""JavaScript, TypeScript and the pages that hold them, and the suffixes of their files."""

_C = _syntax("/* //", '"', chars=True)
_RUST = _syntax("/* //", 'r#" "', chars=True)
_GO = _syntax("/* //", '" `', chars=True)
_TRIPLE = _syntax("/* //", '""" " \'')
_CSHARP = _syntax("/* //", '""" @" "', chars=True)
_DART = _syntax("/* //", "\"\"\" ''' \" '")
_PHP = _syntax("/* // #", "\" '")
_HASH = _syntax("#", "\" '")
PYTHON = _syntax("#", "\"\"\" ''' \" '")
"""Enough of Python to tell its comments from its strings."""
_JULIA = _syntax("#= #", '""" "', chars=True)
_LUA = _syntax("--[[ --", "[[ \" '")
_SQL = _syntax("/* --", "\" '")
_HASKELL = _syntax("{- --", '"', chars=True)
_LISP = _syntax(";", '"')
_ERLANG = _syntax("%", '"')

OTHERS: dict[str, Syntax] = {
    suffix: syntax
    for suffixes, syntax in (
        ("c h cc cpp cxx hpp hh hxx inl cu cuh m mm zig v proto", _C),
        ("rs", _RUST),
        ("go", _GO),
        ("java kt kts scala sc sbt groovy gradle swift jenkinsfile", _TRIPLE),
        ("cs csx fs fsx", _CSHARP),
        ("dart", _DART),
        ("php phtml", _PHP),
        ("rb rake r pl pm ps1 psm1 nim cr tcl cmake", _HASH),
        ("ex exs", PYTHON),
        ("jl", _JULIA),
        ("lua", _LUA),
        ("sql", _SQL),
        ("hs elm", _HASKELL),
        ("clj cljs cljc edn el lisp scm rkt", _LISP),
        ("erl hrl", _ERLANG),
    )
    for suffix in suffixes.split()
}
"""By the suffix of the file's name."""
