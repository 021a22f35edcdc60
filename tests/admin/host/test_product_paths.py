"""The list of products has its actions whatever path leads from an image to its product."""

import pytest

from django_product_isolation.models import Selection
from tests.shops.assortment.models import Variant
from tests.shops.assortment.stock import make_item, make_view

pytestmark = pytest.mark.django_db

LIST = "/admin/assortment/item/"


@pytest.mark.parametrize("which", ["all", "main"])
@pytest.mark.parametrize(
    "path", ["by_code", "sure_code", "only", "loose", "variant__item", "items"]
)
def test_the_images_of_ticked_products_are_chosen_each_once(client, assortment, path, which):
    assortment(View={"field": "image", "product": path})
    item, lid, other = make_item(code="K"), make_item("Lid", code="L"), make_item("Cup", code="C")
    if path == "items":
        view = make_view()
        view.items.set([item, lid, other])
        make_view().items.set([other])
    elif path == "variant__item":
        view = make_view(variant=Variant.objects.create(item=item))
        make_view(variant=Variant.objects.create(item=other))
    else:
        view = make_view(**{path: item})
        make_view(**{path: other})
    ticked = {"_selected_action": [item.pk, lid.pk], "index": "0"}
    response = client.post(LIST, {"action": f"isolate_{which}_images", **ticked})
    chosen = Selection.objects.get()
    assert (chosen.object_pks, chosen.chosen) == ([str(view.pk)], 1)
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize("path", ["thing", "item__name", ""])
def test_where_no_model_is_of_products_there_is_no_action(client, assortment, path):
    assortment(View={"field": "image", "product": path})
    make_item()
    assert "isolate_all_images" not in client.get(LIST).text
