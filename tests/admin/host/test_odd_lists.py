"""Lists of a shop's that are written for their own columns, actions and parameters alone."""

from copy import deepcopy

import pytest
from django.contrib import admin
from django.http import HttpResponseRedirect
from django.test import RequestFactory
from django.utils.translation import override

from django_product_isolation.admin.host import actions
from django_product_isolation.admin.host.attach import add_actions
from django_product_isolation.admin.host.product_actions import actions_for_products
from django_product_isolation.choices import Status
from django_product_isolation.host import target_for
from tests.photos import make_image
from tests.shop import CHANGE, VIEW, make_run, make_staff, tick
from tests.shops.catalogue.models import Product, ProductImage

from .odd_shop import OddImage

pytestmark = pytest.mark.django_db

LISTED = "/odd/catalogue/oddimage/"


def archive(model_admin, request, queryset):
    """Of the shop's own."""


class KeepsItsOwn(admin.ModelAdmin):
    actions = ["archive"]
    archive = archive

    def get_actions(self, request):
        found = super().get_actions(request)
        return {name: found[name] for name in self.actions if name in found}


class SortsThem(KeepsItsOwn):
    def get_actions(self, request):
        found = super().get_actions(request)
        return {name: found[name] for name in sorted(self.actions) if name in found}


@pytest.mark.parametrize("kind", [KeepsItsOwn, SortsThem])
def test_our_actions_stand_among_names_as_names(kind, client, odd):
    odd(kind)
    make_image()
    page = client.get(LISTED).content.decode()
    for name in ("archive", "isolate_product", "restore_original"):
        assert f'<option value="{name}">' in page


class HasSuchARight(admin.ModelAdmin):
    """Rights of its own, one called as ours might be, and columns that are made on demand."""

    def has_restore_image_permission(self, request):
        return True

    def __getattr__(self, name):
        if name.startswith("has_"):
            return lambda request, obj=None: True
        raise AttributeError(name)


def test_a_right_of_the_shops_own_lets_nobody_restore(client, odd):
    odd(HasSuchARight)
    run = make_run(Status.APPLIED)
    client.force_login(make_staff("catalogue.view_oddimage", "catalogue.change_oddimage"))
    image = ProductImage.objects.get(pk=run.object_pk)
    assert "restore_original" not in client.get(LISTED).content.decode()
    client.post(LISTED, tick([image], "restore_original"))
    run.refresh_from_db()
    assert run.status == Status.APPLIED


class FiltersAtFirst(admin.ModelAdmin):
    def changelist_view(self, request, extra_context=None):
        if not request.GET:
            return HttpResponseRedirect(f"{request.path}?caption__exact=")
        return super().changelist_view(request, extra_context)


def test_a_list_that_leads_to_its_own_filter_keeps_ours(client, odd):
    odd(FiltersAtFirst)
    assert client.get(LISTED)["Location"] == f"{LISTED}?caption__exact="
    led = client.get(f"{LISTED}?product_isolation=none")["Location"]
    assert led == f"{LISTED}?caption__exact=&product_isolation=none"
    assert client.get(led).status_code == 200


class LeadsAway(admin.ModelAdmin):
    def changelist_view(self, request, extra_context=None):
        return HttpResponseRedirect("https://elsewhere.example/?from=list")


def test_a_list_that_leads_to_another_place_gives_it_nothing_of_ours(client, odd):
    odd(LeadsAway)
    led = client.get(f"{LISTED}?product_isolation=none")["Location"]
    assert led == "https://elsewhere.example/?from=list"


class Generates(admin.ModelAdmin):
    list_display_links = ["caption"]

    def get_list_display(self, request):
        yield from ("caption", "product")


def test_columns_that_can_be_read_once_are_all_shown(client, odd):
    odd(Generates)
    make_image()
    page = client.get(LISTED).content.decode()
    for column in ("caption", "product", "isolation_state"):
        assert f"column-{column}" in page


