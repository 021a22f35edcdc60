"""Checks of how the shop names its files."""

from collections.abc import Iterator
from contextlib import suppress

from django.core.checks import CheckMessage, Warning
from django.core.exceptions import ImproperlyConfigured

from django_product_isolation.conf import IsolationSettings
from django_product_isolation.host import (
    MakesRoom,
    Target,
    build,
    cuts_names_short,
    entries,
    room_needed,
    uploads_meet,
)


def well_named(settings: IsolationSettings) -> Iterator[Target]:
    """The targets of all entries that fit the shop; of others E003 tells."""
    for label, options in entries(settings.IMAGES):
        with suppress(ImproperlyConfigured):
            yield build(label, options)


def called(target: Target) -> str:
    return f"{target.model._meta.label}.{target.field.name}"


def check_upload_to(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Results have names of their own whatever it says, but the shop's next upload has not."""
    for target in well_named(settings):
        if uploads_meet(target.field):
            yield Warning(
                f"upload_to of {called(target)} gives every file of a row the same "
                "name, and its storage may not keep both.",
                hint="Results get names of their own all the same. But a later upload of yours "
                "destroys an original that could have been restored: put the file's own name or "
                "uuid4() into the path, or use a storage that keeps files of equal names apart.",
                id="product_isolation.W020",
            )


def check_room(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """The column can hold the names of results."""
    for target in well_named(settings):
        room, needed = target.field.max_length, room_needed(target.field)
        if room and room < needed:
            yield Warning(
                f"{called(target)} holds names of {room} characters, and those of results have "
                f"{needed}.",
                hint=f"Give the field max_length={needed} or more (Django's default is 100) and "
                "migrate. Until then nothing is sent to Runflow for it.",
                id="product_isolation.W022",
            )


def check_cut_names(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """The storage leaves names of results long enough to tell them apart, and makes no room."""
    for target in well_named(settings):
        try:
            is_cut = cuts_names_short(target.field)
        except MakesRoom as error:
            yield Warning(
                f"The storage of {called(target)} deletes other files to make room for a new one.",
                hint=f"{error} Until then nothing is sent to Runflow for it.",
                id="product_isolation.W023",
            )
            continue
        if is_cut:
            yield Warning(
                f"The storage of {called(target)} calls different files by one name.",
                hint="Let its get_available_name keep at least 24 letters and digits of a name, "
                "or put some of its own at random into it. Until then nothing is sent to Runflow "
                "for it.",
                id="product_isolation.W023",
            )
