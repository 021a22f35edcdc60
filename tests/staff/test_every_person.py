"""Every address of ours, every person, in a shop that limits vendors and asks for a second factor.

``OPEN`` says whom an address lets in: to one's own rows, and to another vendor's. An address that
is missing there fails the test.
"""

import pytest
from django.db import transaction
from django.urls import get_resolver, reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset, Selection
from tests.photos import make_image
from tests.shop import make_batch, make_run, status_of
from tests.shops.catalogue.models import ProductImage
from tests.staff.market import PARTNER, PEOPLE, enter
from tests.staff.test_permissions import CALLBACK, ROWS, Scene, addresses

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.market")]

VENDORS = {"vendor", PARTNER}
ALL = set(PEOPLE)
NOBODY: set[str] = set()
WITH_ROWS = {*VENDORS, "boss"}
LISTS = {"only isolates", "only watches", *WITH_ROWS}
PRESETS = {"only keeps presets", *WITH_ROWS}
# Whom a GET lets in, and a POST: to rows of their own. Those of others are the boss's alone.
RUN, BATCH, PRESET = (
    f"admin:product_isolation_{m}" for m in ("isolationrun", "isolationbatch", "preset")
)
OF_ROWS = {
    "product_isolation:progress": (WITH_ROWS, WITH_ROWS),
    "product_isolation:preview_run": (WITH_ROWS, NOBODY),
    "product_isolation:preview_image": (WITH_ROWS, NOBODY),
    "product_isolation:select": (NOBODY, WITH_ROWS),
    "product_isolation:confirm": (WITH_ROWS, WITH_ROWS),
    "product_isolation:restore": (NOBODY, WITH_ROWS),
    f"{RUN}_decide": (NOBODY, WITH_ROWS),
    f"{RUN}_history": (WITH_ROWS, WITH_ROWS),
    f"{RUN}_delete": (NOBODY, NOBODY),
    f"{RUN}_change": (WITH_ROWS, NOBODY),
    f"{BATCH}_history": (WITH_ROWS, WITH_ROWS),
    f"{BATCH}_delete": (NOBODY, NOBODY),
    f"{BATCH}_change": (WITH_ROWS, WITH_ROWS),
}
# Whose rows there are makes no difference to who gets in.
OF_NONE = {
    CALLBACK: (NOBODY, NOBODY),
    "product_isolation:health": (ALL, NOBODY),
    "product_isolation:lateness": (ALL, NOBODY),
    # What they have not asked for themselves they do not find there; see test_restored.
    "product_isolation:restores": (NOBODY, NOBODY),
    "product_isolation:review": ({"only reviews", *WITH_ROWS}, {"only reviews", *WITH_ROWS}),
    "product_isolation:findings": ({"only reviews", *LISTS}, NOBODY),
    "product_isolation:spending": ({"only counts money", *WITH_ROWS}, NOBODY),
    "product_isolation:spending_export": ({"only counts money", *WITH_ROWS}, NOBODY),
    f"{RUN}_changelist": (LISTS, LISTS),
    f"{RUN}_add": (NOBODY, NOBODY),
    f"{BATCH}_changelist": (LISTS, LISTS),
    f"{BATCH}_add": (NOBODY, NOBODY),
    **{
        f"{PRESET}_{page}": (PRESETS, PRESETS)
        for page in ("changelist", "add", "history", "delete", "change")
    },
}
OPEN = {**OF_ROWS, **OF_NONE}


def test_every_address_stands_in_the_table():
    found = addresses(get_resolver("tests.staff.market"))
    assert {name.replace("market:", "admin:") for name in found} == set(OPEN)


def scene_of(user, owner: str) -> Scene:
    """What there is of the vendor called ``owner``, begun by somebody else."""
    run = make_run(Status.APPLIED, name=f"{owner} teapot")
    image = make_image(f"{owner} jug")
    selection = Selection.objects.create(
        model_label="catalogue.productimage",
        site_name="market",
        object_pks=[str(image.pk)],
        chosen=1,
    )
    return Scene(run, image, selection, Preset.objects.create(name="Plain"))


def traces() -> list[object]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (ProductImage, IsolationRun, IsolationBatch)
    ]


def is_in(response) -> bool:
    """Whether the answer is the page, or leads on."""
    assert response.status_code in (200, 302, 403, 404, 405), response.status_code
    if response.status_code == 302:  # to the index Django leads from what it says is not there
        return "/login/" not in response["Location"] and response["Location"] != "/market/"
    return response.status_code == 200


def body_of(response) -> str:
    content = b"".join(response) if response.streaming else response.content
    return content.decode(errors="replace")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("whose", ["own", "another's"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("person", PEOPLE)
def test_each_address_lets_in_whom_it_should(client, person, method, whose):
    user = enter(client, person)
    owner = person if whose == "own" else "zoe"
    scene, before = scene_of(user, owner), traces()
    wrong = []
    for name in sorted(OPEN):
        row, which = ROWS[name], OPEN[name][method == "post"]
        expected = person in which and (person == "boss" or whose == "own" or name in OF_NONE)
        data = {**row.data(scene), "back": "/back/"} if method == "post" else {}
        with transaction.atomic():
            response = getattr(client, method)(reverse(name, args=row.args(scene)), data)
            body = body_of(response)
            if is_in(response) != expected:
                wrong.append((name, response.status_code))
            if not expected and traces() != before:
                wrong.append((name, "changed something"))
            if whose != "own" and person != "boss" and "zoe " in body:
                wrong.append((name, "told of another vendor's product"))
            transaction.set_rollback(True)
    assert wrong == []


def test_what_a_post_lets_in_does_something(client):
    """So that a refusal means something."""
    scene = scene_of(enter(client, "vendor"), "vendor")
    for name in ("restore", "confirm"):
        address = f"product_isolation:{name}"
        row = ROWS[address]
        client.post(reverse(address, args=row.args(scene)), row.data(scene))
    assert status_of(scene.run) == Status.RESTORING
    assert IsolationBatch.objects.filter(pk=scene.selection.pk).exists()


def test_of_a_mixed_batch_a_vendor_sees_their_own_rows_and_sums(client):
    enter(client, "vendor")
    batch = make_batch()
    for owner in ("vendor", "zoe", "zoe"):
        make_run(Status.APPLIED, batch=batch, name=f"{owner} teapot", cost="0.27")
    page = client.get(reverse("product_isolation:progress", args=[batch.pk]))
    assert [card.run.label for card in page.context["cards"]] == ["vendor teapot"]
    assert (page.context["charged"], page.context["count"]) == ("$0.27", 1)
    assert "zoe " not in page.content.decode()
    listed = client.get("/market/product_isolation/isolationbatch/").content.decode()
    assert '<td class="field-images">1</td>' in listed


def test_the_export_names_only_products_that_one_may_see(client):
    enter(client, "vendor")
    for owner in ("vendor", "zoe"):
        make_run(Status.APPLIED, name=f"{owner} teapot", cost="0.27")
    lines = body_of(client.get(reverse("product_isolation:spending_export"))).splitlines()
    assert sorted(line.split(",")[3] for line in lines[1:]) == ["", "vendor teapot"]
