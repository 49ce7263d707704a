"""Tables and lists of a file: what they hold, what an index or a loop takes out of them."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod

from scanner.references.python.bindings import EACH, Bindings, Bound, Scope, last_name
from scanner.references.python.idioms import words
from scanner.references.python.value import MAX_VALUES, Value

MAX_STEPS = 50_000
MAX_DEPTH = 24
OPEN = ast.Name("", lineno=1, col_offset=0)
"""Stands for what the file does not say."""


class Containers(ABC):
    """Follows names to containers and takes their elements; every step is counted."""

    def __init__(self, bindings: Bindings) -> None:
        self._bindings = bindings
        self._steps = MAX_STEPS

    @abstractmethod
    def of(self, node: ast.expr, scope: Scope, depth: int = 0) -> list[Value]:
        """Every value of ``node``; an empty list where it is worth no text at all (None, a number)."""

    def texts(self, node: ast.expr, scope: Scope) -> list[str]:
        return [value.text for value in self.of(node, scope) if value.text is not None]

    def leaves(self, bound: Bound, depth: int = 0) -> list[tuple[ast.expr, Scope]]:
        """The expressions that ``bound`` stands for once its steps are taken; itself where they cannot be."""
        if bound.expression is None:
            return []
        found = [(bound.expression, bound.scope)]
        for step in bound.steps:
            taken: list[tuple[ast.expr, Scope]] = []
            for expression, scope in found if step is EACH else self._each(found, depth):
                elements = self.elements(expression, scope, depth + 1)
                if elements is None:
                    return [(OPEN, scope)]
                taken += elements if step is EACH else elements[step : step + 1]
            found = taken[:MAX_VALUES]
        return found

    def _each(self, found: list[tuple[ast.expr, Scope]], depth: int) -> list[tuple[ast.expr, Scope]]:
        """Each of ``found``, or every container that it stands for: an index is into one of them."""
        return [one for node, scope in found for one in self._containers(node, scope, depth + 1) or [(node, scope)]]

    def written(self, node: ast.expr, scope: Scope) -> list[tuple[ast.expr, Scope]]:
        """The expressions that a name, attribute or key stands for; anything else is itself."""
        return self._each([(node, scope)], 0)

    def elements(self, node: ast.expr, scope: Scope, depth: int) -> list[tuple[ast.expr, Scope]] | None:
        """The elements of a container, as iterating gives them; None where it is not in the file."""
        self._steps -= 1
        if self._steps < 0 or depth > MAX_DEPTH:
            return None
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return [(element, scope) for element in node.elts]
        if isinstance(node, ast.Dict):
            return [(key, scope) for key in node.keys if key is not None]
        if isinstance(node, ast.Call):
            return self._iterated(node, scope, depth)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            inner = Scope(scope)
            for each in node.generators:
                if isinstance(each.target, ast.Name):
                    inner.bound[each.target.id].append(Bound(each.iter, scope, (EACH,)))
            return [(node.elt, inner)]
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and last_name(node.value) != "argv":
            return self.elements(node.value, scope, depth + 1)
        found: list[tuple[ast.expr, Scope]] = []
        for expression, inner in self._containers(node, scope, depth):
            found += self.elements(expression, inner, depth + 1) or []
        return found or None

    def _containers(self, node: ast.expr, scope: Scope, depth: int) -> list[tuple[ast.expr, Scope]]:
        """The expressions that a name, attribute or key stands for."""
        if isinstance(node, ast.Name):
            bounds = scope.find(node.id)
        elif isinstance(node, ast.Attribute):
            bounds = self._bindings.attributes.get(node.attr, [])
        elif isinstance(node, ast.Subscript):
            return self._chosen(node, scope, depth)
        else:
            return []
        return [
            leaf
            for bound in bounds[:MAX_VALUES]
            if bound.expression is not node
            for leaf in self.leaves(bound, depth + 1)
        ]

    def _iterated(self, node: ast.Call, scope: Scope, depth: int) -> list[tuple[ast.expr, Scope]] | None:
        name = last_name(node.func)
        if isinstance(node.func, ast.Attribute) and name in ("items", "values", "keys"):
            pairs = [pair for table in self._tables(node.func.value, scope, depth) for pair in table]
            if name == "items":
                return [(ast.Tuple([key, value]), inner) for key, value, inner in pairs if key is not None] or None
            return [
                (value if name == "values" else key, inner) for key, value, inner in pairs if key is not None
            ] or None
        if name == "enumerate" and node.args:
            found = self.elements(node.args[0], scope, depth + 1)
            return found and [(ast.Tuple([ast.Constant(0), element]), inner) for element, inner in found]
        if name == "zip" and node.args:
            columns = [self.elements(argument, scope, depth + 1) or [] for argument in node.args[:8]]
            return [(ast.Tuple([element for element, _ in row]), row[0][1]) for row in zip(*columns, strict=False)]
        if name in ("split", "splitlines") and isinstance(node.func, ast.Attribute):
            texts = self.of(node.func.value, scope, depth)
            if texts and all(value.text is not None for value in texts):
                glue = str(node.args[0].value) if node.args and isinstance(node.args[0], ast.Constant) else None
                words = [(word.strip(), value.node) for value in texts for word in (value.text or "").split(glue)]
                return [(ast.copy_location(ast.Constant(word), at), scope) for word, at in words if word]
        if name == "param":
            return [(argument, scope) for argument in node.args]
        if name in ("list", "tuple", "set", "sorted", "reversed", "tqdm", "cycle", "frozenset") and node.args:
            return self.elements(node.args[0], scope, depth + 1)
        return None

    def _tables(self, node: ast.expr, scope: Scope, depth: int) -> list[list[tuple[ast.expr | None, ast.expr, Scope]]]:
        """The dictionaries that ``node`` stands for, as rows of key, value and scope."""
        self._steps -= 1
        if self._steps < 0 or depth > MAX_DEPTH:
            return []
        if isinstance(node, ast.Dict):
            return [[(key, value, scope) for key, value in zip(node.keys, node.values, strict=True)]]
        if isinstance(node, ast.Call) and last_name(node.func) in words().tables:
            return [self._made(node, scope, depth)]
        return [
            table
            for expression, inner in self._containers(node, scope, depth)
            for table in self._tables(expression, inner, depth + 1)
        ]

    def _made(self, node: ast.Call, scope: Scope, depth: int) -> list[tuple[ast.expr | None, ast.expr, Scope]]:
        """The rows of a table that a call makes: of other tables, of pairs, of keywords."""
        rows = [row for argument in node.args for table in self._tables(argument, scope, depth + 1) for row in table]
        pairs = self.elements(node.args[0], scope, depth + 1) if node.args and not rows else None
        for pair, inner in pairs or ():
            if isinstance(pair, ast.Tuple | ast.List) and len(pair.elts) == 2:
                rows.append((pair.elts[0], pair.elts[1], inner))
        return [*rows, *((ast.Constant(given.arg), given.value, scope) for given in node.keywords if given.arg)]

    def keywords(self, call: ast.Call, scope: Scope) -> dict[str | None, tuple[ast.expr, Scope]]:
        """The keywords of a call, those of a known ``**table`` too; under None an unknown one."""
        found: dict[str | None, tuple[ast.expr, Scope]] = {}
        for keyword in call.keywords:
            if keyword.arg is not None:
                found[keyword.arg] = (keyword.value, scope)
                continue
            tables = self._tables(keyword.value, scope, 0)
            if not tables:
                found[None] = (keyword.value, scope)
            for key, value, inner in (row for table in tables for row in table):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    found.setdefault(key.value, (value, inner))
        return found

    def _chosen(self, node: ast.Subscript, scope: Scope, depth: int) -> list[tuple[ast.expr, Scope]]:
        """What a key picks out of a table or list; all of it where the key is open."""
        key = node.slice
        index = key.value if isinstance(key, ast.Constant) else None
        tables = self._tables(node.value, scope, depth + 1)
        if tables:
            rows = [row for table in tables for row in table]
            wanted = [index] if index is not None else self.texts(key, scope) if isinstance(key, ast.Name) else []
            exact = [(v, inner) for k, v, inner in rows if isinstance(k, ast.Constant) and k.value in wanted]
            return exact or [(value, inner) for _, value, inner in rows]
        elements = self.elements(node.value, scope, depth + 1) or []
        if isinstance(index, int) and -len(elements) <= index < len(elements):
            return [elements[index]]
        return elements

    def _kept_in(self, table: str) -> list[Bound]:
        """Everything that the program puts into a table later."""
        return [bound for bounds in self._bindings.keys.values() for bound in bounds if bound.name == table]
