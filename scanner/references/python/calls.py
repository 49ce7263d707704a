"""Which call of a file is an idiom, and what its arguments name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanner.references.names import Named, Names, Place, is_address
from scanner.references.python.bindings import Bindings, Scope, last_name
from scanner.references.python.idioms import Arguments, Call, Idiom, Speaks, calls, roots, words
from scanner.references.python.value import Value
from scanner.references.python.values import Values, is_environment
from scanner.references.reference import Confidence, Kind


@dataclass(frozen=True, slots=True)
class Use:
    """What one argument of a loader is worth: a text at ``node``, or an open expression there."""

    node: ast.expr
    text: str | None
    named: Named
    how: str
    flags: tuple[str, ...]


def chain(node: ast.expr) -> list[str]:
    """The names of ``a.b.c``; the first is empty where it is no name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    names.append(node.id if isinstance(node, ast.Name) else "")
    return names[::-1]


class Matcher:
    """Tells the idioms of one file by what it imports."""

    def __init__(self, bindings: Bindings) -> None:
        self._bindings = bindings
        self._own = bindings.functions | bindings.classes.keys()

    def match(self, function: ast.expr) -> tuple[Call, str] | None:
        """The idiom that a callee is, and its name as a report shows it."""
        names = chain(function)
        imported = self._bindings.imports.get(names[0], "")
        last = imported.rpartition(".")[2] if imported and len(names) == 1 else names[-1]
        candidates = calls().get(last)
        if not candidates:
            return None
        full = ".".join([imported, *names[1:]]) if imported else ""
        parts = full.split(".") if full else names
        for call in candidates:
            if self._is(call, names, parts, full):
                return call, self._shown(call, parts, bool(full))
        return None

    def _imports(self, call: Call) -> bool:
        return call.library.always or any(map(call.library.has, self._bindings.modules))

    def _is(self, call: Call, names: list[str], parts: list[str], full: str) -> bool:
        owner, _, name = call.name.rpartition(".")
        if call.name.startswith("."):
            return len(names) > 1 and self._imports(call)
        if owner:
            return parts[-2:] == [owner, name] and (call.library.always or self._of(call, full, names[0]))
        if call.library.exact and full:
            return full.rpartition(".")[0] in call.library.imports
        return self._of(call, full, names[0])

    def _of(self, call: Call, full: str, first: str) -> bool:
        """True when a callee comes from the library: by import, or by star import and no name of the file itself."""
        if full:
            return call.library.has(full) or (call.library.always and full.partition(".")[0] in roots())
        return first not in self._own and any(map(call.library.has, self._bindings.stars))

    @staticmethod
    def _shown(call: Call, parts: list[str], imported: bool) -> str:
        if call.name.startswith("."):
            owner = parts[-2] if len(parts) > 1 and parts[-2][:1].isupper() else ""
            return f"{owner}.{parts[-1]}" if owner else parts[-1]
        if imported and call.name.islower() and "." not in call.name:
            return f"{parts[0]}.{parts[-1]}"
        return call.name


class Loads:
    """Every argument of every idiom in one file."""

    def __init__(self, bindings: Bindings, names: Names, values: Values) -> None:
        self._bindings = bindings
        self._names = names
        self._values = values
        self._matcher = Matcher(bindings)

    def uses(self) -> Iterator[Use]:
        for call, scope in self._bindings.calls:
            function, arguments, keywords = self._called(call, scope)
            if found := self._matcher.match(function):
                matched, how = found
                load = _Load(self._names, self._values, self._matcher, matched.idiom, how, keywords, arguments, scope)
                yield from load.uses()

    def _called(self, call: ast.Call, scope: Scope) -> tuple[ast.expr, list[ast.expr], Keywords]:
        """What a call runs in the end, and its arguments: past what calls for it and a name that it was given."""
        function, arguments, keywords = call.func, call.args, self._values.keywords(call, scope)
        if isinstance(function, ast.Name):
            for bound in scope.find(function.id)[:1]:
                made, steps = bound.expression, bound.steps
                if isinstance(made, ast.Attribute) and not steps:
                    function = made
                if isinstance(made, ast.Call) and last_name(made.func) == "partial" and made.args and not steps:
                    function, arguments = made.args[0], [*made.args[1:], *arguments]
                    keywords = {**self._values.keywords(made, bound.scope), **keywords}
        if "target" in keywords:
            # A thread or process: what it calls stands beside what it calls it with.
            function, given, table = keywords["target"][0], keywords.get("args"), keywords.get("kwargs")
            arguments = given[0].elts if given and isinstance(given[0], ast.Tuple | ast.List) else []
            passed = ast.Call(function, [], [ast.keyword(None, table[0])]) if table else None
            keywords = self._values.keywords(passed, scope) if passed else {}
        at = words().calling.get(last_name(function))
        if at is not None and at < len(arguments):
            function, arguments = arguments[at], arguments[at + 1 :]
        return function, arguments, keywords


