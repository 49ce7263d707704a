"""``modelorigin crawl`` as a user runs it, against a hub over real HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue.file import Catalogue
from scanner.catalogue.search import index
from tests.catalogue.crawling import digest, model
from tests.cli.conftest import COMMAND, Ran
from tests.loopback import Fault, LoopbackHub

Run = Callable[..., Ran]


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as served:
        for index in range(30):
            served.add(model(index, f"acme/m{index // 2:03d}" if index else None))
        served.page_cap = 5
        yield served


@pytest.fixture
def crawl(run: Run, hub: LoopbackHub, tmp_path: Path) -> Run:
    def call(*words: str, file: str = "c.db", token: str = "hf_good_granted", **more: Any) -> Ran:
        env = {"HF_ENDPOINT": hub.url, "HF_TOKEN": token, "MODELORIGIN_CATALOGUE": str(tmp_path / file)}
        return run("crawl", *words, env=env | more.pop("env", {}), **more)

    return call


def test_it_fills_a_catalogue_and_says_what_it_did(crawl: Run, hub: LoopbackHub) -> None:
    ran = crawl()
    assert ran.code == 0
    assert "note: no sweep met everything yet: listing all models" in ran.err
    told = dict(line.split(maxsplit=1) for line in ran.out.splitlines()[1:])
    assert told["models"] == "30 new, 0 changed, 0 unchanged, 0 gone"
    assert told["listed"] == "6 pages"
    assert told["by"] == "name   1 done"
    assert told["requests"] == "7 api; answered 7 2xx"
    assert (told["unread"], told["ended"]) == ("none", "complete")
    assert "\x1b" not in ran.err, "no progress where nobody watches"
    again = crawl()
    assert "0 new, 0 changed, 5 unchanged" in again.out
    assert "listing what changed since" in again.err


def test_the_report_as_json_is_one_document(crawl: Run) -> None:
    said = json.loads(crawl("--format", "json", "--max-requests", "2").out)
    assert said["schema"] == "crawl/v1"
    assert said["requests"] == {"api": 2}
    assert said["models"] == {"new": 10, "changed": 0, "unchanged": 0, "gone": 0, "unread": 0}
    assert said["complete"] is False
    assert said["where"] == "page 3 of the list"
    assert said["error"] is None


def test_a_budget_that_is_reached_is_no_failure_and_says_how_to_go_on(crawl: Run, tmp_path: Path) -> None:
    ran = crawl("--max-requests", "3")
    assert ran.code == 0
    assert "3 requests were sent, as many as were allowed, at page 4 of the list" in ran.out
    assert "run the same command again" in ran.out
    assert "after page 3 (15 models)" in crawl().err
    assert crawl(file="at-once.db").code == 0
    assert digest(tmp_path / "c.db") == digest(tmp_path / "at-once.db")


def test_a_hub_that_hangs_takes_no_more_than_the_time_it_was_given(crawl: Run, hub: LoopbackHub) -> None:
    hub.fault(Fault("hang", path=r"^/api/models\?", nth=range(3, 100)))
    began = time.monotonic()
    ran = crawl("--max-seconds", "2")
    assert time.monotonic() - began < 12
    assert ran.code == 0
    assert "the 2 seconds it was given are up, at page 3 of the list" in ran.out


def test_a_hub_that_is_down_is_incomplete(crawl: Run, hub: LoopbackHub) -> None:
    with hub.down():
        ran = crawl("--timeout", "5")
    assert ran.code == 3
    assert ran.reason.startswith("error: the list of models: no answer from the hub")
    assert ran.hint
    assert "go on" in ran.out


def test_a_mirror_that_cannot_list_points_to_the_file_of_names(crawl: Run, hub: LoopbackHub, tmp_path: Path) -> None:
    hub.fault(Fault("404", path=r"^/api/models\?"))
    ran = crawl()
    assert ran.code == 3
    assert "--ids-file" in ran.hint
    names = tmp_path / "names.txt"
    names.write_text("# ours\nacme/m003\nhf://acme/m004  # twice\nacme/m004\nno/such\n")
    ran = crawl("--ids-file", str(names))
    assert ran.code == 0
    assert "asking for 3 models by name" in ran.err
    assert "1 not-found" in ran.out


def test_one_author_and_a_day(crawl: Run, hub: LoopbackHub) -> None:
    hub.add(model(40, owner="other"))
    assert "1 new" in crawl("--author", "other", "--light").out
    assert "siblings" not in hub.log[0].query["expand"]
    assert crawl("--since", "2025-01-20").code == 0
    assert hub.log[-1].value("sort") in ("lastModified", None)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--light", "--full"), "--light and --full exclude each other"),
        (("--since", "2025-01-01", "--author", "x"), "--since, --author and --ids-file exclude each other"),
        (("--since", "yesterday"), "not a date"),
        (("--author", "a/b"), "not an author"),
        (("--author", "../x"), "not a model id"),
        (("--ids-file", "EMPTY"), "no model is named"),
        (("--ids-file", "PATHS"), "PATHS:2: not a model id"),
        (("--endpoint", "ftp://x"), "not the address of a hub"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_request(
    crawl: Run, hub: LoopbackHub, tmp_path: Path, words: tuple[str, ...], reason: str
) -> None:
    (tmp_path / "EMPTY").write_text("\n# nothing\n")
    (tmp_path / "PATHS").write_text("acme/ok\n./local/model\n")
    ran = crawl(*(str(tmp_path / word) if word.isupper() else word for word in words))
    assert ran.code == 2
    assert reason in ran.reason
    assert hub.log == []


def test_a_file_that_is_no_catalogue_is_left_alone(crawl: Run, tmp_path: Path) -> None:
    (tmp_path / "c.db").write_bytes(b"not a database at all, but a letter\n" * 50)
    ran = crawl()
    assert ran.code == 3
    assert ran.hint
    assert (tmp_path / "c.db").read_bytes().startswith(b"not a database")


def test_a_refused_token_ends_it_at_once(crawl: Run, hub: LoopbackHub) -> None:
    ran = crawl(token="hf_bad")
    assert ran.code == 3
    assert "refuses the token" in ran.reason
    assert len(hub.log) == 1


def test_quiet_says_nothing(crawl: Run) -> None:
    ran = crawl("--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_interrupted_it_keeps_what_it_has(crawl: Run, hub: LoopbackHub, tmp_path: Path) -> None:
    hub.fault(Fault("hang", path=r"^/api/models\?", nth=4))
    env = {**os.environ, "HOME": str(tmp_path), "HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_TELEMETRY": "1"}
    assert COMMAND
    process = subprocess.Popen(
        [COMMAND, "crawl", "--catalogue", str(tmp_path / "c.db")], env=env, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 60
    while len(hub.log) < 4 and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "note: stopped at page 4 of the list; what was stored stays" in said
    assert "Traceback" not in said
    hub.clear_faults()
    assert "after page 3 (15 models)" in crawl().err


def test_a_progress_line_is_drawn_for_who_watches(hub: LoopbackHub, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    env = {**os.environ, "HOME": str(tmp_path), "HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_TELEMETRY": "1"}
    assert COMMAND
    watched, line = pty.openpty()
    with subprocess.Popen(
        [COMMAND, "crawl", "--catalogue", str(tmp_path / "c.db")], env=env, stderr=line, stdout=subprocess.DEVNULL
    ) as process:
        os.close(line)
        seen = b""
        while chunk := _read(watched):
            seen += chunk
    os.close(watched)
    assert process.returncode == 0
    assert b"models listed" in seen
    assert b"requests" in seen
    assert b"quota 99," in seen
    assert seen.rstrip().endswith(b"\x1b[2K"), "it is gone in the end"


def _read(watched: int) -> bytes:
    try:
        return os.read(watched, 65536)
    except OSError:
        return b""


def test_two_at_once_share_the_work(crawl: Run, hub: LoopbackHub, tmp_path: Path) -> None:
    env = {**os.environ, "HOME": str(tmp_path), "HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_TELEMETRY": "1"}
    assert COMMAND
    words = [COMMAND, "crawl", "--catalogue", str(tmp_path / "c.db"), "--format", "json"]
    both = [subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in "12"]
    ends = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert all("error" not in said for _, said in ends)
    assert sum(json.loads(out)["models"]["new"] for out, _ in ends) == 30
    assert crawl(file="alone.db").code == 0
    assert digest(tmp_path / "c.db") == digest(tmp_path / "alone.db")


def test_the_first_search_has_nothing_left_to_index(crawl: Run, tmp_path: Path) -> None:
    crawl("--max-requests", "2")
    crawl()
    with Catalogue(str(tmp_path / "c.db")) as catalogue:
        assert index(catalogue) == 0
