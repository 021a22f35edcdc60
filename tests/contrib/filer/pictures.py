"""Images in filer, and staff with rights for its folders."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from filer.models import Folder, FolderPermission, Image

from tests.contrib.fields.looks import photo_bytes

OURS = ("isolate_image", "restore_image", "view_isolationrun")
TOLD = ("_file_size", "sha1", "mime_type", "_width", "_height", "_transparent")
THUMBNAIL = {"size": (90, 60)}


def make_picture(folder=None, *, is_public=True, owner=None, name="busy.jpg", **options) -> Image:
    """As filer's own upload makes one."""
    file = ContentFile(photo_bytes(**options), name=name)
    picture = Image(
        file=file, folder=folder, is_public=is_public, owner=owner, original_filename=name
    )
    picture.save()
    return Image.objects.get(pk=picture.pk)


def anew(picture) -> Image:
    return Image.objects.get(pk=picture.pk)


def values(picture) -> dict:
    """What the row says of its file."""
    columns = ("file", *TOLD, "is_public", "subject_location", "original_filename", "name")
    return Image.objects.values(*columns).get(pk=picture.pk)


def content(picture) -> bytes:
    with anew(picture).file.open("rb") as file:
        return file.read()


def make_folder(name, parent=None, owner=None) -> Folder:
    return Folder.objects.create(name=name, parent=parent, owner=owner)


def make_editor(name="edi", *, read=(), edit=(), permissions=OURS, is_listing=True):
    """Staff with filer's rights for these folders, and with ours."""
    user = get_user_model().objects.create_user(name, is_staff=True)
    given = [*permissions, *(["can_use_directory_listing"] if is_listing else [])]
    user.user_permissions.set(Permission.objects.filter(codename__in=given))
    for folder in {*read, *edit}:
        FolderPermission.objects.create(
            folder=folder,
            type=FolderPermission.THIS,
            user=user,
            can_read=FolderPermission.ALLOW,
            can_edit=FolderPermission.ALLOW if folder in edit else None,
        )
    return user
