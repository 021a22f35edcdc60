"""Models that read their own fields while a row is made: a deferred one would never end."""

import pytest
from django.contrib import admin
from django.db.models.signals import post_init
from django.forms import model_to_dict

from django_product_isolation.admin.host.attach import attach
from django_product_isolation.host.rows import opening_fields
from django_product_isolation.models import IsolationRun
from tests.photos import photo_file
from tests.shop import press, quote_on
from tests.shops.assortment.models import Item
from tests.shops.bazaar.models import Comparing, Noticed, Remembering
from tests.shops.bazaar.stock import make_ware

pytestmark = pytest.mark.django_db

MODELS = [Remembering, Comparing, Noticed]


@pytest.fixture(params=MODELS, ids=lambda model: model.__name__)
def model(request, option):
    """Named among the shop's images; its admin is as before afterwards."""
    shown = admin.site.get_model_admin(request.param)
    kept = dict(vars(shown))
    option(IMAGES={f"bazaar.{request.param.__name__}": {"field": "picture", "product": "ware"}})
    attach()
    yield request.param
    vars(shown).clear()
    vars(shown).update(kept)


def test_its_pages_answer_and_its_picture_is_ordered(admin_client, model):
    image = model.objects.create(ware=make_ware(), picture=photo_file())
    page = f"/admin/bazaar/{model._meta.model_name}/"
    assert admin_client.get(page).status_code == 200
    assert admin_client.get(f"{page}{image.pk}/change/").status_code == 200
    ticked = {"action": "isolate_product", "_selected_action": [image.pk], "index": "0"}
    confirm = admin_client.post(page, ticked)["Location"]
    shown = admin_client.get(confirm)
    assert shown.status_code == 200
    preview = f"/product-isolation/preview/{model._meta.label_lower}/{image.pk}/"
    assert admin_client.get(preview).status_code == 200
    assert press(admin_client, confirm, quote=quote_on(shown)).status_code == 302
    assert IsolationRun.objects.get().object_pk == str(image.pk)
    assert admin_client.get(f"{page}{image.pk}/change/").status_code == 200


def test_rows_that_do_not_are_still_read_without_their_files():
    assert opening_fields(Item) == ["photo"]
    assert [opening_fields(model) for model in MODELS] == [[], [], []]


def test_what_reads_the_rows_of_all_models_counts_for_each():
    def snapshot(sender, instance, **kwargs):
        instance.before = model_to_dict(instance)

    post_init.connect(snapshot)
    try:
        assert opening_fields(Item) == []
    finally:
        post_init.disconnect(snapshot)
    assert opening_fields(Item) == ["photo"]
