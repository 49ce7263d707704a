"""One walk over a syntax tree: what is bound and imported, every call, every string and the name beside it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scanner.references.python.idioms import Speaks, words

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
    parameter, whose value is also what the function's calls give; ``expression`` is then its default.
    """

    expression: ast.expr | None
    scope: Scope
    steps: tuple[int | None, ...] = ()
    module: str = ""
    function: Function | None = None
    name: str = ""
    is_str: bool = False


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
    """``attributes`` and ``options`` are kept by name alone, whatever object they are of."""

    module: Scope = field(default_factory=Scope)
    imports: dict[str, str] = field(default_factory=dict)
    stars: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    attributes: dict[str, list[Bound]] = field(default_factory=lambda: defaultdict(list))
    options: dict[str, list[Bound]] = field(default_factory=lambda: defaultdict(list))
    returns: dict[str, list[Bound]] = field(default_factory=lambda: defaultdict(list))
    classes: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    calls: list[tuple[ast.Call, Scope]] = field(default_factory=list)
    called: dict[str, list[tuple[ast.Call, Scope]]] = field(default_factory=lambda: defaultdict(list))
    texts: list[Text] = field(default_factory=list)


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


def option_name(call: ast.Call) -> str:
    """The name that an option of the command line gets: its ``dest``, its own name, or its first long spelling."""
    for keyword in call.keywords:
        if keyword.arg == "dest" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    spelled = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    plain = next((name for name in spelled if name.isidentifier()), "")
    long = next((name for name in spelled if name.startswith("--")), "")
    return plain or long.split("/")[0].strip("- ").replace("-", "_")


_Item = tuple[ast.AST, Scope, str, bool, bool]


