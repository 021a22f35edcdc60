"""django-cacheops keeps rows until they are saved; a swap saves none."""

from types import SimpleNamespace

import pytest
from cacheops import invalidate_all

from django_product_isolation import isolate, restore, signals
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.docs.pages import example
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_copies():
    invalidate_all()
    yield
    invalidate_all()


@pytest.fixture
def documented(monkeypatch):
    """The receiver of the documentation, for the time of a test."""
    for name in ("image_applied", "image_restored"):
        signal = getattr(signals, name)
        monkeypatch.setattr(signal, "receivers", list(signal.receivers))
        signal.sender_receivers_cache.clear()
    names = {}
    exec(compile(example("cacheops"), "cacheops", "exec"), names)
    return SimpleNamespace(**names)


def reads(image):
    """The file by the ways in which pages read it, each kept from then on."""
    rows = ProductImage.objects
    return {
        rows.get(pk=image.pk).original.name,
        image.product.images.all()[0].original.name,
        *rows.filter(product=image.product_id).values_list("original", flat=True),
        *(row.original.name for row in rows.select_related("product").order_by("pk")),
    }


def test_pages_show_the_new_picture_after_a_swap_and_the_old_one_after_a_restore(
    image, go_on, documented
):
    original = image.original.name
    assert reads(image) == {original}
    run = go_on(isolate(image).runs.get())
    assert reads(image) == {run.result_name}
    go_on(*restore(image).begun)
    assert reads(image) == {original}


def test_without_the_receiver_they_do_not(image, go_on):
    original = image.original.name
    assert reads(image) == {original}
    go_on(isolate(image).runs.get())
    assert reads(image) == {original}


def test_the_app_itself_reads_past_the_copies(image, go_on, documented):
    """Else it would take its own swap for somebody else's, and tell nobody."""
    heard = []
    signals.image_applied.connect(lambda instance, **kw: heard.append(instance), weak=False)
    go_on(isolate(image).runs.get(), Status.READY)
    reads(image)
    run = go_on(IsolationRun.objects.get())
    assert run.status == Status.APPLIED
    assert [instance.original.name for instance in heard] == [run.result_name]


def test_an_update_of_the_shops_own_is_seen_by_the_app_at_once(image, go_on):
    run = go_on(isolate(image).runs.get(), Status.READY)
    reads(image)
    ProductImage.objects.filter(pk=image.pk).update(original="products/newer.jpg")
    assert go_on(run).status == Status.SUPERSEDED


def test_our_own_rows_are_never_copies(image):
    run = isolate(image).runs.get()
    assert IsolationRun.objects.get(pk=run.pk).prompt != "other"
    IsolationRun.objects.filter(pk=run.pk).update(prompt="other")
    assert IsolationRun.objects.get(pk=run.pk).prompt == "other"
    assert run.batch.runs.get().prompt == "other"
