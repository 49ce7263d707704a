"""What every source says of a licence, kept apart, from the repository to the facts document; gates and histories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.evidence import Depth
from scanner.evidence.gating import parse
from scanner.evidence.history import worth_reading
from scanner.fact import Basis
from scanner.facts import facts_document
from scanner.hub import Hub
from scanner.hub.commits import PAGE, Commit, commits_of
from scanner.hub.directory import DirectoryHub
from scanner.hub.huggingface import HuggingFaceHub
from scanner.hub.starter import StarterHub
from scanner.license import conclude
from scanner.license.claims import LicenseClaim, StatedLimit
from scanner.model import RepoId
from scanner.provenance import Request, Tables, trace
from tests.loopback import LoopbackHub, Repo, gguf_bytes
from tests.test_provenance import DAY, SCHEMA, facts_of, publish
from tests.test_provenance import tables as tables  # the fixture

Json = dict[str, Any]


def read(root: Path, tables: Tables, card: str, said: Json | None = None, **files: str | bytes) -> Json:
    """The facts of a model with that card and those files."""
    publish(root, "a/b", {"README.md": card, **{name.replace("__", "."): body for name, body in files.items()}}, said)
    return facts_of("a/b", DirectoryHub(root), tables)


def claims(facts: Json) -> set[tuple[str, str, str | None, str]]:
    """(source, what it says, the licence that is, where it stands in its file)."""
    return {
        (c["source"], c["says"], c["license"], c["at"].removeprefix("dir://a/b").partition("@")[0])
        for c in facts["license"]["claims"]
    }


# -- sources kept apart


def test_each_source_is_a_claim_of_its_own_with_its_place(tmp_path: Path, tables: Tables) -> None:
    card = (
        "---\nlicense: other\nlicense_name: llama3.1\nlicense_link: LICENSE\n---\n# B\n\n"
        "## License\n\nThe weights are under the Llama 3.1 Community License. The code is MIT licensed.\n"
    )
    keys = {
        "general.architecture": "llama", "general.license": "llama3.1",
        "general.license.name": "Llama 3.1", "general.license.link": "https://www.llama.com/llama3_1/license/",
    }  # fmt: skip
    title = "Llama 3.1 Community License Agreement\n"
    facts = read(tmp_path, tables, card, LICENSE=title, a__gguf=gguf_bytes(keys, {}))
    assert claims(facts) == {
        ("card", "other", "other", "/README.md#license"),
        ("card", "llama3.1", "llama3.1", "/README.md#license_name"),
        ("card", "LICENSE", None, "/README.md#license_link"),
        ("prose", "llama3.1", "llama3.1", "/README.md#line=10"),
        ("prose", "mit", "mit", "/README.md#line=10"),
        ("text", "llama3.1", "llama3.1", "/LICENSE"),
        ("gguf", "llama3.1", "llama3.1", "/a.gguf#general.license"),
        ("gguf", "Llama 3.1", "llama3.1", "/a.gguf#general.license.name"),
        ("gguf", "https://www.llama.com/llama3_1/license/", "llama3.1", "/a.gguf#general.license.link"),
    }
    found = facts["license"]
    assert (found["status"], found["basis"], found["link_kind"]) == ("known", "declared", "file")
    assert not any(c["differs"] for c in found["claims"])


def test_a_licence_in_prose_alone_is_known_as_stated(tmp_path: Path, tables: Tables) -> None:
    found = read(tmp_path, tables, "# B\n\nThis model is released under CC BY-NC 4.0.\n")["license"]
    assert (found["declared"], found["status"], found["concluded"]) == ([], "known", "CC-BY-NC-4.0")
    assert (found["basis"], found["commercial_use"]) == ("stated", "no")
    assert any("README.md#line=3" in note["source"] for note in found["footnotes"])


def test_prose_that_differs_from_the_tag_is_shown_and_decides_nothing(tmp_path: Path, tables: Tables) -> None:
    card = "---\nlicense: apache-2.0\n---\n# B\n\nThe weights are released under CC BY-NC 4.0.\n"
    found = read(tmp_path, tables, card)["license"]
    assert (found["status"], found["concluded"], found["basis"]) == ("known", "Apache-2.0", "declared")
    assert [(c["source"], c["license"]) for c in found["claims"] if c["differs"]] == [("prose", "cc-by-nc-4.0")]


@pytest.mark.parametrize(
    "prose",
    [
        "The code is MIT licensed.",
        "The dataset is released under CC BY 4.0.",
        "Llama 2 is licensed under the Llama 2 Community License.",
        "The base model is licensed under CC BY-NC 4.0.",
        "This model is released under the Apache License 2.0.",
        "Released under a Modified MIT License.",
    ],
)
def test_prose_about_something_else_or_the_same_differs_from_nothing(
    tmp_path: Path, tables: Tables, prose: str
) -> None:
    found = read(tmp_path, tables, f"---\nlicense: apache-2.0\n---\n# B\n\n{prose}\n")["license"]
    assert (found["status"], found["concluded"]) == ("known", "Apache-2.0")
    assert not any(c["differs"] for c in found["claims"])


@pytest.mark.parametrize("prose", ["The code is MIT licensed.", "The data is under CC BY 4.0.", "Is it under MIT?"])
def test_prose_about_something_else_is_no_licence_of_the_model(tmp_path: Path, tables: Tables, prose: str) -> None:
    found = read(tmp_path, tables, f"---\ntags: [x]\n---\n# B\n\n{prose}\n")["license"]
    assert (found["status"], found["concluded"], found["basis"]) == ("none", None, None)


def test_prose_does_not_say_which_licence_other_is(tmp_path: Path, tables: Tables) -> None:
    card = "---\nlicense: other\nlicense_name: acme-terms\n---\n# B\n\nReleased under the MIT license.\n"
    found = read(tmp_path, tables, card)["license"]
    assert (found["status"], found["concluded"]) == ("family", None)


def test_two_licences_in_prose_are_a_conflict(tmp_path: Path, tables: Tables) -> None:
    found = read(tmp_path, tables, "# B\n\nThis model is licensed under MIT or Apache-2.0.\n")["license"]
    assert (found["status"], found["basis"]) == ("conflicting", "stated")


def test_prose_of_the_weights_goes_before_prose_of_the_repository(tmp_path: Path, tables: Tables) -> None:
    card = "# B\n\nThis repository is licensed under MIT.\n\nThe weights are under CC BY-NC 4.0.\n"
    assert read(tmp_path, tables, card)["license"]["concluded"] == "CC-BY-NC-4.0"


def test_what_the_card_rules_out_stands_beside_the_licence(tmp_path: Path, tables: Tables) -> None:
    card = "---\nlicense: apache-2.0\n---\n# B\n\nThis model is for research purposes only.\nCommercial use is prohibited.\n"
    found = read(tmp_path, tables, card)["license"]
    assert (found["status"], found["commercial_use"]) == ("known", "yes")
    kinds = {(limit["kind"], limit["object"], limit["at"].rpartition("#")[2]) for limit in found["limits"]}
    assert kinds == {("research-only", "weights", "line=6"), ("non-commercial", "unspecified", "line=7")}


def test_without_a_card_nothing_is_known_of_limits(tmp_path: Path, tables: Tables) -> None:
    publish(tmp_path, "a/b", {"config.json": "{}"})
    assert facts_of("a/b", DirectoryHub(tmp_path), tables)["license"]["limits"] is None
    assert facts_of("Qwen/Qwen2.5-7B", StarterHub(), tables)["license"]["limits"] is None


def test_a_conclusion_without_claims_rests_on_nothing() -> None:
    limit = (StatedLimit("agreement", "weights", "x", "y"),)
    assert conclude((), read=False, limits=limit).limits == limit
    assert conclude((LicenseClaim((), None, None, Basis.DECLARED, "x"),), read=True).basis is None


# -- links


LINKS = [
    ("LICENSE", "file"),
    ("./LICENSE", "file"),
    ("https://huggingface.co/a/b/blob/main/LICENSE", "file"),
    ("huggingface.co/A/B/resolve/main/LICENSE", "file"),
    ("LICENSE.md", "missing-file"),
    ("https://huggingface.co/a/b/blob/main/gone/LICENSE", "missing-file"),
    ("https://huggingface.co/a/b", "elsewhere"),
    ("https://huggingface.co/c/d/blob/main/LICENSE", "repository"),
    ("https://huggingface.co/Qwen/Qwen2.5-7B-Instruct/blob/main/LICENSE", "repository"),
    ("https://ai.google.dev/gemma/terms", "page"),
    ("https://acme.example/terms", "elsewhere"),
    ("see the file", "elsewhere"),
    ("mailto:a@b.example", "elsewhere"),
]


@pytest.mark.parametrize(("link", "kind"), LINKS)
def test_a_link_leads_to_one_kind_of_place(tmp_path: Path, tables: Tables, link: str, kind: str) -> None:
    card = f'---\nlicense: other\nlicense_link: "{link}"\n---\n# B\n'
    assert read(tmp_path, tables, card, LICENSE="Terms of ours\n")["license"]["link_kind"] == kind


@pytest.mark.parametrize(
    ("front", "status", "concluded"),
    [
        ("license: other\nlicense_link: https://ai.google.dev/gemma/terms", "known", "LicenseRef-scancode-gemma-tou-2025-03-24"),
        ("license: https://creativecommons.org/licenses/by-nc/4.0/", "known", "CC-BY-NC-4.0"),
        ("license: apache-2.0\nlicense_link: https://ai.google.dev/gemma/docs/gemma_4_license", "known", "Apache-2.0"),
        ("license: apache-2.0\nlicense_link: https://huggingface.co/Qwen/Qwen2.5-3B/blob/main/LICENSE", "conflicting", None),
        ("license: other\nlicense_name: acme\nlicense_link: https://ai.google.dev/gemma/terms", "family", None),
        ("license: other\nlicense_link: https://acme.example/terms", "family", None),
        ("license_link: https://opensource.org/license/mit", "known", "MIT"),
    ],
)  # fmt: skip
def test_a_known_address_says_which_licence_it_is(
    tmp_path: Path, tables: Tables, front: str, status: str, concluded: str | None
) -> None:
    found = read(tmp_path, tables, f"---\n{front}\n---\n# B\n")["license"]
    assert (found["status"], found["concluded"]) == (status, concluded)


def test_what_is_known_by_its_address_alone_is_of_low_confidence(tmp_path: Path, tables: Tables) -> None:
    found = read(tmp_path, tables, "---\nlicense: other\nlicense_link: https://ai.google.dev/gemma/terms\n---\n")[
        "license"
    ]
    notes = [note for note in found["footnotes"] if note["fact"] == "concluded"]
    assert [(note["confidence"], note["source"][:16]) for note in notes] == [("low", "by license_link:")]


# -- gates

GATED = """---
license: llama3.1
extra_gated_heading: Ask for access
extra_gated_prompt: "### Llama 3.1 Community License Agreement\\nBy ticking you agree."
extra_gated_fields:
  Full name: text
  Date of birth: date_picker
  Country: country
  Job: {type: select, options: [A, B]}
  I agree to the terms: checkbox
  "I am \\u202enot in the EU": {type: checkbox}
