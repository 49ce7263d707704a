"""A file of settings, however it is written: which of its values name a model.

What a key says of its value is data (``keys``); revision and trust are taken from the keys beside it. Lists of
arguments and texts that a shell runs are read as commands, with the variables that the same file sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from scanner.references import commands, embedded, keys, shellwords, values
from scanner.references.keys import Role
from scanner.references.literal import Literal
from scanner.references.names import Names, Place
from scanner.references.shellwords import SETS, Variables
from scanner.references.spots import Spot, strongest
from scanner.references.tree import Mapping, Node, Sequence, mappings

_NONE = frozenset(("", "null", "none", "~"))
_FALSE = frozenset(("false", "no", "off", "0", ""))


def read(documents: Iterable[Node], names: Names, variables: Variables | None = None) -> list[Spot]:
    """What the documents of a file name, in order and each place once."""
    roots = list(documents)
    reader = _Settings(names, variables or Variables())
    for root in roots:
        for mapping in mappings(root):
            reader.learn(mapping)
    return strongest(spot for root in roots for spot in reader.node(root, _NOTHING))


@dataclass(frozen=True, slots=True)
class _Above:
    """What stands around a node says of it; ``many`` when its own keys are names that the file makes up.

    ``library`` is set where the name is one of another library, ``kind`` where the repository is said to be no
    model's; ``pins`` are the revisions said beside, by whose.
    """

    role: Role | None = None
    how: str = ""
    many: bool = False
    script: bool = False
    kind: Role | None = None
    pins: dict[str, str] = field(default_factory=dict)
    pin: str | None = None
    flags: tuple[str, ...] = ()
    library: bool = False


_NOTHING = _Above()
_SCRIPT = _Above(script=True)


class _Settings:
    def __init__(self, names: Names, variables: Variables) -> None:
        self.names, self.variables = names, variables

    def learn(self, mapping: Mapping) -> None:
        """The variables that commands of the file see."""
        for key, value in mapping.entries:
            if not keys.listed(key.text, "environment"):
                continue
            if isinstance(value, Mapping):
                for name, held in value.texts():
                    self.variables.set(name.text, held.stripped())
            elif isinstance(value, Sequence):
                for item in value.items:
                    self.learn_item(item)

    def learn_item(self, item: Node) -> None:
        if isinstance(item, Literal):
            if found := SETS.match(item.text):
                self.variables.set(found["name"], item.cut(found.end()))
        elif isinstance(item, Mapping) and (pair := _pair(item)):
            self.variables.set(pair[0].text, pair[1])

    def node(self, node: Node, above: _Above) -> Iterator[Spot]:
        if isinstance(node, Literal):
            yield from self.text(node, above)
        elif isinstance(node, Mapping):
            yield from self.mapping(node, above)
        else:
            yield from self.sequence(node, above)

    def mapping(self, mapping: Mapping, above: _Above) -> Iterator[Spot]:
        above = self.beside(mapping, above)
        if (pair := _pair(mapping)) and (role := keys.role(pair[0].text)):
            yield from self.valued(pair[1], role, f"variable {pair[0].text}", above)
            return
        yield from self.program(mapping)
        for key, value in mapping.entries:
            yield from self.entry(key, value, above)

    def entry(self, key: Literal, value: Node, above: _Above) -> Iterator[Spot]:
        role, how = keys.role(key.text), f"key {key.text}"
        if role is None and above.role:
            made_up = above.many and not (isinstance(value, Literal) and "/" not in value.text)
            if made_up or keys.listed(key.text, "inherited"):
                role, how = above.role, above.how
        if above.many and above.role is Role.MODEL and "/" in key.text:
            own = self.beside(value, above) if isinstance(value, Mapping) else above
            pin = own.pins.get("model")
            yield from self.valued(key, above.role, above.how, replace(own, pin=pin) if pin else own)
        if above.pins and (pin := above.pins.get(keys.stem(key.text))):
            above = replace(above, pin=pin)
        if isinstance(value, Literal):
            if role is None and embedded.is_python(value.text):
                yield from embedded.read(value, self.names)
            elif above.script or (role is None and keys.listed(key.text, "scripts")):
                yield from commands.read(value, self.names, self.variables)
            elif role is not None:
                yield from self.valued(value, role, how, above)
            else:
                yield from self.text(value, _NOTHING)
            return
        many = role is not None and keys.name_of(key.text).endswith("s")
        script = keys.listed(key.text, "scripts")
        inside = replace(above, role=role, how=how, many=many, script=script) if role or script else _NOTHING
        yield from self.node(value, inside)

    def beside(self, mapping: Mapping, above: _Above) -> _Above:
        """``above`` with the revision and the trust that stand beside the model, and the kind of its repository."""
        kept = above if above.role else _SCRIPT if above.script else _NOTHING
        pins, flags, kind, library = dict[str, str](), kept.flags, kept.kind, kept.library
        for key, value in mapping.texts():
            said, text = keys.role(key.text), value.text.strip()
            if (whose := keys.revision_of(key.text)) and text.lower() not in _NONE:
                pins[whose] = text
            elif said is Role.REVISION and text.lower() not in _NONE:
                pins = dict.fromkeys(keys.words("main") | _only(mapping), text) | pins
            elif said is Role.TRUST and text.lower() not in _FALSE:
                flags = ("trust_remote_code",)
            elif keys.listed(key.text, "providers"):
                library = text.lower() in keys.words("of_libraries")
            elif keys.listed(key.text, "repository_kinds") and text.lower() != "model":
                kind = Role.DATASET if keys.role(text) is Role.DATASET else Role.OTHER
        if not pins and not kept.pins and (flags, kind, library) == (kept.flags, kept.kind, kept.library):
            return kept
        return replace(kept, pins=pins, flags=flags, kind=kind, library=library)

    def sequence(self, sequence: Sequence, above: _Above) -> Iterator[Spot]:
        texts = sequence.texts()
        if any(item.text.startswith("--") for item in texts):
            yield from commands.run([word for item in texts for word in _words(item)], self.names, self.variables)
        else:
            for item in texts:
                yield from self.item(item, above)
        for node in sequence.items:
            if not isinstance(node, Literal):
                yield from self.node(node, above)

    def item(self, item: Literal, above: _Above) -> Iterator[Spot]:
        if above.script:
            yield from commands.read(item, self.names, self.variables)
        elif (found := SETS.match(item.text)) and (role := keys.role(found["name"])):
            yield from self.valued(item.cut(found.end()), role, f"variable {found['name']}", above)
        else:
            yield from self.text(item, above)

    def program(self, mapping: Mapping) -> Iterator[Spot]:
        """A program and its arguments: a container's image, its command, then what it is given."""
        if not any(keys.listed(key.text, "images") or keys.listed(key.text, "programs") for key, _ in mapping.entries):
            return
        parts = {"image": list[Literal](), "command": list[Literal](), "args": list[Literal]()}
        for key, value in mapping.entries:
            if keys.listed(key.text, "images") and isinstance(value, Literal):
                parts["image"] = [value]
            elif keys.listed(key.text, "programs"):
                slot = "command" if keys.listed(key.text, "commands") else "args"
                if isinstance(value, Literal) and not value.text.lstrip().startswith("-"):
                    yield from commands.read(value, self.names, self.variables)
                items = [value] if isinstance(value, Literal) else value.texts() if isinstance(value, Sequence) else []
                if items and isinstance(value, Sequence) and " " in items[0].text.strip() and items[0].text[0] != "-":
                    for item in items:
                        yield from commands.read(item, self.names, self.variables)
                parts[slot] += [word for item in items for word in _words(item)]
        words = [word for part in parts.values() for word in part]
        image = {word.at(0) for word in parts["image"]}
        if len(words) > len(image):
            found = commands.run(words, self.names, self.variables)
            yield from (spot for spot in found if spot.start not in image)

    def text(self, value: Literal, above: _Above) -> Iterator[Spot]:
        if above.role is not None:
            yield from self.valued(value, above.role, above.how, above)
        elif ":" in value.text or "/" in value.text:
            spot = values.spot(value, Place.TEXT, "text", self.names)
            if spot is not None:
                yield spot

    def valued(self, value: Literal, role: Role, how: str, above: _Above) -> Iterator[Spot]:
        if above.kind and role.place:
            role = above.kind
        for part in values.parts(value):
            spot = values.by_role(part, role, how, self.names, above.pin, above.flags)
            if spot is None and role is Role.MODEL and (above.library or keys.of_library(how)):
                spot = values.of_library(part, how)
            if spot:
                yield spot


def _only(mapping: Mapping) -> frozenset[str]:
    """The stem of the one name in a mapping that speaks of a model; empty where none does, or several do."""
    loading = [key.text for key, _ in mapping.texts() if keys.role(key.text) in (Role.MODEL, Role.LOADER)]
    return frozenset(map(keys.stem, loading)) if len(loading) == 1 else frozenset()


def _pair(mapping: Mapping) -> tuple[Literal, Literal] | None:
    """``name`` and ``value`` of a mapping that is one variable."""
    held = {keys.name_of(key.text): value for key, value in mapping.texts()}
    name, value = held.get("name") or held.get("key"), held.get("value")
    return (name, value) if name and value else None


def _words(item: Literal) -> list[Literal]:
    """An argument, or several that were written as one."""
    text = item.text.strip()
    if not text.startswith("-") or not (" " in text or "\n" in text):
        return [item]
    return [word for command in shellwords.split(item) for word in command.words]
