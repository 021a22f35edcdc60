"""The whole way of an image of each field: isolated, edited, put back, deleted."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.urls import reverse

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun

from .looks import names_on_page, opened, photo_bytes, show
from .settings import LABELS

pytestmark = pytest.mark.django_db
# What staff see in the form beside caption and file, where that is more than one widget.
ALSO_SENT = {"VersatilePhoto": {"image_1": "0.5x0.5"}}


@pytest.fixture(params=LABELS)
def row(request, runflow):
    model = apps.get_model("studio", request.param)
    return model.objects.create(image=ContentFile(photo_bytes(), name="busy.jpg"))


def anew(row):
    return type(row).objects.get(pk=row.pk)


def content(row) -> bytes:
    with anew(row).image.open("rb") as file:
        return file.read()


def columns(row) -> dict:
    return type(row).objects.values().get(pk=row.pk)


def save_in_admin(client, row) -> None:
    """What staff do who correct a caption, and leave the file as it is."""
    client.force_login(get_user_model().objects.create_superuser("boss"))
    page = reverse(f"admin:studio_{type(row)._meta.model_name}_change", args=[row.pk])
    assert client.get(page).status_code == 200
    sent = {
        name: field.initial or getattr(row, name)
        for name, field in client.get(page).context["adminform"].form.fields.items()
        if name != "image"
    }
    data = {**sent, "caption": "edited", **ALSO_SENT.get(type(row).__name__, {})}
    response = client.post(page, data)
    assert response.status_code == 302, response.context["adminform"].form.errors


def test_an_image_is_isolated_edited_put_back_and_deleted(client, row, go_on):
    before, busy = content(row), columns(row)
    if type(row).__name__ != "PicturesPhoto":  # whose queue nobody serves
        assert show(names_on_page(row), busy["image"])

    run = go_on(isolate(row).runs.get())
    assert run.status == Status.APPLIED, (run.reason, list(run.events.values_list("detail")))
    clean = columns(row)
    assert clean["image"] == run.result_name
    made = names_on_page(row)
    assert show(made, run.result_name)
    assert not show(made, run.source_name)
    if "width" in clean:
        assert (clean["width"], clean["height"]) == opened(run.result_name).size

    save_in_admin(client, anew(row))
    assert columns(row) == {**clean, "caption": "edited"}
    assert show(names_on_page(row), run.result_name)

    restore(anew(row))
    run = go_on(run)
    assert run.status == Status.RESTORED
    assert content(row) == before
    assert columns(row) == {**busy, "caption": "edited"}
    again = names_on_page(row)
    assert show(again, run.source_name)
    assert not show(again, run.result_name)

    anew(row).delete()
    assert not type(row).objects.exists()
    assert go_on(IsolationRun.objects.get()).status == Status.RESTORED
