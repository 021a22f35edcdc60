"""Small pictures of stored files for the pages of staff: made once, and kept where a shop chooses.

Knows nothing of who may see them. Losing what is kept costs time alone.
"""

import logging
from typing import TYPE_CHECKING, BinaryIO

from django.core.cache import InvalidCacheBackendError, caches
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connections, router
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from django_product_isolation import imaging
from django_product_isolation.conf import get_settings
from django_product_isolation.database import tenants

from .reading_turns import turns
from .storage import FileMissing, StorageFailed, shortages_as_failures

if TYPE_CHECKING:
    from PIL.Image import Image

    from .targets import Target

logger = logging.getLogger("django_product_isolation")

# Longest side in pixels; others are not made, so that few are kept.
SMALL, MEDIUM, LARGE = SIZES = (160, 480, 1200)
ALIAS = "product_isolation_previews"
SECONDS_KEPT = 30 * 24 * 3600  # in a cache, unless it needs the room


class PreviewStore:
    """Where previews are kept. A shop names a class of its own in ``PREVIEWS``."""

    def get(self, key: str) -> bytes | None:
        """A JPEG picture by its key (hex digits and the size), None when it is not there."""
        raise NotImplementedError

    def set(self, key: str, content: bytes) -> None:
        """Keep a JPEG picture. A key never stands for another picture later."""
        raise NotImplementedError


class CachePreviews(PreviewStore):
    """In the cache called product_isolation_previews, in Django's default one without it."""

    def __init__(self) -> None:
        try:
            self.cache = caches[ALIAS]
        except InvalidCacheBackendError:
            self.cache = caches["default"]

    def get(self, key: str) -> bytes | None:
        found: bytes | None = self.cache.get(f"{ALIAS}:{key}")
        return found

    def set(self, key: str, content: bytes) -> None:
        self.cache.set(f"{ALIAS}:{key}", content, SECONDS_KEPT)


class StoragePreviews(PreviewStore):
    """As files in the storage called product_isolation_previews."""

    def __init__(self) -> None:
        self.storage = storages[ALIAS]

    def get(self, key: str) -> bytes | None:
        try:
            with self.storage.open(self.path(key)) as file:
                content: bytes = file.read()
        except FileNotFoundError:
            return None
        return content

    def set(self, key: str, content: bytes) -> None:
        if not self.storage.exists(self.path(key)):
            self.storage.save(self.path(key), ContentFile(content))

    def path(self, key: str) -> str:
        return f"{key[:2]}/{key}.jpg"


def identity_of(target: "Target", name: str, *, digest: str = "", row: str = "") -> str:
    """What tells a stored file from every other one of its name; "" where nothing does.

    A name is given again once its file was deleted, maybe to somebody else's picture. ``digest`` is
    the file's SHA-256 in hex, "" where nobody knows; then the moment it was written has to do, and
    the key of the ``row`` that shows it. Raises FileMissing or StorageFailed.
    """
    # Where the storage overwrites, two files may follow each other within what its clock tells.
    if digest or target.overwrites:
        return digest
    written = target.written_at(name)
    return f"{row} {written.isoformat()}" if written else ""


def preview(target: "Target", name: str, size: int, *, digest: str = "", row: str = "") -> bytes:
    """The stored file called ``name`` as a JPEG picture of at most ``size`` pixels a side.

    With a ``digest`` only that very file is shown. Raises FileMissing, FileTooLarge,
    StorageFailed, ReadingBusy where too many others are being read, or ImageRejected.
    """
    key = key_of(target, name, size, digest)
    content = kept(key) if key else None
    if content is None:
        with turns.taken():
            content = read_preview(target, name, size, digest, row)
    return content


def read_preview(target: "Target", name: str, size: int, digest: str, row: str) -> bytes:
    """The same, after a look at the storage."""
    key = key_of(target, name, size, identity_of(target, name, digest=digest, row=row))
    content = kept(key) if key and not digest else None
    if content is None:
        with target.copy(name) as file:
            if digest and imaging.sha256_of(file)[0] != digest:
                raise FileMissing(name)
            content = imaging.thumbnail(file, size=size)
        if key:
            keep(key, content)
    return content


def make_previews(
    target: "Target", name: str, digest: str, file: BinaryIO, small: "Image | None" = None
) -> None:
    """Make and keep what pages will show of a file that is at hand anyway, if it is a picture.

    ``file`` stands at its beginning, before and after; ``small`` is what it shows, where that is
    known. Raises only what watches over decoding.
    """
    keys = [key_of(target, name, size, digest) for size in sorted(SIZES, reverse=True)]
    if not all(keys):
        return
    try:
        with shortages_as_failures():
            pixels = small or imaging.small_picture(file, LARGE)
            for key, content in zip(keys, imaging.thumbnails_of(pixels, sizes=SIZES), strict=True):
                keep(key, content)
    except (imaging.ImageRejected, StorageFailed) as error:
        logger.info("preview_failed model=%s error=%s", target.label, error)


def wanted_side() -> int | None:
    """How large in pixels a picture is needed for its previews; None where none are kept."""
    return None if get_settings().PREVIEWS is None else LARGE


def key_of(target: "Target", name: str, size: int, identity: str) -> str:
    """By what a preview is kept; "" for one that is not to be kept.

    Of several storages each may have a file of that name, for other people's eyes.
    """
    if get_settings().PREVIEWS is None or target.place is None or not identity:
        return ""
    file = (target.column, target.place, name, identity)
    marked = salted_hmac(ALIAS, "\n".join(map(str, (*shop_of(target), *file))), algorithm="sha256")
    return f"{marked.hexdigest()}-{size}"


def shop_of(target: "Target") -> tuple[str, str, str, str]:
    """Whose files are meant: shops and tenants may share a cache and have the same names."""
    connection = connections[router.db_for_read(target.model)]
    place = connection.settings_dict
    # django-tenants: a schema each, also where nobody has registered it.
    schema = str(getattr(connection, "schema_name", ""))
    return place["HOST"], str(place["NAME"]), schema, tenants.current()


def kept(key: str) -> bytes | None:
    """A preview that was kept; None also where its place does not answer."""
    try:
        return store().get(key)
    except Exception as error:  # caches and storages raise whatever their library raises
        logger.warning("previews_away error=%s", type(error).__name__)
        return None


def keep(key: str, content: bytes) -> None:
    try:
        store().set(key, content)
    except Exception as error:  # caches and storages raise whatever their library raises
        logger.warning("previews_away error=%s", type(error).__name__)


def store() -> PreviewStore:
    """Where the setting says. Raises ImportError when there is no such class."""
    kind: type[PreviewStore] = import_string(str(get_settings().PREVIEWS))
    return kind()
