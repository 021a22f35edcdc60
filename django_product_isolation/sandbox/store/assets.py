"""Uploaded pictures: announced, written, confirmed (contract, section 2.7).

Knows the rows and their files. What a stored file really is decides, not what was announced.
"""

import io
from dataclasses import dataclass

from PIL import Image

from django_product_isolation.sandbox.config import IMAGE_TYPES
from django_product_isolation.sandbox.isolation.picture import UNREADABLE

from .database import Database
from .folder import Folder
from .identifiers import timestamp, uuid7

REFERENCE = "runflow://assets/"


@dataclass(frozen=True)
class Asset:
    """One uploaded picture; ``file_name`` is None until it is confirmed."""

    id: str
    org_id: str
    name: str
    declared_type: str
    source_type: str
    file_name: str | None
    mime_type: str | None
    size_bytes: int | None
    created_at: str
    updated_at: str

    @property
    def unconfirmed_name(self) -> str:
        """The file that the upload URL writes."""
        return f"{self.id}.part"


class NotAPicture(Exception):
    """The stored file is none of the accepted image types, or there is no file."""


class Assets:
    """The assets on record."""

    def __init__(self, database: Database, folder: Folder) -> None:
        self._database = database
        self._folder = folder

    def announce(self, org_id: str, name: str, declared_type: str, source: str = "upload") -> Asset:
        """Record an asset whose bytes are still to come."""
        now, asset_id = timestamp(), uuid7()
        self._database.insert(
            "asset",
            id=asset_id,
            org_id=org_id,
            name=name,
            declared_type=declared_type,
            source_type=source,
            created_at=now,
            updated_at=now,
        )
        return self.must_get(asset_id)

    def write(self, asset: Asset, content: bytes) -> None:
        """Keep the bytes that arrived at the upload URL."""
        self._folder.write(asset.unconfirmed_name, content)

    def confirm(self, asset: Asset) -> Asset:
        """Look at the stored file and make the asset usable. Raises NotAPicture."""
        if asset.file_name:
            return asset
        content = self._folder.read(asset.unconfirmed_name)
        mime_type = sniff(content or b"")
        file_name = f"{asset.id}.{IMAGE_TYPES[mime_type]}"
        self._folder.rename(asset.unconfirmed_name, file_name)
        self._database.update(
            "asset",
            asset.id,
            file_name=file_name,
            mime_type=mime_type,
            size_bytes=len(content or b""),
            updated_at=timestamp(),
        )
        return self.must_get(asset.id)

    def keep_inline(self, org_id: str, content: bytes) -> Asset:
        """Make an asset of the bytes of a ``data:`` URI. Raises NotAPicture."""
        mime_type = sniff(content)
        asset = self.announce(org_id, "inline", mime_type, source="data_uri")
        self.write(asset, content)
        return self.confirm(asset)

    def get(self, org_id: str, asset_id: str) -> Asset | None:
        """Return an asset of this organisation, or None."""
        asset = self.find(asset_id)
        return asset if asset and asset.org_id == org_id else None

    def find(self, asset_id: str) -> Asset | None:
        """Return an asset of whatever organisation, or None."""
        row = self._database.row("SELECT * FROM asset WHERE id = ?", asset_id)
        return Asset(**row) if row else None

    def must_get(self, asset_id: str) -> Asset:
        """Return an asset that is known to exist."""
        return Asset(**self._database.rows("SELECT * FROM asset WHERE id = ?", asset_id)[0])

    def file_of(self, reference: str) -> str | None:
        """Return the file behind ``runflow://assets/{id}``, or None."""
        asset = self.find(reference.removeprefix(REFERENCE))
        return asset.file_name if asset else None


def sniff(content: bytes) -> str:
    """Return the media type of a picture's bytes. Raises NotAPicture."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as image:
            return Image.MIME[image.format or ""]
    except UNREADABLE as error:
        raise NotAPicture from error