Keywords = dict[str | None, tuple[ast.expr, Scope]]


def _is_before(prefix: str, text: str) -> bool:
    """False where a service's part of the prefix is the owner of the model: ``huggingface/openai/gpt-oss-20b``."""
    return "/" not in prefix[:-1] or "/" in text[len(prefix) :]


@dataclass(frozen=True, slots=True)
class _Load:
    names: Names
    values: Values
    matcher: Matcher
    idiom: Idiom
    how: str
    keywords: Keywords
    arguments: list[ast.expr]
    scope: Scope

    def uses(self) -> Iterator[Use]:
        keywords = self.keywords
        idiom, set_flags = self.idiom, self._flags(keywords)
        kinds = {
            text for node, scope, _ in self._given(idiom.type, keywords) for text in self.values.texts(node, scope)
        }
        given_any = False
        for node, scope, _ in self._given(idiom.written, keywords):
            for value in self.values.of(node, scope):
                if value.text and (named := self.names.read(value.text)):
                    reason = "a repository that is written to"
                    yield Use(value.node, value.text, replace(named, kind=Kind.IGNORED, reason=reason), self.how, ())
        for node, scope, argument in self._given(idiom.model + idiom.dataset, keywords):
            given_any = True
            is_dataset = argument in idiom.dataset or bool(kinds & words().datasets)
            revisions = self._revisions(keywords)
            values = self._kept(node, scope, argument)
            for index, value in enumerate(values):
                named = self._named(value, is_dataset, bool(kinds & words().others))
                if named is None:
                    continue
                flags = tuple(flag for flag, site in set_flags if not site or not value.site or site == value.site)
                noted = flags
                if named.revision is None and named.kind in (Kind.MODEL, Kind.DATASET):
                    pin = _pin(value, index, values, revisions)
                    if pin and pin.text:
                        named = replace(named, revision=pin.text)
                    elif pin:
                        noted = (*flags, "revision=?")
                where = value.node if value.text is not None else value.given or node
                yield Use(where, value.text, named, self.how, (*noted, *value.flags))
        unknown = keywords.get(None)
        if unknown and not given_any and idiom.model and idiom.model[0] not in idiom.object:
            yield Use(unknown[0], None, Named(Kind.UNRESOLVED, reason="given by a table"), self.how, ())

    def _given(self, wanted: Arguments, keywords: Keywords) -> Iterator[tuple[ast.expr, Scope, int | str]]:
        starred = next((i for i, node in enumerate(self.arguments) if isinstance(node, ast.Starred)), None)
        for argument in wanted:
            if isinstance(argument, str):
                if argument in keywords:
                    yield (*keywords[argument], argument)
            elif starred is not None and argument >= starred:
                yield self.arguments[starred], self.scope, argument
            elif argument < len(self.arguments):
                yield self.arguments[argument], self.scope, argument

    def _kept(self, node: ast.expr, scope: Scope, argument: int | str) -> list[Value]:
        """The values of an argument, without the open ones where it may be given a thing that is loaded already."""
        values = self.values.of(node, scope)
        if not any(value.text is not None for value in values):
            lists = [one for one in self.values.written(node, scope) if isinstance(one[0], ast.List | ast.Tuple)]
            elements = [each for one, where in lists for each in self.values.elements(one, where, 0) or ()]
            values = [value for each, where in elements for value in self.values.of(each, where)] or values
        values = [value for value in values if value.text is not None or not self._is_loaded(value.node)]
        if argument not in self.idiom.object:
            return values
        is_name = self.values.is_option(node) or _is_name(node, scope)
        return [value for value in values if value.text is not None or is_name]

    def _is_loaded(self, node: ast.expr) -> bool:
        """True for a call that is an idiom itself: what it loads is told where it stands."""
        found = self.matcher.match(node.func) if isinstance(node, ast.Call) else None
        return found is not None and bool(found[0].idiom.model or found[0].idiom.dataset)

    def _named(self, value: Value, is_dataset: bool, is_other: bool) -> Named | None:
        idiom = self.idiom
        if value.text is None:
            never = idiom.own is Kind.IGNORED and idiom.needs_prefix and not idiom.prefixes
            if is_dataset or is_other or never:
                return None
            confidence = Confidence.LOW if idiom.unsure else Confidence.HIGH
            return Named(Kind.UNRESOLVED, confidence=confidence, reason=value.reason)
        if is_other:
            return Named(Kind.IGNORED, reason="a Space")
        named = self._dataset(value.text) if is_dataset else self._model(value.text)
        return replace(named, confidence=Confidence.LOW) if named and idiom.unsure else named

    def _dataset(self, text: str) -> Named | None:
        return self.names.read(text, Place.DATASET)

    def _model(self, text: str) -> Named | None:
        idiom, text = self.idiom, text.strip()
        prefix = next((prefix for prefix in idiom.prefixes if text.startswith(prefix) and _is_before(prefix, text)), "")
        text = unwrapped(idiom.short.get(text, text.removeprefix(prefix)))
        if text.startswith("spaces/"):
            return Named(Kind.IGNORED, reason="a Space")
        is_own = not prefix and not is_address(text) and (idiom.needs_prefix or "/" not in text)
        named = self.names.read(text, Place.LOADER)
        if is_own and idiom.own and named and named.kind is not Kind.LOCAL:
            return Named(idiom.own, reason=idiom.reason)
        if named and named.kind is Kind.MODEL and named.repo and not named.repo.namespace:
            return self._one_part(text, named)
        return named

    def _one_part(self, text: str, named: Named) -> Named | None:
        """A name without an owner: one of the library's own, one the Hub keeps from its beginnings, or a folder."""
        if self.names.read(text, Place.NAMED):
            return named
        if self.idiom.namespace:
            return self.names.read(f"{self.idiom.namespace}/{text}", Place.LOADER)
        likened = self.names.read(f"_/{text}")
        if likened is not None and likened.kind is Kind.MODEL:
            return named
        return Named(Kind.LOCAL, reason="a folder: the Hub keeps no such name without an owner")

    def _revisions(self, keywords: Keywords) -> list[Value]:
        for node, scope, _ in self._given(self.idiom.revision, keywords):
            if isinstance(node, ast.Constant) and node.value is None:
                continue
            return self.values.of(node, scope)
        return []

    def _flags(self, keywords: Keywords) -> list[tuple[str, int]]:
        """Each flag with the site that sets it."""
        return [
            (flag, site)
            for (keyword, wanted), flag in words().flags.items()
            if keyword in keywords
            for constant, site in self.values.constants(*keywords[keyword])
            if str(constant.value) == wanted
        ]


