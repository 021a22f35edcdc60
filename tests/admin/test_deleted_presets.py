"""A preset that somebody deletes while another person has the confirm page open."""

import pytest

from django_product_isolation.models import IsolationBatch, IsolationRun
from tests.photos import make_image
from tests.shop import choose, press, said

from .test_presets import make_preset

pytestmark = pytest.mark.django_db

GONE = "This preset was deleted in the meantime. What stands here stays as it is."


@pytest.mark.parametrize("others", [0, 1])
def test_a_preset_that_was_deleted_meanwhile_is_marked_and_what_it_filled_in_stays(
    client, staff, others
):
    for number in range(others):
        make_preset(f"Other {number}")
    preset = make_preset()
    address = choose(client, [make_image("Cup"), make_image("Pot")])
    client.get(address, {"preset": preset.pk})
    gone = {"preset": preset.pk, "filled_from": preset.pk}
    preset.delete()
    response = press(client, address, prompt="the left {product}", **gone)
    assert GONE in response.content.decode().partition('role="alert"')[2]
    assert response.context["form"]["prompt"].value() == "the left {product}"
    assert not IsolationBatch.objects.exists()
    # What the page then posts is ordered, and not replaced by what stands in the settings.
    left = {name: response.context["form"][name].value() for name in gone}
    press(client, address, prompt="the left {product}", **left)
    prompts = IsolationRun.objects.values_list("prompt", flat=True)
    assert set(prompts) == {"the left Cup", "the left Pot"}


def test_a_preset_that_was_deleted_before_it_was_filled_in_changes_nothing(client, staff):
    preset = make_preset()
    address = choose(client, [make_image("Cup"), make_image("Pot")])
    chosen = {"preset": preset.pk, "fill_in": "yes", "prompt": "the left {product}"}
    preset.delete()
    response = press(client, address, **chosen)
    assert GONE in response.content.decode()
    assert response.context["form"]["prompt"].value() == "the left {product}"
    assert said(response) == []
