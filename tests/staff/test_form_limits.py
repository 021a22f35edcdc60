"""Shops that let a form post few fields, and those that write numbers with separators."""

import re

import pytest
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, Selection
from django_product_isolation.staff import confirm, order_form
from tests.shop import (
    about,
    choose,
    make_batch,
    make_images_without_files,
    press,
    quote_on,
)
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db


def fields_of(page) -> dict[str, str]:
    """What a browser posts: every field of the page's form, filled in or not."""
    form = page[page.index('class="isolation-confirm"') :]
    names = re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', form)
    return dict.fromkeys(names, "")


def make_selection(images, **values) -> str:
    selection = Selection.objects.create(
        model_label="catalogue.productimage",
        site_name="admin",
        object_pks=[str(image.pk) for image in images],
        chosen=len(images),
        **values,
    )
    return reverse("product_isolation:confirm", args=[selection.pk])


@pytest.mark.parametrize("limit", [20, 100, 1000, None])
def test_a_page_of_many_images_can_be_posted_whatever_the_limit(client, staff, settings, limit):
    images = make_images_without_files(300)
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = limit
    address = make_selection(images)
    page = client.get(address)
    fields = fields_of(page.content.decode())
    assert limit is None or len(fields) <= limit
    assert ("A page takes no more fields than these." in page.content.decode()) is (
        limit in (20, 100)
    )
    wordings = {name: "a cup" for name in fields if name.startswith("prompt-")}
    assert len(wordings) == {20: 1, 100: 81}.get(limit, 300)
    more = {"csrfmiddlewaretoken": "x", "preset": "", "filled_from": "", **wordings}
    assert press(client, address, **more).status_code == 302
    assert IsolationRun.objects.filter(prompt="a cup").count() == len(wordings)
    assert IsolationRun.objects.count() == 300


def test_long_lists_of_names_are_cut_and_say_so(client, staff, monkeypatch, option):
    monkeypatch.setattr(confirm, "MAX_PICTURES_SHOWN", 2)
    monkeypatch.setattr(confirm, "MAX_NAMES_SHOWN", 25)
    monkeypatch.setattr(order_form, "MAX_WORDED", 4)
    option(MAX_BATCH=30)
    page = client.get(make_selection(make_images_without_files(60))).content.decode()
    assert page.count("<figure>") == 2
    assert page.count('name="prompt-') == 4
    assert page.count("<summary>and 28 more</summary>") == 1
    assert page.count("<li>and 3 more</li>") == 1  # of those 28
    assert page.count("<li>and 1 more</li>") == 1  # of 26 without a field for a wording
    assert page.count("<li>and 5 more</li>") == 1  # of 30 left out
    lists = re.findall(r'<ul class="isolation-names">(.*?)</ul>', page, re.DOTALL)
    assert [names.count("<li>") for names in lists] == [25 + 1, 25 + 1]
    assert "Isolate 30 images" in page


def test_wordings_that_were_brought_along_come_first_and_none_is_lost(client, staff, settings):
    images = make_images_without_files(30)
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 24
    brought = {str(image.pk): f"the cup {image.pk}" for image in images[20:]}
    address = make_selection(images, prefill={"prompt": "{product}", "prompts": brought})
    page = client.get(address).content.decode()
    shown = {name: pk for name in fields_of(page) if (pk := name.removeprefix("prompt-")) != name}
    assert len(shown) == 5
    assert set(shown.values()) <= brought.keys()
    # Those without a field are said, and sent as they were brought along.
    for pk in brought.keys() - set(shown.values()):
        assert f": {brought[pk]}</li>" in page
    posted = {name: brought[pk] for name, pk in shown.items()}
    press(client, address, prompt="{product}", quote=quote_on(client.get(address)), **posted)
    prompts = dict(IsolationRun.objects.values_list("object_pk", "prompt"))
    assert {pk: prompts[pk] for pk in brought} == brought
    assert len(prompts) == 30


def test_no_number_in_the_form_is_written_with_separators(client, staff, settings, option):
    settings.USE_THOUSAND_SEPARATOR = True
    settings.LANGUAGE_CODE = "de"
    option(PRICE="1234.5")
    product = Product.objects.create(name="Cup")
    images = ProductImage.objects.bulk_create(
        ProductImage(pk=pk, product=product, original=f"products/{pk}.jpg", width=1, height=1)
        for pk in (1234567, 7654321)
    )
    ProductImage.objects.update(width=None, height=None)
    address = choose(client, images)
    page = client.get(address).content.decode()
    assert "1.234.567" not in page
    assert 'name="prompt-1234567"' in page
    assert '"1234567":' in quote_on(client.get(address))
    response = press(client, address, **{"prompt-1234567": "the left one"})
    batch = client.get(response["Location"])
    assert batch.status_code == 200
    assert set(IsolationRun.objects.values_list("object_pk", "prompt")) == {
        ("1234567", "the left one"),
        ("7654321", "Cup"),
    }
    IsolationRun.objects.update(status="failed", active_key=None)
    failed = list(IsolationRun.objects.all())
    quote = quote_on(client.get(response["Location"]))
    again = {"decide": about("retry", failed), "quote": quote}
    assert client.post(response["Location"], again)["Location"] != response["Location"]
    assert IsolationRun.objects.count() == 4


@pytest.mark.parametrize(("limit", "results"), [(20, 7), (100, 24), (None, 24)])
def test_a_page_of_results_can_be_posted_whatever_the_limit(
    client, staff, settings, limit, results
):
    for image in make_images_without_files(25):
        IsolationRun.objects.create(
            batch=make_batch(),
            object_pk=image.pk,
            label="Cup",
            status=Status.READY,
            review=True,
            due_at=None,
            source_name=image.original.name,
        )
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = limit
    address = reverse("product_isolation:review")
    runs = [run for group in client.get(address).context["batches"] for run in group[1]]
    assert len(runs) == results
    notes = {f"note-{card.key}": "too small" for card in runs}
    posted = {"decide": "reject:ticked", "run": [card.key for card in runs], **notes}
    assert client.post(address, {"csrfmiddlewaretoken": "x", **posted}).status_code == 302
    assert IsolationRun.objects.filter(status=Status.REJECTED).count() == results
