"""The images' inlines on the product's page: badge and buttons in each row."""

import re
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.db.models.fields.files import FieldFile
from django.forms import BaseInlineFormSet, Media
from django.http import HttpResponse
from django.urls import reverse

from django_product_isolation.admin.host.attach import attach
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, Selection
from tests.admin.host.odd_shop import OddImage, odd_site
from tests.photos import photo_file
from tests.shop import EVERYTHING, ISOLATE, RESTORE, image_of, make_run, make_staff, said, status_of
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db

PRODUCT = ("catalogue.change_product", "catalogue.view_product", "catalogue.add_productimage")


class Tabular(admin.TabularInline):
    model = ProductImage
    extra = 1


class Stacked(admin.StackedInline):
    model = ProductImage
    extra = 1


class WithFields(admin.TabularInline):
    model = ProductImage
    fields = ["caption", "size"]
    readonly_fields = ["size"]
    extra = 0

    def size(self, image):
        return f"{image.width} x {image.height}"


class WithFieldsets(admin.StackedInline):
    model = ProductImage
    fieldsets = [("Words", {"fields": ["caption"]}), ("File", {"fields": ["original"]})]
    extra = 0


class Shorter(BaseInlineFormSet):
    def get_queryset(self):
        return super().get_queryset()[:50]


class WithFormSet(admin.TabularInline):
    model = ProductImage
    formset = Shorter

    def get_queryset(self, request):
        return super().get_queryset(request).order_by("-pk")


class OfAProxy(admin.TabularInline):
    model = OddImage


def having(*inline_classes):
    class HasInlines(admin.ModelAdmin):
        inlines = inline_classes

    return HasInlines


class Decides(admin.ModelAdmin):
    def get_inlines(self, request, obj):
        return [Tabular] if obj else []


INLINES = [Tabular, Stacked, WithFields, WithFieldsets, WithFormSet]
HOSTS = [*map(having, INLINES), Decides]
NAMES = [*(inline.__name__ for inline in INLINES), "Decides"]


@pytest.fixture
def odd(settings):
    contexts = []

    def register(admin_class):
        context = odd_site(settings, (Product, admin_class))
        contexts.append(context)
        return context.__enter__().get_model_admin(Product)

    return register


@pytest.fixture
def staff(client):
    user = make_staff(*EVERYTHING, *PRODUCT)
    client.force_login(user)
    return user


def page_of(run) -> str:
    return f"/odd/catalogue/product/{image_of(run).product_id}/change/"


def buttons(page) -> dict[str, str]:
    tags = re.findall(r'<button [^>]*formaction="([^"]*)"[^>]*>([^<]*)<', page)
    return {words: address.replace("&amp;", "&") for address, words in tags}


def add_image(run, caption) -> ProductImage:
    return ProductImage.objects.create(
        product=image_of(run).product, original=photo_file(), caption=caption
    )


def typed(client, url, **changes) -> dict[str, object]:
    """What the page's forms hold."""
    context = client.get(url).context
    posted: dict[str, object] = {"name": "Typed"}
    for inline in context["inline_admin_formsets"]:
        for form in [inline.formset.management_form, *inline.formset.forms]:
            for field in form:
                value = field.value()
                if value not in (None, "") and not isinstance(value, FieldFile):
                    posted[field.html_name] = value
    return {**posted, **changes}


@pytest.mark.parametrize("host", HOSTS, ids=NAMES)
def test_each_row_has_its_badge_and_buttons_and_new_ones_have_none(client, staff, odd, host):
    assert odd(host).check() == []
    run = make_run(Status.APPLIED)
    add_image(run, "never isolated")
    page = client.get(page_of(run)).content.decode()
    assert page.count("isolation-badge") == 1
    assert page.count(">Isolate product<") == 2
    assert page.count(">Restore original<") == 1
    assert "product_isolation/product_isolation.css" in page


@pytest.mark.parametrize("host", HOSTS, ids=NAMES)
def test_the_product_is_saved_as_before(client, staff, odd, host):
    odd(host)
    run = make_run(Status.APPLIED)
    url = page_of(run)
    posted = typed(client, url, _save="Save")
    assert client.post(url, posted).status_code == 302
    assert Product.objects.get().name == "Typed"
    assert image_of(run).original.name == run.result_name


@pytest.mark.parametrize("host", HOSTS, ids=NAMES)
def test_the_rows_of_an_inline_cost_three_queries(client, staff, odd, host, count_queries):
    odd(host)
    run = make_run(Status.APPLIED)
    others = make_staff(*PRODUCT, "catalogue.change_productimage", name="bea")

    def ask():
        client.get(page_of(run))

    def added() -> int:
        client.force_login(others)
        ask()  # what Django looks up once and keeps
        without = count_queries(ask)
        client.force_login(staff)
        assert count_queries(ask, naming="isolationrun") == 1
        return count_queries(ask) - without

    add_image(run, "one")
    few = added()
    for n in range(10):
        add_image(run, f"image {n}")
    # Their runs; which may be changed: rows, what they belong to, which its formset leaves out.
    assert added() == few == (4 if host.inlines == (WithFormSet,) else 3)


