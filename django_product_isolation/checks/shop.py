"""Checks of what the shop brings: its image models, admins, addresses and storages."""

from collections.abc import Iterator
from contextlib import suppress

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.urls import NoReverseMatch, reverse

from django_product_isolation.conf import SETTING, IsolationSettings
from django_product_isolation.host import Target, build, entries


def check_images(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if not settings.IMAGES:
        yield Warning(
            f'{SETTING}["IMAGES"] names no model, so no admin gets the actions.',
            hint='Name your image model: {"catalogue.ProductImage": {"field": "original"}}.',
            id="product_isolation.W001",
        )
    for label, options in entries(settings.IMAGES):
        try:
            target = build(label, options)
        except ImproperlyConfigured as error:
            yield Error(
                str(error),
                hint='An entry looks like "app.Model": {"field": "image", "product": "product"}.',
                id="product_isolation.E003",
            )
        else:
            if obstacle := target.obstacle:
                yield Error(obstacle.text, hint=obstacle.hint, id=obstacle.id)


def check_entries(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """What two entries make of each other."""
    columns: dict[str, Target] = {}
    fields: set[tuple[type[Model], str]] = set()
    for target in well_named(settings):
        key = (target.model, target.field.name)
        name, label = target.field.name, target.model._meta.label
        if key in fields:
            yield Error(
                f"{SETTING} names the field {name} of {label} twice.",
                hint="Leave one of the entries away. Labels that differ in case only are one.",
                id="product_isolation.E011",
            )
        elif other := columns.get(target.column):
            yield Warning(
                f"{label}.{name} and {other.model._meta.label}.{other.field.name} are one column, "
                "named twice. An image is isolated through either, never through both at once.",
                hint="Leave one of the entries away, unless product or category differ.",
                id="product_isolation.W007",
            )
        fields.add(key)
        columns.setdefault(target.column, target)


def well_named(settings: IsolationSettings) -> Iterator[Target]:
    """The targets of all entries that fit the shop; of others E003 tells."""
    for label, options in entries(settings.IMAGES):
        with suppress(ImproperlyConfigured):
            yield build(label, options)


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
    from django.contrib.admin.sites import all_sites

    for label in settings.IMAGES:
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            continue  # E003 says so
        if not any(site.is_registered(model) for site in all_sites):
            yield Warning(
                f"{label} is named in {SETTING} but no admin site shows it.",
                hint="Register a ModelAdmin for it: the actions attach themselves there.",
                id="product_isolation.W002",
            )


def check_storages(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Nothing of ours has a name twice, but an upload of the shop's own would take an original."""
    for label, options in entries(settings.IMAGES):
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
