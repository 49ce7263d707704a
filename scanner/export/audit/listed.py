"""The lists of the page: decisions that deny, models, waivers, changes. Each says how much of it is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from scanner.export.account import counted
from scanner.export.audit.gather import Pack
from scanner.export.audit.tally import AND, UNKNOWN, VERDICTS, label
from scanner.export.audit.waived import EXPIRED, EXPIRING, IN_CODE
from scanner.export.audit.words import judging
from scanner.export.page import Content, Markup, quoted, table, tag
from scanner.export.page.lands import Lands
from scanner.export.settings import in_words

Json = Mapping[str, Any]

_SEVERAL = (
    "A name stands more than once where the hub gave it another id, which is another model, or where it was read from a"
    " catalogue or a folder, which tells no id: that may be the same model."
)
LISTED = 200
"""Rows of a list on the page: more is for a spreadsheet."""
_REASONS = 2


def lands_of(pack: Pack) -> Lands:
    """The countries of the pack, the most frequent ones first."""
    rows = (row for table in ("root_origins", "publisher_origin") for row in pack.head["counts"][table])
    return Lands(code for row in rows for code in codes(row["label"]))


def codes(label: str) -> list[str | None]:
    """The countries a label was made of."""
    return [None if name == UNKNOWN else name for name in label.split(AND)]


def chips(label: str, lands: Lands) -> Content:
    return [(lands.chip(code), " ") for code in codes(label)]


def badge(verdict: str) -> Markup:
    return tag("span", verdict.upper(), class_=f"badge {verdict}")


def verdicts_of(row: Json) -> tuple[Content, ...]:
    """Allow, review, deny and all of them."""
    return tuple(row[name] for name in (*VERDICTS, "total"))


def parameters(settings: Sequence[Json] | None) -> Content:
    """What was set from outside in a policy."""
    return tag("ul", [tag("li", quoted(text)) for text in in_words(settings)]) if settings != [] else "none"


def decided(pack: Pack, lands: Lands) -> Iterator[Content]:
    """What was denied, and what was waived: decisions that say the same of a model are told once, with their number."""

    by = judging(pack.head)

    def denied(one: Json) -> tuple[Content, ...]:
        reasons = [tag("li", quoted(text)) for text in one["reasons"][:_REASONS]]
        left = len(one["reasons"]) - _REASONS
        more = tag("li", f"and {left} more", class_="faint") if left > 0 else None
        return (
            _model(one), quoted(by(one["policy"], one["policy_digest"])),
            (quoted(", ".join(one["rules"])), tag("ul", reasons, more)),
            chips(label(one["root_origins"]), lands), quoted(label(one["licenses"])),
        )  # fmt: skip

    def waived(one: Json) -> tuple[Content, ...]:
        said = (f"{w['rule']}: {w['ticket']}, {w['approver']}, until {w['expires']}" for w in one["waived"])
        told = tag("ul", [tag("li", quoted(text)) for text in said])
        return (_model(one), (quoted(by(one["policy"], one["policy_digest"])), tag("br"), badge(one["verdict"])), told)

    yield from _alike(
        "What was denied", ("Model", "Policy", "Why", "Roots", "Licences"), pack,
        lambda one: tuple(one["rules"]) if one["verdict"] == "deny" else None, denied,
    )  # fmt: skip
    yield from _alike(
        "Findings that were waived", ("Model", "Policy", "Waived"), pack,
        lambda one: (one["verdict"], *(by["ticket"] for by in one["waived"])) if one["waived"] else None, waived,
    )  # fmt: skip


def _alike(
    title: str,
    head: Sequence[str],
    pack: Pack,
    key: Callable[[Json], tuple[Any, ...] | None],
    told: Callable[[Json], tuple[Content, ...]],
) -> Iterator[Content]:
    """A table of the decisions that have a ``key``; those of one model, policy and key are one row, of the last."""
    by = judging(pack.head)
    counts: Counter[tuple[Any, ...]] = Counter()
    shown: dict[tuple[Any, ...], tuple[Json, Json]] = {}
    for one in pack.decisions:
        said = key(one)
        if said is not None:
            whole = (one["model"], one["revision"], by(one["policy"], one["policy_digest"]), *said)
            counts[whole] += 1
            if whole in shown or len(shown) < LISTED:
                shown[whole] = shown.get(whole, (one, one))[0], one
    rows = (
        (*told(last), counts[whole], (_scan(first), _scan(last) if counts[whole] > 1 else None))
        for whole, (first, last) in shown.items()
    )
    yield from _list(title, (*head, "Decisions", "First, last"), rows, len(counts), numbers=(len(head),))


def _scan(one: Json) -> Content:
    return tag("div", f"{one['at'][:10]} ", tag("span", f"scan {one['scan']:,}", class_="faint"), class_="keep")


def _model(one: Json) -> Content:
    commit = one["revision"][:12] if one["revision"] else "no commit"
    return (quoted(one["model"]), tag("br"), tag("code", commit, class_="faint"))


def models(pack: Pack, lands: Lands) -> Iterator[Content]:
    """Every identity of a model as its last scan found it, the worst first."""
    standing = pack.head["standing"]
    said = "; ".join(f"{standing[verdict]:,} {verdict}" for verdict in VERDICTS)
    about = "by the policies that stand beside it: another policy may have judged the model otherwise before"
    names, rows = pack.head["population"]["models"], len(pack.models)
    what = counted(names, "model") if names == rows else f"{rows:,} identities of {counted(names, 'model')}"
    yield tag("p", f"{what} by the verdict of the last scan in the period: {said}; {about}.")
    if names != rows:
        yield tag("p", _SEVERAL, class_="warn")

    def row(one: Json) -> tuple[Content, ...]:
        policies = map(by, one["policies"], one["policy_digests"])
        return (
            _model(one), (badge(one["verdict"]), [(tag("br"), quoted(policy)) for policy in policies]),
            _scan({"scan": one["last_scan"], "at": one["last_at"]}),
            chips(label([one["publisher_origin"]]), lands), chips(label(one["root_origins"]), lands),
            quoted(label(one["licenses"])), _read(one), one["scans"],
        )  # fmt: skip

    by = judging(pack.head)
    head = ("Model", "Verdict", "Last scan", "Publisher", "Roots", "Licences", "Read", "Scans")
    left = LISTED
    for verdict in reversed(VERDICTS):
        chosen = list(islice((one for one in pack.models if one["verdict"] == verdict), left))
        if chosen:
            cut = f": {len(chosen):,} of {standing[verdict]:,}" if len(chosen) < standing[verdict] else ""
            yield table(f"Models whose last verdict is {verdict}{cut}", head, map(row, chosen), numbers=(7,))
        left -= len(chosen)
    if len(pack.models) > LISTED:
        yield _left_out(len(pack.models) - LISTED, "identities of models")


def _read(one: Json) -> Content:
    """Where, how deep, and why not all of it."""
    where = f"{one['hub'] or 'hub unknown'}{'' if one['hub_id'] else ', no id'}"
    told: list[Content] = [quoted(f"{where}: {one['depth'] or 'depth unknown'}")]
    if one["incomplete"]:
        told += [tag("br"), tag("span", "incomplete", class_="warn")]
    if one["gaps"]:
        told += [tag("br"), tag("span", "not had: ", quoted(", ".join(one["gaps"])), class_="faint")]
    return told


def waivers(pack: Pack) -> Iterator[Content]:
    """What ends soon first."""

    def row(one: Json) -> tuple[Content, ...]:
        return (
            quoted(one["rule"]), _about(one), (tag("span", one["expires"], class_="keep"), tag("br"), _state(one)),
            (quoted(one["owner"] or "no owner"), tag("br"), quoted(one["approver"])), quoted(one["ticket"]),
            quoted(one["reason"]), one["applied"], tag("span", (one["last_given"] or UNKNOWN)[:10], class_="keep"),
        )  # fmt: skip

    head = ("Rule", "For", "Holds until", "Owner, approver", "Ticket", "Reason", "Applied", "Last given")
    yield from _list("Waivers", head, map(row, pack.waivers), len(pack.waivers), numbers=(6,))


def _about(one: Json) -> Content:
    said: list[Content] = [quoted(one["model"] or "no model")]
    if one["revision"]:
        said += [" at ", tag("code", one["revision"][:12])]
    if one["paths"]:
        said += [", in ", quoted(", ".join(one["paths"]))]
    return said


def _state(one: Json) -> Content:
    if one["state"] == IN_CODE:
        return tag("span", "in the code", class_="faint")
    if one["state"] == EXPIRED:
        return tag("span", "ended", class_="badge deny")
    days = f"{one['days_left']:,} days left"
    return tag("span", days, class_="badge review" if one["state"] == EXPIRING else "badge allow")


_KINDS = {
    "policy": "a policy",
    "waivers": "a file of waivers",
    "registry": "the facts on publishers and licences",
    "key": "the key that signs",
    "redaction": "a scan was redacted",
}


def changes(pack: Pack) -> Iterator[Content]:
    """What the log tells besides scans."""
    if not pack.changes:
        yield tag(
            "p", "Nothing: the policies, waivers, facts and keys were those in use before, and no scan was redacted."
        )
        return

    head = ("Record", "When", "What", "Name", "From, to")
    yield from _list("In the order of the log", head, map(_change, pack.changes), len(pack.changes), numbers=(0,))


def _change(one: Json) -> tuple[Content, ...]:
    if one["kind"] == "redaction":
        told: Content = quoted(f"{one['reason']} ({one['by']})")
    else:
        was = tag("code", one["was"][:24]) if one["was"] else "first used"
        set_ = parameters(one["settings"]) if one["kind"] == "policy" and one["settings"] != [] else None
        told = (was, " → ", tag("code", (one["is_now"] or "")[:24]), set_)
    when = tag("span", one["at"], class_="keep")
    return (one["record"], when, _KINDS.get(one["kind"], one["kind"]), quoted(one["what"] or ""), told)


def _list(
    title: str, head: Sequence[str], rows: Iterable[tuple[Content, ...]], count: int, *, numbers: Sequence[int] = ()
) -> Iterator[Content]:
    """A table of the first of ``count`` rows, and how many are left out."""
    if not count:
        yield tag("p", f"{title}: none.")
        return
    cut = f"the first {LISTED} of {count:,}" if count > LISTED else counted(count, "row")
    yield tag("h3", title)
    yield table(f"{title}: {cut}", head, islice(rows, LISTED), numbers=numbers)
    if count > LISTED:
        yield _left_out(count - LISTED, "rows")


def _left_out(number: int, what: str) -> Markup:
    said = f"{number:,} {what} are not on this page: the same command with -o FILE.xlsx, .csv or .json has them all."
    return tag("p", said, class_="warn")
