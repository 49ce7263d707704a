"""What the calls and fixtures of a file give for a parameter of one of its functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scanner.references.python.bindings import Bindings, Bound, Scope, root_name
from scanner.references.python.value import MAX_VALUES

Given = tuple[ast.expr, Scope, int]
"""An expression, where it stands, and the site that gives it (``Value.site``)."""


def given(bindings: Bindings, bound: Bound) -> Iterator[Given]:
    """Everything that a parameter may be, its default too: once for every call that leaves it out."""
    function = bound.function
    assert function is not None
    default = bound.expression
    sites = list(_calls(bindings, bound))
    for argument, scope, site in sites:
        if argument is not None:
            yield argument, scope, site
        elif default is not None:
            yield default, bound.scope, site
    if default is not None and all(argument is not None for argument, _, _ in sites):
        yield default, bound.scope, 0
    if bound.name in bindings.fixtures:
        for result in bindings.returns.get(bound.name, ()):
            if result.expression is not None:
                yield result.expression, result.scope, 0


def _calls(bindings: Bindings, bound: Bound) -> Iterator[tuple[ast.expr | None, Scope, int]]:
    """Each call of the function with what it gives for the parameter; None where it gives nothing."""
    function = bound.function
    assert function is not None
    plain = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    if plain[:1] in (["self"], ["cls"]):
        plain = plain[1:]
    place = plain.index(bound.name) if bound.name in plain else None
    # A class is called by its own name, which is the one its constructor's calls have.
    names = [function.name] if function.name != "__init__" else sorted(bindings.classes)
    for name in names:
        for call, scope in bindings.called.get(name, ())[:MAX_VALUES]:
            if root_name(call.func) not in bindings.imports:
                yield _argument(call, bound.name, place), scope, id(call)


def _argument(call: ast.Call, name: str, place: int | None) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    before = [] if place is None else call.args[: place + 1]
    if len(before) == (place or 0) + 1 and not any(isinstance(one, ast.Starred) for one in before):
        return before[-1]
    return None
