"""What the pack says of itself in words: how far it can be trusted, what it leaves open, how it is verified."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scanner.export.account import counted
from scanner.export.settings import under

Json = Mapping[str, Any]

_NUMBERS = 20
LIMITS = (
    "A model that could not be judged at all is in no record: the command that asked for it said so and ended in 3.",
    "A verdict is about the commit that was judged on that day, by the policy and the facts of that day.",
    "What is unknown is counted as unknown. What a policy makes of it stands in its text: modelorigin policy show.",
    "The time of a scan is that of the machine that recorded it; the place in the log is the order of recording.",
    "A period has no end in the log: a record may be added later with a time within it. The place in the log shows it.",
    "Changes of policies, waivers and facts are dated by the first scan that was judged by them, and are those of the"
    " whole database, whichever decisions were asked for.",
    "Whether a waiver was taken out of its file is in no record: a date tells when it was last given.",
    "This file is not signed. It can be made again: the same database, options and version of the program give the"
    " same bytes.",
)


def filtered(head: Json) -> str:
    """Which decisions of the period are in the pack."""
    said = head["filter"]
    parts = [f"policy {', '.join(said['policies'])}"] if said["policies"] else []
    parts += [f"model {said['model']}"] if said["model"] else []
    parts += [f"code base {said['codebase']}"] if said["codebase"] else []
    return "; ".join(parts) or "all"


def judging(head: Json) -> Callable[[str, str], str]:
    """A policy by name and digest, with what was set in it from outside: set otherwise, it judges otherwise."""
    settings = {row["digest"]: row["settings"] for row in head["counts"]["policy"]}
    return lambda name, digest: under(name, settings[digest])


def assurance(head: Json) -> Iterator[tuple[str, str]]:
    """How far the records of the period are signed and witnessed, and where a change would not be noticed."""
    found = head["verification"]
    of_period = found["period"]
    scans = of_period["scans"]
    yield "log", found["log"]
    yield (
        "records",
        f"{found['records']:,}; those of the period's scans are {of_period['first']:,} to {of_period['last']:,}",
    )
    yield "root", found["root"]
    yield "hashed anew", "every record, row and text, when this was made: they are what the log says"
    size = found["checkpoint_size"]
    if not size:
        yield "checkpoint", "none: nothing was ever signed"
    else:
        yield "checkpoint", f"signed at {size:,} records; covers {of_period['in_checkpoint']:,} of {scans:,} scans"
    yield (
        "signature",
        (
            f"by a key that was given: holds for {of_period['signed']:,} of {scans:,} scans"
            if found["signed"]
            else "not looked at: no public key was given"
            if size
            else "none"
        ),
    )
    yield (
        "witness",
        (
            f"a checkpoint that was kept outside agrees: holds for {of_period['witnessed']:,} of {scans:,} scans"
            if found["witnessed"]
            else "not looked at: no checkpoint that was kept outside was given"
        ),
    )
    for text in found["unchecked"]:
        yield "not checked", text
    for text in windows(head):
        yield "window", text


def windows(head: Json) -> Iterator[str]:
    """Where the scans of the period could be changed unnoticed, and by whom."""
    found = head["verification"]
    of_period, signed, witnessed = found["period"], found["signed"], found["witnessed"]
    covered = max(of_period["signed"], of_period["witnessed"])
    if of_period["witnessed"] < covered:
        number = counted(covered - of_period["witnessed"], "scan")
        yield f"{number} signed and not witnessed (records from {witnessed:,} on): who has the key could change that"
    if covered < of_period["scans"]:
        number = counted(of_period["scans"] - covered, "scan")
        yield (
            f"{number} neither in a checkpoint whose signature was looked at nor in one kept outside"
            f" (records from {max(signed, witnessed):,} on): who can write the database could change that"
        )
    if gone := sorted({*found["doubtful"]} & {*head["population"]["redacted"]}):
        more = " ..." if len(gone) > _NUMBERS else ""
        yield (
            f"{counted(len(gone), 'scan')} redacted by a record that is neither signed nor witnessed"
            f" ({', '.join(map(str, gone[:_NUMBERS]))}{more}): who can write the database could have done that"
        )
    if head["population"]["before_log"]:
        number = counted(head["population"]["before_log"], "scan")
        yield f"{number} older than the log, which vouches for what was there on the day it was begun"


def how_to_verify(head: Json) -> Iterator[tuple[str, str]]:
    """What an auditor runs."""
    yield "verify the database", "modelorigin audit verify --key PUBLIC-KEY --checkpoint KEPT-OUTSIDE"
    yield (
        "without modelorigin",
        "modelorigin audit verify --script > verify_audit.py; python verify_audit.py DATABASE --key PUBLIC-KEY",
    )
    yield "one decision", f"modelorigin audit show {head['population']['last']['scan']}"
    yield "prove one decision", f"modelorigin audit export {head['population']['last']['scan']} --proof"
    yield "make this again", _command(head)


def _command(head: Json) -> str:
    said, period = head["filter"], head["period"]
    words = ["modelorigin audit export", f"--since {period['since']} --until {period['until']}"]
    words += [f"--policy {shlex.quote(name)}" for name in said["policies"]]
    words += [f"--model {shlex.quote(said['model'])}"] if said["model"] else []
    words += [f"--codebase {shlex.quote(said['codebase'])}"] if said["codebase"] else []
    words += [f"--as-of {head['waivers_as_of']}"] if head["waivers_as_of"] != period["until"] else []
    words += ["--public-key PUBLIC-KEY"] if head["verification"]["signed"] else []
    words += ["--checkpoint KEPT-OUTSIDE"] if head["verification"]["witnessed"] else []
    return " ".join([*words, "-o FILE"])
