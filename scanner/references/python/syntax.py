"""One walk over a syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from scanner.references.python.bindings import EACH, Bindings, Bound, Function, Scope, Text, last_name
from scanner.references.python.idioms import Speaks, words


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
            if type(node) is ast.Constant:
                if isinstance(node.value, str):
                    self.found.texts.append(Text(node, node.value, beside, prose, part))
            elif visit := _VISITS.get(type(node)):
                visit(self, node, scope, beside, part)
            else:
                self._children(node, scope, beside if type(node) in _THROUGH else "", part)

    def _push(self, node: ast.AST | None, scope: Scope, beside: str = "", part: bool = False) -> None:
        if node is not None and type(node) is not ast.Name:
            self._waiting.append((node, scope, beside, False, part))

    def _children(self, node: ast.AST, scope: Scope, beside: str = "", part: bool = False) -> None:
        for name in _FIELDS[type(node)]:
            held = getattr(node, name, None)
            if type(held) is list:
                for child in reversed(held):
                    if isinstance(child, ast.AST):
                        self._push(child, scope, beside, part)
            elif isinstance(held, ast.AST):
                self._push(held, scope, beside, part)

    def _body(self, body: list[ast.stmt], scope: Scope) -> None:
        for statement in reversed(body):
            self._push(statement, scope)

    def _expr(self, node: ast.Expr, scope: Scope, beside: str, part: bool) -> None:
        prose = isinstance(node.value, ast.Constant)
        self._waiting.append((node.value, scope, "", prose, part))

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope, beside: str, part: bool) -> None:
        self._children(node, scope, beside, True)

    def _binop(self, node: ast.BinOp, scope: Scope, beside: str, part: bool) -> None:
        self._children(node, scope, beside, isinstance(node.op, ast.Add | ast.Div | ast.Mod) or part)

    # Statements that bind.

    def _bind(
        self,
        target: ast.expr,
        value: ast.expr | None,
        scope: Scope,
        steps: tuple[int | None, ...] = (),
        lines: tuple[int, int] | None = None,
    ) -> None:
        if isinstance(target, ast.Name):
            scope.bound[target.id].append(Bound(value, scope, steps, lines=lines))
            if scope.is_class:
                self.found.attributes[target.id].append(Bound(value, scope, steps))
        elif isinstance(target, ast.Attribute):
            self.found.attributes[target.attr].append(Bound(value, scope, steps, name=last_name(target.value)))
        elif isinstance(target, ast.Subscript):
            if isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
                self.found.keys[target.slice.value].append(Bound(value, scope, steps, name=last_name(target.value)))
        elif isinstance(target, ast.Tuple | ast.List):
            for index, element in enumerate(target.elts):
                self._bind(element, value, scope, (*steps, index), lines)

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
        self._bind(node.target, node.value if isinstance(node.value, ast.List | ast.Tuple) else None, scope)
        self._push(node.value, scope, _beside(node.target), isinstance(node.op, ast.Add))

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope, beside: str, part: bool) -> None:
        self._bind(node.target, node.value, scope)
        self._push(node.value, scope, node.target.id)

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope, beside: str, part: bool) -> None:
        self._bind(node.target, node.iter, scope, (EACH,), (node.lineno, node.end_lineno or node.lineno))
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
            if scope.function in self.found.properties:
                self.found.attributes[scope.function].append(Bound(node.value, scope))

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
        self.found.classes[node.name] = [last_name(base) for base in node.bases]
        if any(last_name(base).endswith("Enum") for base in node.bases):
            self._group([member.value for member in node.body if isinstance(member, ast.Assign)])
        for outer in (*node.bases, *node.keywords, *node.decorator_list):
            self._push(outer, scope)
        self._define(node.body, Scope(scope, is_class=True, function=node.name))

    def _functiondef(self, node: Function, scope: Scope, beside: str, part: bool) -> None:
        self.found.functions.add(node.name)
        inner = Scope(scope, function=node.name)
        for argument, default in _defaults(node.args):
            is_str = argument.annotation is not None and _holds_str(argument.annotation)
            inner.bound[argument.arg].append(Bound(default, scope, (), "", node, argument.arg, is_str))
            self._push(default, scope, argument.arg)
        for decorator in node.decorator_list:
            self._decorated(node, decorator, scope, inner)
            self._push(decorator, scope)
        self._define(node.body, inner)

    def _decorated(self, node: Function, decorator: ast.expr, scope: Scope, inner: Scope) -> None:
        """What a decorator makes of a function: a property, a fixture, one that is called with each row of a table."""
        call = decorator if isinstance(decorator, ast.Call) else None
        name = last_name(call.func if call else decorator)
        if name.endswith("property"):
            self.found.properties.add(node.name)
        if name == "fixture":
            self.found.fixtures.add(node.name)
            for keyword in call.keywords if call else ():
                if keyword.arg == "params":
                    self.found.attributes["param"].append(Bound(keyword.value, scope, (EACH,)))
        if call and name == "parametrize" and len(call.args) > 1 and isinstance(call.args[0], ast.Constant):
            named = [part.strip() for part in str(call.args[0].value).split(",")]
            for index, part in enumerate(named):
                steps = (EACH, index) if len(named) > 1 else (EACH,)
                inner.bound[part].append(Bound(call.args[1], scope, steps))

    def _define(self, body: list[ast.stmt], scope: Scope) -> None:
        first = body[0] if body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            self._waiting.append((first.value, scope, "", True, False))
            body = body[1:]
        self._body(body, scope)

    def _lambda(self, node: ast.Lambda, scope: Scope, beside: str, part: bool) -> None:
        inner = Scope(scope)
        for argument, default in _defaults(node.args):
            inner.bound[argument.arg].append(Bound(default, scope))
            self._push(default, scope, argument.arg)
        self._push(node.body, inner, beside)

    def _comprehended(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: Scope, beside: str, part: bool
    ) -> None:
        self._children(node, Scope(scope, function=scope.function))

    # Expressions that name what stands in them.

    def _list(self, node: ast.List | ast.Tuple | ast.Set, scope: Scope, beside: str, part: bool) -> None:
        """What follows an option of a command line is named by it."""
        before = ""
        named = []
        self._group(node.elts)
        for element in node.elts:
            named.append((element, before.lstrip("-") if before.startswith("--") else beside))
            before = element.value if isinstance(element, ast.Constant) and isinstance(element.value, str) else ""
        for element, name in reversed(named):
            self._push(element, scope, name, part)

    def _group(self, nodes: list[ast.expr]) -> None:
        texts = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        if len(texts) == len(nodes) > 1:
            self.found.groups.append(texts)

    def _dict(self, node: ast.Dict, scope: Scope, beside: str, part: bool) -> None:
        self._group(node.values)
        for key, value in zip(reversed(node.keys), reversed(node.values), strict=True):
            said = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
            self._push(value, scope, said if says(said) else beside)
            self._push(key, scope, beside)

    def _call(self, node: ast.Call, scope: Scope, beside: str, part: bool) -> None:
        name = last_name(node.func)
        self.found.calls.append((node, scope))
        self.found.called[name].append((node, scope))
        if name in words().deferring and isinstance(node.func, ast.Attribute):
            self.found.called[last_name(node.func.value)].append((node, scope))
        option = ""
        if name in words().options:
            option = option_name(node)
            default = next((k.value for k in node.keywords if k.arg == "default"), None)
            self.found.options[option].append(Bound(default, scope))
            if choices := next((k.value for k in node.keywords if k.arg in ("choices", "type")), None):
                if isinstance(choices, ast.Call) and last_name(choices.func) == "Choice" and choices.args:
                    choices = choices.args[0]
                if isinstance(choices, ast.List | ast.Tuple):
                    self.found.options[option].append(Bound(choices, scope, (EACH,)))
        filling = name in words().filling and isinstance(node.func, ast.Attribute)
        if filling and isinstance(node.func, ast.Attribute):
            beside = name = last_name(node.func.value)
            self._fill(node, beside, scope)
        for keyword in reversed(node.keywords):
            said = keyword.arg or ""
            if name[:1].isupper() and said:
                self.found.attributes[said].append(Bound(keyword.value, scope, name=name))
            if said.startswith("default") and (option or name in words().defaults):
                said = option
            self._push(keyword.value, scope, beside if filling and not says(said) else said or beside)
        inherits = beside if name in words().passing or name in words().defaults or not name else name
        for index, argument in reversed(list(enumerate(node.args))):
            self._push(argument, scope, inherits if index == 0 or inherits == beside else "")
        self._push(node.func, scope, part=name == "format")

    def _fill(self, node: ast.Call, owner: str, scope: Scope) -> None:
        """What a method puts into a table: ``update(key=value)``, ``setdefault(key, value)``."""
        given = [(keyword.arg or "", keyword.value) for keyword in node.keywords]
        if len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
            given.append((str(node.args[0].value), node.args[1]))
        for key, value in given:
            self.found.keys[key].append(Bound(value, scope, name=owner))


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
    ast.ListComp: _Walk._comprehended,
    ast.SetComp: _Walk._comprehended,
    ast.GeneratorExp: _Walk._comprehended,
    ast.DictComp: _Walk._comprehended,
    ast.Dict: _Walk._dict,
    ast.List: _Walk._list,
    ast.Set: _Walk._list,
    ast.Tuple: _Walk._list,
    ast.Call: _Walk._call,
}
_THROUGH = frozenset((ast.IfExp, ast.BoolOp, ast.Starred, ast.keyword, ast.FormattedValue, ast.Await))
_SILENT = frozenset(("ctx", "op", "ops", "kind", "type_comment"))
"""Fields that hold no expression or statement: half of the nodes of a tree stand in them."""
_FIELDS = {
    kind: tuple(name for name in reversed(kind._fields) if name not in _SILENT)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
"""Of each kind of node the others, the last first."""


def says(name: str) -> bool:
    """True when a name says what stands beside it, whatever that is."""
    return Speaks.of_model(name) or Speaks.of_dataset(name) or Speaks.of_other(name)


def _holds_str(annotation: ast.expr) -> bool:
    if isinstance(annotation, ast.Name):
        return annotation.id == "str"
    return any(isinstance(part, ast.Name) and part.id == "str" for part in ast.walk(annotation))


def _beside(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript):
        key = target.slice
        return str(key.value) if isinstance(key, ast.Constant) else _beside(target.value)
    if isinstance(target, ast.Tuple | ast.List):
        return next((name for name in map(_beside, target.elts) if Speaks.of_model(name)), "")
    return last_name(target)


def _defaults(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Each parameter that has a name of its own, and its default."""
    plain = [*arguments.posonlyargs, *arguments.args]
    yield from zip(plain, [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults), strict=True)
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def bind(tree: ast.Module) -> Bindings:
    """Everything of one file or notebook."""
    return _Walk(tree).found
