"""State, filter and panel whatever the shop's own ModelAdmin does."""

import pytest
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import F
from django.template.response import TemplateResponse

from django_product_isolation.admin.host.attach import attach
from django_product_isolation.choices import Status
from tests.photos import photo_file
from tests.shop import (
    image_of,
    make_run,
)
from tests.shops.catalogue.admin import ProductImageAdmin
from tests.shops.catalogue.models import ProductImage

from .test_state_column import column_of, has_column

pytestmark = pytest.mark.django_db

ODD = "/odd/catalogue/oddimage/"


def badge(word, tone) -> str:
    return f'<span class="isolation-badge isolation-{tone}">{word}</span>'


def test_no_class_of_the_hosts_is_changed():
    assert "get_list_display" not in vars(ProductImageAdmin)
    assert not hasattr(ProductImageAdmin, "isolation_state")
    model_admin = admin.site.get_model_admin(ProductImage)
    assert isinstance(model_admin, ProductImageAdmin)
    assert model_admin.__class__ is ProductImageAdmin
    assert type(model_admin).__name__ == "ProductImageAdminWithIsolation"
    assert type(model_admin).__module__.startswith("django_product_isolation.")


def test_attaching_again_adds_nothing():
    before = type(admin.site.get_model_admin(ProductImage))
    attach()
    assert type(admin.site.get_model_admin(ProductImage)) is before


class ByPerson(admin.ModelAdmin):
    def get_list_display(self, request):
        return ("caption", "product") if request.user.is_superuser else ("product",)


class LinksElsewhere(admin.ModelAdmin):
    list_display = ["caption", "product"]
    list_display_links = ["product"]


class NoLinks(admin.ModelAdmin):
    list_display = ["caption"]
    list_display_links = None


class Editable(admin.ModelAdmin):
    list_display = ["product", "caption", "original"]
    list_editable = ["caption", "original"]


class Narrowing(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        self.result_list = [row for row in self.result_list if row.caption]


class OwnChangeList(admin.ModelAdmin):
    def get_changelist(self, request, **kwargs):
        return Narrowing


class OwnActions(admin.ModelAdmin):
    actions = ["touch"]

    def touch(self, request, queryset):
        queryset.update(caption="touched")

    def get_actions(self, request, action_location=None):  # the second is Django's since 6.1
        given = [action_location] if action_location else []
        theirs = super().get_actions(request, *given)
        return {**theirs, "also": (OwnActions.touch, "also", "Also touch")}


class OwnQueryset(admin.ModelAdmin):
    list_display = ["shout"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(shouted=F("caption")).order_by("-pk")

    def shout(self, image):
        return image.shouted


class Deferring(admin.ModelAdmin):
    def get_queryset(self, request):
        return super().get_queryset(request).defer("original")


class Values(admin.ModelAdmin):
    list_display = ()


class OwnFilters(admin.ModelAdmin):
    list_filter = ["product"]
    search_fields = ["caption"]
    list_per_page = 2
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.ALWAYS

    @property
    def media(self):
        return super().media


HOSTS = [
    ByPerson,
    LinksElsewhere,
    NoLinks,
    Editable,
    OwnChangeList,
    OwnActions,
    OwnQueryset,
    Deferring,
    OwnFilters,
    admin.ModelAdmin,
]


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.__name__)
def test_every_hosts_list_has_the_column_last_and_the_filter(client, odd, host, count_queries):
    run = make_run(Status.APPLIED)
    odd(host)
    response = client.get(ODD, {"product_isolation": "applied"})
    assert response.status_code == 200
    assert list(response.context["cl"].list_display)[-1] == "isolation_state"
    assert badge("Applied", "good") in response.content.decode()
    assert [image.pk for image in response.context["cl"].result_list] == [image_of(run).pk]
    for _ in range(3):
        make_run(Status.FAILED)
    assert count_queries(lambda: client.get(ODD, {"all": ""}), naming="isolationrun") == 1


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.__name__)
def test_every_hosts_image_page_has_the_panel_and_saves(client, odd, host):
    image = image_of(make_run(Status.APPLIED))
    odd(host)
    page = client.get(f"{ODD}{image.pk}/change/").content.decode()
    assert 'class="isolation isolation-panel"' in page
    posted = {"product": image.product_id, "caption": "new", "_save": "Save"}
    assert client.post(f"{ODD}{image.pk}/change/", posted).status_code == 302
    assert ProductImage.objects.get().caption == "new"


@pytest.mark.parametrize("host", [*HOSTS, Values], ids=lambda host: host.__name__)
def test_django_finds_no_fault_with_them(odd, host):
    assert odd(host).check() == []


class OwnPage(admin.ModelAdmin):
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        context = {"original": self.get_object(request, object_id)}
        return TemplateResponse(request, "admin/base_site.html", context)


def test_a_page_that_the_host_draws_by_itself_stays_its_own(client, odd):
    image = image_of(make_run(Status.APPLIED))
    odd(OwnPage)
    response = client.get(f"{ODD}{image.pk}/change/")
    assert response.status_code == 200
    assert "isolation-panel" not in response.content.decode()


def test_a_list_without_columns_stays_without(client, odd):
    odd(Values)
    make_run(Status.APPLIED)
    response = client.get(ODD)
    assert response.status_code == 200
    assert not has_column(response)


def test_links_and_editing_stay_the_hosts(client, odd):
    run = make_run(Status.APPLIED)
    odd(Editable)
    page = client.get(ODD)
    form = page.context["cl"].formset.forms[0]
    posted = {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        form["id"].html_name: run.object_pk,
        form["caption"].html_name: "typed in the list",
        "_save": "Save",
    }
    assert client.post(ODD, posted).status_code == 302
    assert image_of(run).caption == "typed in the list"
    assert image_of(run).original.name == run.result_name
    posted[form["caption"].html_name] = "x" * 101
    again = client.post(ODD, posted)
    assert "at most 100 characters" in again.content.decode()
    assert "Applied" in column_of(again)[run.object_pk]


def test_an_unsaved_upload_in_a_form_drawn_again_changes_no_state(client, odd):
    run = make_run(Status.APPLIED)
    odd(admin.ModelAdmin)
    posted = {"product": "", "caption": "x", "original": photo_file("new.jpg")}
    page = client.post(f"{ODD}{run.object_pk}/change/", posted).content.decode()
    assert "This field is required" in page
    assert badge("Applied", "good") in page
    assert "Restore original" in page
