"""Two JSON documents compared: with the changes one can be made into the other, so nothing is passed over."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scanner.diff.changes import ABSENT, ORDER, Change, changes, same

KEYS = {"files": ("path",), "files.parts": ("name", "kind"), "by_name": ()}

_scalar = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b", "1", "true"])
_any = st.recursive(
    _scalar, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)
_part = st.fixed_dictionaries({"name": st.sampled_from("xyz"), "kind": st.sampled_from("uv"), "value": _any})
_file = st.fixed_dictionaries(
    {"path": st.sampled_from(["p", "q", "r", "s"]), "value": _any, "parts": st.lists(_part, max_size=3)}
)
_document = st.fixed_dictionaries(
    {"files": st.lists(_file, max_size=4) | _any, "by_name": st.dictionaries(st.sampled_from("klm"), _any, max_size=3)},
    optional={"more": _any},
)


def named(entries: list[Any], names: tuple[str, ...]) -> dict[tuple[str, ...], Any]:
    """The entries as the comparison calls them, worked out the slow way."""
    found: dict[tuple[str, ...], Any] = {}
    for place, entry in enumerate(entries):
        name = tuple("?" if entry[key] is None else str(entry[key]) for key in names)
        earlier = sum(all(one[key] == entry[key] for key in names) for one in entries[:place])
        found[(*name, f"no. {earlier + 1}") if earlier else name] = entry
    return found


def applied(document: Any, change: Change) -> Any:
    """``document`` with the change made, but for the order of entries."""

    def at(value: Any, path: tuple[Any, ...], field: tuple[str, ...]) -> Any:
        if not path:
            return deepcopy(change.after)
        step, rest = path[0], path[1:]
        if step == ORDER:
            return value
        if isinstance(value, dict):
            key = step[0] if isinstance(step, tuple) else step
            child = at(value.get(key), rest, field if isinstance(step, tuple) else (*field, step))
            return {k: v for k, v in value.items() if k != key} | ({} if child is ABSENT else {key: child})
        entries = named(value or [], KEYS[".".join(field)])
        child = at(entries.get(step), rest, field)
        return [
            *({k: v for k, v in entries.items() if k != step} | ({} if child is ABSENT else {step: child})).values()
        ]

    return at(document, change.path, ())


def unordered(value: Any, field: str = "") -> Any:
    """A document that is equal to another where they differ in nothing but the order of entries."""
    if isinstance(value, dict):
        return ("object", sorted((key, unordered(item, f"{field}.{key}".lstrip("."))) for key, item in value.items()))
    if isinstance(value, list):
        items = [unordered(item, field) for item in value]
        keyed = field in ("files", "files.parts") and all(isinstance(item, dict) for item in value)
        return ("list", sorted(items, key=repr) if keyed else items)
    return (type(value).__name__, repr(value))


@given(_document)
def test_a_document_is_the_same_as_itself(document: Any) -> None:
    assert list(changes(document, deepcopy(document), KEYS)) == []


@given(_document, _document)
def test_where_something_differs_there_is_a_change_and_only_there(before: Any, after: Any) -> None:
    found = list(changes(before, after, KEYS))
    assert bool(found) == (not same(before, after))
    assert len({change.path for change in found}) == len(found)
    for change in found:
        assert change.path[-1] == ORDER or not same(change.before, change.after)


def _no_doubles(document: Any) -> bool:
    """Entries of one name are told apart by their place, which a change that takes one away moves."""
    files = document["files"]
    if not (isinstance(files, list) and all(isinstance(f, dict) and "path" in f and "parts" in f for f in files)):
        return not isinstance(files, list) or not any(isinstance(entry, dict) for entry in files)
    lists = [[f["path"] for f in files], *[[(p["name"], p["kind"]) for p in f["parts"]] for f in files]]
    return all(len(set(names)) == len(names) for names in lists)


@given(_document.filter(_no_doubles), _document.filter(_no_doubles))
def test_the_changes_make_one_document_of_the_other(before: Any, after: Any) -> None:
    made = before
    for change in changes(before, after, KEYS):
        made = applied(made, change)
    assert unordered(made) == unordered(after)


def test_one_and_true_are_two_values_and_so_are_nothing_and_null() -> None:
    assert [str(one) for one in changes({"a": 1, "b": None}, {"a": True}, {})] == ["a", "b"]


def test_an_entry_put_in_between_is_one_change_and_a_new_order_is_one_too() -> None:
    p, q, r = ({"path": name, "value": name} for name in "pqr")
    (came,) = changes({"files": [p, r]}, {"files": [p, q, r]}, KEYS)
    assert (str(came), came.of_entry, came.after) == ("files[q]", True, q)
    (turned,) = changes({"files": [p, r]}, {"files": [r, p]}, KEYS)
    assert turned.path == ("files", ORDER)


def test_entries_without_a_name_are_compared_as_one_list() -> None:
    (one,) = changes({"files": [{"path": {}}]}, {"files": [{"path": []}]}, KEYS)
    assert str(one) == "files"


def test_entries_of_one_name_are_counted_however_many() -> None:
    many = [{"path": "p", "value": n} for n in range(20_000)]
    found = list(changes({"files": many}, {"files": many[:-1]}, KEYS))
    assert [str(one) for one in found] == ["files[p, no. 20000]"]
