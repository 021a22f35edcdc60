"""Staff of a stranger's shop."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile

from .passwords import PASSWORD

OURS = ["isolate_image", "review_result", "restore_image"]


def superuser() -> Any:
    return User.objects.create_superuser("owner", password=PASSWORD)


def staff(name: str, *codenames: str) -> Any:
    """A member of staff with these permissions and ours."""
    person = User.objects.create_user(name, password=PASSWORD, is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=[*codenames, *OURS]))
    return person


def photo(content: bytes) -> ContentFile:
    return ContentFile(content, name="busy.jpg")
