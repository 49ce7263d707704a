"""Bills of materials through the command: written, shown again, read back, and compared with what is known here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.references.walk import MAX_BYTES
from tests.bom.test_reading import component, cyclonedx
from tests.cli.code_base import notebook, waiver
from tests.cli.conftest import Ran
from tests.export.bom.validators import properties, valid_cyclonedx, valid_spdx
from tests.loopback import LoopbackHub, Repo

Run = Callable[..., Ran]
STARTER = ("--hub", "starter", "--policy", "no-prc-root")
RISKY, ROOT, GOOD = "microsoft/MAI-DS-R1", "deepseek-ai/DeepSeek-V3-Base", "mistralai/Mistral-7B-v0.1"


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.add(Repo("acme/base-7b", {"README.md": "---\nlicense: mit\n---\n# Base\n"}))
        hub.add(Repo("acme/chat-7b", {"README.md": "---\nlicense: mit\nbase_model: acme/base-7b\n---\n# Chat\n"}))
        yield hub


def written(tmp_path: Path, document: Any) -> str:
    file = tmp_path / "bom.json"
    file.write_text(json.dumps(document))
    return str(file)


def judged(ran: Ran) -> list[tuple[str, str | None]]:
    models = [scan["facts"]["model"] for scan in json.loads(ran.out)["scans"]]
    return [(model["id"], model["revision"]) for model in models]


@pytest.mark.parametrize("format", ["cyclonedx", "cyclonedx-1.7", "spdx"])
def test_a_bill_of_ours_read_back_gives_the_same_models_at_the_same_commits(run: Run, hub, tmp_path, format) -> None:
    live = {"HF_ENDPOINT": hub.url}
    first = run("check", "acme/chat-7b", "--format", format, "--fail-on", "never", env=live)
    assert valid_spdx(first.out) if format == "spdx" else valid_cyclonedx(first.out, format[10:] or "1.6")
    (tmp_path / "bom.json").write_text(first.out)
    again = run("check", "--bom", str(tmp_path / "bom.json"), "--format", "json", "--fail-on", "never", env=live)
    plain = run("check", "acme/chat-7b", "--format", "json", "--fail-on", "never", env=live)
    assert judged(again) == judged(plain)
    assert judged(again)[0][1] is not None
    assert json.loads(again.out)["errors"] == []
    assert ": 1 used, 1 named as what they came from: 1 of them in" in again.err


@pytest.mark.parametrize("format", ["cyclonedx", "spdx"])
def test_a_scan_is_shown_again_as_the_same_bill(run: Run, format: str) -> None:
    first = run("check", RISKY, *STARTER, "--format", format)
    assert first.code == 1
    assert run("audit", "show", "1", "--format", format).out == first.out


def test_a_file_that_was_read_has_the_digest_of_its_content(run: Run, hub) -> None:
    ran = run("check", "acme/base-7b", "--format", "cyclonedx", "--fail-on", "never", env={"HF_ENDPOINT": hub.url})
    files = {one["name"]: one.get("hashes") for one in valid_cyclonedx(ran.out)["components"][0]["components"]}
    digest = hashlib.sha256(b"---\nlicense: mit\n---\n# Base\n").hexdigest()
    assert files["README.md"] == [{"alg": "SHA-256", "content": digest}]


def test_files_are_written_by_their_endings(run: Run, tmp_path: Path) -> None:
    out = [tmp_path / name for name in ("r.cdx.json", "r.spdx.json", "r.json")]
    run("check", RISKY, *STARTER, *[word for path in out for word in ("-o", str(path))], "--quiet")
    assert valid_cyclonedx(out[0].read_text())["bomFormat"] == "CycloneDX"
    assert valid_spdx(out[1].read_text())["@graph"]
    assert json.loads(out[2].read_text())["schema"] == "modelorigin/report/v1"


def test_every_model_of_a_bill_is_judged_by_whatever_names_it(run: Run, tmp_path: Path) -> None:
    bill = cyclonedx(
        component(purl=f"pkg:huggingface/{RISKY}"),
        component(externalReferences=[{"type": "website", "url": f"https://huggingface.co/{GOOD}"}]),
        component("microsoft/phi-4"),
    )
    ran = run("check", "--bom", written(tmp_path, bill), *STARTER, "--format", "json")
    assert [model for model, _ in judged(ran)] == [RISKY, GOOD, "microsoft/phi-4"]
    assert ran.code == 1
    assert "known by its name alone: microsoft/phi-4" in ran.err
    assert f"no commit is named: {RISKY}" in ran.err


def test_a_model_that_the_bill_does_not_identify_is_told_and_the_run_is_incomplete(run: Run, tmp_path: Path) -> None:
    bill = written(tmp_path, cyclonedx(component("Our assistant"), component(purl=f"pkg:huggingface/{GOOD}")))
    ran = run("check", "--bom", bill, *STARTER, "--format", "json", "--fail-on", "never")
    assert ran.code == 3
    [error] = json.loads(ran.out)["errors"]
    assert (error["requested"], error["kind"]) == ("Our assistant", "UnresolvedComponent")
    assert "components[0]" in ran.reason
    assert len(judged(ran)) == 1


def test_a_denied_model_weighs_more_than_an_unresolved_one(run: Run, tmp_path: Path) -> None:
    bill = cyclonedx(component("Our assistant"), component(purl=f"pkg:huggingface/{RISKY}"))
    assert run("check", "--bom", written(tmp_path, bill), *STARTER).code == 1


def test_a_base_that_the_bill_names_and_our_lineage_does_not_is_judged_too(run: Run, tmp_path: Path) -> None:
    def claims(base: dict[str, Any]) -> str:
        said = component(purl=f"pkg:huggingface/{GOOD}", pedigree={"ancestors": [base]})
        return written(tmp_path, cyclonedx(said))

    ran = run("check", "--bom", claims(component(purl=f"pkg:huggingface/{ROOT}")), *STARTER, "--format", "json")
    assert [model for model, _ in judged(ran)] == [GOOD, ROOT]
    assert ran.code == 1
    assert "the others taken by themselves" in ran.err
    ran = run(
        "check", "--bom", claims(component("an unnamed base")), *STARTER, "--format", "json", "--fail-on", "never"
    )
    assert ran.code == 3
    assert [error["requested"] for error in json.loads(ran.out)["errors"]] == ["an unnamed base"]


CARD = b"---\nlicense: mit\n---\n# Base\n"


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [("README.md", CARD, 0), ("./README.md", CARD, 0), ("README.md", b"another card", 3), ("unread.bin", b"", 0)],
)
def test_files_that_a_bill_states_otherwise_are_told_and_the_run_is_incomplete(
    run: Run, hub, tmp_path: Path, path: str, content: bytes, code: int
) -> None:
    hashes = [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest().upper()}]
    file = {"type": "file", "name": path, "hashes": hashes}
    bill = written(tmp_path, cyclonedx(component(purl="pkg:huggingface/acme/base-7b", components=[file])))
    out = tmp_path / "r.cdx.json"
    ran = run("check", "--bom", bill, "--format", "json", "-o", str(out), "--fail-on", "never",
              env={"HF_ENDPOINT": hub.url})  # fmt: skip
    errors = json.loads(ran.out)["errors"]
    plain = run("check", "acme/base-7b", "--format", "json", "--fail-on", "never", env={"HF_ENDPOINT": hub.url})
    assert ran.code == max(code, plain.code)
    assert [model for model, _ in judged(ran)] == ["acme/base-7b"]
    assert len(errors) == (1 if code else 0)
    if code:
        assert "other files than those judged: README.md has another SHA-256" in errors[0]["message"]
        assert valid_cyclonedx(out.read_text())["components"][1]["name"].startswith("acme/base-7b as ")
    else:
        assert f"states: {int(content == CARD)}; not known here: {int(content != CARD)}" in ran.err


def test_names_and_bills_are_judged_together_each_model_once(run: Run, tmp_path: Path) -> None:
    bill = cyclonedx(component(purl=f"pkg:huggingface/{GOOD}"), component(purl=f"pkg:huggingface/{GOOD}"))
    file = written(tmp_path, bill)
    ran = run("check", GOOD, "--bom", file, "--bom", file, *STARTER, "--format", "json", "--fail-on", "never")
    assert [model for model, _ in judged(ran)] == [GOOD]


def test_what_is_no_bill_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bom.xml"
    file.write_text("<bom/>")
    ran = run("check", "--bom", str(file), *STARTER)
    assert ran.code == 2
    assert "bom.xml" in ran.reason
    assert "XML" in ran.hint
    assert run("check", *STARTER).code == 2


def test_a_bill_that_lists_no_model_is_no_pass(run: Run, tmp_path: Path) -> None:
    ran = run("check", "--bom", written(tmp_path, cyclonedx()), *STARTER, "--fail-on", "never")
    assert ran.code == 3


def test_nothing_judged_makes_no_bill(run: Run) -> None:
    ran = run("check", "no-such/model-at-all", *STARTER, "--format", "cyclonedx")
    assert (ran.code, ran.out) == (3, "")
    assert "no model was judged" in ran.err


APP = """\
from transformers import AutoModel, AutoTokenizer

