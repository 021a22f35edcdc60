"""What the confirm page says of images that it leaves out or does not show."""

import re

import pytest
from django.urls import reverse

from django_product_isolation.choices import Status
from tests.photos import make_image
from tests.shop import (
    CHANGELIST,
    choose,
    image_of,
    look,
    make_images_without_files,
    make_run,
    press,
)
from tests.shops.catalogue.models import Product, ProductImage

from .test_confirm import field_names, make_selection

pytestmark = pytest.mark.django_db


def test_what_is_left_out_is_named_with_the_reason(client, staff, some_are_locked):
    empty = ProductImage.objects.create(product=Product.objects.create(name="Gift card"))
    busy = make_run(Status.PROCESSING, name="Teapot")
    locked = make_image("Heirloom")
    ProductImage.objects.filter(pk=locked.pk).update(caption="locked")
    response = look(client, [empty, image_of(busy), locked, make_image("Cup")])
    page = response.content.decode()
    assert "Gift card has no image yet. Upload one first." in page
    assert "Teapot is being isolated already." in page
    assert "You are not allowed to change Heirloom." in page
    assert [p.label for p in response.context["plan"].accepted] == ["Cup"]
    reasons = re.findall('data-reason="([^"]+)"', page)
    assert reasons == ["already-open", "no-file", "not-allowed"]


OPEN = {
    Status.PROCESSING: "Cup is being isolated already.",
    Status.READY: "Cup has a result that waits for review.",
    Status.HELD: "Cup is being isolated already, and needs attention first",
}


@pytest.mark.parametrize("status", OPEN)
def test_what_a_run_on_its_way_waits_for_is_said_with_where_to_see_it(client, staff, status):
    run = make_run(status, name="Cup")
    page = look(client, [image_of(run), make_image("Pot")]).content.decode()
    assert OPEN[status] in page
    url = reverse("product_isolation:progress", args=[run.batch_id])
    assert f'<a href="{url}?run={run.pk}#run-{run.pk}">See it</a>' in page


def test_a_result_that_is_being_published_does_not_wait_for_review(client, staff):
    run = make_run(Status.READY, name="Cup", review=False)
    page = look(client, [image_of(run)]).content.decode()
    assert "Cup is being isolated already." in page


def test_results_that_wait_lead_to_the_review_queue_when_the_others_begin(client, staff):
    waiting = [make_run(Status.READY, name=name) for name in ("Cup", "Pot")]
    images = [*map(image_of, waiting), make_image("Jug")]
    response = press(client, choose(client, images), follow=True)
    (message,) = response.context["messages"]
    assert "have results that wait for review." in str(message)
    assert f'href="{reverse("product_isolation:review")}"' in str(message)


def test_images_that_were_deleted_meanwhile_are_counted(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    address = choose(client, images)
    images[0].delete()
    page = client.get(address).content.decode()
    assert "1 selected image was deleted in the meantime or is not visible to you." in page
    assert 'value="Isolate 1 image for $0.27"' in page


def test_a_long_list_of_left_out_images_folds(client, staff):
    images = make_images_without_files(31)
    ProductImage.objects.exclude(pk=images[0].pk).update(original="")
    page = look(client, images).content.decode()
    left_out = page[page.index("Left out") : page.index("How it should look")]
    assert left_out.count("has no image yet.") == 30
    assert left_out.partition("<details>")[2].count("has no image yet.") == 10


def test_beyond_sixty_pictures_names_are_listed(client, staff):
    images = make_images_without_files(75)
    page = look(client, images).content.decode()
    assert page.count("<figcaption>") == 60
    assert "and 15 more" in page
    assert len(field_names(page)) == 75


def test_of_a_whole_table_the_page_says_how_many_it_did_not_look_at(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    page = client.get(make_selection(images, chosen=7000)).content.decode()
    assert "6998 further images were not checked" in page


def test_a_file_that_several_images_show_is_named(client, staff):
    images = [make_image(name) for name in ("Cup", "Pot", "Jug")]
    page = look(client, images).content.decode()
    assert "Some of these images show the same file" not in page
    ProductImage.objects.filter(pk__in=[one.pk for one in images[:2]]).update(
        original="products/no-image.jpg"
    )
    page = look(client, images).content.decode()
    assert "Some of these images show the same file: no-image.jpg (2). Each of them" in page


def test_images_that_show_a_result_already_are_marked(client, staff):
    isolated = make_run(Status.APPLIED, name="Cup")
    page = look(client, [image_of(isolated), make_image("Pot")]).content.decode()
    assert "1 of these shows an isolated image already." in page
    assert "<figcaption>Cup <strong>(isolated already)</strong></figcaption>" in page
    assert "<figcaption>Pot</figcaption>" in page


def test_nothing_to_isolate_offers_only_the_way_back(client, staff):
    empty = ProductImage.objects.create(product=Product.objects.create(name="Gift card"))
    page = look(client, [empty]).content.decode()
    assert "Nothing to isolate" in page
    assert 'class="default"' not in page
    assert "Take me back" in page


def test_the_way_back_keeps_the_filters(client, staff):
    ticked = {"action": "isolate_product", "_selected_action": [make_image().pk], "index": "0"}
    response = client.post(f"{CHANGELIST}?q=&o=1", ticked, follow=True)
    assert f'href="{CHANGELIST}?q=&amp;o=1">No, take me back' in response.content.decode()
