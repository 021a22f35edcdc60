from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from django_product_isolation.models import IsolationBatch, IsolationRun
from tests.photos import make_image

pytestmark = pytest.mark.django_db

MODEL = "catalogue.ProductImage"


def run_command(*args):
    out = StringIO()
    call_command("isolate_products", *args, stdout=out)
    return out.getvalue()


def test_all_images_of_a_model_are_begun():
    for name in "AB":
        make_image(name)
    said = run_command(MODEL, "--resolution", "1K", "--aspect-ratio", "4:5", "--prompt", "")
    batch = IsolationBatch.objects.get()
    assert (batch.resolution, batch.aspect_ratio) == ("1K", "4:5")
    assert {run.prompt for run in batch.runs.all()} == {""}
    assert "2 images x $0.27 = $0.54" in said
    assert str(batch.pk) in said


def test_a_dry_run_says_what_it_would_cost_and_begins_nothing():
    make_image()
    assert "1 images x $0.27 = $0.27" in run_command(MODEL, "--dry-run")
    assert not IsolationRun.objects.exists()


def test_filters_and_a_limit_narrow_the_choice():
    for name in ("Mug", "Mug", "Lamp"):
        make_image(name)
    said = run_command(MODEL, "--filter", "product__name=Mug", "--limit", "1")
    assert "1 images" in said
    assert [run.label for run in IsolationRun.objects.all()] == ["Mug"]


def test_what_is_left_out_is_named():
    image = make_image("Mug")
    run_command(MODEL)
    make_image("Lamp")
    assert f"Skipped: {image.product.name} is being isolated already." in run_command(MODEL)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["catalogue.Nothing"], "no model"),
        (["nonsense"], "no model"),
        (["catalogue.Product"], "not named"),
        ([MODEL, "--filter", "product__name"], "LOOKUP=VALUE"),
        ([MODEL, "--filter", "nothing=1"], "nothing"),
        ([MODEL, "--filter", "product__name=nobody"], "None of these"),
        ([MODEL], "only \\$0.20 are left"),
    ],
)
def test_each_mistake_is_said_in_words_and_begins_nothing(args, says, settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "DAILY_BUDGET": "0.20"}
    make_image()
    with pytest.raises(CommandError, match=says):
        run_command(*args)
    assert not IsolationRun.objects.exists()
