"""Inlines that a ModelAdmin chooses for each of its objects: each says what may be done in it."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import RequestFactory

from django_product_isolation.host.access import shop_permissions
from tests.admin.host.odd_shop import odd_site
from tests.photos import make_image
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db


class ImageInline(admin.TabularInline):
    """Of one caption each, which the instance or the class has."""

    model = ProductImage
    caption = ""

    def get_queryset(self, request):
        return super().get_queryset(request).filter(caption=self.caption)

    def has_change_permission(self, request, obj=None):
        return self.caption == "open"


def of_one_name(caption):
    """As factories make them."""

    class Images(ImageInline):
        pass

    Images.caption = caption
    return Images


OPEN, CLOSED = of_one_name("open"), of_one_name("closed")


class Named(admin.ModelAdmin):
    inlines = [OPEN, CLOSED]

    def get_inlines(self, request, obj):
        return self.inlines


class NamedInPart(admin.ModelAdmin):
    inlines = [OPEN]

    def get_inlines(self, request, obj):
        return [OPEN, CLOSED]


class ForObjectsOnly(admin.ModelAdmin):
    def get_inlines(self, request, obj):
        return [OPEN, CLOSED] if obj else []


class MadeAnew(admin.ModelAdmin):
    def get_inlines(self, request, obj):
        return [of_one_name("open"), of_one_name("closed")]


class Instances(admin.ModelAdmin):
    def get_inline_instances(self, request, obj=None):
        found = []
        for caption in ("open", "closed"):
            inline = ImageInline(self.model, self.admin_site)
            inline.caption = caption
            found.append(inline)
        return found


HOSTS = [Named, NamedInPart, ForObjectsOnly, MadeAnew, Instances]


def asked():
    request = RequestFactory().get("/")
    request.user = get_user_model().objects.create_superuser("boss")
    return request


def images_of(product, *captions):
    images = [make_image(product) for _ in captions]
    for image, caption in zip(images, captions, strict=True):
        ProductImage.objects.filter(pk=image.pk).update(caption=caption)
    return [str(image.pk) for image in images]


@pytest.mark.parametrize("host", HOSTS)
def test_an_image_is_as_open_as_the_inline_that_has_it(settings, host):
    pks = images_of("Cup", "open", "closed", "elsewhere")
    with odd_site(settings, (Product, host)):
        request = asked()
        assert shop_permissions.allowed(request, "change", ProductImage, pks) == {pks[0]}
        assert shop_permissions.allowed(request, "view", ProductImage, pks) == set(pks[:2])


def test_the_page_of_another_object_may_have_other_inlines(settings):
    class ByName(admin.ModelAdmin):
        def get_inlines(self, request, obj):
            return [of_one_name("open" if obj is None or obj.name == "Cup" else "closed")]

    pks = images_of("Cup", "open", "closed") + images_of("Pot", "open", "closed")
    with odd_site(settings, (Product, ByName)):
        request = asked()
        assert shop_permissions.allowed(request, "change", ProductImage, pks) == {pks[0]}
        assert shop_permissions.allowed(request, "view", ProductImage, pks) == {pks[0], pks[3]}


@pytest.mark.parametrize("host", [Named, MadeAnew, Instances])
def test_many_pages_cost_as_many_queries_as_one(settings, host, django_assert_max_num_queries):
    pks = [images_of(f"Cup {n}", "open")[0] for n in range(20)]
    with odd_site(settings, (Product, host)):
        request = asked()
        shop_permissions.allowed(request, "change", ProductImage, pks[:1])
        for some in (pks[:1], pks):
            with django_assert_max_num_queries(4):
                assert shop_permissions.allowed(request, "change", ProductImage, some) == set(some)
