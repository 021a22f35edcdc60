"""Filter, badge and back catalogue answer alike, and by row, where rows share a file."""

import pytest

from django_product_isolation.admin.host.state_column import current_runs
from django_product_isolation.admin.host.state_filter import CHOICES, IsolationFilter
from django_product_isolation.choices import OPEN_STATUSES, SHOWN_STATUSES, Status
from django_product_isolation.host import target_for
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow.backfill import Backfill
from tests.shop import make_batch
from tests.shops.catalogue.models import Product, ProductImage
from tests.shops.warehouse.models import LoosePhoto, PhotoOfSku, SkuPhoto, UuidPhoto

pytestmark = pytest.mark.django_db

FILE, RESULT = "photos/mug.jpg", f"photos/isolated-{0:032x}.webp"


def product_images():
    product = Product.objects.create(name="Mug")
    return [ProductImage(product=product, original=FILE, width=1, height=1) for _ in range(2)]


def photos_of_skus():
    skus = [SkuPhoto(sku=sku, picture="x.jpg") for sku in ("Mug-1", "mug 2")]
    return [PhotoOfSku(photo=sku, picture=FILE) for sku in SkuPhoto.objects.bulk_create(skus)]


TWINS = {
    "numbers": product_images,
    "UUIDs": lambda: [UuidPhoto(picture=FILE) for _ in range(2)],
    "texts": lambda: [SkuPhoto(sku=sku, picture=FILE) for sku in ("Mug-1", "mug 2")],
    "keys of other rows": photos_of_skus,
}


@pytest.fixture
def twins(settings):
    """Make two rows that show one file, under keys of some kind; gives them and their target."""

    def make(kind):
        rows = TWINS[kind]()
        model = type(rows[0])
        field = "original" if model is ProductImage else "picture"
        images = {model._meta.label: {"field": field}}
        settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
        return [*model.objects.bulk_create(rows), target_for(model)]

    return make


def begun(target, image, status, *, about=(), **values):
    """A run of ``image``, as far as it came in ``status``; ``about`` says another column."""
    column = {"model_label": target.label, "field_name": target.field.name}
    batch = make_batch(**{**column, **dict(about)})
    is_open = status in OPEN_STATUSES
    run = IsolationRun.objects.create(
        batch=batch,
        object_pk=str(image.pk),
        label="Mug",
        status=status,
        active_key=target.active_key(str(image.pk)) if is_open else None,
        due_at=None,
        **{"source_name": FILE, "result_name": RESULT, **values},
    )
    if status in SHOWN_STATUSES and values.get("result_name", RESULT):
        point(target, image, RESULT)
    return run


def point(target, image, name):
    target.model.objects.filter(pk=image.pk).update(**{target.field.attname: name})


def rows(target):
    """The rows as a list reads them, without opening a file."""
    return target.model.objects.defer(target.field.attname)


def filtered(target) -> dict[str, set]:
    """The keys that each choice of the filter shows, without choices that show none."""
    found = {
        value: {str(pk) for pk in narrow(rows(target), target).values_list("pk", flat=True)}
        for value, (_label, narrow) in CHOICES.items()
    }
    return {value: pks for value, pks in found.items() if pks}


def chosen_by(status) -> str:
    if status in OPEN_STATUSES:
        return status if status in ("ready", "held") else "working"
    return "applied" if status == Status.APPLIED else "ended"


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("kind", TWINS)
def test_of_two_rows_with_one_file_each_has_its_own_state(kind, status, twins):
    one, other, target = twins(kind)
    run = begun(target, one, status)
    assert current_runs(target, rows(target)) == {str(one.pk): run}
    assert filtered(target) == {"none": {str(other.pk)}, chosen_by(status): {str(one.pk)}}
    is_over = status in {Status.FAILED, Status.CANCELLED, Status.SUPERSEDED}  # and not paid for
    left = [one.pk, other.pk] if is_over else [other.pk]
    assert sorted(map(str, Backfill(rows(target)).waiting.values_list("pk", flat=True))) == sorted(
        map(str, left)
    )


@pytest.mark.parametrize("kind", TWINS)
def test_a_row_that_shows_the_result_of_another_has_no_run_of_its_own(kind, twins):
    one, other, target = twins(kind)
    run = begun(target, one, Status.APPLIED)
    point(target, other, RESULT)
    assert current_runs(target, rows(target)) == {str(one.pk): run}
    assert filtered(target) == {"none": {str(other.pk)}, "applied": {str(one.pk)}}


@pytest.mark.parametrize("status", [Status.APPLIED, Status.REJECTED])
def test_a_row_without_a_file_has_nothing_of_what_was_pruned(status, twins):
    one, other, target = twins("numbers")
    begun(target, one, status, source_name="", result_name="")
    point(target, one, "")
    assert current_runs(target, rows(target)) == {}
    assert filtered(target) == {"none": {str(one.pk), str(other.pk)}}


def test_a_run_of_another_field_or_model_under_the_same_key_counts_for_nothing(twins):
    one, other, target = twins("numbers")
    for other_column in ({"model_label": "catalogue.swatch"}, {"field_name": "thumbnail"}):
        begun(target, one, Status.REJECTED, about=other_column)
    assert current_runs(target, rows(target)) == {}
    assert filtered(target) == {"none": {str(one.pk), str(other.pk)}}
    # But what was paid under a name that IMAGES has no more is paid: it may be the earlier one.
    assert list(Backfill(rows(target)).waiting) == [other]


def test_a_file_whose_name_is_merely_alike_is_another_file(settings):
    images = {"warehouse.LoosePhoto": {"field": "picture"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    target = target_for(LoosePhoto)
    LoosePhoto.objects.bulk_create([LoosePhoto(picture=FILE.upper())])
    image = LoosePhoto.objects.get()
    begun(target, image, Status.HELD)
    begun(target, image, Status.REJECTED)
    begun(target, image, Status.APPLIED, result_name=FILE)
    point(target, image, FILE.upper())
    assert current_runs(target, rows(target)) == {}
    assert filtered(target) == {"none": {str(image.pk)}}
    assert Backfill(rows(target)).waiting.count() == 1


def test_keys_that_are_merely_alike_are_different_rows(settings):
    images = {"warehouse.SkuPhoto": {"field": "picture"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    target = target_for(SkuPhoto)
    SkuPhoto.objects.bulk_create([SkuPhoto(sku="mug", picture=FILE)])
    image = SkuPhoto.objects.get()
    begun(target, SkuPhoto(sku="MUG"), Status.REJECTED)
    assert current_runs(target, rows(target)) == {}
    assert filtered(target) == {"none": {"mug"}}
    assert begun(target, image, Status.REJECTED)
    assert filtered(target) == {"ended": {"mug"}}


def test_the_filter_is_none_of_a_field():
    """Grappelli takes what is called so for a model's field, and its lists would not open."""
    assert not hasattr(IsolationFilter, "field")