def unwrapped(text: str) -> str:
    """What an address that answers for one model is of; any other text as it is."""
    prefix = next((prefix for prefix in words().addresses if text.startswith(prefix)), "")
    answered = text.removeprefix(prefix).split("?")[0]
    return answered if prefix and ("/" in prefix or "/" in answered) else text


def _pin(value: Value, index: int, values: list[Value], revisions: list[Value]) -> Value | None:
    """The revision that goes with a value: of the same site, else one that holds everywhere, else of the same place."""
    if value.site and any(revision.site for revision in revisions):
        same = [revision for revision in revisions if revision.site == value.site]
        return next(iter(same or [revision for revision in revisions if not revision.site]), None)
    if len(revisions) == len(values):
        return revisions[index]
    return next(iter(revisions), None)


def _is_name(node: ast.expr, scope: Scope) -> bool:
    """True when an open expression is rather a name of a model than a model."""
    if last_name(node.value if isinstance(node, ast.Subscript) else node).isupper() or is_environment(node):
        return True
    if isinstance(node, ast.Name) and any(bound.is_str for bound in scope.find(node.id)):
        return True
    if isinstance(node, ast.JoinedStr):
        return True
    while isinstance(node, ast.Call | ast.Subscript | ast.Await):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            return Speaks.of_naming(str(node.slice.value))
        node = node.func if isinstance(node, ast.Call) else node.value
    return Speaks.of_naming(last_name(node))
