"""Every fault of a hub, at a page in the middle: the sweep is complete, or ends in an error of ours with whole pages.

``benchmarks/bench_kill.py`` does the same at every page, and kills the crawl at a thousand moments.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scanner.errors import ScannerError
from tests.catalogue.crawling import FULL, ask, crawl, rows
from tests.loopback import Fault, LoopbackHub

ROOT = Path(__file__).resolve().parents[2]
SHORT = {"deadline": 0.8, "connect_timeout": 0.3, "read_timeout": 0.2}

WHOLE = (
    "204", "308", "400", "401", "403", "404", "429-retry-after", "500", "503", "504", "chunked-endless",
    "chunked-unfinished", "cursor-refused", "drip", "gzip", "gzip-bomb", "hang", "hang-in-body", "html-200", "http10",
    "json-bom", "json-error-200", "json-top-type", "json-truncated", "length-too-long", "length-too-short",
    "link-foreign", "link-other-question",
    "link-relative", "link-self", "pages-endless", "reset", "reset-in-body", "rows-duplicate",
)  # fmt: skip
ONE_ROW = (
    "card-list", "card-self", "date-offset", "id-invalid", "json-deep", "json-duplicate-keys", "json-huge-integer",
    "json-lone-surrogate", "json-nan", "missing-keys", "null-lists", "row-not-an-object", "string-numbers",
    "unknown-keys",
)  # fmt: skip


@pytest.mark.parametrize("kind", [*WHOLE, *ONE_ROW])
def test_a_fault_costs_at_most_a_row_or_the_run_never_the_catalogue(
    hub: LoopbackHub, path: Path, tmp_path: Path, kind: str
) -> None:
    crawl(hub, tmp_path / "undisturbed.db", FULL)
    fault = hub.fault(Fault(kind, path=r"^/api/models\?", nth=4))
    report = crawl(hub, path, FULL, most=8, **SHORT)
    assert fault.fired == 1
    assert report.error is None or (isinstance(report.error, ScannerError) and report.error.hint)
    ((pages, unread),) = ask(path, "SELECT sum(page), sum(unread) FROM sweeps")
    assert len(list(rows(path))) + unread == pages * 5, "no page is kept in part"
    hub.clear_faults()
    assert crawl(hub, path, FULL).complete
    before, after = ({row[0]: row for row in rows(file)} for file in (tmp_path / "undisturbed.db", path))
    assert before.keys() >= after.keys()
    assert sum(after.get(key) != row for key, row in before.items()) <= (kind in ONE_ROW)


def test_killed_at_random_moments_it_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "bench_kill.py"), "--kills", "15", "--models", "80"],
        capture_output=True, text=True, check=False, timeout=300, env=_environment(tmp_path),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "at most 1 page refetched a kill" in ran.stdout or "at most 0 page refetched a kill" in ran.stdout


def _environment(home: Path) -> dict[str, str]:
    import os

    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "COV", "PYTEST"))}
    return {**kept, "HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1"}
