"""What an expression can be worth, as far as the file itself says it: each text, and whether something stays open.

Nothing is executed. Every step is counted, so that no file takes long; what is beyond the count stays open.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from scanner.references.python.bindings import Bindings, Bound, Scope, at_line, last_name
from scanner.references.python.containers import MAX_DEPTH, OPEN, Containers
from scanner.references.python.given import given
from scanner.references.python.idioms import words
from scanner.references.python.value import DEFAULT, MAX_VALUES, Value, joined, several


class Values(Containers):
    """Folds the expressions of one file."""

    def __init__(self, bindings: Bindings) -> None:
        super().__init__(bindings)
        self._open: set[tuple[int, int, str]] = set()

    def of(self, node: ast.expr, scope: Scope, depth: int = 0) -> list[Value]:
        """Every value of ``node``; an empty list where it is worth no text at all (None, a number)."""
        self._steps -= 1
        fold = _FOLDS.get(type(node))
        if self._steps < 0 or depth > MAX_DEPTH:
            return [Value(node, None, "too much to follow")]
        if fold is None:
            return [Value(node, None, "an expression of the program")]
        found: list[Value] = fold(self, node, scope, depth + 1)
        return several(found)

    def _constant(self, node: ast.Constant, scope: Scope, depth: int) -> list[Value]:
        return [Value(node, node.value)] if isinstance(node.value, str) else []

    def _name(self, node: ast.Name, scope: Scope, depth: int) -> list[Value]:
        bound = scope.find(node.id)
        if not bound:
            reason = "a name that the file does not bind" if node.id else "made by the program"
            return [Value(node, None, reason)]
        return self._bounds(node, at_line(bound, node.lineno), depth)

    def _bounds(self, node: ast.expr, bounds: list[Bound], depth: int) -> list[Value]:
        """The values of all of ``bounds``; an empty sum is open, since something must be given."""
        found = [value for bound in bounds[:MAX_VALUES] for value in self._bound(node, bound, depth)]
        return found or [Value(node, None, "given elsewhere")]

    def _bound(self, node: ast.expr, bound: Bound, depth: int) -> list[Value]:
        if bound.module:
            return [Value(node, None, f"imported from {bound.module}")]
        key = (id(bound.expression), id(bound.scope), f"{bound.name}{id(bound.function)}{bound.steps}")
        if key in self._open or depth > MAX_DEPTH:
            return []
        self._open.add(key)
        try:
            if bound.function is not None:
                return self._parameter(bound, depth)
            if bound.expression is None:
                return [Value(node, None, "made by the program")]
            # Names that are taken from the same row of a table go together.
            row = id(bound.expression) if bound.steps else 0
            return [
                replace(value, site=row + index + 1) if row else value
                for index, leaf in enumerate(self.leaves(bound, depth))
                for value in self.of(*leaf, depth)
            ]
        finally:
            self._open.discard(key)

    def _parameter(self, bound: Bound, depth: int) -> list[Value]:
        options = [one for one in self._bindings.options.get(bound.name, ()) if one.expression is not None]
        found = [value for option in options for value in self._bound(option.expression or OPEN, option, depth)]
        return found + [
            replace(value, site=one.site or value.site, given=value.given or (one.expression if one.is_sure else None))
            for one in given(self._bindings, bound)
            for value in self.of(one.expression, one.scope, depth)
        ]

    def constants(self, node: ast.expr, scope: Scope) -> Iterator[tuple[ast.Constant, int]]:
        """What is written for ``node``, number, truth or text, with the site that gives it."""
        found: list[tuple[ast.expr, int]] = [(node, 0)]
        if isinstance(node, ast.Name):
            found = []
            for bound in scope.find(node.id):
                if bound.function is not None:
                    found += [(one.expression, one.site) for one in given(self._bindings, bound)]
                elif bound.expression is not None:
                    found.append((bound.expression, 0))
        for expression, site in found:
            if isinstance(expression, ast.Constant):
                yield expression, site

    def is_option(self, node: ast.expr) -> bool:
        """True for what a command line gives: it is a text."""
        return isinstance(node, ast.Attribute) and node.attr in self._bindings.options

    def _subscript(self, node: ast.Subscript, scope: Scope, depth: int) -> list[Value]:
        chosen = self._chosen(node, scope, depth)
        if not chosen and not is_environment(node):
            key = str(node.slice.value) if isinstance(node.slice, ast.Constant) else None
            bounds = self._bindings.keys.get(key, []) if key is not None else self._kept_in(last_name(node.value))
            return self._bounds(node, [bound for bound in bounds if bound.name == last_name(node.value)], depth)
        found = [value for expression, inner in chosen for value in self.of(expression, inner, depth)]
        return found or [Value(node, None, "given elsewhere")]

    def _attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> list[Value]:
        bindings = self._bindings
        if isinstance(node.value, ast.Name) and any(bound.module for bound in scope.find(node.value.id)):
            return [Value(node, None, "given by what is imported")]
        options = [bound for bound in bindings.options.get(node.attr, ()) if bound.expression is not None]
        bounds = bindings.attributes.get(node.attr, [])
        if node.attr == "value" and not bounds:
            return self.of(node.value, scope, depth)
        found = self._bounds(node, [*options, *bounds], depth)
        # What one object keeps under a name need not be what another keeps under it.
        made = scope.find(node.value.id) if isinstance(node.value, ast.Name) else []
        classes = {last_name(one.expression.func) for one in made if isinstance(one.expression, ast.Call)}
        classes.update(bindings.classes, ("", last_name(node.value)), _SELF if isinstance(node.value, ast.Name) else ())
        if options or not bounds or any(bound.name in classes for bound in bounds):
            return found
        return [*found, Value(node, None, "an attribute of another object")]

    def _either(self, node: ast.IfExp, scope: Scope, depth: int) -> list[Value]:
        return self.of(node.body, scope, depth) + self.of(node.orelse, scope, depth)

    def _first_true(self, node: ast.BoolOp, scope: Scope, depth: int) -> list[Value]:
        """Of ``given or "text"``, the text counts where nothing is given."""
        found = [value for part in node.values for value in self.of(part, scope, depth)]
        known = [value for value in found if value.text]
        if not known or len(known) == len(found):
            return found
        return [replace(value, flags=tuple(dict.fromkeys((*value.flags, DEFAULT)))) for value in known]

    def _named(self, node: ast.NamedExpr, scope: Scope, depth: int) -> list[Value]:
        return self.of(node.value, scope, depth)

    def _await(self, node: ast.Await, scope: Scope, depth: int) -> list[Value]:
        return self.of(node.value, scope, depth)

    def _binop(self, node: ast.BinOp, scope: Scope, depth: int) -> list[Value]:
        if isinstance(node.op, ast.Add):
            return joined(node, [self.of(node.left, scope, depth), self.of(node.right, scope, depth)])
        if isinstance(node.op, ast.Div):
            slash = [Value(node, "/")]
            return joined(node, [self.of(node.left, scope, depth), slash, self.of(node.right, scope, depth)])
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
            right = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return self._filled(node, node.left.value.split("%s"), list(right), scope, depth)
        return [Value(node, None, "an expression of the program")]

    def _filled(
        self, node: ast.expr, pieces: list[str], arguments: list[ast.expr], scope: Scope, depth: int
    ) -> list[Value]:
        if len(pieces) != len(arguments) + 1:
            return [Value(node, None, "part of the name is filled in elsewhere")]
        parts = [[Value(node, pieces[0])]]
        for argument, piece in zip(arguments, pieces[1:], strict=True):
            parts += [self.of(argument, scope, depth), [Value(node, piece)]]
        return joined(node, parts)

    def _fstring(self, node: ast.JoinedStr, scope: Scope, depth: int) -> list[Value]:
        parts = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                part = part.value
            parts.append(self._number(part) or self.of(part, scope, depth))
        return joined(node, parts)

    @staticmethod
    def _number(node: ast.expr) -> list[Value]:
        is_number = isinstance(node, ast.Constant) and isinstance(node.value, int | float)
        return [Value(node, str(node.value))] if is_number and isinstance(node, ast.Constant) else []

    def _call(self, node: ast.Call, scope: Scope, depth: int) -> list[Value]:
        name = last_name(node.func)
        if name == "format" and isinstance(node.func, ast.Attribute):
            return self._formatted(node, node.func.value, scope, depth)
        if name == "join" and isinstance(node.func, ast.Attribute) and node.args:
            return self._path(node, scope, depth)
        for choose in (self._chooser, self._default):
            if (found := choose(node, scope, depth)) is not None:
                return found
        if name in words().methods and isinstance(node.func, ast.Attribute):
            return self.of(node.func.value, scope, depth)
        if name in words().passing and node.args:
            return self.of(node.args[0], scope, depth)
        if name == "get" and isinstance(node.func, ast.Attribute) and node.args:
            chosen = ast.Subscript(node.func.value, node.args[0])
            picked = [v for leaf in self._chosen(chosen, scope, depth) for v in self.of(*leaf, depth)]
            return picked + self.of(node.args[1], scope, depth) if len(node.args) > 1 else picked or self._opened(node)
        if name in self._bindings.functions and name in self._bindings.returns:
            return self._bounds(node, self._bindings.returns[name], depth)
        return self._opened(node)

    @staticmethod
    def _opened(node: ast.expr) -> list[Value]:
        return [Value(node, None, "what a call gives")]

    def _formatted(self, node: ast.Call, template: ast.expr, scope: Scope, depth: int) -> list[Value]:
        found: list[Value] = []
        for text in self.of(template, scope, depth):
            if text.text is None:
                return [Value(node, None, text.reason)]
            names = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
            pieces: list[str] = []
            arguments: list[ast.expr] = []
            rest = text.text
            while (start := rest.find("{")) >= 0 and (end := rest.find("}", start)) >= 0:
                pieces.append(rest[:start])
                hole = rest[start + 1 : end]
                place = int(hole) if hole.isdecimal() and len(hole) < 4 else len(arguments)
                given = names.get(hole) or (node.args[place] if place < len(node.args) else None)
                if given is None:
                    return [Value(node, None, "part of the name is filled in elsewhere")]
                arguments.append(given)
                rest = rest[end + 1 :]
            found += self._filled(node, [*pieces, rest], arguments, scope, depth)
        return found

    def _path(self, node: ast.Call, scope: Scope, depth: int) -> list[Value]:
        """``os.path.join(...)``, or a text that joins a list."""
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Constant):
            glue = Value(node, str(node.func.value.value))
            elements = self.elements(node.args[0], scope, depth) or []
            given = [self.of(element, inner, depth) for element, inner in elements]
        else:
            glue, given = Value(node, "/"), [self.of(argument, scope, depth) for argument in node.args]
        parts = [part for one in given for part in (one, [glue])][:-1]
        return joined(node, parts) if parts else self._opened(node)

    def _chooser(self, node: ast.Call, scope: Scope, depth: int) -> list[Value] | None:
        """What a call picks out of the options that it is given."""
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        for argument in words().choosing.get(last_name(node.func), ()):
            given = keywords.get(argument) if isinstance(argument, str) else dict(enumerate(node.args)).get(argument)
            if given is not None:
                options = self.elements(given, scope, depth) or []
                return [v for each in options for v in self.of(*each, depth)] or [Value(node, None, "chosen by a user")]
        return None

    def _default(self, node: ast.Call, scope: Scope, depth: int) -> list[Value] | None:
        """What a call falls back to when nothing is set: a variable of the environment, a field, an option."""
        name = last_name(node.func)
        if isinstance(node.func, ast.Attribute) and f"{last_name(node.func.value)}.{name}" in words().defaults:
            name = f"{last_name(node.func.value)}.{name}"
        arguments = words().defaults.get(name)
        if arguments is None or (name in self._bindings.functions):
            return None
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        for argument in arguments:
            given = keywords.get(argument) if isinstance(argument, str) else dict(enumerate(node.args)).get(argument)
            if isinstance(given, ast.Lambda):
                given = given.body
            if given is not None and not (isinstance(given, ast.Constant) and given.value in (None, ...)):
                flags = (DEFAULT,) if name in words().flagged else ()
                return [replace(v, flags=(*v.flags, *flags)) for v in self.of(given, scope, depth)]
        return [Value(node, None, "given from outside")]


def is_environment(node: ast.expr) -> bool:
    """True for a variable of the environment."""
    return isinstance(node, ast.Subscript) and last_name(node.value) == "environ"


_SELF = ("self", "cls")
_Fold = Callable[[Values, Any, Scope, int], list[Value]]
_FOLDS: dict[type[ast.expr], _Fold] = {
    ast.Constant: Values._constant,
    ast.Name: Values._name,
    ast.Attribute: Values._attribute,
    ast.Subscript: Values._subscript,
    ast.IfExp: Values._either,
    ast.BoolOp: Values._first_true,
    ast.NamedExpr: Values._named,
    ast.Await: Values._await,
    ast.BinOp: Values._binop,
    ast.JoinedStr: Values._fstring,
    ast.Call: Values._call,
}
