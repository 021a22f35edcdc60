"""Sites that write down whom they let in, and sites whose people are no users of the shop's."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpResponseForbidden
from django.urls import path

from django_product_isolation.admin.host.attach import attach
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, Selection
from tests.admin.host.odd_shop import odd_site
from tests.photos import make_image
from tests.shop import make_run
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db

SELECT = "/product-isolation/select/catalogue.productimage/"


@pytest.fixture
def boss(client):
    user = get_user_model().objects.create_superuser("boss")
    client.force_login(user)
    return user


class Logged(admin.AdminSite):
    """Writes down which page is opened, and whether it is one of ours."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.opened = []

    def admin_view(self, view, cacheable=False):
        inner = super().admin_view(view, cacheable)

        def logged(request, *args, **kwargs):
            ours = getattr(request, "product_isolation_path", None)
            self.opened.append((ours is not None, ours or request.path))
            return inner(request, *args, **kwargs)

        return logged


@pytest.fixture
def logged(settings, boss):
    """A site with images and products, another that shows images, and one that shows none."""
    shown = [(model, admin.ModelAdmin) for model in (ProductImage, Product)]
    with odd_site(settings, *shown, kind=Logged) as site:
        others = [Logged(name="second"), Logged(name="admin")]
        others[0].register(ProductImage)
        attach()
        settings.ROOT_URLCONF = (
            *settings.ROOT_URLCONF,
            *(path(f"{other.name}/", other.urls) for other in others),
        )
        yield [site, *others]
        for other in others:
            admin.sites.all_sites.discard(other)


def asked(client, sites, url):
    """How often each of the sites was asked for one page that is shown."""
    for site in sites:
        site.opened.clear()
    assert client.get(url).status_code == 200, url
    assert {where for site in sites for _is_ours, where in site.opened} <= {url.partition("?")[0]}
    return [len(site.opened) for site in sites]


def test_on_a_page_of_its_own_a_site_is_asked_once_and_no_other_is(client, logged):
    image = make_image("Jug")
    make_run(Status.APPLIED, image=image)
    for page in ("", "productimage/", f"productimage/{image.pk}/change/", "product/"):
        url = f"/odd/catalogue/{page}" if page else "/odd/"
        assert asked(client, logged, url) == [1, 0, 0]
    assert asked(client, logged, f"/odd/catalogue/product/{image.product_id}/change/") == [1, 0, 0]


def test_on_a_page_of_ours_a_site_that_shows_the_images_is_asked_once(client, logged):
    run = make_run(Status.APPLIED)
    source = f"/product-isolation/preview/{run.pk}/source/"
    image = f"/product-isolation/preview/catalogue.productimage/{run.object_pk}/"
    batch = f"/product-isolation/batches/{run.batch_id}/"
    assert [asked(client, logged, url) for url in (source, image, batch)] == [[1, 0, 0]] * 3
    assert [is_ours for is_ours, _path in logged[0].opened] == [True]


def test_a_site_that_refuses_with_a_page_of_its_own_is_asked_no_further(client, settings, boss):
    class Framed(admin.AdminSite):
        refused = 0

        def admin_view(self, view, cacheable=False):
            return self.refuse

        def refuse(self, request, *args, **kwargs):
            self.refused += 1
            names = [app["app_label"] for app in self.get_app_list(request)]
            return HttpResponseForbidden(f"not from here: {names}")

    with odd_site(settings, (ProductImage, admin.ModelAdmin), kind=Framed) as site:
        site.register(IsolationRun, admin.site.get_model_admin(IsolationRun).__class__)
        assert client.get("/product-isolation/review/").status_code == 403
        assert site.refused == 2  # whether it lets them in, and what it says


class Anybody:
    """Who works in an admin without a login: may do all, and is no row of the shop's users."""

    is_active = is_staff = is_superuser = True
    pk = id = 1

    def has_perm(self, *_args):
        return True

    has_module_perms = has_perm


class LoginFree(admin.AdminSite):
    person = Anybody

    def has_permission(self, request):
        request.user = self.person()
        return True


def unsaved():
    return get_user_model()(username="anybody", is_staff=True, is_superuser=True)


@pytest.mark.parametrize("person", [Anybody, unsaved])
def test_nobody_orders_for_whom_no_user_stands(client, settings, monkeypatch, person):
    monkeypatch.setattr(LoginFree, "person", staticmethod(person))
    with odd_site(settings, (ProductImage, admin.ModelAdmin), kind=LoginFree):
        image, images = make_image("Jug"), "/odd/catalogue/productimage/"
        page = client.get(images)
        assert page.status_code == 200
        assert "isolate_product" not in page.content.decode()
        assert client.get(f"{images}{image.pk}/change/").status_code == 200
        ticked = {"action": "isolate_product", "_selected_action": [image.pk]}
        assert client.post(images, ticked)["Location"] == images
        assert client.post(SELECT, {"pk": image.pk}).status_code == 403
        assert client.get("/product-isolation/review/").status_code == 403
        assert not Selection.objects.exists()
