"""Sites that let people in by rules of their own, and sites whose rules break on others."""

import re
from pathlib import Path

import pytest
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseForbidden, HttpResponseRedirect, StreamingHttpResponse
from django.test import Client
from django.urls import path, reverse

import django_product_isolation
from django_product_isolation.admin.host.attach import attach
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, Selection
from tests.admin.host.odd_shop import odd_site
from tests.photos import make_image
from tests.shop import make_run, press, said, status_of
from tests.shops.catalogue.models import Product, ProductImage
from tests.staff.test_permissions import ROWS, Scene

pytestmark = pytest.mark.django_db

SELECT = "/product-isolation/select/catalogue.productimage/"


class Guarded(admin.AdminSite):
    """Wants a second factor, which its people have in their session, as well as a password."""

    def admin_view(self, view, cacheable=False):
        inner = super().admin_view(view, cacheable)

        def guarded(request, *args, **kwargs):
            if request.session.get("second_factor"):
                return inner(request, *args, **kwargs)
            return self.send_away(request)

        return guarded

    def send_away(self, request):
        messages.error(request, "Your second factor, please.")
        return HttpResponseRedirect(f"/second-factor/?next={request.get_full_path()}")


def give_factor(client):
    session = client.session
    session["second_factor"] = True
    session.save()


@pytest.fixture
def boss(client):
    user = get_user_model().objects.create_superuser("boss")
    client.force_login(user)
    return user


@pytest.fixture
def guarded(settings, boss):
    with odd_site(settings, (ProductImage, admin.ModelAdmin), kind=Guarded) as site:
        yield site


@pytest.fixture
def scene(guarded):
    image = make_image("Jug")
    chosen = {"object_pks": [str(image.pk)], "chosen": 1, "site_name": "odd"}
    selection = Selection.objects.create(model_label="catalogue.productimage", **chosen)
    return Scene(make_run(Status.APPLIED), image, selection, None)


PAGES = [
    name
    for name in ROWS
    if name.startswith("product_isolation:")
    and name.partition(":")[2] not in ("callback", "health", "lateness")
]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_of_ours_opens_without_what_the_site_asks_before_its_own(
    client, scene, name, method
):
    row, before = ROWS[name], list(ProductImage.objects.values())
    data = {**row.data(scene), "back": "/back/?page=2"} if method == "post" else {}
    url = reverse(name, args=row.args(scene))
    response = getattr(client, method)(url, data)
    if response.status_code == 302:
        back = "/back/?page=2" if ("select" in name or name.endswith(":restore")) else url
        assert response["Location"] == f"/second-factor/?next={back}"
    else:
        assert response.status_code in (403, 405)
        assert "preview" in name or response.status_code == 405
    assert list(ProductImage.objects.values()) == before
    assert not IsolationBatch.objects.filter(pk=scene.selection.pk).exists()
    assert status_of(scene.run) == Status.APPLIED


def test_with_it_an_image_is_chosen_ordered_and_watched(scene):
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.get())
    give_factor(client)
    page = client.get("/odd/catalogue/productimage/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]
    form = {"pk": scene.image.pk, "csrfmiddlewaretoken": token}
    assert client.post(SELECT, {"pk": scene.image.pk}).status_code == 403
    chosen = client.post(SELECT, form)
    page = press(client, chosen["Location"], follow=True, csrfmiddlewaretoken=token)
    assert page.status_code == 200
    assert IsolationRun.objects.filter(object_pk=str(scene.image.pk)).exists()


def test_the_sites_own_second_page_can_be_posted_by_who_never_had_a_csrf_cookie(guarded):
    from django.template import engines

    def send_away(request):
        from django.http import HttpResponse

        form = engines["django"].from_string("{% csrf_token %}")
        return HttpResponse(form.render({}, request), status=401)

    guarded.send_away = send_away
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.get())
    page = client.get("/product-isolation/review/")
    assert (page.status_code, "csrftoken" in page.cookies) == (401, True)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda request: HttpResponseForbidden("not from here"), 403),
        (lambda request: StreamingHttpResponse(["not ", "now"], status=503), 503),
        (PermissionDenied, 403),
        (Http404, 404),
        (lambda request: None, 403),
    ],
    ids=["forbidden", "streaming", "denied", "not found", "nothing"],
)
def test_the_page_says_what_the_site_says(client, scene, answer, status):
    def send_away(request):
        said = answer(request)
        if isinstance(said, Exception):
            raise said
        return said

    scene_site = next(s for s in admin.sites.all_sites if s.name == "odd")
    scene_site.send_away = send_away
    for url in ("/product-isolation/review/", f"/product-isolation/confirm/{scene.selection.pk}/"):
        assert client.get(url).status_code == status


