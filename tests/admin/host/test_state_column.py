"""The state of images on the host's own list, whatever the host's ModelAdmin does."""

import random
import uuid
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from django_product_isolation.admin.host import state_column
from django_product_isolation.admin.host.attach import attach
from django_product_isolation.admin.host.state_filter import CHOICES, WORKING
from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationRun
from tests.admin.host.odd_shop import OddImage, odd_site
from tests.catalogue.admin import ProductImageAdmin
from tests.catalogue.models import Product, ProductImage, Shot, StudioShot, Swatch
from tests.photos import make_image, make_swatch, photo_file, shown_bytes
from tests.shop import (
    CHANGE,
    CHANGELIST,
    EVERYTHING,
    ISOLATE,
    RESTORE,
    REVIEW,
    VIEW,
    VIEW_RUNS,
    image_of,
    make_batch,
    make_images_without_files,
    make_run,
    make_staff,
    said,
    tick,
)

pytestmark = pytest.mark.django_db

ODD = "/odd/catalogue/oddimage/"


@pytest.fixture
def staff(client):
    user = make_staff(*EVERYTHING)
    client.force_login(user)
    return user


@pytest.fixture
def boss(client, django_user_model):
    user = django_user_model.objects.create_superuser("boss")
    client.force_login(user)
    return user


@pytest.fixture
def odd(settings, boss):
    """Register a ModelAdmin class for images on a site of its own; returns the instance."""
    sites = []

    def register(admin_class, model=OddImage):
        site = odd_site(settings, (model, admin_class))
        sites.append(site)
        return site.__enter__().get_model_admin(model)

    return register


def column_of(response) -> dict[str, str]:
    """What the list says of each image, by its key."""
    changelist = response.context["cl"]
    column = next(c for c in changelist.list_display if c == "isolation_state")
    return {str(image.pk): str(column(image)) for image in changelist.result_list}


def has_column(response) -> bool:
    return "isolation_state" in response.context["cl"].list_display


def badge(word, tone) -> str:
    return f'<span class="isolation-badge isolation-{tone}">{word}</span>'


@pytest.mark.parametrize("status", Status)
def test_each_image_has_a_badge_with_words_that_leads_to_the_batch(client, staff, status):
    run = make_run(status)
    make_image("Never isolated")
    page = client.get(CHANGELIST).content.decode()
    word = "Ready for review" if status == Status.READY else status.label
    url = reverse("product_isolation:progress", args=[run.batch_id])
    assert f'<a class="isolation-link" href="{url}#run-{run.pk}"><span class="isolation-b' in page
    assert f">{word}</span></a>" in page
    assert page.count("isolation-badge") == 1
    assert "product_isolation/product_isolation.css" in page


def test_the_badge_is_of_the_file_that_the_image_shows_now(client, staff):
    run = make_run(Status.FAILED)
    ProductImage.objects.update(original="products/another.jpg")
    assert column_of(client.get(CHANGELIST)) == {run.object_pk: ""}


def test_a_result_that_somebody_replaced_has_no_badge(client, staff):
    run = make_run(Status.APPLIED)
    ProductImage.objects.update(original=run.source_name)
    assert column_of(client.get(CHANGELIST)) == {run.object_pk: ""}


def test_the_badge_is_of_this_row_and_of_this_model(client, staff):
    run = make_run(Status.FAILED)
    other = make_image("Same file")
    ProductImage.objects.update(original=run.source_name)
    make_run(
        Status.HELD,
        batch=make_batch(model_label="catalogue.swatch"),
        image=image_of(run),
        active_key="another model's",
    )
    assert {pk: "Failed" in said for pk, said in column_of(client.get(CHANGELIST)).items()} == {
        run.object_pk: True,
        str(other.pk): False,
    }


def test_an_open_run_goes_first_then_the_shown_result_then_the_newest_that_ended(client, staff):
    image = make_image()
    old = timezone.now() - timedelta(days=1)
    make_run(Status.REJECTED, image=image)
    make_run(Status.FAILED, image=image, status_since=old)
    assert "Rejected" in column_of(client.get(CHANGELIST))[str(image.pk)]
    make_run(Status.APPLIED, image=image, status_since=old)
    image = image_of(IsolationRun.objects.get(status=Status.APPLIED))
    make_run(Status.FAILED, image=image)
    assert "Applied" in column_of(client.get(CHANGELIST))[str(image.pk)]
    make_run(Status.PROCESSING, image=image, status_since=old)
    assert "Being isolated" in column_of(client.get(CHANGELIST))[str(image.pk)]


