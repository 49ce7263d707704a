"""Documents codebase/v1 to render: whole and valid."""

from __future__ import annotations

from typing import Any

from tests.export import samples
from tests.export.test_hostile import poisoned

Json = dict[str, Any]
WIDGET, BASE, ROOT = samples.CHILD, samples.BASE, samples.ROOT
COMMIT = samples.COMMIT


def print_of(number: int) -> str:
    return f"{number:064x}"


def place(line: int = 12, column: int = 9, cell: int | None = None) -> Json:
    return {"line": line, "column": column, "cell": cell}


def reference(path: str = "src/app.py", line: int = 12, column: int = 9, **more: Any) -> Json:
    return {
        "path": path, "line": line, "column": column, "cell": None, "kind": "model", "text": WIDGET,
        "how": "AutoModel.from_pretrained", "model": WIDGET, "revision": None, "pinned": False, "confidence": "high",
        "flags": [], "reason": "", "verdict": "deny", "new": None,
    } | more  # fmt: skip


def unresolved(path: str = "src/app.py", line: int = 30, **more: Any) -> Json:
    return reference(
        path, line, 5, kind="unresolved", text='os.environ["MODEL"]', model=None, pinned=None, verdict="review",
        reason="the environment decides",
    ) | more  # fmt: skip


def finding(number: int = 1, path: str = "src/app.py", places: list[Json] | None = None, **more: Any) -> Json:
    return {
        "fingerprint": print_of(number), "rule": "root-origin",
        "title": "A root of the weights is controlled from a denied country", "policy": "no-prc-root",
        "verdict": "deny", "message": f"{ROOT} is controlled from CN", "model": WIDGET, "subject": ROOT, "path": path,
        "places": [place()] if places is None else places, "chain": [WIDGET, BASE, ROOT],
        "footnotes": ["control: https://qwen.example/about (seen 2026-11-23)"],
        "references": ["https://law.example/section-1532"], "waivable": True, "suppressed": None, "before": None, "after": None,
    } | more  # fmt: skip


def own(number: int, rule: str, verdict: str = "review", **more: Any) -> Json:
    """A finding of the scan itself."""
    bare = {"policy": None, "subject": None, "chain": [], "footnotes": [], "references": [], "model": None}
    told = {"title": f"What {rule} finds", "message": f"the message of {rule}"}
    return finding(number, **({"rule": rule, "verdict": verdict} | bare | told | more))


def suppressed(by: str = "waiver", **more: Any) -> Json:
    return {
        "by": by, "reason": "reviewed by the model board", "owner": "ml-platform", "approver": "security@acme.example",
        "ticket": "RISK-12", "expires": "2027-03-31", "at": "waivers.yaml:4",
    } | more  # fmt: skip


def waiver(**more: Any) -> Json:
    return {"rule": "root-origin", "model": WIDGET} | {k: v for k, v in suppressed().items() if k != "by"} | more


def error(requested: str = "acme/gone", **more: Any) -> Json:
    return {
        "requested": requested, "kind": "ModelNotFound", "message": f"{requested}: not on the Hub, or private",
        "hint": "check the name", "exit_code": 3, "places": [{"path": "src/app.py", "line": 40}],
    } | more  # fmt: skip


def model(requested: str = WIDGET, verdict: str = "deny", **more: Any) -> Json:
    return {
        "requested": requested, "model": requested.partition("@")[0], "revision": COMMIT, "hub_id": "6" * 24,
        "verdict": verdict, "scan": 17, "from_cache": False, "references": [], "decisions": [samples.decision(verdict)],
        "facts": samples.facts(),
    } | more  # fmt: skip


def codebase(**more: Any) -> Json:
    """One file with a denied model, unless told otherwise."""
    return {
        "schema": "modelorigin/codebase/v1", "root": "app", "at": "2026-11-30T18:00:00Z", "as_of": "2026-11-30",
        "tool": {"name": "modelorigin", "version": "0.5.0"}, "hub": "huggingface", "verdict": "deny", "complete": True,
        "compared_with": None,
        "policies": [{"name": "no-prc-root", "title": "The policy", "digest": "3" * 64, "status": "in-force",
                      "settings": []}],
        "coverage": {"files": 12, "read": 12, "unread": [], "partly": [], "passed_over": [], "ignored": []},
        "references": [reference()], "models": [model()], "findings": [finding()], "errors": [],
        "waivers": {"expiring": [], "expired": [], "unused": [], "refused": []}, "lock": None,
    } | more  # fmt: skip


def clean() -> Json:
    """Everything is judged and allowed."""
    good = reference(verdict="allow", model="acme/good", text="acme/good", revision=COMMIT, pinned=True)
    return codebase(verdict="allow", references=[good], models=[model("acme/good", "allow")], findings=[])


