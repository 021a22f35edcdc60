"""A host of the shop's whose URLconf has its admin, and not our addresses."""

import re

import pytest
from django.contrib import admin
from django.urls import include, path

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, Selection
from tests.shop import CHANGELIST, image_of, make_run, tick
from tests.shops.catalogue.models import Product, ProductImage

from .odd_shop import odd_site

pytestmark = pytest.mark.django_db

ELSEWHERE = {"host": "vendor.testserver"}
OURS = "/admin/product_isolation/"
urlpatterns = [path("admin/", admin.site.urls)]
under_a_name = [
    path("admin/", admin.site.urls),
    path("<slug:shop>/isolation/", include("django_product_isolation.urls")),
]


class UrlconfByHost:
    """What django-hosts does."""

    urlconf = __name__

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.get_host() == ELSEWHERE["host"]:
            request.urlconf = self.urlconf
        return self.get_response(request)


@pytest.fixture(autouse=True, params=["not there", "under a name of each shop's"])
def vendor(request, settings, monkeypatch, boss):
    settings.ALLOWED_HOSTS = ["*"]
    settings.MIDDLEWARE = [f"{__name__}.UrlconfByHost", *settings.MIDDLEWARE]
    if request.param != "not there":
        monkeypatch.setattr(UrlconfByHost, "urlconf", tuple(under_a_name))


def read(client, address):
    response = client.get(address, headers=ELSEWHERE)
    assert response.status_code == 200
    return response.content.decode()


def is_plain(page) -> bool:
    """Whether it has badges, and none of them is a link or has buttons and pictures beside it."""
    ours = ("isolation-link", "formaction", "isolation/preview/", "isolate_product")
    return 'class="isolation-badge' in page and not any(name in page for name in ours)


def test_the_shops_pages_show_states_and_offer_nothing(client):
    run = make_run(Status.APPLIED)
    image = image_of(run)
    assert is_plain(read(client, CHANGELIST))
    page = read(client, f"{CHANGELIST}{image.pk}/change/")
    assert is_plain(page)
    assert "isolation-history" in page
    assert f"isolationrun/{run.pk}" not in page
    assert "isolate_main_images" not in read(client, "/admin/catalogue/product/")


def test_the_rows_of_an_inline_do_so_too(client, settings, monkeypatch):
    class Images(admin.TabularInline):
        model = ProductImage

    class Page(admin.ModelAdmin):
        inlines = [Images]

    product = image_of(make_run(Status.APPLIED)).product
    with odd_site(settings, (Product, Page)) as site:
        monkeypatch.setattr(UrlconfByHost, "urlconf", (path("odd/", site.urls),))
        assert is_plain(read(client, f"/odd/catalogue/product/{product.pk}/change/"))


@pytest.mark.parametrize("name", ["isolate_product", "restore_original"])
def test_an_action_that_is_posted_all_the_same_is_none(client, name):
    run = make_run(Status.APPLIED)
    posted = tick([image_of(run)], name)
    assert client.post(CHANGELIST, posted, headers=ELSEWHERE)["Location"] == CHANGELIST
    assert IsolationRun.objects.get().status == Status.APPLIED
    assert not Selection.objects.exists()


def test_our_records_are_where_our_pages_are(client):
    make_run(Status.APPLIED)
    for kind in ("isolationrun", "isolationbatch"):
        assert client.get(f"{OURS}{kind}/", headers=ELSEWHERE).status_code == 403
        assert client.get(f"{OURS}{kind}/").status_code == 200
    assert re.search("isolationrun|product-isolation", read(client, OURS)) is None
    assert read(client, f"{OURS}preset/")
    assert read(client, f"{OURS}preset/add/")


def test_the_host_with_our_line_has_all_of_it(client):
    make_run(Status.APPLIED)
    page = client.get(CHANGELIST).content.decode()
    assert "isolation-link" in page
    assert "isolate_product" in page