def test_the_button_leads_to_the_confirm_page_of_that_image(client, staff, odd):
    odd(having(Tabular))
    run = make_run(Status.FAILED)
    page = client.get(page_of(run)).content.decode()
    posted = typed(client, page_of(run), pk=run.object_pk)
    posted["images-0-original"] = photo_file("new.jpg")
    response = client.post(buttons(page)["Isolate product"], posted)
    selection = Selection.objects.get()
    assert response["Location"] == reverse("product_isolation:confirm", args=[selection.pk])
    assert selection.object_pks == [run.object_pk]
    assert selection.back == page_of(run)
    assert Product.objects.get().name == "Enamel mug"
    assert image_of(run).original.name == run.source_name


def test_restore_goes_back_to_the_product(client, staff, odd):
    odd(having(Stacked))
    run = make_run(Status.APPLIED)
    page = client.get(page_of(run)).content.decode()
    response = client.post(buttons(page)["Restore original"], typed(client, page_of(run)))
    assert response["Location"] == page_of(run)
    assert said(client.get(page_of(run))) == ["1 original is being restored. View progress"]
    assert status_of(run) == Status.RESTORING
    assert Product.objects.get().name == "Enamel mug"


def test_a_form_drawn_again_keeps_the_badges(client, staff, odd):
    odd(having(Tabular))
    run = make_run(Status.APPLIED)
    posted = typed(client, page_of(run), name="", _save="Save")
    posted["images-0-original"] = photo_file("new.jpg")
    page = client.post(page_of(run), posted).content.decode()
    assert "This field is required" in page
    assert ">Applied</span>" in page
    assert image_of(run).original.name == run.result_name


def test_the_page_for_adding_a_product_shows_nothing(client, odd, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("boss"))
    odd(having(Tabular))
    page = client.get("/odd/catalogue/product/add/").content.decode()
    assert "formaction" not in page
    assert "isolation-badge" not in page


@pytest.mark.parametrize("mine", [(), (ISOLATE,), (RESTORE,)], ids=str)
def test_the_column_and_its_buttons_are_for_those_who_may(client, odd, mine):
    odd(having(Tabular))
    run = make_run(Status.APPLIED)
    client.force_login(make_staff(*PRODUCT, "catalogue.change_productimage", *mine))
    page = client.get(page_of(run)).content.decode()
    assert ("isolation-badge" in page) == bool(mine)
    assert (">Isolate product<" in page) == (ISOLATE in mine)
    assert (">Restore original<" in page) == (RESTORE in mine)


class DrawsItsInlines(admin.ModelAdmin):
    """Its template asks each of them for text only."""

    inlines = [Tabular]

    def get_inline_formsets(self, request, formsets, *args, **kwargs):
        return [OwnDrawing(prefix=formset.prefix) for formset in formsets]

    def render_change_form(self, request, context, **kwargs):
        drawn = [drawing.prefix for drawing in context["inline_admin_formsets"]]
        return HttpResponse(", ".join(drawn))


class OwnDrawing(SimpleNamespace):
    media = Media()


def test_inlines_that_the_host_draws_by_itself_stay_its_own(client, staff, odd):
    odd(DrawsItsInlines)
    run = make_run(Status.APPLIED)
    assert client.get(page_of(run)).content == b"images"


def test_rows_that_the_host_locks_have_no_buttons(client, staff, odd, some_are_locked, settings):
    with odd_site(settings, (Product, having(Tabular)), (ProductImage, Locking)):
        run = make_run(Status.APPLIED)
        ProductImage.objects.update(caption="locked")
        add_image(run, "open")
        page = client.get(page_of(run)).content.decode()
    assert page.count(">Isolate product<") == 1
    assert ">Restore original<" not in page


class Locking(admin.ModelAdmin):
    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (
            obj is None or obj.caption != "locked"
        )


def test_a_host_may_leave_the_column_out(client, staff, odd):
    class Plain(Tabular):
        isolation_column = False

    odd(having(Plain))
    run = make_run(Status.APPLIED)
    assert "isolation-badge" not in client.get(page_of(run)).content.decode()


def test_an_inline_of_a_proxy_is_one_too(client, odd, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("boss"))
    odd(having(OfAProxy))
    run = make_run(Status.APPLIED)
    assert "isolation-badge" in client.get(page_of(run)).content.decode()


def test_inlines_and_admins_of_other_models_are_left_alone(settings):
    class Other(admin.TabularInline):
        model = IsolationRun

    with odd_site(settings, (Product, having(Other))) as site:
        attach()
        assert type(site.get_model_admin(Product)).__mro__[1] is admin.ModelAdmin
    assert Tabular.__mro__[1] is admin.TabularInline
