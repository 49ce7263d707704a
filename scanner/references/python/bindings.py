"""What one walk over a syntax tree finds: what is bound and imported, every call and string, the name beside it."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
EACH = None


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class or function. Names of a class are seen in it and as attributes, not in its functions."""

    parent: Scope | None = None
    is_class: bool = False
    function: str = ""
    bound: dict[str, list[Bound]] = field(default_factory=lambda: defaultdict(list))

    def find(self, name: str) -> list[Bound]:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bound and (scope is self or not scope.is_class):
                return scope.bound[name]
            scope = scope.parent
        return []


@dataclass(frozen=True, slots=True)
class Bound:
    """What a name may stand for: an expression, then the steps into it (an index, or EACH element).

    Without an expression it is imported from ``module``, or it is not in the text at all. ``function`` is set for a
    parameter, whose value is also what the function's calls give; ``expression`` is then its default. ``name`` is that
    of the parameter, or of the object or class that an attribute is set on. ``lines`` are the loop's that gives it.
    """

    expression: ast.expr | None
    scope: Scope
    steps: tuple[int | None, ...] = ()
    module: str = ""
    function: Function | None = None
    name: str = ""
    is_str: bool = False
    lines: tuple[int, int] | None = None


def at_line(bounds: list[Bound], line: int) -> list[Bound]:
    """Those that count at a line: inside of a loop over a name, the loop's and what is bound within it."""
    loops = [bound.lines for bound in bounds if bound.lines and bound.lines[0] <= line <= bound.lines[1]]
    if not loops:
        return bounds
    first, last = max(loops)
    return [
        bound
        for bound in bounds
        if bound.lines == (first, last)
        or (not bound.lines and bound.expression is not None and first <= bound.expression.lineno <= last)
    ]


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal: the name beside it, and whether it is prose (a docstring, a string that nobody uses)."""

    node: ast.Constant
    value: str
    beside: str
    prose: bool
    is_part: bool


@dataclass(slots=True)
class Bindings:
    """``attributes``, ``keys`` and ``options`` are kept by name alone, whatever object they are of.

    ``classes`` have the names of their bases. ``groups`` are texts that are alike: the elements of one list, the values
    of one table, the members of one enum.
    """

    module: Scope = field(default_factory=Scope)
    imports: dict[str, str] = field(default_factory=dict)
    stars: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    attributes: dict[str, list[Bound]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[str, list[Bound]] = field(default_factory=lambda: defaultdict(list))
    options: dict[str, list[Bound]] = field(default_factory=lambda: defaultdict(list))
    returns: dict[str, list[Bound]] = field(default_factory=lambda: defaultdict(list))
    classes: dict[str, list[str]] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    fixtures: set[str] = field(default_factory=set)
    properties: set[str] = field(default_factory=set)
    calls: list[tuple[ast.Call, Scope]] = field(default_factory=list)
    called: dict[str, list[tuple[ast.Call, Scope]]] = field(default_factory=lambda: defaultdict(list))
    texts: list[Text] = field(default_factory=list)
    groups: list[list[ast.Constant]] = field(default_factory=list)


def last_name(node: ast.expr) -> str:
    """The last name of a callee: ``a.b.c`` is called ``c``."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def root_name(node: ast.expr) -> str:
    """The first name of ``a.b.c``, where there is one before a dot."""
    while isinstance(node, ast.Attribute):
        node = node.value
        if isinstance(node, ast.Name):
            return node.id
    return ""