AutoTokenizer.from_pretrained("microsoft/MAI-DS-R1")
AutoModel.from_pretrained("microsoft/MAI-DS-R1")
AutoModel.from_pretrained("no-such/model-at-all")
AutoModel.from_pretrained(chosen())
"""


def test_a_code_base_is_an_application_that_depends_on_the_models_it_uses(run: Run, tmp_path: Path) -> None:
    code = tmp_path / "shop"
    code.mkdir()
    (code / "app.py").write_text(APP)
    out = tmp_path / "r.spdx.json"
    ran = run("scan", "shop", *STARTER, "--format", "cyclonedx", "-o", str(out), cwd=tmp_path)
    document = valid_cyclonedx(ran.out)
    application = document["metadata"]["component"]
    assert (application["type"], application["name"]) == ("application", "shop")
    risky, missing = document["components"]
    places = [(one["location"], one["line"]) for one in risky["evidence"]["occurrences"]]
    assert places == [("app.py", 3), ("app.py", 4)]
    assert properties(missing)["verdict"] == ["not judged"]
    [uses] = [one for one in document["dependencies"] if one["ref"] == application["bom-ref"]]
    assert uses["dependsOn"] == sorted([risky["bom-ref"], missing["bom-ref"]])
    states = {ref: one["aggregate"] for one in document["compositions"] for ref in one.get("dependencies", ())}
    assert states[application["bom-ref"]] == "incomplete", "one model is chosen at run time"
    told = properties(document["metadata"])
    assert told["unresolved-reference"][0].startswith("app.py:6: ")
    assert told["finding:unresolved-reference"][0].startswith("app.py:6: review: "), "a verdict has its reasons"
    assert told["policy:no-prc-root:status"] == ["in-force"]
    graph = valid_spdx(out.read_text())["@graph"]
    assert next(one["statement"] for one in graph if one["type"] == "Annotation") == (
        "named at app.py:3 (AutoTokenizer.from_pretrained; not pinned), app.py:4 (AutoModel.from_pretrained; not pinned)"
    )
    (tmp_path / "app.cdx.json").write_text(ran.out)
    again = run("check", "--bom", str(tmp_path / "app.cdx.json"), *STARTER, "--format", "json")
    assert [model for model, _ in judged(again)] == [RISKY]
    assert "by its own word, there may be more models" in again.err
    assert [error["requested"] for error in json.loads(again.out)["errors"]] == ["no-such/model-at-all"]


def test_a_code_base_that_uses_no_model_is_a_bill_that_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("x = 1\n")
    ran = run("scan", str(tmp_path / "empty.py"), *STARTER, "--format", "cyclonedx")
    document = valid_cyclonedx(ran.out)
    assert document["components"] == []
    assert {"aggregate": "complete", "dependencies": ["codebase"]} in document["compositions"]
    graph = valid_spdx(run("scan", str(tmp_path / "empty.py"), *STARTER, "--format", "spdx").out)["@graph"]
    assert [(one["to"], one["completeness"]) for one in graph if one.get("relationshipType") == "dependsOn"] == [
        (["NoneElement"], "complete")
    ]


def test_of_a_code_base_of_which_a_part_was_not_looked_at_it_is_not_said_to_use_no_more(
    run: Run, tmp_path: Path
) -> None:
    code = tmp_path / "shop"
    code.mkdir()
    (code / "empty.py").write_text("x = 1\n")
    (code / "kept.py").write_text(APP)
    ran = run(
        "scan",
        str(code),
        *STARTER,
        "--exclude",
        "kept.py",
        "--format",
        "cyclonedx",
        "-o",
        str(tmp_path / "b.spdx.json"),
    )
    document = valid_cyclonedx(ran.out)
    assert {"aggregate": "unknown", "dependencies": ["codebase"]} in document["compositions"]
    assert properties(document["metadata"])["passed-over"] == ["excluded: 1"]
    graph = valid_spdx((tmp_path / "b.spdx.json").read_text())["@graph"]
    assert [(one["to"], one["completeness"]) for one in graph if one.get("relationshipType") == "dependsOn"] == [
        (["NoAssertionElement"], "noAssertion")
    ]


def test_what_was_set_from_outside_stands_in_the_bill_of_a_code_base(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f'from transformers import pipeline\npipeline(model="{RISKY}")\n')
    told = {}
    for setting in ((), ("--set", "denied=RU")):
        ran = run("scan", str(tmp_path / "a.py"), *STARTER, *setting, "--format", "cyclonedx", "--fail-on", "never")
        [component] = valid_cyclonedx(ran.out)["components"]
        told[setting] = properties(component)
    assert "policy:no-prc-root:set" not in told[()]
    assert told["--set", "denied=RU"]["policy:no-prc-root:set"] == ["denied = RU"]


def test_what_is_not_compared_or_may_have_moved_is_told(run: Run, tmp_path: Path) -> None:
    hashed = component(purl=f"pkg:huggingface/{GOOD}", hashes=[{"alg": "SHA-256", "content": "0" * 64}])
    ran = run("check", "--bom", written(tmp_path, cyclonedx(hashed)), *STARTER)
    assert "files of the SHA-256 that it states: 0; not known here: 1" in ran.err
    moved = component(purl=f"pkg:huggingface/{GOOD}@main")
    ran = run("check", "--bom", written(tmp_path, cyclonedx(moved)), *STARTER)
    assert f"judged as it is now, for no commit is named: {GOOD}@main" in ran.err
    assert "SHA-256" not in ran.err


def uses(spdx: str) -> list[tuple[list[str], str]]:
    """What the applications of a bill depend on, by name, each with how far it is known."""
    graph = valid_spdx(spdx)["@graph"]
    names = {one["spdxId"]: one["name"] for one in graph if "name" in one}
    told = [one for one in graph if one.get("relationshipType") == "dependsOn"]
    return [([names.get(to, to) for to in one["to"]], one["completeness"]) for one in told]


def test_what_only_a_text_names_is_not_used_judged_or_not(run: Run, tmp_path: Path) -> None:
    code, out = tmp_path / "shop", tmp_path / "r.spdx.json"
    code.mkdir()
    code_of_text = "```python\nfrom transformers import AutoModel\nAutoModel.from_pretrained(chosen())\n```\n"
    named = f"https://huggingface.co/{GOOD} and https://huggingface.co/no-such/model\n"
    (code / "README.md").write_text(named + code_of_text)
    ran = run("scan", str(code), *STARTER, "--format", "cyclonedx", "-o", str(out), "--fail-on", "never")
    document = valid_cyclonedx(ran.out)
    assert [(one["name"], one["scope"]) for one in document["components"]] == [
        (GOOD.partition("/")[2], "excluded"),
        ("model", "excluded"),
    ]
    assert document["dependencies"][0] == {"ref": "codebase", "dependsOn": []}
    assert properties(document["metadata"])["unresolved-reference"] == ["README.md:4: chosen() (documentation)"]
    assert uses(out.read_text()) == [(["NoneElement"], "complete")]
    statements = [one["statement"] for one in json.loads(out.read_text())["@graph"] if one["type"] == "Annotation"]
    assert [one.endswith("; documentation)") for one in statements] == [True, True]


def test_weights_of_one_name_in_two_folders_are_two_models(run: Run, tmp_path: Path) -> None:
    code, out = tmp_path / "shop", tmp_path / "r.spdx.json"
    for number, folder in enumerate(("a", "b"), start=1):
        (code / folder).mkdir(parents=True)
        head = {"w": {"dtype": "F32", "shape": [number], "data_offsets": [0, 4 * number]}}
        told = json.dumps(head).encode()
        (code / folder / "model.safetensors").write_bytes(len(told).to_bytes(8, "little") + told + bytes(4 * number))
    ran = run("scan", str(code), *STARTER, "--format", "cyclonedx", "-o", str(out), "--fail-on", "never")
    components = valid_cyclonedx(ran.out)["components"]
    places = [[place["location"] for place in one["evidence"]["occurrences"]] for one in components]
    assert places == [["a/model.safetensors"], ["b/model.safetensors"]]
    assert len({properties(one)["files:digest"][0] for one in components}) == 2
    assert uses(out.read_text()) == [(["model.safetensors", "model.safetensors"], "complete")]


def test_data_sets_and_what_was_read_in_part_are_in_the_bill_with_cells_of_notebooks(run: Run, tmp_path: Path) -> None:
    code, out = tmp_path / "shop", tmp_path / "r.spdx.json"
    code.mkdir()
    (code / "a.py").write_text("from datasets import load_dataset\nload_dataset('rajpurkar/squad')\n")
    (code / "b.js").write_text("// x\n" * (MAX_BYTES // 5 + 1))
    cells = ["x = 1\n"], ["from transformers import AutoModel\n", "AutoModel.from_pretrained(chosen())\n"]
    (code / "c.ipynb").write_text(notebook(*cells))
    ran = run("scan", str(code), *STARTER, "--format", "cyclonedx", "-o", str(out), "--fail-on", "never")
    told = properties(valid_cyclonedx(ran.out)["metadata"])
    assert told["dataset-reference"] == ["a.py:2: rajpurkar/squad"]
    assert told["file-partly-read"][0].startswith("b.js: ")
    assert told["unresolved-reference"] == ["c.ipynb, cell 2, line 2: chosen()"]
    assert uses(out.read_text()) == [(["NoAssertionElement"], "incomplete")]


def test_what_a_bill_does_not_identify_gets_no_package_url_from_us(run: Run, tmp_path: Path) -> None:
    elsewhere = component("acme/gone", purl="pkg:huggingface/a/b?repository_url=https://hub.example")
    listed = cyclonedx(component("assistant"), elsewhere, component(purl=f"pkg:huggingface/{GOOD}"))
    out = tmp_path / "r.spdx.json"
    bill = ("--bom", written(tmp_path, listed))
    ran = run("check", *bill, *STARTER, "--format", "cyclonedx", "-o", str(out), "--fail-on", "never")
    purls = {one["name"]: one.get("purl") for one in valid_cyclonedx(ran.out)["components"]}
    graph = valid_spdx(out.read_text())["@graph"]
    urls = {one["name"]: one.get("software_packageUrl") for one in graph if one["type"] == "ai_AIPackage"}
    assert [purls[name] for name in ("assistant", "gone")] == [None, None]
    assert [urls[name] for name in ("assistant", "acme/gone")] == [None, None]
    assert urls[GOOD]


def test_an_allow_that_rests_on_a_waiver_tells_by_whom_and_until_when(run: Run, tmp_path: Path) -> None:
    code, out = tmp_path / "shop", tmp_path / "r.spdx.json"
    code.mkdir()
    (code / "app.py").write_text(f"from transformers import AutoModel\nAutoModel.from_pretrained('{RISKY}')\n")
    entries = [waiver(rule=rule, model=RISKY) for rule in ("root-origin", "ancestor-origin")]
    accepted = ("--waivers", written(tmp_path, ""), "--fail-on", "never")
    Path(accepted[1]).write_text("version: 1\nwaivers:\n" + "".join(entries))
    ran = run("scan", str(code), *STARTER, *accepted, "--format", "cyclonedx", "-o", str(out))
    document = valid_cyclonedx(ran.out)
    told = properties(document["metadata"])
    assert told["verdict"] == ["allow"]
    terms = "deny (waived by security@acme.example, ticket RISK-1, until 2999-01-01, because agreed)"
    about = "policy:no-prc-root:finding:root-origin"
    assert told[about][0].startswith(f"app.py:2: {terms}: {RISKY}")
    assert properties(document["components"][0])[about][0].startswith(terms)
    assert f"app.py:2: {terms}" in out.read_text()


def test_what_a_line_or_a_baseline_accepts_says_so(run: Run, tmp_path: Path) -> None:
    code, older = tmp_path / "shop", tmp_path / "older.json"
    code.mkdir()
    load = "from transformers import AutoModel\nAutoModel.from_pretrained(chosen())"
    (code / "a.py").write_text(f"{load}\n")
    run("scan", str(code), *STARTER, "--write-baseline", str(older), "--fail-on", "never")
    (code / "b.py").write_text(f"{load}  # modelorigin: waive unresolved-reference -- set by the operator\n")
    ran = run("scan", str(code), *STARTER, "--baseline", str(older), "--format", "cyclonedx", "--fail-on", "never")
    older_one, in_the_line = properties(valid_cyclonedx(ran.out)["metadata"])["finding:unresolved-reference"]
    assert older_one.startswith("a.py:2: review (older than the baseline ")
    assert in_the_line.startswith("b.py:2: review (accepted in the line ")
    assert "because set by the operator): " in in_the_line


def test_two_revisions_are_two_models_and_a_branch_and_its_commit_are_one(run: Run, hub, tmp_path: Path) -> None:
    code, out = tmp_path / "shop", tmp_path / "r.spdx.json"
    code.mkdir()
    repo = Repo("acme/moved-7b", {"README.md": "---\nlicense: mit\n---\n# First\n"})
    first = repo.sha
    newest = repo.commit({"README.md": "---\nlicense: cc-by-nc-4.0\n---\n# Second\n"}).sha
    hub.add(repo)
    asked = [f"AutoModel.from_pretrained('acme/moved-7b', revision='{one}')\n" for one in (first, "main", newest)]
    (code / "a.py").write_text("from transformers import AutoModel\n" + "".join(asked))
    wanted = ("--format", "cyclonedx", "-o", str(out), "--fail-on", "never", "--policy", "no-prc-root")
    ran = run("scan", str(code), *wanted, env={"HF_ENDPOINT": hub.url})
    components = valid_cyclonedx(ran.out)["components"]
    lines = {one["version"]: [place["line"] for place in one["evidence"]["occurrences"]] for one in components}
    assert lines == {first: [2], newest: [3, 4]}
    packages = [one for one in valid_spdx(out.read_text())["@graph"] if one["type"] == "ai_AIPackage"]
    assert [one["software_packageVersion"] for one in packages] == [first, newest]