def crowded() -> Json:
    """Every part of the document that can be filled is filled."""
    drifted = {"before": {"revision": "a" * 40, "license": "mit"}, "after": {"revision": "b" * 40, "license": "mit"}}
    good = {"model": "acme/good", "text": "acme/good", "verdict": "allow"}
    return codebase(
        complete=False,
        compared_with="origin/main",
        policies=[
            {"name": "no-prc-root", "title": "The policy", "digest": "3" * 64, "status": "in-force",
             "settings": [{"parameter": "denied", "value": ["CN", "RU"], "default": ["CN"]}]},
            {"name": "next-year", "title": "A draft", "digest": "4" * 64, "status": "draft", "settings": []},
        ],
        coverage={
            "files": 412, "read": 409,
            "unread": [{"path": "data/huge.json", "reason": "larger than 16 MiB"}, {"path": "x.py", "reason": "no permission"},
                       {"path": "y.py", "reason": "no permission"}],
            "partly": [{"path": "src/old.py", "reason": "not Python 3: read as text"}],
            "passed_over": [{"reason": "binary", "files": 12}], "ignored": [],
        },
        references=[
            reference(new=True, flags=["trust_remote_code"]),
            reference(line=20, new=True, revision=COMMIT, pinned=True),
            unresolved(new=True),
            reference(line=40, model="acme/gone", text="acme/gone", verdict=None, new=True),
            reference("src/lib/b.py", 3, 1, **good),
            reference("src/lib/c.py", 3, 1, kind="local", text="./models/x", model=None, verdict="review", pinned=None),
            reference("notebooks/a.ipynb", 2, 7, cell=3),
            reference("weights/x.gguf", 1, 1, kind="weights", text="weights/x.gguf", model=None, verdict=None, pinned=None),
            reference("src/data.py", 3, 1, kind="dataset", text="acme/set", model="acme/set", verdict=None),
            reference("src/data.py", 9, 1, kind="ignored", text="image/png", model=None, verdict=None, pinned=None, reason="a media type"),
        ],
        models=[model(), model("acme/good", "allow"), model("acme/old", "review")],
        findings=[
            own(7, "hint", "note", places=[]),
            finding(1, places=[place(12), place(20)]),
            finding(2, path="notebooks/a.ipynb", places=[place(2, 7, 3)]),
            own(3, "unresolved-reference", places=[place(30, 5)], message='os.environ["MODEL"]: the environment decides'),
            own(4, "local-model", path="src/lib/c.py", places=[place(3, 1)]),
            own(5, "lock-revision", "deny", path="modelorigin.lock", places=[place(8, 1)], model=WIDGET, waivable=False, **drifted),
            own(6, "not-judged", places=[place(40)], model="acme/gone"),
            finding(8, path="src/w.py", suppressed=suppressed()),
            finding(9, path="src/x.py", suppressed=suppressed("inline", owner=None, approver=None, ticket=None, expires=None)),
            finding(10, path="src/y.py", verdict="review", suppressed=suppressed("baseline", reason=None)),
        ],
        errors=[error(), error("acme/away@v1", kind="HubUnreachable", places=[])],
        waivers={
            "expiring": [waiver(expires="2026-12-09")], "expired": [waiver(model="acme/past", expires="2026-01-01")],
            "unused": [waiver(model=None)], "refused": [waiver(rule="pinned", reason=None)],
        },
        lock={"path": "modelorigin.lock", "state": "drifted", "unused": ["acme/old"], "other_policies": ["strict"]},
    )  # fmt: skip


CLOSED = frozenset(
    ("schema", "kind", "by", "fingerprint", "confidence", "verdict", "status", "state", "at", "as_of", "digest")
)


def poisoned_by(payload: str) -> Json:
    """The crowded document with the payload behind every text that is not one of a closed set."""
    document = crowded()
    models = [_poisoned(bare | {"facts": None, "decisions": []}, payload) for bare in document["models"]]
    facts = poisoned(samples.facts(), payload)
    spoilt: Json = _poisoned({key: value for key, value in document.items() if key != "models"}, payload)
    decisions = [poisoned(samples.decision("deny"), payload)]
    return spoilt | {"models": [model | {"facts": facts, "decisions": decisions} for model in models]}


def _poisoned(value: Any, payload: str, key: str = "") -> Any:
    if isinstance(value, str):
        return value if key in CLOSED else f"{value}{payload}"
    if isinstance(value, dict):
        return {k: _poisoned(v, payload, k) for k, v in value.items()}
    return [_poisoned(v, payload, key) for v in value] if isinstance(value, list) else value
