"""Every text that no idiom took: literals by what stands beside them, prose and comments by themselves."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from dataclasses import replace

from scanner.references.names import Named, Names, Place, is_address
from scanner.references.python.bindings import Text
from scanner.references.python.calls import unwrapped
from scanner.references.python.found import Found
from scanner.references.python.idioms import Speaks, calls
from scanner.references.python.sieve import shaped_texts
from scanner.references.reference import Confidence, Kind

COMMENT = "comment"
_COMMENT = re.compile(r"#[^\n]*")
_EXAMPLE = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]*)\(\s*(?:\w{1,60}\s*=\s*)?[\"']([^\"'\s]{3,200})[\"']")
_OPEN_CALL = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]*)\(\s*([A-Za-z_][A-Za-z0-9_.]{0,200})\s*[,)]")
_NAMED = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]*)[\"']?\s{0,20}[=:]\s{0,20}[\"']([^\"'\n]{1,200})[\"']")
_FILLS = ("", "%", "{")
"""What follows a word that goes on in what is filled in."""
_PART = Named(Kind.IGNORED, reason="part of a name that is put together")


def alike(found: Found, groups: list[list[ast.Constant]], names: Names) -> None:
    """Read texts that are alike: where a loader takes one and all have an id's shape, the others are models, too."""
    for group in groups:
        texts = [(found.start(node), str(node.value).strip()) for node in group]
        if any(found.is_loaded(at, text) for at, text in texts):
            named = [names.read(text, Place.NAMED) for _, text in texts]
            if all(one is not None and one.kind is Kind.MODEL for one in named):
                for (at, text), one in zip(texts, named, strict=True):
                    if one is not None and not found.is_covered(at):
                        found.add(at, text, one, "beside a model")


def sweep(found: Found, texts: list[Text], names: Names) -> None:
    """Read every literal that is not covered yet."""
    for text in texts:
        if text.prose or (Speaks.of_prose(text.beside) and " " in text.value.strip()):
            _prose(found, text, names)
            continue
        at = found.start(text.node)
        if not found.is_covered(at):
            _literal(found, text, at, names)


def _literal(found: Found, text: Text, at: int, names: Names) -> None:
    value = text.value.strip()
    answered = unwrapped(value)
    at = found.place(text.node, answered)
    place, how = (Place.LOADER, "address") if answered != value else _place(text.beside, value, names)
    value = answered
    named = names.read(value, place)
    if named is None:
        if "/" in value:
            _inside(found, value, at, names, text.is_part)
    elif text.is_part and not is_address(value):
        found.add(at, value, _PART, "text")
    elif named.kind is Kind.MODEL and how == "text" and Speaks.of_elsewhere(text.beside) and not is_address(value):
        found.add(at, value, Named(Kind.IGNORED, reason=f"stands beside {text.beside}"), "text")
    else:
        found.add(at, value, named, how)


def _place(beside: str, value: str, names: Names) -> tuple[Place, str]:
    if not beside:
        return Place.TEXT, "text"
    if Speaks.of_model(beside):
        return Place.NAMED, f"name {beside}"
    if Speaks.of_dataset(beside) and not is_address(value) and names.read(value) is not None:
        return Place.DATASET, f"name {beside}"
    return Place.TEXT, "text"


def _inside(found: Found, value: str, at: int, names: Names, is_part: bool) -> None:
    for offset, word, named in names.inside(value):
        if is_part and (not offset or value[offset + len(word) :][:1] in _FILLS):
            continue
        where = found.text.find(word, at)
        if named.kind is not Kind.IGNORED and where >= 0 and not found.is_covered(where):
            found.add(where, word, named, "text")


def _prose(found: Found, text: Text, names: Names) -> None:
    value, at = text.value, found.start(text.node)
    whole = names.read(value)
    if whole is not None and whole.kind is Kind.IGNORED:
        found.add(at, value.strip(), whole, "text")
    elif "/" in value:
        _mentions(found, value, at, names)


def comments(found: Found, program: str, literals: list[tuple[int, int]], names: Names) -> None:
    """Read the comments; ``literals`` are where strings begin and end, since a ``#`` in them begins none."""
    spans = sorted(literals)
    starts = [start for start, _ in spans]
    for comment in _COMMENT.finditer(program):
        if "/" not in comment[0]:
            continue
        index = bisect_right(starts, comment.start()) - 1
        if index < 0 or spans[index][1] <= comment.start():
            _mentions(found, comment[0], comment.start(), names)


def _mentions(found: Found, value: str, at: int, names: Names) -> None:
    """What prose speaks of: models by their names, and what its examples load."""
    for example in _EXAMPLE.finditer(value):
        if example[1] in calls():
            named = names.read(example[2])
            if named is not None and named.repo is None and named.reason.startswith("nothing"):
                named = names.read(example[2], Place.NAMED)
            _mention(found, example[2], at, named)
    for _, word, named in names.inside(value):
        _mention(found, word, at, named)


def _mention(found: Found, word: str, at: int, named: Named | None) -> None:
    if named is None or named.kind is not Kind.MODEL:
        return
    where = found.text.find(word, at)
    if where >= 0 and not found.is_covered(where):
        found.add(where, word, replace(named, confidence=Confidence.LOW), COMMENT, (COMMENT,))


def unparsed(found: Found, names: Names, begin: int = 0, end: int | None = None) -> None:
    """Read a text that is no Python of this version: what looks like a loader, what is named, every word shaped so."""
    end = len(found.text) if end is None else end
    for call in _EXAMPLE.finditer(found.text, begin, end):
        if _is_loader(call[1]):
            found.add(call.start(2), call[2], names.read(call[2], Place.LOADER) or _PART, call[1])
    for call in _OPEN_CALL.finditer(found.text, begin, end):
        if _is_loader(call[1]):
            named = Named(Kind.UNRESOLVED, reason="the file could not be parsed")
            found.add(call.start(2), call[2], named, call[1])
    for pair in _NAMED.finditer(found.text, begin, end):
        named_text = names.read(pair[2], Place.NAMED) if Speaks.of_model(pair[1]) else None
        if named_text is not None and not found.is_covered(pair.start(2)):
            found.add(pair.start(2), pair[2], named_text, f"name {pair[1]}")
    for literal in shaped_texts(found.text, begin, end):
        shaped = names.read(literal[1])
        if shaped is not None and not found.is_covered(literal.start(1)):
            found.add(literal.start(1), literal[1], shaped, "text")
    for offset, word, named in names.inside(found.text[begin:end]):
        if not found.is_covered(begin + offset):
            found.add(begin + offset, word, named, "text")


def _is_loader(name: str) -> bool:
    return any(call.library.always and call.idiom.model for call in calls().get(name, ()))
