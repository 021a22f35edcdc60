"""Making a result so that the shop's field accepts it, as it accepts an upload.

Every result passes here before it is stored, and nothing passes that the shop's own form could
not save. Must not store anything.
"""

from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from django.core.files.base import File
from django.db.models import Model

from django_product_isolation.conf import get_settings
from django_product_isolation.host import (
    FileMissing,
    NotProcessed,
    Target,
    as_stored,
    as_upload,
    extensions_of,
    refused_name,
    refused_stored,
    refused_upload,
    result_filename,
    untouched,
)
from django_product_isolation.imaging import (
    SOURCE_FORMATS,
    ImageRejected,
    Prepared,
    accepted_formats,
    marked,
    size_of,
    variants,
)
from django_product_isolation.imaging.decoding import facts_of, opened


class FieldRefused(Exception):
    """The field accepts the result in no format and size. The text is its validators' own."""


def fitted(target: Target, pk: str, clean: Prepared) -> tuple[Prepared, list[str]]:
    """The best form of a result that the field accepts, as the field would store it.

    With it, what makes it implausible: not_processed where the field's own processing failed.
    Raises FileMissing when the row was deleted, FieldRefused, or ImageRejected.
    """
    words: list[str] = []
    term = clean.source_type or get_settings().DIGITAL_SOURCE_TYPE
    for variant in variants(clean, extensions_of(target.field)):
        candidate = marked(variant, term)
        with untouched(target.storage):
            stored, odd = processed(target, pk, candidate)
            stored = marked(stored, term)
            refused = refusals(target, pk, candidate, stored)
        if not refused:
            return stored, odd
        words = words or refused
    raise FieldRefused(" ".join(words))


def refused_beforehand(target: Target, pk: str) -> list[str]:
    """Why the model's constraints let the row show no result of ours, whatever it will look like.

    Raises FileMissing when the row was deleted, NameTooLong.
    """
    words: list[str] = []
    for extension in accepted_formats(extensions_of(target.field)).values():
        with untouched(target.storage):
            refused = refused_name(target.field, row(target, pk), result_filename(extension))
        if not refused:
            return []
        words = words or refused
    return words


def processed(target: Target, pk: str, candidate: Prepared) -> tuple[Prepared, list[str]]:
    """What the field makes of an upload; the upload itself where that cannot be found out."""
    upload = named(candidate)
    try:
        stored = as_stored(target.field, row(target, pk), upload)
        return (candidate if stored is upload else read(stored)), []
    except (NotProcessed, ImageRejected):
        return candidate, ["not_processed"]


def refusals(target: Target, pk: str, candidate: Prepared, stored: Prepared) -> list[str]:
    size = (stored.facts.width, stored.facts.height)
    return refused_upload(target.field, row(target, pk), named(candidate)) or refused_stored(
        target.field, row(target, pk), named(stored), size
    )


def row(target: Target, pk: str) -> Model:
    """The image's row, read anew each time: asking changes it. Raises FileMissing."""
    instance = target.row_to_ask(pk)
    if instance is None:
        raise FileMissing(f"{target.label} {pk}")
    return instance


def named(result: Prepared) -> "File[bytes]":
    """The result as a file in a form is, with a name of ours."""
    body = result.file.read()
    result.file.seek(0)
    return as_upload(result_filename(result.facts.extension), body, result.facts.mime_type)


def read(file: "File[bytes]") -> Prepared:
    """What a field made of an upload. Raises ImageRejected where that is no picture."""
    body = cast("BinaryIO", file.file)
    with opened(body, SOURCE_FORMATS) as picture:
        facts = facts_of(picture)
    # As the field calls it, be it .jpg or .jpeg.
    extension = PurePosixPath(file.name or "").suffix or facts.extension
    facts = replace(facts, extension=extension)
    return Prepared(file=body, facts=facts, size=size_of(body))
