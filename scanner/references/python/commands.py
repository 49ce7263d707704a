"""Commands of a shell inside Python: the scripts of a notebook, the strings and lists that a program runs.

What they name is read by ``scanner.references.commands``. A part that Python fills in is a variable to it, which holds
what the file says the expression can be worth.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.references import commands
from scanner.references.literal import Literal
from scanner.references.names import Names
from scanner.references.python.bindings import Bindings, Scope, last_name
from scanner.references.python.found import Found
from scanner.references.python.idioms import words
from scanner.references.python.values import Values
from scanner.references.shellwords import Variables
from scanner.references.spots import Spot

_FILLED = re.compile(r"\{(?P<braced>[A-Za-z_]\w*)\}|\$(?P<bare>[A-Za-z_]\w*)")
_HOLE = re.compile(r"\$\{(__\d+)_?\}")


@dataclass(frozen=True, slots=True)
class Script:
    """A script at an offset of the text; where it ``fills``, names of Python stand in it for their values."""

    at: int
    text: str
    fills: bool


class Commands:
    """Reads the commands of one text and notes what they name."""

    def __init__(self, found: Found, names: Names, bindings: Bindings, values: Values) -> None:
        self._found = found
        self._names = names
        self._bindings = bindings
        self._values = values
        self._variables = Variables()
        self._holes: dict[str, str] = {}

    def script(self, script: Script) -> None:
        """Read a script that stands in the text as it is."""
        whole = Literal.plain(script.text, script.at)
        self._note(commands.read(self._filled(whole) if script.fills else whole, self._names, self._variables))

    def calls(self) -> None:
        """Read what the calls of the file run."""
        for call, scope in self._bindings.calls:
            for keyword in call.keywords:
                if keyword.arg in words().settings:
                    for inner, where in self._values.written(keyword.value, scope):
                        self._note(commands.settings(self._word(inner, where), self._names, keyword.arg))
            given = [keyword.value for keyword in call.keywords if keyword.arg in words().commands]
            name = last_name(call.func)
            if self._bindings.imports.get(name, name).rpartition(".")[2] in words().shells:
                given += call.args
            if len(given) > 1 and all(isinstance(node, ast.List) or self._is_word(node) for node in given):
                # One command in several arguments.
                self._run([word for node in given for word in self._line(node, scope)])
                continue
            for node in given:
                self._given(node, scope)

    @staticmethod
    def _is_word(node: ast.expr) -> bool:
        return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value

    def _given(self, node: ast.expr, scope: Scope) -> None:
        if isinstance(node, ast.Call) and last_name(node.func) == "split" and isinstance(node.func, ast.Attribute):
            node = node.args[0] if node.args and last_name(node.func.value) == "shlex" else node.func.value
        written = self._values.written(node, scope)
        lines = [list(self._arguments(inner, at)) for inner, at in written if isinstance(inner, ast.List | ast.Tuple)]
        # What begins with an option is added to the command later.
        added = [word for line in lines for word in line if line[0].text.startswith("-")]
        for line in lines:
            if line and (not line[0].text.startswith("-") or len(lines) == 1):
                self._run(line if len(lines) == 1 else [*line, *added])
        for inner, where in written:
            if isinstance(inner, ast.JoinedStr) or (isinstance(inner, ast.Constant) and isinstance(inner.value, str)):
                self._note(commands.read(self._word(inner, where), self._names, self._variables))

    def _line(self, node: ast.expr, scope: Scope) -> list[Literal]:
        return list(self._arguments(node, scope)) if isinstance(node, ast.List) else [self._word(node, scope)]

    def _arguments(self, node: ast.List | ast.Tuple, scope: Scope) -> Iterator[Literal]:
        for element in node.elts:
            if isinstance(element, ast.Starred):
                for inner, where in self._values.written(element.value, scope):
                    if isinstance(inner, ast.List | ast.Tuple) and inner is not node:
                        yield from (self._word(one, where) for one in inner.elts)
            else:
                yield self._word(element, scope)

    def _run(self, line: list[Literal]) -> None:
        self._note(commands.run(line, self._names, self._variables))

    def _word(self, node: ast.expr, scope: Scope) -> Literal:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self._literal(node, node.value)
        if isinstance(node, ast.JoinedStr):
            return Literal.joined(
                self._word(part.value if isinstance(part, ast.FormattedValue) else part, scope) for part in node.values
            )
        return self._hole(self._found.written(node), node, scope, self._found.offset(node.lineno, node.col_offset))

    def _hole(self, written: str, node: ast.expr, scope: Scope, at: int) -> Literal:
        """A variable that holds what ``node`` can be worth; where it stays open, its place says what is written."""
        hole = f"__{len(self._holes)}"
        self._holes[hole] = written
        for value in self._values.of(node, scope):
            is_open = value.text is None
            held = Literal.plain(f"${{{hole}_}}", at) if is_open else self._literal(value.node, value.text or "")
            self._variables.set(hole, held)
        return Literal.plain(f"${{{hole}}}", at)

    def _literal(self, node: ast.expr, text: str) -> Literal:
        end = self._found.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return Literal.found(text, self._found.text, self._found.start(node), end)

    def _filled(self, script: Literal) -> Literal:
        parts, at = list[Literal](), 0
        for name in _FILLED.finditer(script.text):
            bound = name["braced"] or name["bare"]
            if bound in self._bindings.module.bound:
                node = ast.Name(bound, lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
                hole = self._hole(name[0], node, self._bindings.module, script.at(name.start()))
                parts += [script.cut(at, name.start()), hole]
                at = name.end()
        return Literal.joined((*parts, script.cut(at))) if parts else script

    def _note(self, spots: list[Spot]) -> None:
        for spot in spots:
            text = _HOLE.sub(lambda hole: self._holes.get(hole[1], hole[0]), spot.text)
            self._found.add(spot.start, text, spot.named, spot.how, spot.flags)