class _Walk:
    """Depth first without recursion. An item: a node, its scope, the name beside it, whether it is prose or a part."""

    def __init__(self, tree: ast.Module) -> None:
        self.found = Bindings()
        self._waiting: list[_Item] = []
        self._body(tree.body, self.found.module)
        while self._waiting:
            node, scope, beside, prose, part = self._waiting.pop()
            if isinstance(node, ast.Constant):
                if isinstance(node.value, str):
                    self.found.texts.append(Text(node, node.value, beside, prose, part))
            elif visit := _VISITS.get(type(node)):
                visit(self, node, scope, beside, part)
            else:
                self._children(node, scope, beside if isinstance(node, _THROUGH) else "", part)

    def _push(self, node: ast.AST | None, scope: Scope, beside: str = "", part: bool = False) -> None:
        if node is not None:
            self._waiting.append((node, scope, beside, False, part))

    def _children(self, node: ast.AST, scope: Scope, beside: str = "", part: bool = False) -> None:
        for child in reversed(list(ast.iter_child_nodes(node))):
            self._push(child, scope, beside, part)

    def _body(self, body: list[ast.stmt], scope: Scope) -> None:
        for statement in reversed(body):
            self._push(statement, scope)

    def _expr(self, node: ast.Expr, scope: Scope, beside: str, part: bool) -> None:
        prose = isinstance(node.value, ast.Constant)
        self._waiting.append((node.value, scope, "", prose, part))

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope, beside: str, part: bool) -> None:
        self._children(node, scope, beside, True)

    def _binop(self, node: ast.BinOp, scope: Scope, beside: str, part: bool) -> None:
        self._children(node, scope, beside, isinstance(node.op, ast.Add | ast.Div) or part)

    # Statements that bind.

    def _bind(self, target: ast.expr, value: ast.expr | None, scope: Scope, steps: tuple[int | None, ...] = ()) -> None:
        if isinstance(target, ast.Name):
            scope.bound[target.id].append(Bound(value, scope, steps))
            if scope.is_class:
                self.found.attributes[target.id].append(Bound(value, scope, steps))
        elif isinstance(target, ast.Attribute):
            self.found.attributes[target.attr].append(Bound(value, scope, steps))
        elif isinstance(target, ast.Subscript):
            if isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
                self.found.attributes[target.slice.value].append(Bound(value, scope, steps))
        elif isinstance(target, ast.Tuple | ast.List):
            for index, element in enumerate(target.elts):
                self._bind(element, value, scope, (*steps, index))

    def _assign(self, node: ast.Assign, scope: Scope, beside: str, part: bool) -> None:
        for target in node.targets:
            self._bind(target, node.value, scope)
            self._push(target, scope)
        self._push(node.value, scope, self._member(_beside(node.targets[0]), scope))

    def _annassign(self, node: ast.AnnAssign, scope: Scope, beside: str, part: bool) -> None:
        self._bind(node.target, node.value, scope)
        self._push(node.annotation, scope)
        self._push(node.value, scope, self._member(_beside(node.target), scope))

    @staticmethod
    def _member(name: str, scope: Scope) -> str:
        """A member of a class is named by the class where its own name says nothing."""
        return scope.function if scope.is_class and not says(name) else name

    def _augassign(self, node: ast.AugAssign, scope: Scope, beside: str, part: bool) -> None:
        self._bind(node.target, None, scope)
        self._push(node.value, scope, _beside(node.target), isinstance(node.op, ast.Add))

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope, beside: str, part: bool) -> None:
        self._bind(node.target, node.value, scope)
        self._push(node.value, scope, node.target.id)

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope, beside: str, part: bool) -> None:
        self._bind(node.target, node.iter, scope, (EACH,))
        self._body([*node.body, *node.orelse], scope)
        self._push(node.iter, scope, _beside(node.target))

    def _comprehension(self, node: ast.comprehension, scope: Scope, beside: str, part: bool) -> None:
        self._bind(node.target, node.iter, scope, (EACH,))
        self._push(node.iter, scope, _beside(node.target))
        for test in node.ifs:
            self._push(test, scope)

    def _withitem(self, node: ast.withitem, scope: Scope, beside: str, part: bool) -> None:
        if node.optional_vars is not None:
            self._bind(node.optional_vars, node.context_expr, scope)
        self._push(node.context_expr, scope)

    def _return(self, node: ast.Return, scope: Scope, beside: str, part: bool) -> None:
        self._push(node.value, scope, scope.function)
        if node.value is not None:
            self.found.returns[scope.function].append(Bound(node.value, scope))

    def _import(self, node: ast.Import, scope: Scope, beside: str, part: bool) -> None:
        for name in node.names:
            root = name.name.partition(".")[0]
            self.found.imports[name.asname or root] = name.name if name.asname else root
            self.found.modules.add(name.name)

    def _importfrom(self, node: ast.ImportFrom, scope: Scope, beside: str, part: bool) -> None:
        module = "." * node.level + (node.module or "")
        self.found.modules.add(module)
        for name in node.names:
            if name.name == "*":
                self.found.stars.add(module)
                continue
            self.found.imports[name.asname or name.name] = f"{module}.{name.name}"
            scope.bound[name.asname or name.name].append(Bound(None, scope, module=module))

    # Definitions.

    def _classdef(self, node: ast.ClassDef, scope: Scope, beside: str, part: bool) -> None:
        self.found.classes.add(node.name)
        for outer in (*node.bases, *node.keywords, *node.decorator_list):
            self._push(outer, scope)
        self._define(node.body, Scope(scope, is_class=True, function=node.name))

    def _functiondef(self, node: Function, scope: Scope, beside: str, part: bool) -> None:
        self.found.functions.add(node.name)
        inner = Scope(scope, function=node.name)
        arguments = node.args
        plain = [*arguments.posonlyargs, *arguments.args]
        padded: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
        given = (*zip(plain, padded, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
        for argument, default in given:
            is_str = argument.annotation is not None and any(
                isinstance(part, ast.Name) and part.id == "str" for part in ast.walk(argument.annotation)
            )
            inner.bound[argument.arg].append(Bound(default, scope, (), "", node, argument.arg, is_str))
            self._push(default, scope, argument.arg)
        for decorator in node.decorator_list:
            self._push(decorator, scope)
        self._define(node.body, inner)

    def _define(self, body: list[ast.stmt], scope: Scope) -> None:
        first = body[0] if body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            self._waiting.append((first.value, scope, "", True, False))
            body = body[1:]
        self._body(body, scope)

    def _lambda(self, node: ast.Lambda, scope: Scope, beside: str, part: bool) -> None:
        inner = Scope(scope)
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            inner.bound[argument.arg].append(Bound(None, scope))
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self._push(default, scope)
        self._push(node.body, inner, beside)

    # Expressions that name what stands in them.

    def _list(self, node: ast.List | ast.Tuple, scope: Scope, beside: str, part: bool) -> None:
        """What follows an option of a command line is named by it."""
        before = ""
        named = []
        for element in node.elts:
            named.append((element, before.lstrip("-") if before.startswith("--") else beside))
            before = element.value if isinstance(element, ast.Constant) and isinstance(element.value, str) else ""
        for element, name in reversed(named):
            self._push(element, scope, name, part)

    def _dict(self, node: ast.Dict, scope: Scope, beside: str, part: bool) -> None:
        for key, value in zip(reversed(node.keys), reversed(node.values), strict=True):
            said = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
            self._push(value, scope, said if says(said) else beside)
            self._push(key, scope, beside)

    def _call(self, node: ast.Call, scope: Scope, beside: str, part: bool) -> None:
        name = last_name(node.func)
        self.found.calls.append((node, scope))
        self.found.called[name].append((node, scope))
        option = ""
        if name in words().options:
            option = option_name(node)
            default = next((k.value for k in node.keywords if k.arg == "default"), None)
            self.found.options[option].append(Bound(default, scope))
        for keyword in reversed(node.keywords):
            said = keyword.arg or ""
            if name[:1].isupper() and said:
                self.found.attributes[said].append(Bound(keyword.value, scope))
            if said.startswith("default") and (option or name in words().defaults):
                said = option
            self._push(keyword.value, scope, said or beside)
        inherits = beside if name in words().passing or name in words().defaults or not name else name
        for index, argument in reversed(list(enumerate(node.args))):
            self._push(argument, scope, inherits if index == 0 or inherits == beside else "")
        self._push(node.func, scope)


_Visit = Callable[[_Walk, Any, Scope, str, bool], None]
_VISITS: dict[type[ast.AST], _Visit] = {
    ast.Expr: _Walk._expr,
    ast.JoinedStr: _Walk._joinedstr,
    ast.BinOp: _Walk._binop,
    ast.Assign: _Walk._assign,
    ast.AnnAssign: _Walk._annassign,
    ast.AugAssign: _Walk._augassign,
    ast.NamedExpr: _Walk._namedexpr,
    ast.For: _Walk._for,
    ast.AsyncFor: _Walk._for,
    ast.comprehension: _Walk._comprehension,
    ast.withitem: _Walk._withitem,
    ast.Return: _Walk._return,
    ast.Import: _Walk._import,
    ast.ImportFrom: _Walk._importfrom,
    ast.ClassDef: _Walk._classdef,
    ast.FunctionDef: _Walk._functiondef,
    ast.AsyncFunctionDef: _Walk._functiondef,
    ast.Lambda: _Walk._lambda,
    ast.Dict: _Walk._dict,
    ast.List: _Walk._list,
    ast.Tuple: _Walk._list,
    ast.Call: _Walk._call,
}
_THROUGH = (
    ast.List, ast.Tuple, ast.Set, ast.IfExp, ast.BoolOp, ast.Starred, ast.keyword, ast.FormattedValue, ast.Await,
)  # fmt: skip


def says(name: str) -> bool:
    """True when a name says what stands beside it, whatever that is."""
    return Speaks.of_model(name) or Speaks.of_dataset(name) or Speaks.of_other(name)


def _beside(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript):
        key = target.slice
        return str(key.value) if isinstance(key, ast.Constant) else _beside(target.value)
    if isinstance(target, ast.Tuple | ast.List):
        return next((name for name in map(_beside, target.elts) if Speaks.of_model(name)), "")
    return last_name(target)


def _is_small(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Name | ast.Attribute | ast.Constant | ast.Subscript | ast.BinOp)


def bind(tree: ast.Module) -> Bindings:
    """Everything of one file or notebook."""
    return _Walk(tree).found
