"""django-pictures: a picture in several widths, ratios and formats, named after it."""

from typing import Any

from django.core.files.base import File
from django.db.models import FileField, Model

from django_product_isolation.host.rows import dimension_names

from .base import FieldAdapter, is_a

TASKS = "pictures.tasks."
NOOP = f"{TASKS}noop"
ORIENTATION, SIDEWAYS = 0x0112, (5, 6, 7, 8)  # of EXIF


class PictureAdapter(FieldAdapter):
    """Its pages reckon from the width which files there are, and look for none."""

    @classmethod
    def is_for(cls, field: FileField) -> bool:
        return is_a(field, "pictures.models.PictureField")

    def columns(self, file: "File[bytes]", size: tuple[int, int]) -> dict[str, Any]:
        """It measures a photo as it is looked at, unlike Django."""
        names = dimension_names(self.field)
        return {name: side for name, side in zip(names, upright(file, size), strict=True) if name}

    def prepare(self, instance: Model) -> None:
        from pictures.conf import app_settings

        file = getattr(instance, self.field.attname)
        # Its own processors leave it to a queue, and the swap does not wait for one.
        if app_settings.PROCESSOR.startswith(TASKS) and app_settings.PROCESSOR != NOOP:
            make(file)
        else:
            file.save_all()

    def clean(self, instance: Model, old: str) -> None:
        from pictures.models import PillowPicture
        from PIL import Image

        file: Any = self.field.attr_class(instance, self.field, old)
        with file.storage.open(old) as content:
            width, height = upright(content, Image.open(content).size)
        kept_beside = file.get_picture_files(
            file_name=old,
            img_width=width,  # not the row's, which shows another file
            img_height=height,
            storage=file.storage,
            field=self.field,
        )
        for by_type in kept_beside.values():
            for by_width in by_type.values():
                for picture in by_width.values():
                    if isinstance(picture, PillowPicture):
                        picture.delete()


def make(file: Any) -> None:
    """Make all files of a picture now."""
    from pictures.models import PillowPicture
    from PIL import Image

    with file.storage.open(file.name) as content, Image.open(content) as image:
        processed = PillowPicture.pre_process(image)
        for picture in file.get_picture_files_list():
            picture.save(processed)


def upright(file: "File[bytes]", size: tuple[int, int]) -> tuple[int, int]:
    """The size of a picture as it is looked at; (0, 0) of what is none."""
    from PIL import Image

    if size == (0, 0):
        return size
    file.seek(0)
    with Image.open(file) as image:
        is_sideways = image.getexif().get(ORIENTATION, 1) in SIDEWAYS
    return (size[1], size[0]) if is_sideways else size
