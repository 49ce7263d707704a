"""The laws of the house, held by machine: where names may stand, how large a file grows, what ships."""

from __future__ import annotations

import ast
import re
import tarfile
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest

from scanner.data import whole

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "scanner").rglob("*.py"))
COUNTRIES = frozenset(code for group in whole("countries.yaml").values() for code in group["codes"].split())
NAMESPACES = frozenset(whole("publishers.yaml"))
LICENSES = frozenset(whole("licenses.yaml"))
# Names of a hub, a format, a unit or a database that are somebody's handle or licence as well.
WORDS = frozenset(("hf", "huggingface", "openvino", "kB", "postgresql", "unknown", "other"))


def names_in(source: str) -> Iterator[str]:
    """Countries, publishers and licences that stand as text constants in Python, docstrings left out."""
    tree = ast.parse(source)
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            text = node.value
            if text in COUNTRIES or (text.casefold() in NAMESPACES | LICENSES and text not in WORDS):
                yield text


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_country_publisher_or_licence_stands_in_code(path: Path) -> None:
    assert list(names_in(path.read_text(encoding="utf-8"))) == []


def test_the_gate_above_notices() -> None:
    assert list(names_in('"""deepseek-ai"""\nif x == "CN" or y in ("deepseek-ai", "apache-2.0", "hf"): pass')) == [
        "CN",
        "deepseek-ai",
        "apache-2.0",
    ]


def test_no_file_is_large() -> None:
    large = {str(p): n for p in SOURCES if (n := p.read_text(encoding="utf-8").count("\n")) > 400}
    assert large == {}


def test_no_except_is_broad() -> None:
    broad = re.compile(r"except\s*(?:\(?\s*(?:Exception|BaseException)\b|:)(?!.*# noqa: BLE001 - it is raised by)")
    assert [str(p) for p in SOURCES if broad.search(p.read_text(encoding="utf-8"))] == []


SHIPPED = [
    "scanner/_policies/baseline.yaml", "scanner/_policies/tests/baseline.yaml", "scanner/_migrations/env.py",
    "scanner/data/publishers.yaml", "scanner/data/families.yaml", "scanner/data/lineages.yaml", "scanner/data/lists.yaml",
    "scanner/data/licenses.yaml", "scanner/data/license_texts.json", "scanner/data/license_texts.bin",
    "scanner/data/license_words.yaml", "scanner/data/questions.yaml", "scanner/data/starter.jsonl", "scanner/data/schema/facts-v1.schema.json", "scanner/py.typed",
]  # fmt: skip


def test_wheel_and_sdist_hold_policies_migrations_and_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = pytest.importorskip("hatchling.build")
    monkeypatch.chdir(ROOT)
    wheel = zipfile.ZipFile(tmp_path / build.build_wheel(str(tmp_path)))
    assert set(SHIPPED) <= set(wheel.namelist())
    assert any(re.fullmatch(r"scanner/_migrations/versions/0001_\w+\.py", name) for name in wheel.namelist())
    assert any("tests" in Path(name).parts and "loopback" in name for name in wheel.namelist()) is False
    with tarfile.open(tmp_path / build.build_sdist(str(tmp_path))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {
        "policies/baseline.yaml",
        "migrations/env.py",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "tests/test_house.py",
    } <= names


def test_the_licences_of_what_is_required_are_permissive() -> None:
    allowed = re.compile(r"MIT|BSD|Apache|MPL|PSF|Python Software Foundation|ISC", re.I)
    seen: set[str] = set()
    waiting = ["modelorigin"]
    while waiting:
        name = waiting.pop()
        found = distribution(name)
        for requirement in found.requires or ():
            if "extra ==" in requirement or "platform_system" in requirement or "sys_platform" in requirement:
                continue
            wanted = re.match(r"[A-Za-z0-9._-]+", requirement)
            assert wanted
            if wanted[0].lower() not in seen:
                seen.add(wanted[0].lower())
                try:
                    distribution(wanted[0])
                except ModuleNotFoundError:
                    continue
                waiting.append(wanted[0])
        meta = found.metadata
        stated = " ".join(
            [meta.get("License-Expression") or "", meta.get("License") or "", *(meta.get_all("Classifier") or ())]
        )
        assert allowed.search(stated), f"{name}: {stated[:200]}"
    assert len(seen) > 10


def test_the_facts_schema_knows_the_countries_of_the_table() -> None:
    import json

    from scanner.data import text

    known = json.loads(text("schema/facts-v1.schema.json"))["definitions"]["country"]["enum"]
    assert set(known) == {*COUNTRIES, None}