@pytest.mark.parametrize("mine", [ISOLATE, REVIEW, RESTORE, VIEW_RUNS])
def test_badges_are_for_those_with_a_permission_of_ours(client, mine):
    make_run(Status.APPLIED)
    client.force_login(make_staff(VIEW, mine))
    response = client.get(CHANGELIST)
    assert has_column(response)
    (drawn,) = column_of(response).values()
    assert ("<a " in drawn) == (mine in (ISOLATE, VIEW_RUNS))


def test_others_see_the_list_as_it_was(client):
    make_run(Status.APPLIED)
    client.force_login(make_staff(VIEW, CHANGE))
    response = client.get(CHANGELIST)
    assert list(response.context["cl"].list_display) == ["product", "caption"]
    assert response.context["cl"].list_filter == ()
    assert client.get(CHANGELIST, {"isolation": "applied"}).status_code == 302  # not a filter


def test_the_column_costs_one_query_whatever_the_number_of_images(client, staff, count_queries):
    def ask():
        response = client.get(CHANGELIST)
        assert response.status_code == 200

    client.force_login(make_staff(VIEW, CHANGE, name="bea"))
    make_images_without_files(1)
    ProductImage.objects.update(width=1, height=1)
    plain = count_queries(ask)
    client.force_login(staff)
    one = count_queries(ask)
    for image in make_images_without_files(90):
        IsolationRun.objects.create(
            batch=make_batch(), object_pk=image.pk, label="x", source_name=image.original.name
        )
    ProductImage.objects.update(width=1, height=1)
    many = count_queries(ask)
    assert one == many == plain + 1


def test_posting_an_action_asks_for_no_states(client, staff, monkeypatch):
    run = make_run(Status.APPLIED)
    monkeypatch.setattr(state_column, "current_runs", lambda *args: pytest.fail("asked"))
    client.post(CHANGELIST, tick([image_of(run)], "restore_original"))
    assert IsolationRun.objects.get().status == Status.RESTORING


def story(image, count=3) -> None:
    """A random history of one image."""
    for _ in range(random.randint(0, count)):
        image = ProductImage.objects.get(pk=image.pk)
        open_ones = IsolationRun.objects.filter(object_pk=image.pk, status__in=OPEN_STATUSES)
        status = random.choice(list(Status))
        if status in OPEN_STATUSES and open_ones.exists():
            continue
        since = timezone.now() - timedelta(seconds=random.randint(0, 1000))
        make_run(status, image=image, status_since=since)


def choice_for(badges: str) -> str:
    """The choice of the filter that an image with this badge belongs to."""
    words = {status.label: status for status in Status}
    words["Ready for review"] = Status.READY
    status = next((words[word] for word in words if f">{word}<" in badges), None)
    if status is None:
        return "none"
    if status in WORKING | {Status.RESTORING}:
        return "working"
    if status in (Status.READY, Status.HELD, Status.APPLIED):
        return status.value
    return "ended"


def test_the_filter_says_of_every_image_what_its_badge_says(client, staff):
    for n in range(40):
        story(make_image(f"Cup {n}"))
    badges = column_of(client.get(CHANGELIST))
    expected = {choice: set() for choice in CHOICES}
    for pk, drawn in badges.items():
        expected[choice_for(drawn)].add(pk)
    for choice, those in expected.items():
        assert set(column_of(client.get(CHANGELIST, {"isolation": choice}))) == those, choice
    assert set(column_of(client.get(CHANGELIST, {"isolation": "nonsense"}))) == set(badges)


def test_the_filter_is_left_out_where_runs_are_in_another_database(client, staff, settings):
    settings.DATABASE_ROUTERS = [ImagesElsewhere()]
    response = client.get("/admin/")
    model_admin = admin.site.get_model_admin(ProductImage)
    assert model_admin.get_list_filter(response.wsgi_request) == ()


class ImagesElsewhere:
    def db_for_read(self, model, **hints):
        return "shop" if model is ProductImage else None


# What hosts do


def test_no_class_of_the_hosts_is_changed():
    assert "get_list_display" not in vars(ProductImageAdmin)
    assert not hasattr(ProductImageAdmin, "isolation_state")
    model_admin = admin.site.get_model_admin(ProductImage)
    assert isinstance(model_admin, ProductImageAdmin)
    assert repr(model_admin).startswith("<ProductImageAdminWithIsolation: ")
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
    response = client.get(ODD, {"isolation": "applied"})
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


