"""Every decision by every door, about a run of one's own and of another vendor's."""

import pytest
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent, Selection
from django_product_isolation.staff.decisions import DECISIONS
from django_product_isolation.workflow import quote_of_runs
from tests.shop import about, make_batch, make_run, press, tick
from tests.shops.catalogue.models import ProductImage
from tests.staff.market import WITHOUT_SECOND_FACTOR, enter

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.market")]

# A status in which each applies. A decision that is missing here fails the test.
APPLIES_TO = {
    "approve": Status.READY,
    "reject": Status.READY,
    "redo": Status.READY,
    "resume": Status.HELD,
    "retry": Status.FAILED,
    "change": Status.FAILED,
    "restore": Status.APPLIED,
    "keep": Status.RESTORING,
    "stop": Status.PROCESSING,
}
REVIEWED = ("approve", "reject", "redo")
RUNS = "/market/product_isolation/isolationrun/"


def on_batch_page(run, name):
    url = reverse("product_isolation:progress", args=[run.batch_id])
    return url, {"decide": f"{name}:{run.pk}", "quote": str(quote_of_runs([run]))}


def on_batch_page_for_all(run, name):
    url = reverse("product_isolation:progress", args=[run.batch_id])
    runs = list(run.batch.runs.all())
    return url, {"decide": about(name, runs), "quote": str(quote_of_runs([run]))}


def on_another_batch_page(run, name):
    batch = make_batch()
    make_run(Status.QUEUED, batch=batch, name="vendor kettle")
    url = reverse("product_isolation:progress", args=[batch.pk])
    return url, {"decide": f"{name}:{run.pk}", "quote": str(quote_of_runs([run]))}


def on_run_page(run, name):
    return f"{RUNS}{run.pk}/decide/", {"decide": name, "quote": str(quote_of_runs([run]))}


def on_run_list(run, name):
    return RUNS, tick([run], f"{name}_runs")


def on_review(run, name):
    return reverse("product_isolation:review"), {"decide": f"{name}:{run.pk}"}


def on_review_ticked(run, name):
    return reverse("product_isolation:review"), {"decide": f"{name}:ticked", "run": [str(run.pk)]}


def on_restore(run, name):
    return reverse("product_isolation:restore", args=[run.pk]), {}


def on_image_list(run, name):
    image = ProductImage.objects.get(pk=run.object_pk)
    return "/market/catalogue/productimage/", tick([image], "restore_original")


def doors_of(name):
    """Every way to post the decision."""
    yield from (on_batch_page, on_batch_page_for_all, on_run_page)
    if not DECISIONS[name].order:
        yield on_run_list
    if name in REVIEWED:
        yield from (on_review, on_review_ticked)
    if name == "restore":
        yield from (on_restore, on_image_list)


WAYS = [pytest.param(n, d, id=f"{n}-{d.__name__}") for n in APPLIES_TO for d in doors_of(n)]


def traces() -> list[object]:
    models = (ProductImage, IsolationRun, IsolationBatch, RunEvent, Selection)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_every_decision_is_tried():
    assert set(APPLIES_TO) == set(DECISIONS)


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("name", "door"), WAYS)
def test_a_vendor_decides_about_their_own(client, name, door):
    enter(client, "vendor")
    run = make_run(APPLIES_TO[name], name="vendor teapot")
    before = traces()
    client.post(*door(run, name))
    assert traces() != before


@pytest.mark.sampled(6)
@pytest.mark.parametrize("person", ["vendor", WITHOUT_SECOND_FACTOR, "only changes images"])
@pytest.mark.parametrize(("name", "door"), [*WAYS, ("resume", on_another_batch_page)])
def test_nobody_decides_about_what_they_may_not_see(client, name, door, person):
    enter(client, person)
    run = make_run(APPLIES_TO[name], name="zoe teapot")
    url, data = door(run, name)
    before = traces()
    response = client.post(url, data)
    assert traces() == before
    assert "zoe " not in client.get("/market/", follow=True).content.decode()
    assert response.status_code in (200, 302, 403, 404)


def test_approving_all_approves_one_s_own_alone(client):
    enter(client, "vendor")
    batch = make_batch()
    mine, hers = (
        make_run(Status.READY, batch=batch, name=f"{owner} teapot") for owner in ("vendor", "zoe")
    )
    client.post(*on_batch_page_for_all(mine, "approve"))
    mine.refresh_from_db()
    hers.refresh_from_db()
    assert (mine.review, hers.review) == (False, True)


@pytest.mark.parametrize("action", ["isolate_product", "isolate_all_images", "isolate_main_images"])
def test_a_list_action_takes_no_row_that_the_list_hides(client, action):
    enter(client, "vendor")
    image = ProductImage.objects.get(pk=make_run(Status.FAILED, name="zoe teapot").object_pk)
    kind, row = ("productimage", image) if action == "isolate_product" else ("product", image)
    chosen = row if kind == "productimage" else image.product
    client.post(f"/market/catalogue/{kind}/", tick([chosen], action))
    assert not any(selection.object_pks for selection in Selection.objects.all())


def test_an_order_turns_down_no_result_that_one_may_not_see(client):
    enter(client, "vendor")
    hers = make_run(Status.READY, name="zoe teapot")
    mine = ProductImage.objects.get(pk=make_run(Status.FAILED, name="vendor jug").object_pk)
    select = reverse("product_isolation:select", args=["catalogue.productimage"])
    confirm = client.post(select, {"pk": [mine.pk], "redo_of": [str(hers.pk)]})["Location"]
    press(client, confirm)
    assert IsolationRun.objects.filter(batch_id=Selection.objects.get().pk).count() == 1
    hers.refresh_from_db()
    assert hers.status == Status.READY
