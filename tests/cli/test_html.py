"""The page of a model from the command line: on stdout, in a file, from the record, and as PDF."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.errors import UsageError
from scanner.export import pdf
from tests.cli.conftest import COMMAND, Ran

Run = Callable[..., Ran]
CHECK = ("check", "microsoft/MAI-DS-R1", "--offline", "--policy", "no-prc-root", "--fail-on", "never")


def makes_pdf() -> bool:
    try:
        pdf.available()
    except UsageError:
        return False
    return True


def test_the_page_of_a_check_is_that_of_its_record(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    printed = run(*CHECK, "--format", "html", "-o", str(file))
    shown = run("audit", "show", "1", "--format", "html")
    assert printed.code == shown.code == 0
    assert printed.out.strip() == file.read_text(encoding="utf-8").strip() == shown.out.strip()
    assert "<!DOCTYPE html>" in shown.out
    assert re.search(r"modelorigin audit show 1\b", shown.out)


def test_a_code_base_is_a_page_with_its_models(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").write_text(
        "from transformers import AutoModel\nAutoModel.from_pretrained('microsoft/MAI-DS-R1')\n", encoding="utf-8"
    )
    file = tmp_path / "scan.html"
    assert run("scan", str(tmp_path / "app"), "--offline", "-q", "-o", str(file), "--fail-on", "never").code in (0, 3)
    text = file.read_text(encoding="utf-8")
    assert 'id="model-1"' in text
    assert "Do not use" in text or "Not cleared" in text


def test_a_pdf_needs_a_file(run: Run) -> None:
    ran = run(*CHECK, "--format", "pdf")
    assert ran.code == 2
    assert "a PDF is written to a file" in ran.err
    assert "hint: add -o report.pdf" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(("raised", "said"), [("ImportError", "pip install"), ("OSError", "Pango")])
def test_without_what_makes_pdfs_the_hint_says_what_to_install(tmp_path: Path, raised: str, said: str) -> None:
    (tmp_path / "weasyprint.py").write_text(f"raise {raised}('gone')\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "MODELORIGIN_DB": str(tmp_path / "db.sqlite")}
    command = [COMMAND, *CHECK, "-o", str(tmp_path / "x.pdf")]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=tmp_path)
    assert ran.returncode == 2
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.skipif(not makes_pdf(), reason="needs WeasyPrint and Pango")
def test_a_pdf_is_written_and_stdout_stays_empty(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.pdf"
    ran = run(*CHECK, "--format", "pdf", "-o", str(file))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert file.read_bytes().startswith(b"%PDF-")


@pytest.mark.skipif(not makes_pdf(), reason="needs WeasyPrint and Pango")
def test_a_pdf_loads_nothing_whatever_the_page_names(tmp_path: Path) -> None:
    (tmp_path / "secret.css").write_text("body::before { content: 'STOLEN' }", encoding="utf-8")
    page = "<html lang=en><title>t</title><link rel=stylesheet href='{0}'><img alt=x src='{0}'><p>text"
    plain, hostile = (
        pdf.as_pdf(page.replace("{0}", "")),
        pdf.as_pdf(page.replace("{0}", (tmp_path / "secret.css").as_uri())),
    )
    assert abs(len(plain) - len(hostile)) < 400
    assert json.dumps("STOLEN").encode() not in hostile
