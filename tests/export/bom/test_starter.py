"""Models of the starter catalogue make valid bills: real names, licences and lineages."""

from __future__ import annotations

from datetime import date

from scanner.cli.sources import tables
from scanner.export import ScanView, render
from scanner.hub.starter import StarterHub
from scanner.model import RepoId
from scanner.policy import decision_document, load_policy
from scanner.provenance import Request
from scanner.scan import scan
from tests.export.bom.validators import valid_cyclonedx, valid_spdx

DAY = date(2026, 11, 30)
STEP = 150
"""Every so many: all 6,090 take a quarter of an hour."""


def test_models_of_the_starter_make_valid_bills():
    hub, known, policy = StarterHub(), tables(None), load_policy("no-prc-root")
    for id in list(hub.ids())[::STEP]:
        done = scan(Request(RepoId.parse(id)), hub, known, [policy], at="2026-11-30T22:00:00Z", as_of=DAY)
        view = ScanView(done.facts, [decision_document(one) for one in done.decisions], None, done.at)
        document = valid_cyclonedx(render("cyclonedx", [view]))
        assert document["components"][0]["type"] == "machine-learning-model"
        valid_cyclonedx(render("cyclonedx-1.7", [view]), "1.7")
        valid_spdx(render("spdx", [view]))
