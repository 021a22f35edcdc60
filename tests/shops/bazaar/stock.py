"""Wares with photos, for tests."""

from django.core.files.base import ContentFile

from tests.photos import photo_bytes
from tests.shops.bazaar.models import GroupPhoto, Photo, Ware


def make_ware(name: str = "Kettle") -> Ware:
    return Ware.objects.create(name=name)


def make_photo(ware: Ware | None = None, **values) -> Photo:
    file = ContentFile(photo_bytes(), "photo.jpg")
    return Photo.everything.create(ware=ware or make_ware(), picture=file, **values)


def make_group_photo(*names: str) -> GroupPhoto:
    photo = GroupPhoto.objects.create(picture=ContentFile(photo_bytes(), "group.jpg"))
    photo.wares.set(make_ware(name) for name in names)
    return photo
