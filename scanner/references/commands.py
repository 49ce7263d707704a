"""A command line: which of its words name a model.

``read`` takes a script of any length and gives what it found, at offsets of the text; a reader of another kind of file
calls it for the commands inside. Which program takes a model where is data (``idioms``); beside that, an option or a
variable whose name speaks of a model (``keys``) is believed as far as such a name is.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from scanner.references import embedded, idioms, keys, loose, values
from scanner.references.idioms import Idiom
from scanner.references.keys import Role
from scanner.references.literal import Literal
from scanner.references.names import ADDRESS, Named, Names, Place
from scanner.references.reference import Kind
from scanner.references.shellwords import MAX_DEPTH, SETS, Command, Variables, split
from scanner.references.spots import Spot, strongest

_ADDRESS = re.compile(ADDRESS, re.I)
_SHAPED = re.compile(r"[\w.-]+/[\w.-]+(?:[@:][\w./-]+)?")
_PYTHON = re.compile(r"i?python[\d.]*")
_SIGNS = frozenset(("=", ":=", "::=", "?=", "+="))
_FALSE = frozenset(("false", "0", "no", "off", "none"))


def read(script: str | Literal, names: Names, variables: Variables | None = None) -> list[Spot]:
    """What a script names, in order and each place once; offsets are of ``script`` (of the file for a ``Literal``).

    ``variables`` are those that are set before the script runs; it adds its own.
    """
    reader = _Script(names, variables or Variables())
    return strongest(reader.script(Literal.plain(script) if isinstance(script, str) else script, MAX_DEPTH))


def run(words: Sequence[Literal], names: Names, variables: Variables | None = None) -> list[Spot]:
    """The same for one command whose words are known, as in a list of arguments."""
    reader = _Script(names, variables or Variables())
    return strongest(reader.command(Command(list(words)), MAX_DEPTH))


def settings(value: Literal, names: Names, how: str) -> list[Spot]:
    """The same for settings in one word, as ``pretrained=org/name,revision=main``."""
    return strongest(_Script(names, Variables()).pairs(value, how))


@dataclass(slots=True)
class _Line:
    """A command while it is read; ``at`` is the first word after the idiom, ``pin`` and ``flags`` are its models'.

    ``pins`` are the revisions of further models, as ``--tokenizer-revision`` beside ``--tokenizer``, by their stems.
    """

    words: list[Literal]
    idiom: Idiom
    at: int
    pin: str | None = None
    pins: dict[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    dataset: str = ""
    taken: set[int] = field(default_factory=set)

    def is_pairs(self, index: int) -> bool:
        """True for ``key=value,key=value`` where the command takes that, which is no setting of its own."""
        return self.idiom.takes == "keys" and index >= self.at

    def value(self, index: int) -> tuple[int, Literal] | None:
        """The value of the option at ``index`` and the index of its word: after ``=``, or the next word."""
        word = self.words[index]
        name, sign, _ = word.text.partition("=")
        if sign:
            return index, word.cut(len(name) + 1)
        if index + 1 < len(self.words) and not self.words[index + 1].text.startswith("-"):
            return index + 1, self.words[index + 1]
        return None


class _Script:
    def __init__(self, names: Names, variables: Variables) -> None:
        self.names, self.variables = names, variables

    def script(self, text: Literal, depth: int) -> Iterator[Spot]:
        for command in split(text):
            yield from self.command(command, depth)

    def command(self, command: Command, depth: int) -> Iterator[Spot]:
        if depth == 0:
            return
        for inner in command.inner:
            yield from self.script(inner, depth - 1)
        words = command.words
        start = yield from self.assignments(command)
        texts = [word.text for word in words]
        first = idioms.program(texts[start].lstrip("@-+")) if start < len(words) else ""
        if first == "for" and "in" in texts[start : start + 3]:
            self.variables.set(texts[start + 1], *words[start + 3 :])
        shells = [i for i, text in enumerate(texts) if idioms.program(text) in idioms.words("shells")]
        if shells:
            yield from self.nested(words[shells[0] :], command.fed, depth)
        yield from self.program(words, command.fed)
        if first in idioms.words("speech"):
            return
        yield from self.line(words[start:])

    def nested(self, words: list[Literal], fed: Literal | None, depth: int) -> Iterator[Spot]:
        """The scripts that a shell is given: after ``-c``, as a word with blanks, as its input."""
        for word in words[1:]:
            if " " in word.text.strip() or "\n" in word.text:
                yield from self.script(word, depth - 1)
        if fed is not None:
            yield from self.script(fed, depth - 1)

    def program(self, words: list[Literal], fed: Literal | None) -> Iterator[Spot]:
        """The program in Python that an interpreter is given."""
        runs = next((i for i, word in enumerate(words) if _PYTHON.fullmatch(idioms.program(word.text))), None)
        if runs is None:
            return
        given = next((i for i in range(runs + 1, len(words)) if words[i].text == "-c"), len(words))
        if given + 1 < len(words):
            yield from embedded.read(words[given + 1], self.names)
        elif fed is not None:
            yield from embedded.read(fed, self.names)

    def assignments(self, command: Command) -> Generator[Spot, None, int]:
        """The variables that a command sets before it runs; returns the index of its first other word."""
        words, index = command.words, 0
        if len(words) > 1 and words[1].text in _SIGNS:
            name = words[0].text.lstrip("$").removeprefix("env:")
            value = Literal.joined(words[2:3]) if len(words) > 2 else Literal.plain("", words[1].at(0))
            yield from self.assigned(name, [value], words[1].text)
            return len(words)
        while index < len(words):
            text = words[index].text
            if found := SETS.match(text):
                rest = words[index].cut(found.end())
                array = command.array and not rest.text
                yield from self.assigned(found["name"], words[index + 1 :] if array else [rest], found["sign"])
                if array:
                    return len(words)
            elif text.lower() not in idioms.words("assignment"):
                break
            index += 1
        return index

    def assigned(self, name: str, held: list[Literal], sign: str) -> Iterator[Spot]:
        held = [part for value in held if value.text.strip() for part in values.parts(value.stripped())]
        self.variables.set(name, *held)
        flags = ("default",) if "?" in sign else ()
        role = keys.role(name)
        for value in held:
            if role and (role is Role.LOADER or not values.HOLE.match(value.text) or ":-" in value.text):
                yield from self.valued(value, role, f"variable {name}", None, flags)
            else:
                yield from self.text(value, "variable", "")

    def line(self, words: list[Literal]) -> Iterator[Spot]:
        texts = [word.text for word in words]
        line = _Line(words, *idioms.match(texts))
        self.look_ahead(line)
        for index, text in enumerate(texts):
            if text.startswith("-") and len(text) > 1:
                yield from self.option(line, index)
            elif (found := SETS.match(text)) and index not in line.taken and not line.is_pairs(index):
                line.taken.add(index)
                yield from self.setting(line, found["name"], words[index].cut(found.end()))
        if line.idiom.takes:
            yield from self.positional(line)
        for index, word in enumerate(words):
            if index not in line.taken:
                yield from self.text(word, line.idiom.name or "text", line.idiom.other if index >= line.at else "")

    def look_ahead(self, line: _Line) -> None:
        """Revision, trust and kind hold for models that stand before them, too."""
        for index, word in enumerate(line.words):
            name = word.text.partition("=")[0]
            setting = SETS.match(word.text) if not name.startswith("-") else None
            found = (index, word.cut(setting.end())) if setting else line.value(index) if name.startswith("-") else None
            role = keys.role(name) if setting or (len(name) > 2 and name.startswith("-")) else None
            if role is Role.TRUST and (found is None or found[1].text.lower() not in _FALSE):
                line.flags = ("trust_remote_code",)
            elif found and (whose := keys.revision_of(name)):
                line.pins[whose] = found[1].text
            elif found and name in line.idiom.kind:
                line.dataset = found[1].text.lower()
            elif found and (name in line.idiom.revision or (not line.idiom.options and role is Role.REVISION)):
                line.pin = self.variables.fill(found[1])[-1].text
                line.taken.add(found[0])

    def option(self, line: _Line, index: int) -> Iterator[Spot]:
        name, idiom = line.words[index].text.partition("=")[0], line.idiom
        found = line.value(index)
        if found is None or found[0] in line.taken:
            return
        at, value = found
        how = f"{idiom.name} {name}".strip()
        if name in idiom.named:
            for each in self.following(line, at):
                word = line.words[each]
                line.taken.add(each)
                yield from self.valued(word.cut(word.text.find("=") + 1), Role.LOADER, how)
        elif name in idiom.keys:
            line.taken.add(at)
            yield from self.pairs(value, how)
        elif name in idiom.options or name in idiom.others:
            line.taken.add(at)
            main = name in idiom.options
            yield from self.loaded(value, line, how, line.pin if main else line.pins.get(keys.stem(name)))
        elif len(name) > 2 and (role := keys.role(name)) and role.place:
            many = self.following(line, at) if keys.name_of(name).endswith("s") and at > index else [at]
            for at in many:
                line.taken.add(at)
                place = value if at == found[0] else line.words[at]
                yield from self.valued(place, role, how, self.pin(line, name), line.flags)
        elif len(name) > 2 and role in (Role.OUTPUT, Role.OTHER) and "/" in value.text:
            line.taken.add(at)
            yield from self.valued(value, role, how)
        elif name in idioms.words("values") and at > index and not SETS.match(value.text):
            yield from self.text(value, how, line.idiom.other)
            line.taken.add(at)

    def pin(self, line: _Line, name: str) -> str | None:
        """The revision of a model that only its option's name speaks for."""
        return line.pins.get(keys.stem(name)) or (line.pin if keys.stem(name) in keys.words("main") else None)

    def following(self, line: _Line, index: int) -> list[int]:
        """The indices of the words from ``index`` to the next option."""
        end = index
        while end < len(line.words) and not line.words[end].text.startswith("-"):
            end += 1
        return list(range(index, max(end, index + 1)))

    def setting(self, line: _Line, name: str, value: Literal) -> Iterator[Spot]:
        """A word ``name=value`` in the middle of a command: a variable of a container, a setting of a program."""
        if role := keys.role(name):
            yield from self.valued(value, role, f"variable {name}", self.pin(line, name), line.flags)
        else:
            yield from self.text(value, "text", line.idiom.other)

    def pairs(self, value: Literal, how: str) -> Iterator[Spot]:
        """``pretrained=org/name,revision=main``: settings in one word."""
        parts, at = list[tuple[str, Literal]](), 0
        for part in value.text.split(","):
            name, sign, _ = part.partition("=")
            parts.append((name, value.cut(at + len(name) + len(sign), at + len(part))))
            at += len(part) + 1
        said = {keys.role(name): held.text for name, held in parts}
        trusted = said.get(Role.TRUST, "false").lower() not in _FALSE
        for name, held in parts:
            role = Role.LOADER if keys.role(name) is Role.MODEL else keys.role(name)
            if role:
                flags = ("trust_remote_code",) if trusted else ()
                yield from self.valued(held, role, f"{how} {name}", said.get(Role.REVISION), flags)

    def positional(self, line: _Line) -> Iterator[Spot]:
        idiom, rest = line.idiom, range(line.at, len(line.words))
        free = [i for i in rest if i not in line.taken and not line.words[i].text.startswith("-")]
        if idiom.takes == "addresses":
            for index in free:
                if found := _ADDRESS.search(line.words[index].text):
                    line.taken.add(index)
                    whole = line.words[index].cut(found.start())
                    yield from self.loaded(whole, line, idiom.name, line.pin)
            return
        if idiom.takes == "keys":
            for index in (i for i in free if "=" in line.words[i].text):
                line.taken.add(index)
                yield from self.pairs(line.words[index], idiom.name)
            return
        first = [i for i in free if i == line.at or self.may_name(line.words[i].text)]
        for index in first if idiom.takes == "all" else first[:1]:
            line.taken.add(index)
            yield from self.loaded(line.words[index], line, idiom.name, line.pin)

    @staticmethod
    def may_name(text: str) -> bool:
        return bool(_SHAPED.fullmatch(text) or _ADDRESS.match(text) or values.HOLE.search(text)) or "://" in text

    def loaded(self, value: Literal, line: _Line, how: str, pin: str | None) -> Iterator[Spot]:
        """A model as the idiom takes it: from the Hub, or from the library the command has of its own."""
        idiom = line.idiom
        if line.dataset and line.dataset != "model":
            role = Role.DATASET if line.dataset == "dataset" else Role.OTHER
            yield from self.valued(value, role, how, pin)
            return
        for spot in self.valued(value, Role.LOADER, how, pin, line.flags):
            named = spot.named
            if idiom.library and not values.of_hub(spot.text) and not values.HOLE.search(spot.text):
                spot = replace(spot, named=Named(Kind.UNRESOLVED, reason=idiom.library))
            elif idiom.tag and named.revision and named.revision != pin and spot.text.endswith(f":{named.revision}"):
                spot = replace(spot, named=replace(named, revision=None))
            yield spot

    def valued(
        self, value: Literal, role: Role, how: str, pin: str | None = None, flags: tuple[str, ...] = ()
    ) -> Iterator[Spot]:
        """A value under a role, its variables filled in; what stays open is told as it is written."""
        for filled in self.variables.fill(value):
            spot = values.by_role(filled, role, how, self.names, pin, flags)
            if spot and spot.named.kind is Kind.UNRESOLVED and filled is not value:
                spot = values.by_role(value, role, how, self.names, pin, flags)
            if spot:
                yield spot

    def text(self, word: Literal, how: str, reason: str) -> Iterator[Spot]:
        """A word of which nothing is known: what is shaped like an id is read by its name."""
        if "/" not in word.text and ":" not in word.text:
            return
        if word.text.lstrip().startswith("{"):
            yield from self.json(word, how)
        spot = values.spot(word, Place.TEXT, how, self.names, reason=reason)
        if spot is not None and not _ADDRESS.match(word.text):
            yield spot
        elif not word.text.isspace():
            yield from self.inside(word, how)

    def json(self, word: Literal, how: str) -> Iterator[Spot]:
        """Settings given as JSON in one word."""
        for key, value in loose.json_pairs(word.text):
            if (role := keys.role(key.text)) and role.place:
                at = value.at(0)
                yield from self.valued(word.cut(at, at + len(value.text)), role, f"{how} {key.text}")

    def inside(self, word: Literal, how: str) -> Iterable[Spot]:
        for offset, text, named in self.names.inside(word.text):
            part = word.cut(offset, offset + len(text))
            yield Spot(part.at(0), part.at(len(text) - 1) + 1, text, how, named)
