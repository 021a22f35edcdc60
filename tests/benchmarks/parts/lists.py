"""The shop's list of images with our column and by our filters, beside the list without the app."""

from argparse import Namespace
from collections.abc import Iterator

from tests.benchmarks.asking import (
    IMAGES,
    PLAIN_IMAGES,
    asks,
    last_page,
    our_filters,
    staff_client,
)
from tests.benchmarks.registry import Comparison
from tests.shops.catalogue.models import ProductImage

NEEDS_HISTORY = True


def measure(options: Namespace) -> Iterator[Comparison]:
    client = staff_client()
    beside = "the same list without the app"
    for name, query in (("first", {}), ("last", last_page(ProductImage))):
        yield Comparison(
            name=f"list with our column, {name} page",
            ours=asks(client, IMAGES, query),
            simpler=asks(client, PLAIN_IMAGES, query),
            beside=beside,
            bar=1.15,
        )
    for query in our_filters(ProductImage):
        yield Comparison(
            name="list by our filter: {product_isolation}".format(**query),
            ours=asks(client, IMAGES, query),
            simpler=asks(client, PLAIN_IMAGES),
            beside=beside,
            bar=1.5,
        )
