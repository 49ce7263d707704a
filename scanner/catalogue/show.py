"""Everything the catalogue knows of one model, as one document; each fact with where it is from and its day."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from scanner.catalogue.descendants import names
from scanner.catalogue.entry import known_id, moment, parents
from scanner.catalogue.file import Catalogue
from scanner.catalogue.find import Found, find, seen
from scanner.catalogue.hub import COLUMNS, CatalogueHub, read_entry
from scanner.catalogue.identity import signals
from scanner.catalogue.schema import PRESENT
from scanner.catalogue.summary import Summary, summary_of
from scanner.errors import HubError
from scanner.evidence import Depth
from scanner.facts import facts_document
from scanner.model import RepoId
from scanner.provenance import Request, Tables, trace

SCHEMA = "modelorigin/catalogue-model/v1"
KEPT, TRACED = "kept", "traced"

_VERDICTS = ("allow", "review", "deny")

Json = dict[str, Any]


def show(catalogue: Catalogue, written: str, tables: Tables, as_of: date) -> Json:
    """The document of the model that ``written`` names. Where its origins were not concluded yet they are, on the spot.

    Raises:
        ModelNotHeld: there is none.
    """
    with catalogue.reading() as connection:
        found = find(connection, written)
        num = seen(found)
        document = _model(connection, found, num)
        summary = connection.exec_driver_sql(
            f"SELECT {', '.join(f's.{name}' for name in Summary._fields)} FROM models m"
            " JOIN summaries s ON s.num = m.summary WHERE m.num = ?",
            (num,),
        ).one_or_none()
    if summary is not None:
        return {**document, "lineage": _lineage(Summary(*summary), KEPT)}
    return {**document, "lineage": _traced(catalogue, found.id, tables, as_of)}


def _model(connection: Any, found: Found, num: int) -> Json:
    ask = connection.exec_driver_sql
    state, since, first, last, kind, what, source_day, *rest = ask(
        f"SELECT m.state, m.since, m.first_seen, m.seen, s.kind, s.what, s.as_of, {COLUMNS} FROM models m"
        " JOIN names n ON n.num = m.name JOIN profiles p ON p.num = m.profile JOIN sources s ON s.num = m.source"
        " WHERE m.num = ?",
        (num,),
    ).one()
    entry = read_entry(connection, rest)
    profile = json.loads(entry.profile)
    return {
        "schema": SCHEMA,
        "id": entry.id,
        "asked": found.asked,
        "names": names(connection, num),
        "hub_id": known_id(entry.hub_id),
        "state": "present" if state == PRESENT else "gone",
        "since": moment(since),
        "first_seen": moment(first),
        "seen": moment(last),
        "source": {"kind": kind, "what": what, "as_of": moment(source_day)},
        "revision": entry.sha.hex() if entry.sha else None,
        "created_at": moment(entry.created),
        "last_modified": moment(entry.modified),
        "downloads": entry.downloads,
        "downloads_total": entry.downloads_total,
        "likes": entry.likes,
        "parameters": entry.parameters,
        "profile": profile,
        "tags": None if entry.tags is None else list(entry.tags),
        "bases": json.loads(entry.bases) if entry.bases else None,
        "parents": _parents(connection, entry.bases),
        "children": _children(connection, num),
        "details": _details(connection, num),
        "identity": [signal.document() for signal in signals(connection, num)],
        "events": _events(connection, num),
        "verdicts": _verdicts(connection, num),
    }  # fmt: skip


def _parents(connection: Any, bases: str | None) -> list[Json]:
    found = []
    for name, relation in parents(bases).items():
        leads, state = connection.exec_driver_sql(
            "SELECT h.id, m.state FROM names n LEFT JOIN models m ON m.num = n.holder"
            " LEFT JOIN names h ON h.num = m.name WHERE n.id = ?",
            (name,),
        ).one_or_none() or (None, None)
        how = None if state is None else "present" if state == PRESENT else "gone"
        found.append({"name": name, "relation": relation, "leads_to": leads, "state": how})
    return found


def _children(connection: Any, num: int) -> dict[str, int]:
    rows = connection.exec_driver_sql(
        "SELECT e.relation, count(DISTINCT e.child) FROM names n JOIN edges e ON e.parent = n.num"
        " WHERE n.holder = ? AND e.child <> n.holder GROUP BY 1 ORDER BY 2 DESC, 1",
        (num,),
    )
    return dict(map(tuple, rows))


def _details(connection: Any, num: int) -> Json | None:
    row = connection.exec_driver_sql(
        "SELECT sha, seen, scan_done, issues FROM details WHERE model = ?", (num,)
    ).one_or_none()
    if row is None:
        return None
    sha, at, done, issues = row
    return {
        "revision": sha.hex() if sha else None,
        "seen": moment(at),
        "scan_done": None if done is None else bool(done),
        "issues": None if issues is None else json.loads(issues),
    }


def _events(connection: Any, num: int) -> list[Json]:
    rows = connection.exec_driver_sql(
        "SELECT e.at, e.kind, n.id, e.before, e.after, s.kind, s.what, s.as_of FROM events e"
        " JOIN names n ON n.num = e.name JOIN sources s ON s.num = e.source WHERE e.model = ? ORDER BY e.at, e.num",
        (num,),
    )
    return [
        {
            "at": moment(at), "kind": kind, "name": name, "before": before, "after": after,
            "source": {"kind": source, "what": what, "as_of": moment(day)},
        }
        for at, kind, name, before, after, source, what, day in rows
    ]  # fmt: skip


def _verdicts(connection: Any, num: int) -> list[Json]:
    """The newest verdict by each policy; ``changed_since``: the model is not what was judged."""
    rows = connection.exec_driver_sql(
        "SELECT j.policy, j.digest, j.as_of, v.verdict, r.rules, m.stamp IS NULL OR m.stamp > j.stamp"
        " FROM judgements j CROSS JOIN verdicts v ON v.judgement = j.num AND v.model = ?"
        " JOIN rulesets r ON r.num = v.rules JOIN models m ON m.num = v.model"
        " ORDER BY j.policy, j.as_of DESC, j.at DESC, j.num DESC",
        (num,),
    )
    newest: dict[str, Json] = {}
    for policy, digest, as_of, verdict, rules, changed in rows:
        newest.setdefault(
            policy,
            {
                "policy": policy, "digest": digest, "as_of": as_of, "verdict": _VERDICTS[verdict],
                "rules": rules.split(), "changed_since": bool(changed),
            },
        )  # fmt: skip
    return list(newest.values())


def _lineage(summary: Summary, how: str) -> Json:
    said = summary._asdict()
    lists = {name: said[name].split() for name in ("roots", "ancestors", "root_ids", "license", "licenses")}
    return {**said, **lists, "complete": bool(summary.complete), "how": how}


def _traced(catalogue: Catalogue, id: str, tables: Tables, as_of: date) -> Json | None:
    """None for a model that is gone: what it came out of cannot be followed any more."""
    try:
        provenance = trace(Request(RepoId.parse(id)), CatalogueHub(catalogue), tables, as_of=as_of, depth=Depth.CARD)
    except HubError:
        return None
    return _lineage(summary_of(facts_document(provenance)), TRACED)
