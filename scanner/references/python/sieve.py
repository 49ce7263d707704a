"""What can be said of a file by its bytes: whether its tree could name a model at all.

Most files of a code base hold nothing of the kind, and a parser takes twenty times as long to tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from scanner.references.idioms import loading
from scanner.references.names import Named, Names, Place, bare
from scanner.references.python.idioms import Call, Speaks, calls, words
from scanner.references.reference import Kind

# The name of a module follows; of several in one line each is a match of its own.
_IMPORT = re.compile(rb"(?:^|\n)[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)((?:[\w. \t]*,[\w. \t]*)*)")
_SHAPED = re.compile(r"""["']\s*([A-Za-z0-9_][A-Za-z0-9._-]*/[A-Za-z0-9_][A-Za-z0-9._:@/-]*)\s*["']""")
_FIRST = re.compile(rb"[A-Za-z0-9_][\w.-]*")
# What begins with a slash is found many times as fast as what begins with a quote. A run of such signs is taken whole,
# with or without the quote (group 1), so that none is read again from each of its slashes.
_SHAPED_END = re.compile(rb"/\w[\w.:@/-]*+(\s*[\"'])?")
_SHAPED_END_TEXT = re.compile(_SHAPED_END.pattern.decode())
_SECOND = re.compile(rb"/([A-Za-z0-9_][\w.-]{1,95})(?![\w/\\(-])")
_TAGGED = re.compile(rb"""["']\s*(\w[\w.-]*+:\w[\w.-]*+)\s*["']""")
_TAGGED_END = re.compile(rb""":\w[\w.-]*+\s*["']""")
_NAME = re.compile(rb"[A-Za-z_]\w*")
_ADDRESSES = (b"huggingface.co", b"hf.co/", b"hf://", b"hf-mirror")
_SHELLS = (b"subprocess", b"os.system", b"popen", b"Popen", b"execv", b"spawn", b"command=", b"cmds=")
_HEAD = 6
_MAX_LINES = 100
_PART = 100
_MAX_LITERALS = 300


@cache
def _always() -> dict[bytes, tuple[bytes, ...]]:
    """The methods that count without an import, by how they begin."""
    found: dict[bytes, list[bytes]] = {}
    for group in calls().values():
        for call in group:
            if call.library.always and call.idiom.model and call.name.startswith("."):
                name = call.name.encode()
                found.setdefault(name[:_HEAD], []).append(name)
    return {head: tuple(sorted(set(names))) for head, names in found.items()}


@cache
def _beginnings() -> tuple[bytes, ...]:
    """What a name begins with that counts without an import; a word that is no address, only behind a quote."""
    found = []
    for word in words().addresses:
        found += [word] if word.startswith("http") else [f"'{word}", f'"{word}']
    return tuple(word.encode() for word in found)


@cache
def _by_root() -> dict[bytes, frozenset[bytes]]:
    """The names of calls that an import of a top-level module makes count."""
    found: dict[bytes, set[bytes]] = {}
    for group in calls().values():
        for call in group:
            last = call.name.rpartition(".")[2]
            for name in call.library.imports:
                if not _is_own(call, name):
                    found.setdefault(name.partition(".")[0].encode(), set()).add(last.encode())
    return {root: frozenset(names) for root, names in found.items()}


@cache
def _own() -> dict[bytes, re.Pattern[bytes]]:
    """What calls of a module's own functions look like: behind its name, or after it got another or gave its names."""
    found: dict[str, set[str]] = {}
    for group in calls().values():
        for call in group:
            for name in call.library.imports:
                if _is_own(call, name):
                    found.setdefault(name, set()).add(call.name)
    return {module.encode(): _called(module, "|".join(sorted(names))) for module, names in found.items()}


def _called(module: str, names: str) -> re.Pattern[bytes]:
    given = rf"import\b[^\n]*(?:\b(?:{names})\b|[*(\\])"
    return re.compile(rf"{module}(?:\s*\.\s*(?:{names})\b|(?:[ \t]|\\\r?\n)+(?:as\b|{given}))".encode())


def _is_own(call: Call, module: str) -> bool:
    return call.library.exact and "." not in module and "." not in call.name


def _modules(data: bytes) -> Iterator[bytes]:
    for first, rest in _imports(data):
        yield first
        if b"," in rest:
            yield from (part.strip().partition(b".")[0].partition(b" ")[0] for part in rest.split(b",")[1:])


def _imports(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The modules of each import: of the lines that hold the word, which is looked for many times as fast as a line."""
    at = data.find(b"import")
    while at >= 0:
        begin = data.rfind(b"\n", 0, at) + 1
        if data.endswith((b"\\\n", b"\\\r\n"), 0, begin):
            # The statement began on an earlier line.
            yield from ((found[1], found[2]) for found in _IMPORT.finditer(data))
            return
        if found := _IMPORT.match(data, max(0, begin - 1)):
            yield found[1], found[2]
        end = data.find(b"\n", at)
        at = data.find(b"import", end) if end >= 0 else -1


def _calls(data: bytes) -> bool:
    by_root, own, modules = _by_root(), _own(), set(_modules(data))
    if any(module in own and own[module].search(data) for module in modules):
        return True
    wanted = {name for module in modules if module in by_root for name in by_root[module]}
    return any(name in data if len(name) > 7 else re.search(rb"\b" + name + rb"\b", data) for name in wanted)


@cache
def _commands() -> tuple[tuple[bytes, tuple[re.Pattern[bytes], ...]], ...]:
    """Each command that takes a model as it stands alone, under a part of it that is looked for many times as fast."""
    found: dict[str, list[re.Pattern[bytes]]] = {}
    for name in sorted(loading(), key=len):
        word = re.escape(name.encode())
        alone = re.compile(rb"%s(?<![\w.-]%s)(?![\w-])" % (word, word))
        found.setdefault(next((part for part in found if part in name), name), []).append(alone)
    return tuple((part.encode(), tuple(commands)) for part, commands in found.items())


def _runs(data: bytes) -> bool:
    """True when it starts other programs and mentions one that takes a model, or has settings that name one."""
    if any(name.encode() in data for name in words().settings):
        return True
    if not any(shell in data for shell in _SHELLS):
        return False
    return any(part in data and any(command.search(data) for command in commands) for part, commands in _commands())


def is_shaped(data: bytes) -> bool:
    """False when no quoted text has the shape of an id."""
    return any(end[1] for end in _SHAPED_END.finditer(data))


def shaped_texts(text: str, begin: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
    """Every quoted text that may have the shape of an id; group 1 is what stands between the quotes."""
    end = len(text) if end is None else end
    free = last = begin
    for slash in _SHAPED_END_TEXT.finditer(text, begin, end):
        if not slash[1]:
            continue
        quote = max(text.rfind("'", last, slash.start()), text.rfind('"', last, slash.start()))
        last = slash.end() - 1
        if quote >= free and (found := _SHAPED.match(text, quote, end)):
            free = found.end()
            yield found


def _shaped(data: bytes) -> Iterator[tuple[int, str]]:
    """Every quoted text that may have the shape of an id, and where its quote stands."""
    for end in _SHAPED_END.finditer(data):
        if not end[1]:
            continue
        before = data[max(0, end.start() - _PART) : end.start()]
        quote = max(before.rfind(b"'"), before.rfind(b'"'))
        first = before[quote + 1 :].lstrip()
        if quote >= 0 and _FIRST.fullmatch(first):
            yield end.start() - len(before) + quote, (first + end[0][:-1].rstrip()).decode("latin-1")


def _could_be_named(data: bytes, names: Names) -> bool:
    """True when a literal names a model by itself, or could by a name beside or above it."""
    whole: bool | None = None
    for count, (at, text) in enumerate(_shaped(data)):
        if count == _MAX_LITERALS:
            return True
        if not _is_told(names.read(text, Place.NAMED)):
            continue
        if _is_told(names.read(text)):
            return True
        beside, is_all = _beside(data, at)
        if not is_all and whole is None:
            lower = data.lower()
            whole = any(word in lower for word in _telling()) and _speaks(_NAME.findall(data))
        if _speaks(beside) or (whole and not is_all):
            return True
    lower = data.lower()
    if any(not _bare().isdisjoint(map(bytes.strip, lower.split(quote))) for quote in (b"'", b'"')):
        return True
    if _TAGGED_END.search(lower) is None:
        return False
    return any(_is_told(names.read(word.decode(), Place.NAMED)) for word in set(_TAGGED.findall(lower)))


@cache
def _telling() -> tuple[bytes, ...]:
    """Parts of names one of which every name holds that speaks of a model or dataset."""
    return tuple(word.partition("+")[0].encode() for word in sorted(words().model | words().dataset))


@cache
def _bare() -> frozenset[bytes]:
    return frozenset(name.encode() for name in bare())


def _beside(data: bytes, at: int) -> tuple[list[bytes], bool]:
    """The names before a place in its line and in each line above that begins further left; whether these are all.

    What begins a line at the very left stands in something that no indentation tells.
    """
    begin = data.rfind(b"\n", 0, at) + 1
    line = data[begin:at]
    found = _NAME.findall(line[-300:])
    indent = len(line) - len(line.lstrip())
    if not indent:
        return found, bool(found)
    for _ in range(_MAX_LINES):
        if not indent or not begin:
            return found, True
        end = begin - 1
        begin = data.rfind(b"\n", 0, end) + 1
        line = data[begin : min(end, begin + 1000)]
        left = len(line) - len(line.lstrip())
        if left < indent and line.strip():
            found += _NAME.findall(line)
            indent = left
    return found, False


def _speaks(beside: list[bytes]) -> bool:
    return any(Speaks.of_model(name.decode()) or Speaks.of_dataset(name.decode()) for name in set(beside))


def _is_told(named: Named | None) -> bool:
    return named is not None and named.kind is not Kind.IGNORED


def _mentions(data: bytes, names: Names) -> bool:
    """True when an address or a word of the text is a model's by itself."""
    if any(address in data for address in _ADDRESSES):
        return any(_is_told(named) for _, _, named in names.inside(data.decode("utf-8", "replace")))
    for second in _SECOND.finditer(data):
        if names.could(second[1].decode("latin-1")):
            # A word cut at its beginning can only pass for more than it is.
            around = data[max(0, second.start() - _PART) : second.end() + _PART].decode("latin-1")
            if any(_is_told(named) for _, _, named in names.inside(around)):
                return True
    return False


def matters(data: bytes, names: Names) -> bool:
    """True when the tree of a file must be read; False is proof that no reference stands in it but ignored ones."""
    if any(head in data and any(name in data for name in group) for head, group in _always().items()):
        return True
    if any(beginning in data for beginning in _beginnings()):
        return True
    return _calls(data) or _runs(data) or _mentions(data, names) or _could_be_named(data, names)