def test_a_guard_put_on_one_site_object_counts_too(client, settings, boss):
    with odd_site(settings, (ProductImage, admin.ModelAdmin)) as site:
        plain = site.admin_view

        def admin_view(view, cacheable=False):
            inner = plain(view, cacheable)
            return lambda request, *args, **kwargs: (
                inner(request, *args, **kwargs)
                if "Factor" in request.headers
                else HttpResponseForbidden()
            )

        site.admin_view = admin_view
        assert client.get("/product-isolation/review/").status_code == 403
        assert client.get("/product-isolation/review/", headers={"factor": "1"}).status_code == 200


def test_what_another_site_notes_or_says_does_not_reach_the_page(client, settings, boss):
    class Noting(Guarded):
        def send_away(self, request):
            request.current_app = request.user = None
            return super().send_away(request)

    with two_sites(settings, Noting):
        page = client.get("/clerks/catalogue/productimage/")
        assert page.status_code == 200
        assert said(page) == []
        assert client.get("/product-isolation/review/").status_code == 200


class two_sites:
    """A site of the given class that shows images and products, before a plain one."""

    def __init__(self, settings, kind):
        self.odd = odd_site(settings, (ProductImage, admin.ModelAdmin), kind=kind)
        self.settings = settings

    def __enter__(self):
        self.odd.__enter__()
        for earlier in [known for known in admin.sites.all_sites if known.name == "clerks"]:
            admin.sites.all_sites.discard(earlier)
        self.clerks = admin.AdminSite(name="clerks")
        self.clerks.register(ProductImage)
        self.clerks.register(Product)
        attach()
        self.settings.ROOT_URLCONF = (
            path("clerks/", self.clerks.urls),
            *self.settings.ROOT_URLCONF,
        )
        return self.clerks

    def __exit__(self, *error):
        admin.sites.all_sites.discard(self.clerks)


class OfPartners(admin.AdminSite):
    """Its rule was written for people who have a partner."""

    def has_permission(self, request):
        return request.user.partner.is_open


class GuardedByPartners(admin.AdminSite):
    def admin_view(self, view, cacheable=False):
        return lambda request: view(request) if request.user.partner.is_open else None


@pytest.mark.parametrize("kind", [OfPartners, GuardedByPartners])
def test_a_site_whose_rule_breaks_breaks_no_page_of_another_site_or_of_ours(
    client, settings, kind, boss
):
    with two_sites(settings, kind):
        image, run = make_image("Cup"), make_run(Status.APPLIED)
        for url in (
            "/clerks/",
            "/clerks/catalogue/productimage/",
            f"/clerks/catalogue/productimage/{image.pk}/change/",
            f"/clerks/catalogue/product/{image.product_id}/change/",
            "/product-isolation/review/",
            "/product-isolation/spending/",
            f"/product-isolation/batches/{run.batch_id}/",
            f"/product-isolation/preview/{run.pk}/source/",
        ):
            assert client.get(url).status_code == 200, url
        chosen = client.post(SELECT, {"pk": image.pk})
        assert client.get(chosen["Location"]).status_code == 200


@pytest.mark.parametrize("kind", [OfPartners, GuardedByPartners])
def test_who_is_not_logged_in_is_led_to_the_login_of_a_site_that_works(client, settings, kind):
    with two_sites(settings, kind):
        response = client.get("/product-isolation/review/")
        assert response["Location"] == "/clerks/login/?next=/product-isolation/review/"


def test_sites_are_asked_in_one_place_whom_they_let_in():
    package = Path(django_product_isolation.__file__).parent
    asking = [
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if re.search(r"\.(has_permission|admin_view)\(", file.read_text(encoding="utf-8"))
    ]
    # Its own pages a ModelAdmin hands to its site, as Django has it.
    assert sorted(set(asking) - {"admin/runs.py"}) == ["host/access/site_access.py"]
    runs = (package / "admin/runs.py").read_text(encoding="utf-8")
    assert "has_permission(" not in runs
