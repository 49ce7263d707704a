"""A page in a real browser: nothing is asked of any network, nothing is complained of, and it prints whole.

Where there is no Chromium these are skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from scanner.export import Failure, render
from tests.export.samples import alternative, crowded, decision, facts, finding, view
from tests.export.test_hostile import poisoned
from tests.export.test_page import BREAKOUTS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PDFTOTEXT = shutil.which("pdftotext")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
FLAGS = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-domain-reliability",
         "--no-pings", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--enable-logging=stderr", "--v=0"]  # fmt: skip


class Opened(NamedTuple):
    dom: str
    console: list[str]
    requests: list[str]


def browse(folder: Path, *flags: str, html: str) -> subprocess.CompletedProcess[str]:
    page = folder / "page.html"
    page.write_text(html, encoding="utf-8")
    assert CHROMIUM
    root = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    command = [CHROMIUM, *FLAGS, *root, f"--user-data-dir={folder / 'profile'}", *flags, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def opened(folder: Path, html: str) -> Opened:
    log = folder / "net.json"
    ran = browse(folder, "--dump-dom", f"--log-net-log={log}", html=html)
    console = [line for line in ran.stderr.splitlines() if "CONSOLE" in line]
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    assert events
    params = [event.get("params") or {} for event in events]
    # What the browser asks for itself has no origin; it finds no host either.
    asked = {one["url"] for one in params if one.get("initiator", "not an origin") != "not an origin" and "url" in one}
    return Opened(ran.stdout, console, sorted(asked))


def everything(payload: str = "") -> str:
    found = [finding(), finding("draft", "note", standing="draft")]
    scans = [
        view(poisoned(crowded(), payload), [poisoned(decision(findings=found), payload)], alternatives=[poisoned(alternative(), payload)]),
        view(poisoned(facts(), payload), [poisoned(decision("allow"), payload)]),
    ]  # fmt: skip
    return render("html", scans, [Failure(f"acme/x{payload}", "ModelNotFound", "gone", "", 3)])


def test_a_page_asks_nothing_of_any_network_and_a_browser_has_no_complaint(tmp_path: Path) -> None:
    seen = opened(tmp_path, everything())
    assert "Do not use this model." in seen.dom
    assert seen.console == []
    assert seen.requests == []


def test_the_check_above_notices(tmp_path: Path) -> None:
    bad = "<!DOCTYPE html><title>t</title><img src='http://127.0.0.1:9/x.png'><script>console.error('bad')</script>"
    seen = opened(tmp_path, bad)
    assert any("bad" in line for line in seen.console)
    assert seen.requests == ["http://127.0.0.1:9/x.png"]


def test_every_attack_at_once_runs_nothing(tmp_path: Path) -> None:
    payload = " ".join(BREAKOUTS[name] for name in ("end of an attribute", "handler", "svg text", "svg use", "css",
                                                    "end of a style", "base", "refresh", "form", "image", "cdata"))  # fmt: skip
    seen = opened(tmp_path, everything(payload))
    assert seen.console == []
    assert seen.requests == []
    assert "<script" not in seen.dom.lower()


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext")
def test_printed_it_has_all_of_it_what_is_folded_away_too(tmp_path: Path) -> None:
    pdf = tmp_path / "page.pdf"
    html = render("html", [view(facts(), [decision()])])
    browse(tmp_path, f"--print-to-pdf={pdf}", "--no-pdf-header-footer", html=html)
    text = subprocess.run(
        [PDFTOTEXT or "", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    ).stdout
    for part in ("DENY", "What to do now", "The lineage in words", "Sources", "c" * 20, "3/3"):
        assert part in re.sub(r"\s+", " ", text), part
