"""What --filter chooses is what its words say: nothing is paid for that nobody asked for."""

import pytest
from django.core.management.base import CommandError

from django_product_isolation.management.commands.isolate_products import select
from tests.photos import make_image, photo_file
from tests.shops.bazaar.models import GroupPhoto, Ware

pytestmark = pytest.mark.django_db

MODEL = "catalogue.ProductImage"


@pytest.fixture
def images():
    return [make_image(name) for name in ("Mug", "Mug red", "Pot red")]


def names(*filters):
    chosen = select(MODEL, list(filters)).order_by("pk")
    return list(chosen.values_list("product__name", flat=True))


def test_several_filters_of_one_lookup_all_have_to_be_true(images):
    said = ("product__name__contains=Mug", "product__name__contains=red")
    assert names(*said) == names(*reversed(said)) == ["Mug red"]


def test_a_list_is_split_at_its_commas_and_no_digit_is_taken_for_a_key(images):
    mug, red, pot = images
    assert names(f"pk__in={mug.pk},{pot.pk}") == ["Mug", "Pot red"]
    assert names(f"pk__in={mug.pk}{red.pk}{pot.pk}000") == []
    assert names("product__name__in=Mug, Pot red") == ["Mug", "Pot red"]
    assert names(f"pk__range={red.pk},{pot.pk}") == ["Mug red", "Pot red"]


def test_nothing_among_the_others_stays_nothing(images):
    assert names("product__isnull=True", "product__name__contains=Mug") == []


@pytest.mark.parametrize(
    "nonsense", ["pk__in=", "pk__in=1,", "pk__range=1", "pk__range=1,2,3", "=1", "pk", "nothing=1"]
)
def test_what_is_not_understood_is_said_with_what_to_do(images, nonsense):
    with pytest.raises(CommandError, match=f"--filter {nonsense}: .*such as"):
        names("product__name=Mug", nonsense)


def test_a_filter_may_ask_whether_something_is_there(images):
    assert names("product__isnull=False") == ["Mug", "Mug red", "Pot red"]


def test_of_several_related_rows_one_has_to_meet_all_filters(db):
    photo = GroupPhoto.objects.create(picture=photo_file())
    photo.wares.set([Ware.objects.create(name=name) for name in ("Mug", "Pot")])
    ends = [
        list(
            select("bazaar.GroupPhoto", ["wares__name__startswith=M", f"wares__name__endswith={e}"])
        )
        for e in "gt"
    ]
    assert ends == [[photo], []]
