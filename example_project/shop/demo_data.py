"""What the demo shop starts with: two staff users, and products from photos.

Adds what is missing and changes nothing that is there.
"""

import itertools
from collections.abc import Iterable

from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import slugify

from .models import Product, ProductImage
from .photo_files import Photo

PASSWORD = "demo"  # noqa: S105 - printed at every start; the demo listens on this machine only
ASSISTANT_MAY = [
    "view_product",
    "view_productimage",
    "change_productimage",
    "isolate_image",
    "review_result",
    "restore_image",
]


def create_users() -> None:
    """Create ``staff``, who may do everything, and ``assistant``, who works on images."""
    if not User.objects.filter(username="staff").exists():
        User.objects.create_superuser("staff", password=PASSWORD)
    if not User.objects.filter(username="assistant").exists():
        assistant = User.objects.create_user("assistant", password=PASSWORD, is_staff=True)
        assistant.user_permissions.set(Permission.objects.filter(codename__in=ASSISTANT_MAY))


@transaction.atomic
def load_products(photos: Iterable[Photo]) -> int:
    """Create a product for every name that the shop does not have, all or none; return how many."""
    created = 0
    for name, group in itertools.groupby(photos, key=lambda photo: photo.product):
        slug = slugify(name, allow_unicode=True) or "photo"
        if not Product.objects.filter(slug=slug).exists():
            _create_product(name, slug, list(group))
            created += 1
    return created


def _create_product(name: str, slug: str, photos: list[Photo]) -> None:
    product = Product.objects.create(name=name, slug=slug, **DETAILS.get(slug, {}))
    for position, photo in enumerate(photos):
        image = ProductImage(product=product, alt_text=photo.caption[:200], position=position)
        file_name = f"{slug}-{position + 1}{photo.suffix}"
        image.image.save(file_name, ContentFile(photo.content), save=True)


DETAILS = {
    "enamel-mug": {
        "price": "14.50",
        "description": "Enamelled steel, half a litre. Keeps tea warm and survives a campfire.",
    },
    "canvas-sneaker": {
        "price": "59.00",
        "description": "Cotton canvas on a rubber sole. Light, washable, sizes 36 to 46.",
    },
    "table-lamp": {
        "price": "89.00",
        "description": "Glazed stoneware foot with a linen shade, 45 cm tall.",
    },
    "backpack": {
        "price": "74.00",
        "description": "Waxed cotton with leather straps and two side pockets, 22 litres.",
    },
    "steel-bottle": {
        "price": "24.90",
        "description": "Double-walled stainless steel. Twelve hours hot, a day cold.",
    },
    "headphones": {
        "price": "129.00",
        "description": "Closed headphones with soft cushions and a cable that can be replaced.",
    },
    "dining-chair": {
        "price": "149.00",
        "description": "Solid beech with an upholstered seat.",
    },
    "plant-pot": {
        "price": "32.00",
        "description": "A snake plant in a terracotta pot. Needs water every other week.",
    },
}
