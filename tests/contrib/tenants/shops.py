"""The two shops, and what tests do in them."""

from django.core.files.base import ContentFile
from django_tenants.utils import tenant_context

from django_product_isolation import isolate
from django_product_isolation.models import IsolationRun
from tests.contrib.fields.looks import photo_bytes

from .owners.models import Client, Domain
from .store.models import Picture

COLOURS = {"mugs": "firebrick", "shoes": "navy", "hats": "olive"}


def open_shop(name: str) -> Client:
    """A tenant with a schema, which is migrated, and a domain of its own."""
    client = Client(schema_name=name, name=name.title())
    client.save(verbosity=0)
    Domain.objects.create(domain=f"{name}.localhost", tenant=client)
    return client


def hang_up(shop: Client, name: str = "mug") -> Picture:
    """A picture in that shop. In both shops it is the first, and its file has the same name."""
    with tenant_context(shop):
        photo = ContentFile(photo_bytes(colour=COLOURS[shop.schema_name]), name="busy.jpg")
        return Picture.objects.create(name=name, photo=photo)


def order(shop: Client, count: int = 1) -> list[IsolationRun]:
    """So many pictures, and a run of each."""
    keys = [hang_up(shop, f"{shop.name} {number}").pk for number in range(count)]
    with tenant_context(shop):
        return list(isolate(Picture.objects.filter(pk__in=keys)).runs.all())


def statuses(shop: Client) -> set[str]:
    with tenant_context(shop):
        return set(IsolationRun.objects.values_list("status", flat=True))
