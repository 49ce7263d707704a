"""A bill of materials of whoever wrote it: every model it lists is found, or told as unresolved; nothing is dropped."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.bom import By, Listed, read_bill
from scanner.bom.purl import ModelPurl, is_model_purl, parse
from scanner.errors import DataError, InvalidModelId, NothingToScan
from scanner.model import RepoId
from scanner.text import clean_line

COMMIT = "9ab9ff1e3a1bd2f1c1b2f5a0d7a0f2a9be6b2c11"
OTHER = "f" * 40
AI = "machine-learning-model"


def component(name: str = "widget", **more: Any) -> dict[str, Any]:
    return {"type": AI, "name": name} | more


def cyclonedx(*components: Any, **more: Any) -> dict[str, Any]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": list(components)} | more


def spdx(*graph: Any) -> dict[str, Any]:
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": list(graph)}


def read(tmp_path: Path, document: Any) -> tuple[Listed, ...]:
    file = tmp_path / "bom.json"
    file.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return read_bill(file).models


def one(tmp_path: Path, document: Any) -> Listed:
    [found] = read(tmp_path, document)
    return found


@pytest.mark.parametrize(
    ("text", "name", "revision"),
    [
        (f"pkg:huggingface/Acme/Widget-7B@{COMMIT}", "Acme/Widget-7B", COMMIT),
        ("pkg:huggingface/gpt2", "gpt2", None),
        ("PKG:HuggingFace/acme/widget", "acme/widget", None),
        ("pkg://huggingface/acme/widget@v1.0", "acme/widget", "v1.0"),
        ("pkg:huggingface/acme/widget@refs%2Fpr%2F1", "acme/widget", "refs/pr/1"),
        ("pkg:huggingface/acme/widget@main?repository_url=https://huggingface.co#config.json", "acme/widget", "main"),
    ],
)
def test_a_package_url_of_a_model_is_read(text, name, revision):
    found = parse(text)
    assert (str(found.repo), found.revision) == (name, revision)


@pytest.mark.parametrize(
    "text",
    [
        "pkg:pypi/torch@2.0",
        "pkg:huggingface/",
        "pkg:huggingface/a/b/c",
        "pkg:huggingface/acme/..%2f..%2fetc",
        "pkg:huggingface/acme/widget?repository_url=https://hub.example",
        "pkg:huggingface/acme/widget?repository_url=https://[",
        "pkg:huggingface/datasets/acme/words",
        "pkg:huggingface/acme/\u202etegdiw",
        "pkg:huggingface/acme/" + "a" * 5_000,
    ],
)
def test_what_is_no_package_url_of_a_model_of_the_hub_is_refused(text):
    with pytest.raises(InvalidModelId):
        parse(text)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_package_url_or_refused(text):
    with suppress(InvalidModelId):
        parse(f"pkg:huggingface/{text}")


NAMES = st.from_regex(r"[A-Za-z0-9_]{1,20}", fullmatch=True)


@settings(deadline=None)
@given(NAMES, NAMES, st.none() | st.from_regex(r"[0-9a-f]{40}", fullmatch=True))
def test_a_package_url_reads_back(namespace, name, revision):
    written = ModelPurl(RepoId(namespace, name), revision)
    assert parse(str(written)) == written or not is_model_purl(str(written))


@pytest.mark.parametrize("version", ["1.4", "1.5", "1.6", "1.7"])
def test_each_version_of_the_format_is_read(tmp_path, version):
    found = one(tmp_path, cyclonedx(component(purl="pkg:huggingface/acme/widget"), specVersion=version))
    assert (str(found.repo), found.by, found.used) == ("acme/widget", By.PURL, True)


@pytest.mark.parametrize(
    ("said", "requested", "by"),
    [
        ({"purl": f"pkg:huggingface/acme/widget@{COMMIT}"}, f"acme/widget@{COMMIT}", By.PURL),
        ({"purl": "pkg:huggingface/acme/widget", "version": COMMIT}, f"acme/widget@{COMMIT}", By.PURL),
        ({"purl": f"pkg:huggingface/acme/widget@{COMMIT.upper()}"}, f"acme/widget@{COMMIT}", By.PURL),
        ({"purl": "pkg:huggingface/acme/x.gguf"}, "hf://acme/x.gguf", By.PURL),
        ({"purl": "pkg:huggingface/acme/widget", "version": "7b, of May"}, "acme/widget", By.PURL),
        (
            {"externalReferences": [{"type": "website", "url": f"https://huggingface.co/acme/widget/tree/{COMMIT}"}]},
            f"acme/widget@{COMMIT}",
            By.ADDRESS,
        ),
        (
            {
                "purl": "pkg:generic/widget",
                "externalReferences": [
                    {"type": "distribution", "url": f"https://huggingface.co/acme/widget/tree/{COMMIT}"},
                    {"type": "website", "url": "https://huggingface.co/acme/widget"},
                    {"type": "license", "url": "https://huggingface.co/other/base/blob/main/LICENSE"},
                    {"type": "website", "url": "https://huggingface.co/acme"},
                ],
            },
            f"acme/widget@{COMMIT}",
            By.ADDRESS,
        ),
        (
            {"purl": f"pkg:generic/w?vcs_url=git%2Bhttps://huggingface.co/acme/widget@{COMMIT}"},
            f"acme/widget@{COMMIT}",
            By.ADDRESS,
        ),
        ({"group": "acme", "purl": "pkg:generic/widget"}, "acme/widget", By.NAME),
        ({"group": "acme"}, "acme/widget", By.NAME),
        ({"name": "acme/widget", "group": "anything"}, "acme/widget", By.NAME),
    ],
)
def test_a_model_is_known_by_package_url_then_address_then_name(tmp_path, said, requested, by):
    found = one(tmp_path, cyclonedx(component(**{"name": "widget", **said})))
    assert (found.requested, found.by) == (requested, by)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "its name is no org/name"),
        ({"name": "The widget of May"}, "its name is no org/name"),
        ({"purl": "pkg:huggingface/a b", "group": "acme"}, "not a model id"),
        ({"purl": "pkg:huggingface/acme/widget?repository_url=https://hub.example"}, "another repository"),
        ({"purl": f"pkg:huggingface/acme/widget@{COMMIT}", "version": OTHER}, "two commits"),
        ({"purl": 7}, "no text: purl"),
        ({"purl": "pkg:huggingface/acme/widget", "version": 1.5}, "no text: version"),
        ({"purl": "pkg:huggingface/datasets/acme/words"}, "not one of a model"),
        ({"group": "acme", "purl": "pkg:mlflow/widget@3?repository_url=https://x.example"}, "pkg:mlflow/widget@3"),
        ({"group": "acme", "purl": "pkg:ollama/widget"}, "not one of a model"),
        (
            {
                "externalReferences": [
                    {"type": "website", "url": "https://huggingface.co/acme/widget"},
                    {"type": "vcs", "url": "https://huggingface.co/other/widget"},
                ]
            },
            "several models: acme/widget, other/widget",
        ),
        ({"name": "./checkpoint"}, "its name is no org/name"),
        ({"name": "acme/\u202egpj.exe"}, "its name is no org/name"),
    ],
)
def test_a_model_that_nothing_identifies_is_told_as_unresolved_with_the_reason(tmp_path, said, why):
    found = one(tmp_path, cyclonedx(component(**{"name": "widget", **said})))
    assert found.repo is None
    assert why in found.why
    assert found.label.isprintable()


def test_a_file_that_is_said_to_be_from_a_model_of_the_hub_is_that_model_and_no_other_file_is(tmp_path):
    start = "pkg:generic/weights?download_url=https://"
    file = {"type": "file", "name": "w", "purl": f"{start}huggingface.co/acme/widget/resolve/{COMMIT}/w.safetensors"}
    docs = {"type": "file", "name": "d", "purl": f"{start}huggingface.co/docs/transformers"}
    other = {"type": "file", "name": "o", "purl": f"{start}models.example/acme/other"}
    assert one(tmp_path, cyclonedx(docs, file, other)).requested == f"acme/widget@{COMMIT}"


def test_older_bills_have_models_under_other_types(tmp_path):
    old = {"type": "library", "name": "widget", "purl": "pkg:huggingface/acme/widget"}
    words = {"type": "data", "name": "words", "purl": "pkg:huggingface/datasets/acme/words"}
    torch = {"type": "library", "name": "torch", "purl": "pkg:pypi/torch@2.0"}
    assert one(tmp_path, cyclonedx(old, words, torch, specVersion="1.4")).requested == "acme/widget"


@pytest.mark.parametrize(
    "said",
    [
        {
            "type": "library",
            "purl": f"pkg:generic/widget@7?vcs_url=git%2Bhttps://huggingface.co/acme/widget%40{COMMIT}",
        },
        {"type": "library", "purl": f"pkg:generic/widget?vcs_url=git+https://huggingface.co/acme/widget@{COMMIT}"},
        {"type": AI, "purl": f"pkg:generic/widget?download_url=https://hf.co/acme/widget/resolve/{COMMIT}/model.gguf"},
        {
            "type": "file",
            "externalReferences": [
                {"type": "distribution", "url": f"https://huggingface.co/acme/widget/resolve/{COMMIT}/model.gguf"}
            ],
        },
        {"type": "data", "externalReferences": [{"type": "vcs", "url": f"git@hf.co:acme/widget@{COMMIT}"}]},
        {"purl": f" pkg:huggingface/acme/widget@{COMMIT}"},
        {"type": AI, "purl": "pkg:huggingface/acme/widget@main", "version": COMMIT},
    ],
)
def test_what_is_had_from_a_repository_of_a_model_is_that_model(tmp_path, said):
    assert one(tmp_path, cyclonedx({"name": "widget", **said})).requested == f"acme/widget@{COMMIT}"


@pytest.mark.parametrize(
    "said",
    [
        # As cdxgen writes the data sets that a model card names.
        {"type": "data", "purl": "pkg:huggingface/acme/words?repository_url=https%3A%2F%2Fhuggingface.co%2Fdatasets"},
        {"type": "application", "purl": "pkg:huggingface/acme/demo?repository_url=https://huggingface.co/spaces/"},
        {"type": "data", "externalReferences": [{"type": "vcs", "url": "https://huggingface.co/datasets/acme/words"}]},
        {"type": "library", "externalReferences": [{"type": "website", "url": "https://huggingface.co/acme/widget"}]},
        {"type": "library", "externalReferences": [{"type": "vcs", "url": "https://github.com/huggingface/hub"}]},
        {"type": "library", "purl": "pkg:pypi/hub?vcs_url=git%2Bhttps://github.com/huggingface/hub"},
    ],
)
def test_data_sets_spaces_and_libraries_are_no_models(tmp_path, said):
    models = read(tmp_path, cyclonedx({"name": "words", **said}, component("acme/model")))
    assert [model.requested for model in models] == ["acme/model"]


def test_files_of_a_model_are_no_models_and_a_lone_file_is_one_of_its_model(tmp_path):
    file = {"type": "library", "name": "code.py", "purl": f"pkg:huggingface/acme/widget@{OTHER}#code.py"}
    widget = component(purl=f"pkg:huggingface/acme/widget@{COMMIT}", components=[file])
    assert one(tmp_path, cyclonedx(widget)).requested == f"acme/widget@{COMMIT}"
    assert one(tmp_path, cyclonedx(file)).requested == f"acme/widget@{OTHER}"


def test_a_generator_that_writes_an_application_around_the_model_and_a_short_commit_is_read(tmp_path):
    # As the OWASP AIBOM Generator writes it; where it could read nothing, the version is 1.0.
    about = {
        "type": "application",
        "name": "job-1",
        "version": "1",
        "purl": "pkg:generic/OWASP-AIBOM-Generator/job-1@1",
    }
    for version in (COMMIT[:8], "1.0"):
        widget = component(group="acme", version=version, purl=f"pkg:huggingface/acme/widget@{version}")
        found = one(tmp_path, cyclonedx(widget, metadata={"component": about}))
        assert (found.requested, found.by) == (f"acme/widget@{version}", By.PURL)


def test_the_tool_that_made_a_bill_is_no_part_of_what_it_is_about(tmp_path):
    tools = {"components": [component("aibom-maker"), {"type": "application", "name": "x"}]}
    assert one(tmp_path, cyclonedx(component("acme/widget"), metadata={"tools": tools})).requested == "acme/widget"


def test_what_a_model_came_from_is_listed_and_not_used(tmp_path):
    base = component("base", purl="pkg:huggingface/acme/base", pedigree={"ancestors": [component("acme/root")]})
    part = component("part", purl="pkg:huggingface/acme/part")
    widget = component(purl="pkg:huggingface/acme/widget", pedigree={"ancestors": [base]}, components=[part])
    app = {"type": "application", "name": "app", "components": [widget]}
    more = {
        "metadata": {"component": component("acme/about")},
        "formulation": [{"components": [component("acme/teacher")]}],
    }
    found = {listed.requested: listed.used for listed in read(tmp_path, cyclonedx(app, **more))}
    assert found == {
        "acme/about": True, "acme/widget": True, "acme/base": False, "acme/root": False, "acme/part": False,
        "acme/teacher": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("composition", "partial"),
    [
        ({"aggregate": "complete", "dependencies": ["app"]}, False),
        ({"aggregate": "incomplete", "dependencies": ["lib"]}, False),
        ({"aggregate": "incomplete", "dependencies": ["app"]}, True),
        ({"aggregate": "incomplete_third_party_only", "assemblies": ["lib", "app"]}, True),
        ({"aggregate": "unknown"}, True),
        ({"aggregate": ["complete"], "assemblies": "app"}, True),
    ],
)
def test_a_bill_that_does_not_call_itself_complete_is_known_as_partial(tmp_path, composition, partial):
    about = {"type": "application", "name": "app", "bom-ref": "app"}
    file = tmp_path / "bom.json"
    document = cyclonedx(component("acme/widget"), metadata={"component": about}, compositions=[composition, 7])
    file.write_text(json.dumps(document))
    assert read_bill(file).partial is partial
    file.write_text(json.dumps(document | {"compositions": {"aggregate": "unknown"}, "metadata": []}))
    assert read_bill(file).partial is False


def package(id: str, **more: Any) -> dict[str, Any]:
    return {"type": "ai_AIPackage", "spdxId": f"urn:x:{id}", "name": id, "creationInfo": "_:c"} | more


def test_a_package_that_is_had_from_a_repository_of_a_model_is_that_model(tmp_path):
    git = {"software_downloadLocation": f"git+https://huggingface.co/acme/widget@{COMMIT}"}
    words = {"software_downloadLocation": "https://huggingface.co/datasets/acme/words"}
    graph = [package(id, **said) | {"type": "software_Package"} for id, said in (("widget", git), ("words", words))]
    assert one(tmp_path, spdx(*graph)).requested == f"acme/widget@{COMMIT}"


def relationship(child: str, kind: str, *parents: str) -> dict[str, Any]:
    ids = [f"urn:x:{one}" for one in parents]
    return {"type": "Relationship", "spdxId": "urn:x:r", "from": f"urn:x:{child}", "relationshipType": kind, "to": ids}


def test_packages_of_the_ai_profile_are_read_and_their_ancestors_are_not_used(tmp_path):
    graph = [
        package("widget", software_packageUrl="pkg:huggingface/acme/widget", software_packageVersion=COMMIT),
        package("acme/base"),
        package("acme/root"),
        {"type": "software_Package", "spdxId": "urn:x:torch", "software_packageUrl": "pkg:pypi/torch"},
        {
            "type": "https://spdx.org/rdf/3.0.1/terms/AI/AIPackage",
            "@id": "urn:x:other",
            "software_downloadLocation": "https://huggingface.co/acme/other",
        },
        relationship("widget", "descendantOf", "acme/base"),
        relationship("acme/root", "ancestorOf", "acme/base"),
    ]
    found = {listed.requested: listed.used for listed in read(tmp_path, spdx(*graph))}
    assert found == {f"acme/widget@{COMMIT}": True, "acme/base": False, "acme/root": False, "acme/other": True}


def test_what_the_document_is_about_is_used_whatever_else_is_said_of_it(tmp_path):
    graph = [
        package("acme/widget"), package("acme/base"), relationship("acme/widget", "descendantOf", "acme/base"),
        {"type": "SpdxDocument", "spdxId": "urn:x:d", "rootElement": ["urn:x:acme/widget", "urn:x:acme/base"]},
    ]  # fmt: skip
    assert [listed.used for listed in read(tmp_path, spdx(*graph))] == [True, True]


@pytest.mark.parametrize(
    "more",
    [
        {"type": "software_Package", "software_primaryPurpose": "model"},
        {"type": "software_Package", "software_primaryPurpose": "archive", "software_additionalPurpose": ["model"]},
        {"@type": ["https://spdx.org/rdf/3.0.1/terms/AI/AIPackage"], "type": ["software_Artifact", "ai_AIPackage"]},
    ],
)
def test_a_package_is_a_model_by_any_of_its_purposes_and_types(tmp_path, more):
    assert [one.requested for one in read(tmp_path, spdx(package("acme/widget", **more)))] == ["acme/widget"]


def test_a_package_that_stands_where_its_id_could_is_read(tmp_path):
    descent = relationship("widget", "descendantOf") | {"from": package("acme/widget"), "to": [package("acme/base")]}
    document = {"type": "SpdxDocument", "spdxId": "urn:x:d", "rootElement": [package("acme/other")]}
    found = [(one.requested, one.at, one.used) for one in read(tmp_path, spdx(descent, document))]
    assert found == [
        ("acme/widget", "@graph[0]", True),
        ("acme/base", "@graph[0]", False),
        ("acme/other", "@graph[1]", True),
    ]


HOSTILE = {
    "nothing": b"",
    "no JSON": b"{",
    "XML": b'<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>',
    "tag-value": b"SPDXVersion: SPDX-2.3",
    "UTF-16": '{"bomFormat": "CycloneDX"}'.encode("utf-16"),
    "a list": b"[]",
    "another document": b'{"a": 1}',
    "an older version": b'{"bomFormat": "CycloneDX", "specVersion": "1.3"}',
    "a newer version": b'{"bomFormat": "CycloneDX", "specVersion": "2.0"}',
    "a version of another type": b'{"bomFormat": "CycloneDX", "specVersion": 1.6}',
    "SPDX 2": b'{"spdxVersion": "SPDX-2.3", "packages": []}',
    "SPDX of the future": b'{"@context": "https://spdx.org/rdf/4.0/spdx-context.jsonld", "@graph": []}',
    "a key twice": b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [], "components": []}',
    "deep": b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "components of another type": b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": {"0": {}}}',
    "a graph of another type": b'{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": {"a": 1}}',
    "many values": b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [' + b"[]," * 600_000 + b"[]]}",
    "large": b'{"a": "' + b"a" * (33 * 2**20) + b'"}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_one_clear_error(tmp_path, body):
    with pytest.raises(DataError) as raised:
        read(tmp_path, body)
    assert raised.value.exit_code == 2
    assert raised.value.hint
    assert "\n" not in raised.value.message


def test_too_many_models_are_refused(tmp_path):
    with pytest.raises(DataError, match="more than 10,000 models"):
        read(tmp_path, cyclonedx(*(component(f"acme/m{n}") for n in range(10_001))))


@pytest.mark.parametrize("document", [cyclonedx(), spdx(), cyclonedx({"type": "library", "name": "torch"})])
def test_a_bill_without_a_model_is_no_pass(tmp_path, document):
    with pytest.raises(NothingToScan):
        read(tmp_path, document)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        read_bill(tmp_path / "none.json")
    with pytest.raises(DataError, match="Is a directory"):
        read_bill(tmp_path)


def test_nesting_numbers_and_doubles_do_no_harm(tmp_path):
    deep = component("acme/deepest")
    for _ in range(150):
        deep = {"type": "file", "name": "f", "components": [deep]}
    text = json.dumps(cyclonedx(deep, component("acme/x", **{"bom-ref": "1"}), component("acme/x", **{"bom-ref": "1"})))
    found = read(tmp_path, text.replace('"version": 1', '"version": NaN', 1).encode())
    assert [listed.requested for listed in found] == ["acme/deepest", "acme/x", "acme/x"]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10) | st.sampled_from([AI, "components"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["type", "name", "purl", "version", "group", "components", "pedigree", "ancestors", "url",
                         "externalReferences", "metadata", "component", "spdxId", "to", "from", "relationshipType",
                         "software_packageUrl", "externalIdentifier", "rootElement", "hashes", "alg", "content",
                         "aggregate", "assemblies", "bom-ref"]),
        inner, max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(deadline=None)
@given(JSON, JSON)
def test_any_shape_is_read_or_refused(tmp_path_factory, a, b):
    folder = tmp_path_factory.mktemp("any")
    for document in (
        cyclonedx(a, component(purl=b, hashes=a, components=b), metadata=a, pedigree=b, compositions=a),
        spdx(a, {"type": "ai_AIPackage", "spdxId": b, "name": a}, {"type": "Relationship", "from": a, "to": b}),
    ):
        found = read(folder, document)
        assert all(one.repo or one.why for one in found)
        assert all(clean_line(one.label) == one.label for one in found)
