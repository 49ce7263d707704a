"""``modelorigin crawl``: fill or refresh the catalogue from the Hub."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from scanner.cli.options import Configured, Seconds, catalogue_option, endpoint_option, format_option, option, parse_day
from scanner.cli.output import emit, on_terminal, report, tell
from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.catalogue.budget import Progress
    from scanner.catalogue.crawl import Wish
    from scanner.catalogue.plan import Plan
    from scanner.catalogue.report import Report
    from scanner.model import RepoId

_READ_TIMEOUT = 60.0
_BAR = 24


@click.command("crawl", cls=Configured)
@option("max-requests", of="crawl", type=click.IntRange(min=1), metavar="N", help="Send at most N requests.")
@option("max-seconds", of="crawl", type=Seconds(1), metavar="N", help="Take at most N seconds.")
@option("since", of="crawl", metavar="DATE", help="List what changed since DATE (YYYY-MM-DD) instead of what is due.")
@option("author", "authors", of="crawl", multiple=True, metavar="NAME", help="List the models of NAME. Repeatable.")
@option(
    "ids-file",
    of="crawl",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Ask for the models named in FILE, one a line, one by one: for mirrors that cannot list.",
)
@option("light", of="crawl", is_flag=True, help="List without cards and files: a quarter of the bytes, less is known.")
@option("full", of="crawl", is_flag=True, help="List with cards and files. The default of a new sweep.")
@option("security", of="crawl", is_flag=True, help="Ask for the verdicts of the Hub's file scanners too, one by one.")
@catalogue_option
@endpoint_option
@option(
    "timeout",
    of="crawl",
    type=Seconds(1, 3600),
    default=180,
    show_default=True,
    metavar="SECONDS",
    help="Longest wait for one answer of the Hub, retries included.",
)
@format_option(("table", "json"), of="crawl")
@option("quiet", "-q", of="crawl", is_flag=True, help="Print nothing but errors.")
@option("no-progress", of="crawl", is_flag=True, help="No progress line on stderr.")
def command(
    max_requests: int | None,
    max_seconds: float | None,
    since: str | None,
    authors: tuple[str, ...],
    ids_file: Path | None,
    light: bool,
    full: bool,
    security: bool,
    catalogue: str | None,
    endpoint: str | None,
    timeout: float,
    format: str,
    quiet: bool,
    no_progress: bool,
) -> int:
    """Fill or refresh the catalogue from the Hub.

    Goes on with what was cut short; else lists everything, once and then every week, and what changed in between; then
    asks for single models and owners. The quota is kept, with a fifth of it to spare. It may be stopped at any moment
    and run again, by several at once, on any machine that has the file.
    """
    from scanner.catalogue.budget import RESERVE
    from scanner.catalogue.crawl import Crawl
    from scanner.catalogue.file import Catalogue, default_path
    from scanner.hub.huggingface import HuggingFaceHub
    from scanner.hub.pace import Pacer

    wish = _wish(since, authors, ids_file, light=light, full=full, scans=security, seconds=max_seconds)
    pacer = Pacer(reserve=RESERVE)
    longest = timeout if max_seconds is None else min(timeout, max_seconds)
    reading = min(longest, _READ_TIMEOUT)
    hub = HuggingFaceHub(endpoint, deadline=longest, read_timeout=reading, pacer=pacer, most=max_requests)
    line = _Line(shown=not (quiet or no_progress) and on_terminal())
    with Catalogue(catalogue or default_path(), create=True) as kept:
        crawl = Crawl(kept, hub, pacer, wish, tell=lambda text: line.tell(text, quiet=quiet), watch=line.draw)
        try:
            done = crawl.run()
        except KeyboardInterrupt:
            line.clear()
            tell(f"note: stopped at {crawl.report.where or 'the start'}; what was stored stays: run it again to go on")
            raise
        line.clear()
        if not quiet:
            emit(_json(done) if format == "json" else _table(done, hub.address, kept.path))
    if done.error is None:
        return 0
    report(done.error)
    return done.error.exit_code


def _wish(
    since: str | None,
    authors: Sequence[str],
    ids_file: Path | None,
    *,
    light: bool,
    full: bool,
    scans: bool,
    seconds: float | None,
) -> Wish:
    from scanner.catalogue.crawl import Wish

    if light and full:
        raise UsageError("--light and --full exclude each other", hint="give one of them")
    if sum((since is not None, bool(authors), ids_file is not None)) > 1:
        raise UsageError("--since, --author and --ids-file exclude each other", hint="run one after the other")
    plans = _plans(since, authors, ids_file, light)
    return Wish(plans, light if light or full else None, scans, seconds)


def _plans(since: str | None, authors: Sequence[str], ids_file: Path | None, light: bool) -> tuple[Plan, ...]:
    """What was asked for by name; nothing: what is due."""
    from datetime import UTC, datetime, time

    from scanner.catalogue.plan import Plan
    from scanner.model import RepoId

    if since is not None:
        at = int(datetime.combine(parse_day(since), time(), UTC).timestamp())
        return (Plan("since", f"listing what changed since {since}", until=at, light=light),)
    if ids_file is not None:
        ids = _ids(ids_file)
        return (Plan("ids", f"asking for {len(ids):,} models by name", ids=ids),)
    for name in authors:
        if RepoId.parse(name).namespace is not None:
            raise UsageError(f"not an author: {name!r}", hint="give the part of a model's name before the slash")
    return tuple(Plan("author", f"listing the models of {name}", author=name, light=light) for name in authors)


def _ids(path: Path) -> tuple[RepoId, ...]:
    from scanner.model import ModelRef

    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}", hint="give a text file, one model a line") from error
    found: dict[RepoId, None] = {}
    for number, line in enumerate(lines, 1):
        if not (written := line.split("#")[0].strip()):
            continue
        repo = ModelRef.parse(written).repo
        if repo is None:
            raise UsageError(f"{path}:{number}: not a model id: {written[:100]!r}", hint="write org/name")
        found[repo] = None
    if not found:
        raise UsageError(f"{path}: no model is named", hint="write one a line, as org/name")
    return tuple(found)


class _Line:
    """The line of progress on stderr; nothing when it is not ``shown``."""

    def __init__(self, *, shown: bool) -> None:
        self._shown, self._drawn = shown, 0.0
        self._what, self._from, self._began = "", 0, 0.0

    def tell(self, text: str, *, quiet: bool) -> None:
        self.clear()
        if not quiet:
            tell(f"note: {text}")

    def clear(self) -> None:
        if self._shown:
            tell("\r\x1b[2K", newline=False)

    def draw(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.what != self._what:
            self._what, self._from, self._began = progress.what, progress.done, now
        elif not self._shown or now - self._drawn < 0.1:
            return
        self._drawn = now
        if self._shown:
            rate = (progress.done - self._from) / (now - self._began) if now > self._began else 0.0
            tell(f"\r\x1b[2K{_progress(progress, rate)[: get_terminal_size().columns - 1]}", newline=False)


def _progress(progress: Progress, rate: float) -> str:
    parts = []
    if progress.total:
        share = min(1.0, progress.done / progress.total)
        parts.append(f"[{'#' * round(share * _BAR):-<{_BAR}}] {share:4.0%}")
    parts.append(f"{progress.done:,} {progress.what}")
    if rate:
        parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s")
        if progress.total and progress.total > progress.done:
            parts.append(f"{_clock((progress.total - progress.done) / rate)} to go")
    parts.append(f"{progress.requests:,} requests")
    if progress.quota is not None:
        whole = f" of {progress.quota.quota:,}" if progress.quota.quota else ""
        parts.append(f"quota {progress.quota.remaining:,}{whole}")
    if progress.waiting:
        parts.append(f"waiting {_clock(progress.waiting)}")
    return "  ".join(parts)


def _clock(seconds: float) -> str:
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def _json(done: Report) -> str:
    import json

    return json.dumps(done.document(), indent=2, ensure_ascii=False)


def _table(done: Report, address: str, path: Path) -> str:
    tally = done.tally
    met = f"{tally.new:,} new, {tally.changed:,} changed, {tally.unchanged:,} unchanged, {done.gone:,} gone"
    rows = {
        "models": met,
        "unread": f"{done.unread:,}, kept as they came" if done.unread else "none",
        "listed": f"{done.pages:,} page{'' if done.pages == 1 else 's'}",
        "by name": _counted(done.asked),
        "requests": f"{_counted(done.requests)}; answered {_counted(done.answers)}",
        "events": _counted(done.events),
        "waiting": _counted(done.waiting),
        "ended": "complete"
        if done.stopped is None
        else f"{done.stopped}" + (f", at {done.where}" if done.where else ""),
    }
    if done.onwards:
        rows["go on"] = done.onwards
    lines = [f"{address} into {path}", *(f"  {name:<9} {text}" for name, text in rows.items())]
    return "\n".join(lines)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()) if count) or "none"
