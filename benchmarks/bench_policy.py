"""Judge 100,000 varied facts documents by ``no-prc-root`` and everything it extends, findings included, in one process.

    python benchmarks/bench_policy.py [--policy NAME] [--documents N]

The documents come from a fixed seed: lineages of one to eight models, unknown facts, gaps, hints, contradictions, every
kind of denial. They are made in batches outside the measured time; nothing is warmed up, the first batch counts.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from machine import machine

from scanner.policy import judge, load_policy
from scanner.policy.selftest import example

AS_OF = date(2026, 11, 23)
BATCH = 1_000
COUNTRIES = ["US"] * 8 + [
    "FR",
    "DE",
    "GB",
    "KR",
    "JP",
    "IN",
    "CA",
    "AE",
    "IL",
    "SG",
    "CN",
    "CN",
    "CN",
    "RU",
    None,
    None,
]
BASES = ["declared"] * 6 + ["observed", "stated", "curated", "inferred"]

Json = dict[str, Any]


class Documents:
    """Facts documents of a made-up world of 2,000 publishers."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.plain: Json = example("facts")
        self.origins = [self._origin(number) for number in range(2_000)]
        self.licenses = [
            self._license(status) for status in ("known", "known", "known", "unknown", "none", "conflicting")
        ]

    def __iter__(self) -> Iterator[Json]:
        while True:
            yield self.document()

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _origin(self, number: int) -> Json:
        control = self.random.choice(COUNTRIES)
        known = control is not None or self._chance(0.5)
        return {
            **self.plain["publisher"],
            "namespace": f"org-{number}",
            "known": known,
            "organisation": f"Organisation {number}" if known else None,
            "kind": self.random.choice(["company", "university", "individual", None]),
            "headquarters": control,
            "incorporation": control if self._chance(0.4) else None,
            "parent_country": self.random.choice(COUNTRIES) if self._chance(0.1) else None,
            "control": control,
            "conduit": self._chance(0.05),
            "flags": ["country_doubtful"] if self._chance(0.03) else [] if known else None,
            "confidence": self.random.choice(["high", "high", "medium", "low", "unverified"]) if known else None,
        }

    def _license(self, status: str) -> Json:
        return {**self.plain["license"], "status": status}

    def document(self) -> Json:
        chain = self._chain(self.random.choice([1] * 5 + [2] * 6 + [3] * 3 + [4] * 2 + [5, 6, 7, 8]))
        ids = [model["id"] for model in chain]
        extra = self.random.randrange(3) if len(ids) > 3 else 0
        weights, beside = ids[1 : len(ids) - extra], ids[len(ids) - extra :]
        complete = not self._chance(0.04)
        return {
            **self.plain,
            "model": {**self.plain["model"], "id": ids[0], "requested": ids[0], "pinned": self._chance(0.5)},
            "publisher": chain[0]["origin"],
            "license": chain[0]["license"],
            "lineage": {
                **self.plain["lineage"],
                "models": chain,
                "edges": [self._edge(child, parent) for child, parent in pairwise(ids)],
                "publisher": ids[:1],
                "ancestors": weights,
                "roots": [weights[-1] if weights else ids[0]],
                "components": beside[:1],
                "teachers": beside[1:],
                "any": ids,
                "unresolved": [] if complete else [self._made("lineage.unresolved", child=ids[-1])],
                "contradictions": [self._contradiction(ids[0])] if self._chance(0.06) else [],
                "hints": [self._hint(ids[0]) for _ in range(self.random.choice([0, 0, 0, 0, 1, 2]))],
                "complete": complete,
            },
            "files": self._files(),
            "gaps": [self._gap(self.random.choice(ids)) for _ in range(self.random.choice([0] * 8 + [1, 2]))],
        }

    def _chain(self, length: int) -> list[Json]:
        chain: list[Json] = []
        for depth in range(length):
            origin = self.random.choice(self.origins)
            id = f"{origin['namespace']}/model-{self.random.randrange(100_000)}"
            last = depth == length - 1
            chain.append(
                {
                    **self.plain["lineage"]["models"][0],
                    "id": id,
                    "depth": depth,
                    "state": "read" if self._chance(0.98) else "gated",
                    "path": [*(chain[-1]["path"] if chain else []), id],
                    "basis": self.random.choice(BASES) if depth else None,
                    "relation": "finetune" if depth else None,
                    "root": last,
                    "established": "curated" if last and self._chance(0.8) else None,
                    "origin": origin,
                    "license": self.random.choice(self.licenses),
                }
            )
        return chain

    def _files(self) -> Json:
        pickle = self._chance(0.2)
        formats = ["pickle"] * pickle + ["safetensors"] * (not pickle or self._chance(0.6))
        unread = self._chance(0.1)
        return {
            **self.plain["files"],
            "formats": None if unread else formats,
            "pickle": None if unread else pickle,
            "safe_weights_only": None if unread else not pickle,
            "remote_code": None if unread else self._chance(0.05),
            "hub_issues": [self._made("files.hub_issues")] if self._chance(0.01) else [],
        }

    def _made(self, what: str, **facts: Any) -> Json:
        record: Json = {**example(what), **facts}
        return record

    def _edge(self, child: str, parent: str) -> Json:
        return self._made("lineage.edges", child=child, parent=parent)

    def _contradiction(self, subject: str) -> Json:
        kind = self.random.choice(["undeclared-base", "relation-mismatch", "base-mismatch", "tags-mismatch"])
        return self._made("lineage.contradictions", subject=subject, kind=kind)

    def _hint(self, subject: str) -> Json:
        control = self.random.choice(COUNTRIES)
        return self._made("lineage.hints", subject=subject, developer_control=control, own=self._chance(0.9))

    def _gap(self, subject: str) -> Json:
        reason = self.random.choice(["malformed", "gated", "not-held", "unreachable"])
        return self._made("gaps", subject=subject, reason=reason, transient=reason == "unreachable")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", default="no-prc-root")
    parser.add_argument("--documents", type=int, default=100_000)
    asked = parser.parse_args()
    policy = load_policy(asked.policy)
    documents = iter(Documents(seed=20261123))
    judging, explaining = Watch(), Watch()
    verdicts: Counter[str] = Counter()
    findings = 0
    for start in range(0, asked.documents, BATCH):
        batch = [next(documents) for _ in range(min(BATCH, asked.documents - start))]
        with judging:
            batch_verdicts = [judge(policy, facts, as_of=AS_OF).verdict for facts in batch]
        with explaining:
            findings += sum(len(judge(policy, facts, as_of=AS_OF).findings) for facts in batch)
        verdicts.update(map(str, batch_verdicts))
    print(machine())
    print(f"{policy.name}: {len(policy.rules)} rules, {asked.documents} documents")
    print("verdicts: " + ", ".join(f"{verdicts[word]} {word}" for word in ("allow", "review", "deny")))
    print(f"judged:               {judging.rate(asked.documents)}")
    print(f"judged and explained: {explaining.rate(asked.documents)}; {findings / asked.documents:.1f} findings each")


class Watch:
    """Sums the time spent inside ``with``: by the clock, and of the processor for this process alone."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        self.wall -= time.perf_counter()
        self.cpu -= time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.cpu += time.process_time()

    def rate(self, count: int) -> str:
        return f"{count / self.wall:,.0f} a second ({count / self.cpu:,.0f} a second of processor time)"


if __name__ == "__main__":
    main()
