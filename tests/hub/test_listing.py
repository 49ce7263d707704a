"""The list of models: what a stranger wrote into a row costs that row, and no page is believed in part."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import HubError, HubProtocolError, ModelNotFound
from scanner.hub.huggingface import HuggingFaceHub
from scanner.hub.listing import FIELDS, HEAVY, ModelList, NoPage, Page, first, read_page
from scanner.model import RepoId
from tests.loopback import Fault, LoopbackHub, Repo

Client = Callable[..., HuggingFaceHub]

ID = "0123456789abcdef01234567"


def row(name: str = "acme/one", **said: Any) -> dict[str, Any]:
    return {"_id": ID, "id": name, "sha": "a" * 40, **said}


def named(page: Page) -> list[str]:
    return [str(found.model.repo) for found in page.rows]


GOOD = json.dumps(row("acme/good")).encode()


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b'"a string"', "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"{}", "no readable id"),
        (json.dumps(row("a/b/c")).encode(), "no readable id"),
        (json.dumps(row("../up")).encode(), "no readable id"),
        (json.dumps({**row(), "_id": None}).encode(), "no readable _id"),
        (json.dumps({**row(), "_id": "XYZ"}).encode(), "no readable _id"),
        (b'{"_id":"%s","id":"a/b","id":"acme/good"}' % ID.encode(), "its identity stands twice"),
        (b'{"_id":"%s","id":"a/b","downloads":NaN}' % ID.encode(), "NaN is no number"),
        (b'{"_id":"%s","id":"a/b","cardData":%s}' % (ID.encode(), b"[" * 5000 + b"]" * 5000), "nested too deeply"),
        (b'{"_id":"%s","id":"a/b","pipeline_tag":"\xff"}' % ID.encode(), "not UTF-8"),
        (b'{"_id":"%s" "id":"a/b"}' % ID.encode(), "not JSON"),
    ],
)
def test_a_row_that_cannot_be_read_costs_itself_and_is_kept_as_it_came(bad: bytes, why: str) -> None:
    page = read_page(b"[" + b" , ".join([GOOD, bad, GOOD.replace(b"good", b"fine")]) + b"]\n")
    assert named(page) == ["acme/good", "acme/fine"]
    assert [unread.body for unread in page.unread] == [bad]
    assert page.unread[0].why.startswith(why)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("downloads", "many"), ("downloads", 2**70), ("tags", {"a": 1}), ("tags", [None, 7]), ("siblings", "none"),
        ("cardData", ["license", "mit"]), ("createdAt", "yesterday"), ("gated", "perhaps"), ("config", []),
        ("baseModels", {"relation": 7, "models": "x"}), ("safetensors", {"parameters": {"BF16": "x"}}),
        ("downloadsAllTime", "x"), ("private", "no"), ("aKeyNobodyKnows", [1]),
    ],
)  # fmt: skip
def test_a_field_of_any_shape_costs_that_field_only(field: str, value: Any) -> None:
    page = read_page(json.dumps([row(likes=3, **{field: value})]).encode())
    assert named(page) == ["acme/one"]
    assert page.rows[0].model.likes == 3


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"{}", b"null", b'"[]"', b"[", b"]", b"[{}", b'[{"id":"a]', b'[{"id":"}]', b"[{}]]", b"[[]", b"[}", b"[{}]x",
     b'[{"a":1},{"id":"x', b'{"error":"Internal error"}', b"<!doctype html><p>[]", b"[{]"],
)  # fmt: skip
def test_what_is_no_whole_list_is_no_page(body: bytes) -> None:
    with pytest.raises(HubProtocolError):
        read_page(body)


@given(st.lists(st.integers(0, 2), max_size=6), st.data())
def test_a_page_cut_anywhere_is_no_page(shape: list[int], data: st.DataObject) -> None:
    rows = [
        row(f"acme/m{n}", pipeline_tag='br}ack]et" , [{') if kind else row(f"acme/m{n}") for n, kind in enumerate(shape)
    ]
    body = json.dumps(rows).encode()
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(HubProtocolError):
        read_page(body[:cut])


@given(
    st.lists(
        st.recursive(
            st.none() | st.booleans() | st.text() | st.integers(),
            lambda x: st.lists(x) | st.dictionaries(st.text(), x),
            max_leaves=8,
        ),
        max_size=5,
    )
)
def test_any_json_list_is_a_page_whose_rows_are_all_accounted_for(values: list[Any]) -> None:
    body = json.dumps([*values, row()]).encode()
    whole = read_page(body)
    apart = read_page(body[:-1] + b', {"_id": NaN}]')
    assert len(whole) == len(values) + 1
    assert len(apart) == len(values) + 2
    assert named(whole) == named(apart)


def test_of_a_card_only_licence_and_bases_are_read() -> None:
    card = {
        "license": "mit",
        "base_model": ["a/b"],
        "model-index": [{"results": ["x" * 1000]}],
        "extra_gated_prompt": "y",
    }
    page = read_page(json.dumps([row(cardData=card)]).encode())
    assert page.rows[0].model.card == {"license": "mit", "base_model": ["a/b"]}


def test_light_leaves_the_heavy_fields_out_and_nothing_else() -> None:
    full, light = first("createdAt"), first("createdAt", light=True)
    assert {name for name in FIELDS if f"expand={name}" in full.split("&")} == set(FIELDS)
    assert {name for name in FIELDS if f"expand={name}" not in light.split("&")} == HEAVY


# -- over HTTP


@pytest.fixture
def models(client: Client) -> ModelList:
    return ModelList(client())


def every(models: ModelList, query: str) -> list[Page]:
    pages = [models.page(query)]
    while (following := pages[-1].following) is not None:
        assert len(pages) < 100
        pages.append(models.page(following))
    return pages


def test_the_pages_hold_every_public_model_once(hub: LoopbackHub, models: ModelList) -> None:
    hub.page_cap = 7
    try:
        pages = every(models, first("createdAt"))
    finally:
        hub.page_cap = 1000
    met = [name for page in pages for name in named(page)]
    assert sorted(met) == sorted(repo.id for repo in hub.world.repos.values() if not repo.private)
    assert all(page.fields and not page.unread for page in pages)
    assert all(len(request.query["limit"]) == 1 for request in hub.log)


def test_the_link_cannot_lead_elsewhere(hub: LoopbackHub, models: ModelList) -> None:
    hub.page_cap = 40
    hub.fault(Fault("link-foreign", path="^/api/models"))
    try:
        every(models, first("createdAt"))
    finally:
        hub.page_cap = 1000
    assert {request.host for request in hub.log} == {hub.log[0].host}


@pytest.mark.parametrize("query", [None, "expand%5B%5D=author&sort=downloads", "search=x", ""])
def test_the_link_cannot_change_what_is_asked(hub: LoopbackHub, models: ModelList, query: str | None) -> None:
    hub.page_cap = 1
    hub.fault(Fault("link-other-question", path="^/api/models", value=query))
    try:
        pages = [models.page(first("createdAt", author="forge"))]
        pages += [models.page(following)] if (following := pages[0].following) else []
    finally:
        hub.page_cap = 1000
    assert len(hub.log) == 2
    names = ("sort", "author", "expand", "limit")
    assert {n: hub.log[0].query[n] for n in names} == {n: hub.log[1].query.get(n) for n in names}
    assert "expand[]" not in hub.log[1].query


def test_fields_that_a_mirror_drops_are_noticed(hub: LoopbackHub, models: ModelList) -> None:
    hub.fault(Fault("expand-dropped"))
    assert not models.page(first("createdAt")).fields
    plain = models.page(first("createdAt", plain=True))
    assert plain.fields
    assert all(found.model.revision for found in plain.rows)


def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(
    hub: LoopbackHub, models: ModelList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.hub.huggingface.MAX_ANSWER", 300_000)
    hub.fault(Fault("keys", path="limit=100", value={"aKeyNobodyKnows": "x" * 300_000}))
    page = models.page(first("createdAt"))
    assert len(page) == 10
    assert [request.value("limit") for request in hub.log] == ["1000", "100", "10"]


def test_an_address_the_hub_refuses_is_told_from_a_hub_that_fails(hub: LoopbackHub, models: ModelList) -> None:
    with pytest.raises(NoPage):
        models.page("sort=createdAt&cursor=of-another-hub")
    hub.fault(Fault("503"))
    with pytest.raises(HubError) as failed:
        models.page(first("createdAt"))
    assert not isinstance(failed.value, NoPage)
    assert len([request for request in hub.log if request.status == 503]) == 5


@pytest.mark.parametrize("status", ["401", "404"])
def test_a_mirror_without_a_list_is_told_how_to_go_on(hub: LoopbackHub, models: ModelList, status: str) -> None:
    hub.fault(Fault(status, path=r"^/api/models\?"))
    with pytest.raises(HubProtocolError) as error:
        models.page(first("createdAt"))
    assert "--ids-file" in error.value.hint


def test_one_row_by_name_is_what_the_list_shows(hub: LoopbackHub, models: ModelList) -> None:
    listed = {str(found.model.repo): found for page in every(models, first("createdAt")) for found in page.rows}
    name = "forge/root-1b"
    alone = models.row(RepoId.parse(name))
    assert alone == listed[name]
    moved = models.row(RepoId.parse("drift/before"))
    assert str(moved.model.repo) == "drift/after"
    with pytest.raises(ModelNotFound):
        models.row(RepoId.parse("vault/deleted-1b"))


def test_a_commit_is_lost_only_where_the_hub_says_so(hub: LoopbackHub, models: ModelList) -> None:
    repo = RepoId.parse("forge/root-1b")
    assert models.has_commit(repo, hub.repo(str(repo)).sha)
    assert not models.has_commit(repo, "f" * 40)
    hub.fault(Fault("404", path="/revision/"))
    with pytest.raises(HubError):
        models.has_commit(repo, "f" * 40)


def test_an_owner_is_an_organisation_or_a_user(hub: LoopbackHub, models: ModelList) -> None:
    hub.add(Repo("someone/thing", {"README.md": "# x\n"}))
    hub.owner("someone", kind="user")
    try:
        found = models.owner("someone")
        assert (found.kind, found.hub_id) == ("user", hub.owner("someone").hub_id)
        hub.log.clear()
        assert models.owner("someone", "user") == found
        assert len(hub.log) == 1
        assert models.owner("forge").kind == "organisation"
        with pytest.raises(ModelNotFound):
            models.owner("nobody-at-all")
    finally:
        hub.delete("someone/thing")
