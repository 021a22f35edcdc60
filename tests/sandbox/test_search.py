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
    assert found(api) == found(api, sort_by="created_at:desc") == runs[::-1]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("q", "which"),
    [
        ("client_ref:ref-2", [2]),
        ("client_ref.EQ:'ref-2'", [2]),
        ("client_ref.EQ:'ref 4'", [4]),
        ("client_ref:REF-2", []),
        ("status_code:failed", [4]),
        ("status_code.EQ:'succeeded'", [3, 2, 1, 0]),
        ("", [4, 3, 2, 1, 0]),
    ],
)
def test_both_grammars_filter(api, runs, q, which):
    assert found(api, q=q) == [runs[n] for n in which]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "q",
    [
        "client_ref",
        "client_ref:",
        "colour:blue",
        "client_ref:a b",
        "created_at:2026-04-01",
        "NOT client_ref:a",
        "(client_ref:a)",
        "client_ref:a OR client_ref:b",
        "client_ref.EQ:'a' OR 1=1",
        "client_ref:a; DROP TABLE run",
        "client_ref.NE:'a'",
    ],
)
def test_an_expression_that_is_none_is_refused(api, q):
    reply = api.get("/v1/runs", params={"q": q})
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "q")


def test_a_filter_cannot_reach_another_organisation(api, runs, sandbox, client_of):
    stranger = client_of(sandbox)
    for q in ("", "status_code:succeeded", "client_ref.EQ:'ref-1'"):
        assert found(stranger, q=q) == []


def test_cursors_lead_through_all_pages(api, runs):
    pages, parameters = [], {"limit": 2}
    while True:
        page = api.get("/v1/runs", params=parameters).json()
        pages.append([item["id"] for item in page["items"]])
        if not page["next_pq"]:
            break
        parameters["pq"] = page["next_pq"]
    assert pages == [runs[4:2:-1], runs[2:0:-1], runs[:1]]


def test_a_cursor_and_a_filter_go_together(api, runs):
    parameters = {"limit": 2, "q": "status_code:succeeded"}
    page = api.get("/v1/runs", params=parameters).json()
    assert found(api, **parameters, pq=page["next_pq"]) == [runs[1], runs[0]]


def test_an_asked_for_spelling_of_cancelled_is_found(api):
    api.behave(fault="run_cancelled")
    run = api.create(f"runflow://assets/{api.upload()['id']}").json()
    api.finished(run["id"])
    for q in ("status_code:canceled", "status_code.EQ:'cancelled'"):
        assert found(api, q=q) == [run["id"]]


def test_an_empty_list_has_no_cursors(api):
    assert api.get("/v1/runs").json() == {"items": [], "next_pq": None, "prev_pq": None}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "many"},
        {"sort_by": "created_at:asc"},
        {"pq": "nonsense"},
        {"pq": "bm9uc2Vuc2U="},
        {"pq": "é"},
    ],
)
def test_a_bad_parameter_is_named(api, parameters):
    reply = api.get("/v1/runs", params=parameters)
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, *parameters)


@pytest.mark.parametrize(
    ("grammar", "accepted"),
    [("both", 2), ("colon", 1), ("eq", 1), ("none", 0)],
)
def test_a_grammar_can_be_switched_off(api, grammar, accepted):
    api.behave(q_grammar=grammar)
    expressions = ("client_ref:a", "client_ref.EQ:'a'")
    replies = [api.get("/v1/runs", params={"q": q}).status_code for q in expressions]
    assert replies.count(200) == accepted
    assert api.get("/v1/runs").status_code == 200


def test_cursors_have_another_spelling_too(api, runs):
    api.behave(cursor_shape="next")
    page = api.get("/v1/runs", params={"limit": 2}).json()
    assert set(page) == {"items", "first", "next", "previous"}
    following = api.get("/v1/runs", params={"limit": 2, "pq": page["next"]}).json()
    assert [item["id"] for item in following["items"]] == [runs[2], runs[1]]
