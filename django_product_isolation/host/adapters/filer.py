"""django-filer: rows say in which storage their file is, and much about it beside."""

import hashlib
import mimetypes
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db.models import FileField, Model

from .base import FieldAdapter, is_a

if TYPE_CHECKING:
    from PIL import Image

UNKNOWN = "application/octet-stream"


class FilerAdapter(FieldAdapter):
    """Files that are public, and files that are shown to some only."""

    has_storage_of_row = True

    @classmethod
    def is_for(cls, field: FileField) -> bool:
        return is_a(field, "filer.fields.multistorage_file.MultiStorageFileField")

    def storage_of(self, instance: Model) -> Storage:
        return self.field.attr_class(instance, self.field, "").storage

    def storages(self) -> list[Storage]:
        return list(self.field.storages.values())  # type: ignore[attr-defined]

    def columns(self, file: "File[bytes]", size: tuple[int, int]) -> dict[str, Any]:
        """What filer itself works out of an upload."""
        digest = hashlib.sha1(usedforsecurity=False)
        for chunk in iter(lambda: file.read(65536), b""):
            digest.update(chunk)
        told = {
            "_file_size": file.tell(),
            "sha1": digest.hexdigest(),
            "mime_type": mimetypes.guess_type(file.name or "")[0] or UNKNOWN,
        }
        return {**told, **(of_picture(file, size) if all(size) else {})}

    def columns_of_result(self) -> dict[str, Any]:
        """Where the product was in the busy picture says nothing of the clean one."""
        return {"subject_location": ""}

    def clean(self, instance: Model, old: str) -> None:
        file: Any = self.field.attr_class(instance, self.field, old)
        file.delete_thumbnails()


def of_picture(file: "File[bytes]", size: tuple[int, int]) -> dict[str, Any]:
    from easy_thumbnails.utils import is_transparent
    from PIL import Image

    file.seek(0)
    told: dict[str, Any] = {"_width": size[0], "_height": size[1]}
    with Image.open(file) as image:
        told["_transparent"] = bool(is_transparent(image))
        # filer moves a file under the name of the first upload, whatever it has become since.
        mime_type = None if is_called(file.name or "", image) else image.get_format_mimetype()
    return told | ({"mime_type": mime_type} if mime_type else {})


def is_called(name: str, image: "Image.Image") -> bool:
    """Whether the name's extension stands for the format that the picture has."""
    from PIL import Image

    named = Image.registered_extensions().get(PurePosixPath(name).suffix.lower())
    return image.format == named or (image.format, named) == ("MPO", "JPEG")
