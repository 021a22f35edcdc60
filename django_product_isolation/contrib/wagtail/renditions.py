"""What Wagtail derives from an image's file: renditions, hash, size, focal point.

A swap's own transaction sets the rows of the earlier file's renditions aside, under a key that
Wagtail never asks for: from then on pages make new ones. Their files, which no transaction can
take back, go afterwards; until then the rows say which.
"""

import posixpath
from collections.abc import Iterable
from secrets import token_hex
from types import SimpleNamespace
from typing import Any

from django.core.files import File
from django.db.models import CharField, FileField, Model, QuerySet, Value
from django.db.models.functions import Concat, Left
from django.db.models.signals import post_save
from wagtail.images.models import AbstractImage
from wagtail.utils.file import hash_filelike

from django_product_isolation.host import FieldAdapter
from django_product_isolation.host.rows import written_rows
from django_product_isolation.staff.targets import find_targets

from .frontend_cache import purge_renditions

# Wagtail's own keys are empty, or eight hexadecimal digits; the column holds sixteen letters.
ASIDE = "~"
KEY_LENGTH = 8
MARK_LENGTH = 8
FOCAL_POINT = ("focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height")


class WagtailImageAdapter(FieldAdapter):
    """The file of Wagtail's images, its own or a model of the shop's."""

    @classmethod
    def is_for(cls, field: FileField) -> bool:
        return field.name == "file" and issubclass(field.model, AbstractImage)

    def columns(self, file: "File[bytes]", size: tuple[int, int]) -> dict[str, Any]:
        return {"file_size": file.size, "file_hash": hash_filelike(file)}

    def columns_of_result(self) -> dict[str, Any]:
        return dict.fromkeys(FOCAL_POINT)

    def in_swap(self, pk: str) -> None:
        set_aside(self.renditions(pk))

    def clean(self, instance: Model, old: str) -> None:
        image: Any = instance
        rows = self.renditions(str(image.pk))
        set_aside(rows.filter(pk__in=[row.pk for row in rows if is_late(row, image, old)]))
        remove(self.renditions(str(image.pk)), image, old)

    def renditions(self, pk: str) -> QuerySet[Any]:
        """The image's, where they are written."""
        model: Any = self.field.model
        return written_rows(model.get_rendition_model()).filter(image=pk)


def set_aside(rows: QuerySet[Any]) -> None:
    """Have Wagtail find none of these renditions any more; in one UPDATE."""
    mark = ASIDE + token_hex(3) + ASIDE  # an image may be swapped again before it is cleaned
    key = Concat(Value(mark), Left("focal_point_key", KEY_LENGTH), output_field=CharField())
    rows.exclude(focal_point_key__startswith=ASIDE).update(focal_point_key=key)


def is_late(rendition: Any, image: Any, old: str) -> bool:
    """Whether it was made of the file ``old`` by a request that had read the row before the swap.

    A rendition does not say of which file it is; Wagtail begins its name as that file's.
    """
    stem = posixpath.basename(rendition.file.name).partition(".")[0]
    shown = posixpath.basename(image.file.name)
    return posixpath.basename(old).startswith(stem) and not shown.startswith(stem)


def remove(rows: QuerySet[Any], image: Any, old: str) -> None:
    """Delete the renditions that were set aside, their files, and what a cache knows of them.

    Wagtail remembers renditions under the hash of the image's file: without this, an original that
    is put back would show files that are gone.
    """
    every = list(rows)
    gone = [row for row in every if row.focal_point_key.startswith(ASIDE)]
    if not gone:
        return
    # A storage that overwrites may have given the name to a rendition that is shown.
    shown = {row.file.name for row in every if row not in gone}
    for row in gone:
        if row.file.name not in shown:
            row.file.storage.delete(row.file.name)
    hashes = hashes_of(image, old)
    gone[0].cache_backend.delete_many([key for row in gone for key in cache_keys(row, hashes)])
    # Not through ``delete()``: Wagtail's receivers would delete the files once more, later, when a
    # restored original may have a new rendition under the same name.
    rows.filter(pk__in=[row.pk for row in gone])._raw_delete(rows.db)
    purge_renditions(gone)


def cache_keys(rendition: Any, hashes: Iterable[str]) -> list[str]:
    """Under which a cache may know a rendition that was set aside."""
    key = rendition.focal_point_key[MARK_LENGTH:]
    images = (SimpleNamespace(id=rendition.image_id, file_hash=known) for known in hashes)
    return [rendition.construct_cache_key(image, key, rendition.filter_spec) for image in images]


def hashes_of(image: Any, old: str) -> set[str]:
    """Of the files that the image may have shown; "" before Wagtail worked one out."""
    hashes = {"", image.file_hash}
    storage = image.file.storage
    if storage.exists(old):
        with storage.open(old) as file:
            hashes.add(hash_filelike(file))
    return hashes


def watch_renditions() -> None:
    post_save.connect(set_late_aside, dispatch_uid="product_isolation_renditions")


def set_late_aside(sender: type[Model], instance: Any, created: bool, **_kwargs: Any) -> None:
    """Keep a rendition from being shown again that was made of a file which is shown no more.

    Making one takes long enough for a swap to come between.
    """
    if not created or not isinstance(getattr(instance, "image", None), AbstractImage):
        return
    image = instance.image
    if not find_targets(type(image)._meta.label):
        return
    shown = written_rows(type(image)).filter(pk=image.pk).values_list("file", flat=True).first()
    if shown != image.file.name:
        set_aside(written_rows(sender).filter(pk=instance.pk))
