"""What the calls and fixtures of a file give for a parameter of one of its functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.references.python.bindings import Bindings, Bound, Scope, root_name
from scanner.references.python.value import MAX_VALUES


@dataclass(frozen=True, slots=True)
class Given:
    """An expression, where it stands, and the site that gives it (``Value.site``).

    ``is_sure`` is true where the call is of this very function: a method may be another's of the same name.
    """

    expression: ast.expr
    scope: Scope
    site: int = 0
    is_sure: bool = False


def given(bindings: Bindings, bound: Bound) -> Iterator[Given]:
    """Everything that a parameter may be, its default too: once for every call that leaves it out."""
    function = bound.function
    assert function is not None
    default = bound.expression
    sites = list(_calls(bindings, bound))
    for argument, scope, site, sure in sites:
        if argument is not None:
            yield Given(argument, scope, site, sure)
        elif default is not None:
            yield Given(default, bound.scope, site)
    if default is not None and all(argument is not None for argument, _, _, _ in sites):
        yield Given(default, bound.scope)
    if bound.name in bindings.fixtures:
        for result in bindings.returns.get(bound.name, ()):
            if result.expression is not None:
                yield Given(result.expression, result.scope)


def _calls(bindings: Bindings, bound: Bound) -> Iterator[tuple[ast.expr | None, Scope, int, bool]]:
    """Each call of the function with what it gives for the parameter; None where it gives nothing."""
    function = bound.function
    assert function is not None
    plain = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    if plain[:1] in (["self"], ["cls"]):
        plain = plain[1:]
    place = plain.index(bound.name) if bound.name in plain else None
    # A constructor is called by the name of its class, or of one that inherits it.
    is_constructor = function.name == "__init__" and bound.scope.is_class
    owner = bound.scope.function
    heirs = [name for name, bases in bindings.classes.items() if owner in bases]
    names = [owner, *heirs] if is_constructor else [function.name]
    for name in names:
        for call, scope in bindings.called.get(name, ())[:MAX_VALUES]:
            if root_name(call.func) not in bindings.imports:
                is_sure = is_constructor or (not bound.scope.is_class and isinstance(call.func, ast.Name))
                yield _argument(call, bound.name, place), scope, id(call), is_sure


def _argument(call: ast.Call, name: str, place: int | None) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    before = [] if place is None else call.args[: place + 1]
    if len(before) == (place or 0) + 1 and not any(isinstance(one, ast.Starred) for one in before):
        return before[-1]
    return None