@pytest.mark.parametrize("language", ["de", "en"])
def test_labels_are_in_the_language_of_whoever_looks(language):
    [action, *_] = actions_for_products([target_for(ProductImage)])[Product]
    named = type(action)(action.target, action.which, is_only_target=False)
    of_field = actions.for_field(actions.isolate_product, action.target)
    labels = (named.description, of_field.short_description)
    said = {"de": ("Alle Bilder", "Produkt freistellen"), "en": ("Isolate all", "Isolate product")}
    with override(language):
        for label, words in zip(labels, said[language], strict=True):
            assert (label % {}).startswith(words)


def test_nobody_is_offered_what_a_router_makes_impossible(client, odd, settings):
    class Elsewhere:
        def db_for_write(self, model, **hints):
            return "elsewhere" if model is ProductImage else None

    odd(admin.ModelAdmin)
    client.force_login(make_staff(CHANGE, VIEW, name="bea"))
    target = target_for(ProductImage)
    assert target.obstacle is None
    settings.DATABASE_ROUTERS = [Elsewhere()]
    assert target.obstacle.id == "product_isolation.E012"
    assert not actions.is_possible(OddImage)


def test_a_router_that_breaks_outside_of_a_request_breaks_no_start(settings):
    class ByRequest:
        def db_for_write(self, model, **hints):
            raise RuntimeError("no tenant is chosen")

        db_for_read = db_for_write

    settings.DATABASE_ROUTERS = [ByRequest()]
    target = target_for(ProductImage)
    assert target.obstacle.id == "product_isolation.E012"
    assert actions_for_products([target]) == {}


def test_our_actions_can_be_copied_as_functions_can():
    action = actions.HostAction(actions.isolate_product)
    copied = deepcopy(action)
    assert (copied, copied.function) == ("isolate_product", actions.isolate_product)
    assert copied.allowed_permissions == action.allowed_permissions


class HasAFilterOfItsOwn(admin.ModelAdmin):
    """By another "isolation" than ours: that of a shop's cables."""

    class Insulated(admin.SimpleListFilter):
        title = parameter_name = "isolation"

        def lookups(self, request, model_admin):
            return [("single", "Single"), ("none", "None")]

        def queryset(self, request, queryset):
            return queryset.filter(caption=self.value()) if self.value() else queryset

    list_filter = [Insulated]


def test_a_filter_of_the_shops_own_reads_its_own_parameter(client, odd):
    odd(HasAFilterOfItsOwn)
    make_image()
    make_image("Cable")
    ProductImage.objects.filter(product__name="Cable").update(caption="single")
    for chosen, count in {"single": 1, "none": 0}.items():
        found = client.get(LISTED, {"isolation": chosen}).context["cl"]
        assert found.queryset.count() == count
        assert found.filter_specs[0].value() == chosen


class KeepsItsOwnColumn(admin.ModelAdmin):
    list_display = ["pk", "isolation_state"]

    @admin.display(description="Insulation")
    def isolation_state(self, image):
        return f"insulated by {image.pk}"


def test_a_column_of_the_shops_own_is_drawn_beside_ours(client, odd):
    odd(KeepsItsOwnColumn)
    run = make_run(Status.APPLIED)
    page = client.get(LISTED).content.decode()
    assert f"insulated by {run.object_pk}" in page
    assert "Insulation" in page
    assert "column-product_isolation_state" in page
    assert page.count("isolation-badge") == 1


def test_an_action_of_the_shops_site_is_not_taken_for_ours(client, odd):
    def restore_original(model_admin, request, queryset):
        """Brings back what the shop calls so."""

    model_admin = odd(admin.ModelAdmin)
    model_admin.admin_site.add_action(restore_original)
    given = [action for action in model_admin.actions if action != "restore_original"]
    model_admin.actions = given
    add_actions(model_admin, [actions.restore_original, actions.isolate_product])
    assert model_admin.actions == given
    request = RequestFactory().get("/")
    request.user = make_staff(CHANGE, VIEW)
    assert model_admin.get_actions(request)["restore_original"][0] is restore_original


def test_a_base_class_that_counts_what_derives_from_it_counts_the_shops_alone(client, odd):
    counted = []

    class Base(admin.ModelAdmin):
        def __init_subclass__(cls, **kwargs):
            super().__init_subclass__(**kwargs)
            counted.append(cls.__name__)

    class Shops(Base):
        pass

    odd(Shops)
    make_image()
    assert "column-isolation_state" in client.get(LISTED).text
    assert counted == ["Shops"]
