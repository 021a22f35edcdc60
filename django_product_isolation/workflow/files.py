"""A run's files: which target they belong to, their names and fingerprints."""

from dataclasses import dataclass

from django.apps import apps
from django.core.files.images import get_image_dimensions

from django_product_isolation.host import FileMissing, FileTooLarge, Target, target_for
from django_product_isolation.imaging.copies import sha256_of
from django_product_isolation.models import IsolationRun


@dataclass(frozen=True)
class Fingerprint:
    """What a stored file holds: its SHA-256 in hex and its width and height in pixels."""

    sha256: str
    size: tuple[int, int]


def target_of(run: IsolationRun) -> Target:
    """The image field that a run is about.

    Raises ImproperlyConfigured when it is no longer named in ``IMAGES``.
    """
    batch = run.batch
    return target_for(apps.get_model(batch.model_label), batch.field_name)


def fingerprint(target: Target, name: str) -> Fingerprint:
    """Read a stored file. Raises FileMissing, FileTooLarge or StorageFailed."""
    with target.copy(name) as file:
        digest, _size = sha256_of(file)
        # Django's own measure, so that the columns hold what a form upload would have written.
        width, height = get_image_dimensions(file)
    return Fingerprint(digest, (width or 0, height or 0))


def find_fingerprint(target: Target, name: str) -> Fingerprint | None:
    """The fingerprint of a stored file, None when it is not there or larger than we handle."""
    try:
        return fingerprint(target, name)
    except (FileMissing, FileTooLarge):
        return None
