"""`check` finds what answers in our place, and is silent wherever our addresses work."""

from uuid import uuid4

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.core.checks import run_checks
from django.http import HttpResponse
from django.urls import NoReverseMatch, include, path, re_path

from django_product_isolation.checks.shop import check_urls
from django_product_isolation.conf import get_settings
from django_product_isolation.runflow.callbacks import callback_url
from tests.photos import make_image

pytestmark = pytest.mark.django_db

ADMIN = path("admin/", admin.site.urls)
OURS = path("product-isolation/", include("django_product_isolation.urls"))


def page(request, **kwargs):
    return HttpResponse("a page of the shop's")


# As Wagtail writes its own: no address with a "~", such as a callback's, is taken.
WAGTAIL = re_path(r"^((?:[\w\-]+/)*)$", page)
CATCH_ALL = path("<path:anything>", page)
OTHERS_AT_OUR_PREFIX = path("product-isolation/", include([path("<slug:page>/", page)]))


def found(settings, *patterns):
    settings.ROOT_URLCONF = patterns
    return [
        (m.id.removeprefix("product_isolation."), m.msg.split()[0])
        for m in run_checks()
        if m.id.removeprefix("product_isolation.") in {"E009", "E056", "W024"}
    ]


@pytest.mark.parametrize(
    "patterns",
    [
        (ADMIN, OURS),
        (OURS, ADMIN, CATCH_ALL),
        (OURS, ADMIN, WAGTAIL),
        (ADMIN, path("shop/tools/", include("django_product_isolation.urls")), WAGTAIL),
        (ADMIN, path("", include("django_product_isolation.urls")), CATCH_ALL),
        (ADMIN, *i18n_patterns(OURS), CATCH_ALL),
        (ADMIN, *i18n_patterns(OURS, prefix_default_language=False)),
        (OURS, path("again/", include("django_product_isolation.urls")), ADMIN),
        (ADMIN, path("x/", include("django_product_isolation.urls", namespace="isolation"))),
        (ADMIN, path("<slug:shop>/about/", page), OURS),
    ],
)
def test_addresses_that_work_are_passed_over_in_silence(settings, patterns):
    assert found(settings, *patterns) == []


def test_a_catch_all_above_ours_takes_every_address(settings):
    findings = found(settings, ADMIN, CATCH_ALL, OURS)
    assert {finding for finding, _address in findings} == {"E056"}
    assert len(findings) == 14
    assert not [address for _id, address in findings if not address.startswith("/product-")]


def test_wagtails_own_line_above_ours_leaves_only_the_callback(settings):
    addresses = [address for _id, address in found(settings, ADMIN, WAGTAIL, OURS)]
    assert "/product-isolation/review/" in addresses
    assert not [address for address in addresses if "callback" in address]


def test_pages_of_the_shop_under_our_prefix_are_found(settings):
    assert found(settings, ADMIN, OTHERS_AT_OUR_PREFIX, OURS) == [
        ("E056", "/product-isolation/health/"),
        ("E056", "/product-isolation/review/"),
        ("E056", "/product-isolation/findings/"),
        ("E056", "/product-isolation/spending/"),
    ]


def test_what_answers_in_our_place_is_named_with_the_way_out(settings):
    settings.ROOT_URLCONF = (ADMIN, CATCH_ALL, OURS)
    (first, *_rest) = [m for m in run_checks() if m.id == "product_isolation.E056"]
    assert "tests.checks.test_addresses.page" in first.msg
    assert "above" in first.hint


def test_a_site_below_a_prefix_of_its_server_is_no_fault(settings):
    from django.urls import set_script_prefix

    set_script_prefix("/shop/")
    try:
        assert found(settings, ADMIN, OURS) == []
        assert found(settings, ADMIN, CATCH_ALL, OURS)
    finally:
        set_script_prefix("/")


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ({"SESSION_COOKIE_PATH": "/admin"}, ["SESSION_COOKIE_PATH"]),
        ({"CSRF_COOKIE_PATH": "/admin/"}, ["CSRF_COOKIE_PATH"]),
        ({"CSRF_COOKIE_PATH": "/admin", "CSRF_USE_SESSIONS": True}, []),
        ({"SESSION_COOKIE_PATH": "/"}, []),
        ({"SESSION_COOKIE_PATH": "/shop"}, []),  # where the server mounts the whole site
        ({"SESSION_COOKIE_PATH": "/adm"}, []),
    ],
)
def test_a_cookie_that_only_the_admin_gets_is_found(settings, paths, expected):
    for name, covered in paths.items():
        setattr(settings, name, covered)
    assert [m.msg.split()[0] for m in run_checks() if m.id == "product_isolation.W035"] == expected


def test_below_the_cookies_path_as_its_hint_says_we_are_covered(settings):
    settings.SESSION_COOKIE_PATH = "/admin"
    [finding] = [m for m in run_checks() if m.id == "product_isolation.W035"]
    assert 'path("admin/product-isolation/"' in finding.hint
    below = path("admin/product-isolation/", include("django_product_isolation.urls"))
    settings.ROOT_URLCONF = (below, ADMIN)
    assert not [m for m in run_checks() if m.id.startswith("product_isolation.")]


def test_without_our_line_the_one_finding_is_that(settings):
    assert found(settings, ADMIN, CATCH_ALL) == [("E009", "The")]


class StaffHost:
    """Gives requests to the staff's own host a URLconf of their own."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.get_host().startswith("staff."):
            request.urlconf = (ADMIN, OURS)
        return self.get_response(request)


@pytest.fixture
def staff_host(settings):
    settings.MIDDLEWARE = [f"{__name__}.StaffHost", *settings.MIDDLEWARE]
    return settings


def test_where_staff_have_a_host_of_their_own_it_asks_to_make_sure(
    staff_host, admin_client, runflow
):
    assert found(staff_host, CATCH_ALL) == [("W024", "Neither")]
    image, host = make_image(), {"host": "staff.shop.example"}
    chosen = {"action": "isolate_product", "_selected_action": [image.pk]}
    response = admin_client.post("/admin/catalogue/productimage/", chosen, headers=host)
    assert admin_client.get(response["Location"], headers=host).status_code == 200


def test_there_too_callbacks_need_our_line_in_the_public_urlconf(staff_host):
    options = {**staff_host.PRODUCT_ISOLATION, "CALLBACK_BASE_URL": "https://shop.example"}
    staff_host.PRODUCT_ISOLATION = options
    assert found(staff_host, CATCH_ALL) == [("E009", "The")]
    with pytest.raises(NoReverseMatch):
        callback_url(uuid4())
    assert found(staff_host, OURS, CATCH_ALL) == []
    assert callback_url(uuid4()).startswith("https://shop.example/product-isolation/callback/")


def test_settings_of_a_worker_alone_without_any_urlconf_are_checked_too(settings):
    del settings.ROOT_URLCONF
    findings = [m.id for m in check_urls(get_settings())]
    assert findings == ["product_isolation.W024"]
