"""Asking for pages of the history's shop, as somebody of its staff."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import site
from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from django_product_isolation.models import IsolationRun, Selection

RUNS = "/admin/product_isolation/isolationrun/"
BATCHES = "/admin/product_isolation/isolationbatch/"
IMAGES = "/admin/catalogue/productimage/"
PLAIN = "/admin/benchmarks/plainrow/"  # as long as the runs
PLAIN_500 = "/plain/benchmarks/plainrow/"  # shows 500 at a time
PLAIN_IMAGES = "/plain/catalogue/productimage/"  # the same list without the app


def staff() -> User:
    return User.objects.get(pk=2)


def staff_client() -> Client:
    """Somebody with every right but that of a superuser, whose rights cost no query."""
    staff().user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(staff())
    return client


def asks(
    client: Client, path: str, query: dict[str, Any] | None = None, **posted: Any
) -> Callable[[], bytes]:
    """A call that asks for the page, with ``posted`` for one that leads elsewhere."""
    address = f"{path}?{urlencode(query)}" if query else path

    def ask() -> bytes:
        response: Any = client.post(address, posted) if posted else client.get(address)
        assert response.status_code == (302 if posted else 200), f"{address}: {response}"
        return b"".join(response) if response.streaming else bytes(response.content)

    return ask


def change_list(model: type[Model]) -> Any:
    """What the admin's list of that model is drawn from."""
    request = RequestFactory().get("/")
    request.user = staff()
    return site.get_model_admin(model).get_changelist_instance(request)


def last_page(model: type[Model]) -> dict[str, Any]:
    return {"p": int(change_list(model).paginator.num_pages)}


def our_filters(model: type[Model]) -> list[dict[str, str]]:
    """What our own filters offer on that list, the choice for everything left out."""
    return [
        {spec.parameter_name: value}
        for spec in change_list(model).filter_specs
        if type(spec).__module__.startswith("django_product_isolation")
        for value, _ in spec.lookup_choices
    ]


def open_images() -> list[int]:
    return list(map(int, IsolationRun.objects.open().values_list("object_pk", flat=True)))


def confirm_page(pks: list[Any]) -> str:
    """The address of the confirm page for these images."""
    selection = Selection.objects.create(
        created_by=staff(),
        model_label="catalogue.productimage",
        site_name=site.name,
        object_pks=[str(pk) for pk in pks],
        chosen=len(pks),
    )
    return reverse("product_isolation:confirm", args=[selection.pk])