extra_gated_button_content: Submit
extra_gated_eu_disallowed: true
---
# B
"""


def test_a_gate_is_told_with_what_it_asks(tmp_path: Path, tables: Tables) -> None:
    access = read(tmp_path, tables, GATED, {"gated": "manual", "_id": "65a1b2c3d4e5f60718293a4b"})["access"]
    assert access == {
        "gated": "manual",
        "prompt": True,
        "prompt_license": "llama3.1",
        "button": "Submit",
        "asks": ["Full name", "Date of birth", "Country", "Job"],
        "consents": ["I agree to the terms", "I am \ufffdnot in the EU"],
        "eu_disallowed": True,
        "at": access["at"],
    }
    assert access["at"].endswith("/README.md")


def test_a_card_without_a_gate_asks_nothing_and_no_card_is_not_known(tmp_path: Path, tables: Tables) -> None:
    access = read(tmp_path, tables, "---\nlicense: mit\n---\n# B\n")["access"]
    assert (access["prompt"], access["asks"], access["eu_disallowed"]) == (False, [], False)
    for facts in (
        facts_of("Qwen/Qwen2.5-7B", StarterHub(), tables),
        read(tmp_path / "bare", tables, "# no front matter\n"),
    ):
        assert {facts["access"][name] for name in ("prompt", "asks", "consents", "eu_disallowed", "at")} == {None}


@pytest.mark.parametrize(
    "fields",
    ["text", 7, None, [], {"": "text"}, {"a": 3}, {"a": {"type": ["x"]}}, {f"f{n}": "text" for n in range(999)}],
)
def test_a_gate_of_any_shape_is_read(fields: Any) -> None:
    gate = parse({"extra_gated_fields": fields, "extra_gated_prompt": 3, "extra_gated_eu_disallowed": "perhaps"}, "x")
    assert (gate.prompt, gate.prompt_license, gate.consents, gate.eu_disallowed) == (False, None, (), False)
    assert len(gate.asks) <= 40


# -- histories


@pytest.fixture(scope="module")
def loopback() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        changed = hub.add(Repo("acme/changed", {"README.md": "---\nlicense: mit\n---\n# X\n"}, title="initial commit"))
        changed.commit({"a.txt": "x"}, title="Upload files")
        changed.commit({"README.md": "---\nlicense: cc-by-nc-4.0\n---\n# X\n"}, title="Change the license")
        changed.commit({"b.txt": "x"}, title="Upload more")
        added = hub.add(Repo("acme/added", {"a.txt": "x"}, title="initial commit"))
        added.commit({"README.md": "# X\n"}, title="Create README.md")
        added.commit({"README.md": "---\nlicense: mit\n---\n# X\n"}, title="Update README.md")
        hub.add(Repo("acme/alone", {"README.md": "---\nlicense: mit\n---\n"}))
        busy = hub.add(Repo("acme/busy", {"README.md": "---\nlicense: mit\n---\n"}))
        for number in range(12):
            busy.commit({"README.md": f"---\nlicense: mit\n---\n{number}\n"}, title="Update the license in README.md")
        hub.add(Repo("acme/gated", {"README.md": GATED}, gated="manual"))
        yield hub


def asked(loopback: LoopbackHub, tables: Tables, id: str, *, history: bool = True, token: str = "") -> Json:
    hub = HuggingFaceHub(loopback.url, token)
    loopback.log.clear()
    traced = trace(Request(RepoId.parse(id)), hub, tables, as_of=DAY, depth=Depth.CARD, history=history)
    facts = facts_document(traced)
    SCHEMA.validate(facts)
    return facts


def told(facts: Json) -> list[list[str] | None]:
    return [one["declared"] for one in facts["model"]["license_history"]]


def test_a_licence_that_gave_way_to_another_is_told_with_its_commits(loopback: LoopbackHub, tables: Tables) -> None:
    facts = asked(loopback, tables, "acme/changed")
    assert facts["model"]["license_changed"] is True
    assert told(facts) == [["cc-by-nc-4.0"], ["mit"], ["mit"]]
    first, *_, last = facts["model"]["license_history"]
    assert first["revision"] == facts["model"]["revision"]
    assert last["date"] == "2024-05-01T00:00:00Z"
    assert "license_history" in {e["kind"] for e in facts["evidence"]}


def test_a_licence_that_was_only_added_changed_nothing(loopback: LoopbackHub, tables: Tables) -> None:
    facts = asked(loopback, tables, "acme/added")
    assert (told(facts), facts["model"]["license_changed"]) == ([["mit"], [], None], False)


def test_one_commit_is_no_history(loopback: LoopbackHub, tables: Tables) -> None:
    facts = asked(loopback, tables, "acme/alone")
    assert (told(facts), facts["model"]["license_changed"]) == ([["mit"]], None)


def test_a_history_costs_at_most_four_requests_and_none_unasked(loopback: LoopbackHub, tables: Tables) -> None:
    asked(loopback, tables, "acme/busy", history=False)
    without = len(loopback.log)
    assert not any("/commits/" in request.path for request in loopback.log)
    facts = asked(loopback, tables, "acme/busy")
    pages = [r for r in loopback.log if "/commits/" in r.path]
    cards = [r for r in loopback.log if r.path.endswith("README.md") and r.path.startswith("/acme/")]
    assert len(pages) == 1
    assert len(cards) == 1 + 3
    assert len(loopback.log) > without
    assert facts["model"]["license_changed"] is False


def test_a_gated_model_tells_its_gate_and_not_its_history(loopback: LoopbackHub, tables: Tables) -> None:
    facts = asked(loopback, tables, "acme/gated")
    assert facts["model"]["license_history"] is None
    assert ("license history", "gated") in {(gap["what"], gap["reason"]) for gap in facts["gaps"]}
    assert (facts["access"]["gated"], facts["access"]["eu_disallowed"]) == ("manual", True)
    assert facts["access"]["at"].endswith("#cardData")


def test_a_folder_has_no_history_and_says_so(tmp_path: Path, tables: Tables) -> None:
    publish(tmp_path, "a/b", {"README.md": "---\nlicense: mit\n---\n"})
    hub: Hub = DirectoryHub(tmp_path)
    facts = facts_document(trace(Request(RepoId.parse("a/b")), hub, tables, as_of=DAY, history=True))
    assert facts["model"]["license_changed"] is None
    assert ("license history", "not-held") in {(gap["what"], gap["reason"]) for gap in facts["gaps"]}


def commit(number: int, title: str) -> Commit:
    return Commit(f"{number:040x}", None, title)


def test_what_stood_before_a_change_of_the_licence_is_read_first() -> None:
    commits = [
        commit(n, title) for n, title in enumerate(("x", "Relicense", "y", "Update README.md", "initial commit"))
    ]
    assert [int(one.revision, 16) for one in worth_reading(commits)] == [2, 4, 3]
    assert worth_reading(commits[:1]) == []
    assert worth_reading([]) == []


@pytest.mark.parametrize("row", [None, 7, {}, {"id": 3}, {"id": "short"}, {"id": "0" * 40, "date": 9, "title": None}])
def test_a_list_of_commits_of_any_shape_is_read(row: Any) -> None:
    assert len(commits_of([row] * (PAGE + 5), "9" * 20).newest) <= PAGE
    assert commits_of([{"id": "0" * 40, "title": "a\x1b[31m"}], "1").newest[0].title == "a\ufffd[31m"
    assert commits_of([{"id": "0" * 40}], "1").whole
    assert not commits_of([{"id": "0" * 40}], "300").whole


PROMPTED = '---\nlicense: {tag}\nextra_gated_prompt: "### LLAMA 3.2 COMMUNITY LICENSE AGREEMENT"\n---\n# B\n'


def test_the_prompt_of_a_gate_is_a_source_that_may_differ(tmp_path: Path, tables: Tables) -> None:
    found = read(tmp_path, tables, PROMPTED.format(tag="apache-2.0"))["license"]
    assert (found["status"], found["concluded"]) == ("known", "Apache-2.0")
    assert [(c["source"], c["license"]) for c in found["claims"] if c["differs"]] == [("gate", "llama3.2")]


def test_a_gate_that_asks_for_the_declared_licence_differs_in_nothing(tmp_path: Path, tables: Tables) -> None:
    found = read(tmp_path, tables, PROMPTED.format(tag="llama3.2"))["license"]
    assert [c["source"] for c in found["claims"]] == ["card", "gate"]
    assert not any(c["differs"] for c in found["claims"])