def test_the_hosts_own_actions_stay(client, odd):
    run = make_run(Status.APPLIED)
    odd(OwnActions)
    names = [name for name, _ in client.get(ODD).context["action_form"].fields["action"].choices]
    assert {"touch", "also", "isolate_product", "restore_original"} < set(names)
    client.post(ODD, tick([image_of(run)], "also"))
    assert image_of(run).caption == "touched"
    response = client.post(ODD, tick([image_of(run)], "restore_original"), follow=True)
    assert said(response) == ["1 original is being restored. View progress"]


def test_the_host_may_say_where_the_column_stands(client, odd):
    make_run(Status.APPLIED)

    class Placed(admin.ModelAdmin):
        list_display = ["caption", "isolation_state", "product"]

    model_admin = odd(Placed)
    assert model_admin.check() == []
    response = client.get(ODD)
    shown = list(response.context["cl"].list_display)
    assert shown == ["action_checkbox", "caption", "isolation_state", "product"]
    assert badge("Applied", "good") in response.content.decode()
    client.force_login(make_staff("catalogue.view_oddimage"))
    assert not has_column(client.get(ODD))


def test_the_host_may_leave_column_filter_and_panel_out(client, odd):
    image = image_of(make_run(Status.APPLIED))

    class Without(admin.ModelAdmin):
        isolation_column = False
        isolation_panel = False

    odd(Without)
    response = client.get(ODD)
    assert not has_column(response)
    assert list(response.context["cl"].list_filter) == []
    page = client.get(f"{ODD}{image.pk}/change/").content.decode()
    assert "isolation-panel" not in page


def test_a_host_may_use_the_badge_elsewhere(client, odd):
    image = image_of(make_run(Status.APPLIED))

    class Elsewhere(admin.ModelAdmin):
        readonly_fields = ["isolation_state"]
        isolation_panel = False

    assert odd(Elsewhere).check() == []
    page = client.get(f"{ODD}{image.pk}/change/").content.decode()
    assert badge("Applied", "good") in page


def test_uuid_keys(client, boss):
    swatch, other = make_swatch("Linen"), make_swatch("Wool")
    batch = make_batch(model_label="catalogue.swatch", field_name="picture")
    IsolationRun.objects.create(
        batch=batch, object_pk=str(swatch.pk), label="Linen", source_name=swatch.picture.name
    )
    url = reverse("admin:catalogue_swatch_changelist")
    badges = column_of(client.get(url))
    assert "Queued" in badges[str(swatch.pk)]
    assert badges[str(other.pk)] == ""
    assert set(column_of(client.get(url, {"isolation": "working"}))) == {str(swatch.pk)}
    page = client.get(reverse("admin:catalogue_swatch_change", args=[swatch.pk]))
    assert "Queued" in page.content.decode()
    assert Swatch.objects.filter(pk=uuid.UUID(str(swatch.pk))).exists()


def test_multi_table_inheritance(client, odd, option):
    option(IMAGES={"catalogue.StudioShot": {"field": "picture"}})
    shot = StudioShot.objects.create(studio="North", picture=photo_file())
    Shot.objects.create(picture=photo_file())
    batch = make_batch(model_label="catalogue.studioshot", field_name="picture")
    IsolationRun.objects.create(
        batch=batch,
        object_pk=str(shot.pk),
        label="North",
        source_name=shot.picture.name,
        status=Status.FAILED,
    )
    odd(admin.ModelAdmin, StudioShot)
    url = "/odd/catalogue/studioshot/"
    assert "Failed" in column_of(client.get(url))[str(shot.pk)]
    assert set(column_of(client.get(url, {"isolation": "ended"}))) == {str(shot.pk)}
    assert "isolation-panel" in client.get(f"{url}{shot.pk}/change/").content.decode()


def test_a_page_of_a_long_list_has_its_badges(client, odd):
    for n in range(5):
        make_run(Status.FAILED, name=f"Cup {n}")
    odd(OwnFilters)
    for page in (1, 2, 3):
        badges = column_of(client.get(ODD, {"p": page, "q": "as taken"}))
        assert badges
        assert all("Failed" in drawn for drawn in badges.values())


def test_two_sites_show_the_same_state(client, odd, boss):
    run = make_run(Status.FAILED)
    odd(admin.ModelAdmin)
    assert "Failed" in column_of(client.get(ODD))[run.object_pk]
    assert shown_bytes(image_of(run))
    assert Product.objects.count() == 1
