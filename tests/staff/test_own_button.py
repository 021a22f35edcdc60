"""A button of the shop's own, as the documentation writes it, on a page of the shop's."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import engines
from django.urls import reverse

from django_product_isolation.models import Selection
from tests.photos import make_image, make_swatch
from tests.shop import EVERYTHING, make_staff
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[2] / "docs" / "install.md"


def button_for(image):
    """What the snippet of the documentation posts for ``image``."""
    (snippet,) = re.findall(r"```django\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    request = SimpleNamespace(path="/catalogue/mug/", META={})
    html = engines["django"].from_string(snippet).render({"image": image, "request": request})
    return dict(re.findall(r'name="(pk|back)" value="([^"]*)"', html))


@pytest.fixture
def staff(client):
    user = make_staff(*EVERYTHING, "catalogue.change_swatch", "catalogue.view_swatch")
    client.force_login(user)
    return user


@pytest.mark.parametrize("language", ["en", "de", "fr", "ar", "hi"])
def test_the_button_names_its_image_whatever_numbers_look_like(client, staff, settings, language):
    settings.USE_THOUSAND_SEPARATOR = True
    settings.LANGUAGE_CODE = language
    image = make_image()
    ProductImage.objects.filter(pk=image.pk).update(id=1_234_567)
    image = ProductImage.objects.get(pk=1_234_567)
    address = reverse("product_isolation:select", args=["catalogue.productimage"])
    response = client.post(address, button_for(image))
    assert response.status_code == 302
    selection = Selection.objects.get()
    assert (selection.object_pks, selection.back) == (["1234567"], "/catalogue/mug/")


def test_the_button_names_images_with_other_keys_too(client, staff):
    swatch = make_swatch()
    address = reverse("product_isolation:select", args=["catalogue.swatch"])
    assert client.post(address, button_for(swatch)).status_code == 302
    assert Selection.objects.get().object_pks == [str(swatch.pk)]


def test_a_number_written_for_people_is_refused_not_guessed_at(client, staff):
    address = reverse("product_isolation:select", args=["catalogue.productimage"])
    assert client.post(address, {"pk": "1,234"}).status_code == 400
    assert not Selection.objects.exists()


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_our_own_buttons_name_their_image_too(client, staff, settings, language):
    settings.USE_THOUSAND_SEPARATOR = True
    settings.LANGUAGE_CODE = language
    image = make_image()
    ProductImage.objects.filter(pk=image.pk).update(id=1_234_567)
    page = client.get("/admin/catalogue/productimage/1234567/change/").content.decode()
    assert 'name="pk" value="1234567"' in page
