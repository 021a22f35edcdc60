import pytest


@pytest.fixture
def runs(api):
    """Five runs, oldest first; the third has another reference, the last one has failed."""
    asset = f"runflow://assets/{api.upload()['id']}"
    made = [api.create(asset, client_ref=f"ref-{n}").json() for n in range(4)]
    for run in made:
        api.finished(run["id"])
    api.behave(fault="run_failed")
    made.append(api.create(asset, client_ref="ref 4").json())
    api.finished(made[-1]["id"])
    return [run["id"] for run in made]


def found(api, **parameters):
    reply = api.get("/v1/runs", params=parameters)
    assert reply.status_code == 200, reply.text
    return [item["id"] for item in reply.json()["items"]]


def test_the_newest_come_first(api, runs):
    assert found(api) == runs[::-1]
    assert found(api, sort_by="created_at:asc") == runs


@pytest.mark.parametrize(
    ("q", "which"),
    [
        ("client_ref:ref-2", [2]),
        ("client_ref.EQ:'ref-2'", [2]),
        ("client_ref.EQ:'ref 4'", [4]),
        ("client_ref='ref 4'", [4]),
        ("client_ref:REF-2", []),
        ("status_code:failed", [4]),
        ("status_code.EQ:'succeeded'", [3, 2, 1, 0]),
        ("status_code:canceled", []),
        ("status_code:succeeded AND client_ref:ref-1", [1]),
        ("client_ref:ref-1 OR client_ref:ref-3", [3, 1]),
        ("NOT status_code:succeeded", [4]),
        ("(client_ref:ref-1 OR client_ref:ref-3) AND NOT client_ref:ref-3", [1]),
        ("created_at>2020-01-01", [4, 3, 2, 1, 0]),
        ("created_at<2020-01-01", []),
        ("created_at>=2020-01-01 AND created_at<=2199-01-01 AND client_ref:ref-0", [0]),
        ("", [4, 3, 2, 1, 0]),
    ],
)
def test_both_grammars_filter(api, runs, q, which):
    assert found(api, q=q) == [runs[n] for n in which]


@pytest.mark.parametrize(
    "q",
    [
        "client_ref",
        "client_ref:",
        "colour:blue",
        "client_ref:a b",
        "AND",
        "client_ref:a AND",
        "client_ref:a) OR (client_ref:b",
        "(client_ref:a",
        "client_ref:a; DROP TABLE run",
        "client_ref.NE:'a'",
    ],
)
def test_an_expression_that_is_none_is_refused(api, q):
    reply = api.get("/v1/runs", params={"q": q})
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "q")


def test_a_filter_cannot_reach_another_organisation(api, runs, sandbox, client_of):
    stranger = client_of(sandbox)
    for q in ("", "status_code:succeeded OR status_code:failed", "NOT client_ref:x"):
        assert found(stranger, q=q) == []


@pytest.mark.parametrize("order", ["created_at:desc", "created_at:asc"])
def test_cursors_lead_through_all_pages_and_back(api, runs, order):
    expected = runs[::-1] if order.endswith("desc") else runs
    pages, parameters = [], {"limit": 2, "sort_by": order}
    while True:
        page = api.get("/v1/runs", params=parameters).json()
        pages.append(page)
        if not page["next_pq"]:
            break
        parameters["pq"] = page["next_pq"]
    ids = [[item["id"] for item in page["items"]] for page in pages]
    assert ids == [expected[:2], expected[2:4], expected[4:]]
    assert pages[0]["prev_pq"] is None
    back = {**parameters, "from_prev": "true", "pq": pages[2]["prev_pq"]}
    middle = api.get("/v1/runs", params=back).json()
    assert [item["id"] for item in middle["items"]] == ids[1]
    assert middle["next_pq"] and middle["prev_pq"]
    first = api.get("/v1/runs", params={**back, "pq": middle["prev_pq"]}).json()
    assert [item["id"] for item in first["items"]] == ids[0]
    assert first["prev_pq"] is None


def test_an_empty_list_has_no_cursors(api):
    assert api.get("/v1/runs").json() == {"items": [], "next_pq": None, "prev_pq": None}


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "many"},
        {"sort_by": "cost:desc"},
        {"pq": "nonsense"},
        {"pq": "bm9uc2Vuc2U="},
        {"pq": "é"},
    ],
)
def test_a_bad_parameter_is_named(api, parameters):
    reply = api.get("/v1/runs", params=parameters)
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, *parameters)


def test_fields_trims_every_item(api, runs):
    items = api.get("/v1/runs", params={"fields": "id,client_ref", "limit": 500}).json()["items"]
    assert {tuple(item) for item in items} == {("id", "client_ref")}


@pytest.mark.parametrize(
    ("grammar", "accepted"),
    [("both", 3), ("colon", 2), ("eq", 1), ("none", 0)],
)
def test_a_grammar_can_be_switched_off(api, grammar, accepted):
    api.behave(q_grammar=grammar)
    expressions = ("client_ref:a", "NOT client_ref:a", "client_ref.EQ:'a'")
    replies = [api.get("/v1/runs", params={"q": q}).status_code for q in expressions]
    assert replies.count(200) == accepted
    assert api.get("/v1/runs").status_code == 200


def test_cursors_have_another_spelling_too(api, runs):
    api.behave(cursor_shape="next")
    page = api.get("/v1/runs", params={"limit": 2}).json()
    assert set(page) == {"items", "first", "next", "previous"}
    following = api.get("/v1/runs", params={"limit": 2, "pq": page["next"]}).json()
    assert [item["id"] for item in following["items"]] == [runs[2], runs[1]]
