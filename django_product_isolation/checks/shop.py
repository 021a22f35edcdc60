"""Checks of what the shop brings: its image models, admins, addresses and storages."""

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from django_product_isolation.conf import SETTING, IsolationSettings
from django_product_isolation.host import build
from django_product_isolation.host.permissions import is_shown


def check_images(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if not settings.IMAGES:
        yield Warning(
            f'{SETTING}["IMAGES"] names no model, so no admin gets the actions.',
            hint='Name your image model: {"catalogue.ProductImage": {"field": "original"}}.',
            id="product_isolation.W001",
        )
    for label, options in settings.IMAGES.items():
        try:
            build(label, options)
        except ImproperlyConfigured as error:
            yield Error(
                str(error),
                hint='An entry looks like "app.Model": {"field": "image", "product": "product"}.',
                id="product_isolation.E003",
            )


def check_urls(_settings: IsolationSettings) -> Iterator[CheckMessage]:
    try:
        reverse("product_isolation:callback", args=["token"])
    except NoReverseMatch:
        yield Error(
            "The app's addresses are not in the URLconf.",
            hint='Add path("product-isolation/", include("django_product_isolation.urls")).',
            id="product_isolation.E009",
        )


def check_admin(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if not apps.is_installed("django.contrib.admin"):
        return
    for label in settings.IMAGES:
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            continue  # E003 says so
        if not is_shown(model):
            yield Warning(
                f"{label} is named in {SETTING} but no admin site shows it.",
                hint="Register a ModelAdmin for it, or an inline of the products' one: actions and "
                "buttons attach themselves there.",
                id="product_isolation.W002",
            )


def check_storages(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Nothing of ours has a name twice, but an upload of the shop's own would take an original."""
    for label, options in settings.IMAGES.items():
        try:
            overwrites = build(label, options).overwrites
        except ImproperlyConfigured:
            continue  # E003 says so, or Django of its own setting
        if overwrites:
            yield Warning(
                f"The storage of {label} overwrites files that have the same name.",
                hint='Give it the option "file_overwrite": False (Azure: "overwrite_files", '
                'Django: "allow_overwrite"), or a later upload destroys an original that could '
                "have been restored.",
                id="product_isolation.W005",
            )
