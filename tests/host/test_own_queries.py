"""Whoever is asked at an address of their own finds nothing there of what our pages were asked."""

import html
import re

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncRequestFactory, RequestFactory

from django_product_isolation.admin.runs import RunAdmin
from django_product_isolation.choices import Status
from django_product_isolation.host.access.own_pages import at_list, at_page, at_site
from django_product_isolation.models import IsolationRun
from tests.admin.host.odd_shop import odd_site
from tests.photos import make_image
from tests.shop import EVERYTHING, about, make_batch, make_run, make_staff, status_of
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db

OURS = "/product-isolation/review/?status=queued&size=huge-480"
WORDS = ("queued", "huge-480", "approve", "picked.txt")
PRODUCT = ("catalogue.view_product", "catalogue.change_product")


class ByQuery(admin.ModelAdmin):
    """As a shop that links to its own list with words of its own, some of which are ours, too."""

    def get_queryset(self, request):
        found = super().get_queryset(request)
        if status := request.GET.get("status"):
            found = found.filter(caption=status)
        if size := request.GET.get("size"):
            found = found.filter(product__name__icontains=f"size {size}")
        if request.POST.get("decide"):
            found = found.none()
        return found


class PageByQuery(admin.ModelAdmin):
    """The same of what the page of a product shows."""

    def get_inlines(self, request, obj):
        class Images(admin.TabularInline):
            model = ProductImage

        return [] if obj is None or request.GET or request.POST else [Images]


@pytest.mark.parametrize("shown", [(ProductImage, ByQuery), (Product, PageByQuery)])
def test_words_of_our_addresses_say_nothing_to_the_shop(client, settings, shown):
    client.force_login(make_staff(*EVERYTHING, *PRODUCT))
    batch = make_batch()
    runs = [make_run(Status.QUEUED, batch=batch, name=name) for name in ("Cup", "Pot")]
    with odd_site(settings, shown, (IsolationRun, RunAdmin)):
        page = client.get(f"/product-isolation/batches/{batch.pk}/").content.decode()
        [link] = re.findall(r'href="([^"]*status=queued)"', page)
        picture = html.unescape(re.search(r'src="([^"]*size=[^"]*)"', page)[1])
        assert client.get(link).status_code == client.get(picture).status_code == 200
        client.post(link, {"decide": about("stop", runs)})
    assert {status_of(run) for run in runs} == {Status.CANCELLED}


def posted(**extra):
    file = SimpleUploadedFile("picked.txt", b"picked.txt")
    return RequestFactory(**extra).post(OURS, {"decide": "approve:1", "file": file})


def posted_and_read():
    request = posted()
    assert request.POST and request.FILES and request.headers
    return request


def posted_and_read_raw():
    request = posted()
    assert b"approve" in request.body
    return request


def named_by_the_server():
    return posted(REQUEST_URI=OURS, RAW_URI=OURS)


def posted_to_an_asgi_server():
    return AsyncRequestFactory().post(OURS, {"decide": "approve:1"})


REQUESTS = [posted, posted_and_read, posted_and_read_raw, named_by_the_server]


@pytest.fixture
def copies(settings):
    """Of a request: those for a site, for a list and for the page of an image."""

    def make(request):
        with odd_site(settings, (ProductImage, admin.ModelAdmin)) as site:
            request.user = get_user_model().objects.create_superuser("boss")
            model_admin = site.get_model_admin(ProductImage)
            page = at_page(model_admin, request, make_image())
            return [at_site(site, request), at_list(model_admin, request), page]

    return make


def told(request) -> str:
    """All that a request says of what it asks for."""
    given = [request.GET, request.POST, request.FILES, request.body, request.read()]
    places = [request.get_full_path(), request.build_absolute_uri()]
    server = {
        name: value
        for name, value in request.META.items()
        if name not in ("HTTP_COOKIE", "wsgi.errors")
    }
    behind = [getattr(request, "environ", None), getattr(request, "scope", None)]
    return repr([*given, *places, dict(request.headers), request.content_type, server, behind])


@pytest.mark.parametrize("make", [*REQUESTS, posted_to_an_asgi_server])
def test_a_copy_of_the_request_says_nothing_of_what_was_asked_of_us(copies, make):
    request = make()
    for copy in copies(request):
        assert copy.method == "POST"
        said = told(copy)
        assert not [word for word in WORDS if word in said]
        assert "multipart" not in said


@pytest.mark.parametrize("make", REQUESTS)
def test_the_request_itself_still_has_what_was_posted(copies, make):
    request = make()
    for copy in copies(request):
        told(copy)
    assert request.GET["status"] == "queued"
    assert request.POST["decide"] == "approve:1"
    assert request.FILES["file"].name == "picked.txt"
    assert request.META["QUERY_STRING"] == "status=queued&size=huge-480"
