"""`check` finds what answers in our place, and is silent wherever our addresses work."""

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.core.checks import run_checks
from django.http import HttpResponse
from django.urls import include, path, re_path

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
        if m.id in ("product_isolation.E009", "product_isolation.E056")
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
    assert len(findings) == 13
    assert not [address for _id, address in findings if not address.startswith("/product-")]


def test_wagtails_own_line_above_ours_leaves_only_the_callback(settings):
    addresses = [address for _id, address in found(settings, ADMIN, WAGTAIL, OURS)]
    assert "/product-isolation/review/" in addresses
    assert not [address for address in addresses if "callback" in address]


def test_pages_of_the_shop_under_our_prefix_are_found(settings):
    assert found(settings, ADMIN, OTHERS_AT_OUR_PREFIX, OURS) == [
        ("E056", "/product-isolation/health/"),
        ("E056", "/product-isolation/review/"),
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


def test_without_our_line_the_one_finding_is_that(settings):
    assert found(settings, ADMIN, CATCH_ALL) == [("E009", "The")]
