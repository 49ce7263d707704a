"""The page of the licence table is that of the table. Written anew by ``python -m tests.test_licenses_page``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scanner.data import whole
from scanner.license import terms

PAGE = Path(__file__).resolve().parents[1] / "scanner" / "data" / "LICENSES.md"
HEAD = """# Licences

What the texts demand, as far as they were read: made from [licenses.yaml](licenses.yaml), where each fact has its clause,
source, day and confidence; `modelorigin license ID` shows them. **?** is unknown and never a permission. No legal advice.
"""
COLUMNS = (
    "id", "commercial use", "limits on users or revenue", "uses forbidden", "name and line of derivatives",
    "must go along", "binds derivatives to", "training on outputs", "not given in", "own terms", "read",
)  # fmt: skip


def page() -> str:
    """The whole page: licences written for models, licences on the SPDX list, families, other names."""
    table = whole("licenses.yaml")
    licences = {key: raw for key, raw in table.items() if "spdx" in raw}
    own = {key for key, raw in licences.items() if raw["spdx"].startswith("LicenseRef-")}
    aliases = [(key, raw["alias_of"]) for key, raw in table.items() if "alias_of" in raw]
    return "\n".join(
        [
            HEAD,
            *_section("Written for models", COLUMNS, [_row(key, licences[key]) for key in licences if key in own]),
            *_section("On the SPDX list", COLUMNS, [_row(key, licences[key]) for key in licences if key not in own]),
            *_section(
                "Families: the text in the repository decides",
                ("name", "why"),
                [(f"`{key}`", raw["note"]) for key, raw in table.items() if raw.get("family")],
            ),
            *_section("Other names", ("name", "stands for"), [(f"`{a}`", f"`{b}`") for a, b in aliases]),
        ]
    )


def _section(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield f"## {title} ({len(rows)})\n"
    for row in (columns, ("---",) * len(columns), *rows):
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
    yield ""


def _row(key: str, raw: Mapping[str, Any]) -> tuple[str, ...]:
    said = terms(key)
    days = sorted({term["checked"] for term in said.values()})
    return (
        f"`{key}`",
        _plain(said.get("commercial_use")),
        _limits(said),
        _listed(said.get("field_of_use"), "uses", "none"),
        _naming(said.get("naming")),
        _listed(said.get("notice"), "files", "nothing"),
        _binding(said),
        _outputs(said.get("outputs_restricted")),
        _territory(said.get("territory_excluded")),
        _plain(said.get("relicense")),
        f"{days[-1] if days else raw.get('checked', '–')} ({raw['confidence']})",
    )


def _plain(term: Mapping[str, Any] | None) -> str:
    return "?" if term is None else str(term["is"])


def _limits(said: Mapping[str, Mapping[str, Any]]) -> str:
    limits = [_plain(said.get(name)) for name in ("user_threshold", "revenue_threshold")]
    return "; ".join(dict.fromkeys(limit for limit in limits if limit != "none")) or "none"


def _listed(term: Mapping[str, Any] | None, key: str, none: str) -> str:
    if term is None:
        return "?"
    if not term["is"]:
        return none
    words = term.get(key, ["yes"])
    return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")


def _naming(term: Mapping[str, Any] | None) -> str:
    if term is None or not term["is"]:
        return "?" if term is None else "none"
    words = {"name_begins": "begins with", "name_includes": "contains", "line": "shows"}
    return ", ".join(f"{said} “{term[key]}”" for key, said in words.items() if key in term) or "yes"


def _binding(said: Mapping[str, Mapping[str, Any]]) -> str:
    if said.get("share_alike", {}).get("is"):
        return "this licence"
    return _listed(said.get("flow_down"), "what", "nothing")


def _outputs(term: Mapping[str, Any] | None) -> str:
    if term is None or not term["is"]:
        return "?" if term is None else "free"
    but = f", except {', '.join(term['except'])}" if "except" in term else ""
    return f"{term.get('then', 'restricted')}{but}"


def _territory(term: Mapping[str, Any] | None) -> str:
    if term is None:
        return "?"
    return (", ".join(term["is"]) or "–") + (" (multimodal)" if term.get("multimodal_only") else "")


def test_the_page_is_that_of_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.test_licenses_page"


def test_every_id_of_the_table_stands_on_the_page_once() -> None:
    firsts = [line.split("|")[1].strip() for line in page().splitlines() if line.startswith("| `")]
    assert sorted(firsts) == sorted(f"`{key}`" for key in whole("licenses.yaml"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
