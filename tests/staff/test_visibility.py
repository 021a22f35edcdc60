"""Which runs a person sees: in lists of any length, of deleted images, by every site."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Manager
from django.urls import path, reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, Selection
from django_product_isolation.staff import visibility
from tests.photos import make_image, make_swatch
from tests.shop import (
    EVERYTHING,
    ISOLATE,
    image_of,
    make_balance,
    make_batch,
    make_run,
    make_staff,
    press,
    status_of,
)
from tests.shops.catalogue.models import ProductImage, Swatch
from tests.staff.market import WITHOUT_SECOND_FACTOR, enter, site

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.market")]

RUNS = "/market/product_isolation/isolationrun/"
QUEUE = "/product-isolation/review/"


@pytest.fixture(params=[1000, 0], ids=["keys by name", "keys by subquery"])
def few(request, monkeypatch):
    monkeypatch.setattr(visibility, "FEW", request.param)


def listed(client, url=RUNS) -> list[str]:
    return sorted(run.label for run in client.get(url).context["cl"].result_list)


def page_of(run) -> str:
    return reverse("product_isolation:progress", args=[run.batch_id])


def picture_of(run, which="source") -> str:
    return reverse("product_isolation:preview_run", args=[run.pk, which])


def of_swatch(owner, user=None):
    swatch = make_swatch(f"{owner} linen")
    batch = make_batch(user, model_label="catalogue.swatch", field_name="picture")
    values = {"object_pk": str(swatch.pk), "name": f"{owner} linen"}
    return make_run(Status.READY, batch=batch, **values)


def test_lists_have_one_s_own_runs_whatever_the_keys_are(client, few):
    user = enter(client, "vendor")
    user.user_permissions.add(*permissions("view_swatch"))
    for owner in ("vendor", "zoe"):
        make_run(Status.READY, name=f"{owner} cup")
        of_swatch(owner)
    assert listed(client) == ["vendor cup", "vendor linen"]
    page = client.get(QUEUE)
    assert page.context["queue"].labels == {"catalogue.productimage": 1}  # that one may change
    assert page.context["page"].paginator.count == 1
    batches = client.get("/market/product_isolation/isolationbatch/").context["cl"]
    assert batches.result_count == 2


def permissions(*codenames):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=codenames)


def test_searching_finds_no_run_of_others(client, few):
    enter(client, "vendor")
    hers = make_run(Status.APPLIED, name="zoe cup", runflow_run_id="run_hers")
    for term in ("zoe", "run_hers", hers.object_pk):
        assert listed(client, f"{RUNS}?q={term}") == []


def test_what_a_mixed_batch_cost_is_said_of_one_s_own_runs(client):
    enter(client, "vendor")
    batch = make_batch()
    make_run(Status.APPLIED, batch=batch, name="vendor cup", cost="0.27")
    make_run(Status.QUEUED, batch=batch, name="zoe cup")
    address = reverse("product_isolation:progress", args=[batch.pk])
    assert "Charged: $0.27." in client.get(address).content.decode()
    make_run(Status.QUEUED, batch=batch, name="vendor pot")
    page = client.get(address).content.decode()
    assert "Charged so far: $0.27 of at most $0.54." in page


def test_who_sees_everything_is_asked_no_question_for_each_row(client, count_queries):
    client.force_login(get_user_model().objects.create_superuser("boss"))
    run = make_run()
    client.get(RUNS)
    assert count_queries(lambda: client.get(RUNS), naming="catalogue_productimage") == 0
    assert count_queries(lambda: client.get(page_of(run)), naming="catalogue_productimage") <= 4


def test_a_vendors_pages_cost_the_same_for_many_runs(client, few, count_queries):
    enter(client, "vendor")
    batch = make_batch()
    pages = (RUNS, QUEUE, page_of(make_run(Status.READY, batch=batch, name="vendor cup")))
    make_run(Status.READY, batch=batch, name="zoe cup")
    for page in pages:
        client.get(page)
    before = [count_queries(lambda page=page: client.get(page)) for page in pages]
    for n in range(20):
        make_run(Status.READY, batch=batch, name=f"vendor {n}")
        make_run(Status.READY, batch=batch, name=f"zoe {n}")
    assert [count_queries(lambda page=page: client.get(page)) for page in pages] == before


def delete_image(run) -> None:
    ProductImage.objects.filter(pk=run.object_pk).delete()


def test_a_deleted_images_run_is_shown_to_who_began_it_and_to_no_other_vendor(client, few):
    user = enter(client, "vendor")
    mine = make_run(Status.FAILED, batch=make_batch(user), name="vendor cup")
    other = make_run(Status.FAILED, name="vendor pot")
    for run in (mine, other):
        delete_image(run)
    assert listed(client) == []  # its batch page is the way to it
    assert client.get(page_of(mine)).status_code == 200
    assert client.get(picture_of(mine)).status_code == 200
    assert client.get(f"{RUNS}{mine.pk}/change/").status_code == 200
    assert client.get(f"{RUNS}{other.pk}/change/").status_code == 302  # as for what never was
    assert client.get(page_of(other)).status_code == 404
    assert client.get(picture_of(other)).status_code == 404
    client.force_login(get_user_model().objects.create_superuser("boss"))
    assert listed(client) == ["vendor cup", "vendor pot"]
    assert client.get(page_of(other)).status_code == 200


@pytest.mark.urls("tests.urls")
def test_a_deleted_images_run_is_shown_to_whom_no_image_is_hidden(client):
    client.force_login(make_staff(*EVERYTHING, "catalogue.view_swatch"))
    run = make_run(Status.FAILED)
    delete_image(run)
    assert client.get(page_of(run)).status_code == 200
    assert client.get(picture_of(run)).status_code == 200


@pytest.mark.urls("tests.urls")
def test_a_deleted_images_run_is_not_shown_where_a_rule_might_have_hidden_it(client, monkeypatch):
    model_admin = admin.site.get_model_admin(ProductImage)
    monkeypatch.setattr(model_admin, "has_view_permission", lambda request, obj=None: True)
    client.force_login(make_staff(*EVERYTHING, "catalogue.view_swatch"))
    run = make_run(Status.FAILED)
    assert client.get(page_of(run)).status_code == 200
    delete_image(run)
    assert client.get(page_of(run)).status_code == 404


def test_an_image_that_went_to_another_vendor_is_hidden_from_who_began_it(client, few):
    user = enter(client, "vendor")
    run = make_run(Status.READY, batch=make_batch(user), name="vendor cup")
    product = image_of(run).product
    product.name = "zoe cup"
    product.save()
    assert listed(client) == []
    assert client.get(page_of(run)).status_code == 404
    assert client.get(picture_of(run)).status_code == 404


class Hiding(Manager):
    def get_queryset(self):
        return super().get_queryset().none()


def test_an_image_that_the_models_own_manager_hides_is_not_deleted(client, monkeypatch):
    """Softly deleted, or another tenant's: the shop's pages do not show it either."""
    user = enter(client, "vendor")
    mine, hers = make_run(batch=make_batch(user), name="vendor a"), make_run(name="vendor b")
    hiding = Hiding()
    hiding.model = ProductImage
    monkeypatch.setitem(vars(ProductImage._meta), "default_manager", hiding)
    assert client.get(page_of(hers)).status_code == 404
    assert client.get(page_of(mine)).status_code == 200


def test_pages_lead_who_is_kept_out_to_the_site_s_login(client):
    enter(client, WITHOUT_SECOND_FACTOR)
    run, image = make_run(Status.READY, name="hasty cup"), make_image("hasty pot")
    selection = Selection.objects.create(
        model_label="catalogue.productimage", site_name="market", object_pks=[image.pk], chosen=1
    )
    for url in (
        page_of(run),
        QUEUE,
        reverse("product_isolation:spending"),
        reverse("product_isolation:spending_export"),
        reverse("product_isolation:confirm", args=[selection.pk]),
    ):
        assert client.get(url)["Location"].startswith("/market/login/?next="), url
    restore = reverse("product_isolation:restore", args=[run.pk])
    assert client.post(restore)["Location"].startswith("/market/login/")
    assert client.get(picture_of(run)).status_code == 403


def test_who_is_no_staff_and_let_in_finds_action_column_and_pages(client):
    enter(client, "partner")
    run = make_run(Status.APPLIED, name="partner cup")
    page = client.get("/market/catalogue/productimage/").content.decode()
    assert 'value="isolate_product"' in page
    assert f'href="{page_of(run)}?run={run.pk}#run-{run.pk}"' in page
    assert client.get(page_of(run)).status_code == 200


def two_sites(settings):
    """The market, and a site that shows all to whoever it lets in: nobody but the boss."""
    wide = admin.AdminSite(name="wide")
    wide.register(ProductImage)
    wide.has_permission = lambda request: request.user.is_superuser
    from tests.staff import market

    settings.ROOT_URLCONF = (*market.urlpatterns, path("wide/", wide.urls))


def test_no_post_chooses_a_site_that_does_not_let_one_in(client, settings):
    two_sites(settings)
    enter(client, "vendor")
    mine, hers = make_image("vendor cup"), make_image("zoe cup")
    select = reverse("product_isolation:select", args=["catalogue.productimage"])
    assert client.post(select, {"pk": [mine.pk], "site": "wide"}).status_code == 403
    assert client.post(select, {"pk": [hers.pk], "site": "wide"}).status_code == 403
    assert client.post(select, {"pk": [hers.pk]}).status_code == 403
    assert client.post(select, {"pk": [mine.pk], "site": "market"}).status_code == 302
    assert Selection.objects.count() == 1


def test_a_selection_of_another_site_is_looked_at_in_one_s_own(client, settings):
    two_sites(settings)
    enter(client, "vendor")
    images = [make_image(f"{owner} cup") for owner in ("vendor", "zoe")]
    pks = [str(image.pk) for image in images]
    chosen = {"object_pks": pks, "chosen": 2, "model_label": "catalogue.productimage"}
    selection = Selection.objects.create(site_name="wide", **chosen)
    url = reverse("product_isolation:confirm", args=[selection.pk])
    page = client.get(url)
    assert [p.pk for p in page.context["plan"].accepted] == pks[:1]
    assert "/wide/" not in page.content.decode()
    press(client, url)
    assert [run.object_pk for run in IsolationRun.objects.all()] == pks[:1]


def test_a_site_that_lets_one_in_is_enough_beside_one_that_does_not(client, settings):
    two_sites(settings)
    site_names = {site.name}
    enter(client, "vendor")
    run = make_run(Status.READY, name="zoe cup")
    assert client.get(page_of(run)).status_code == 404
    client.force_login(get_user_model().objects.create_superuser("boss"))
    assert client.get(page_of(run)).status_code == 200
    assert site_names == {"market"}


@pytest.mark.urls("tests.urls")
@pytest.mark.parametrize("may_know", [False, True])
def test_sums_stand_on_the_confirm_page_for_those_who_may_see_spending(client, option, may_know):
    option(DAILY_BUDGET="0.20", MONTHLY_BUDGET="55.50")
    make_balance(amount="77.70")
    more = ("product_isolation.view_spending",) if may_know else ()
    client.force_login(make_staff(*EVERYTHING, *more))
    selection = Selection.objects.create(
        model_label="catalogue.productimage",
        site_name="admin",
        object_pks=[str(make_image().pk)],
        chosen=1,
    )
    url = reverse("product_isolation:confirm", args=[selection.pk])
    for page in (client.get(url), press(client, url)):
        text = page.content.decode()
        assert [sum_ in text for sum_ in ("77.70", "55.50", "0.20")] == [may_know] * 3
        assert "the budget" in text
    assert not IsolationRun.objects.exists()


@pytest.mark.urls("tests.urls")
@pytest.mark.parametrize("size", [160, 480, 1200])
def test_no_permission_of_ours_opens_a_picture_of_an_image_that_one_may_not_see(client, size):
    client.force_login(make_staff(ISOLATE, *EVERYTHING[3:]))
    run = make_run(Status.APPLIED)
    for which in ("source", "result"):
        assert client.get(f"{picture_of(run, which)}?size={size}").status_code == 404
    assert status_of(run) == Status.APPLIED
    assert not Swatch.objects.exists()
