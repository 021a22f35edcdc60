"""The actions in filer's folders. Filer hands them files and folders, each a queryset."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.sites import all_sites
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from django_product_isolation.admin.host.actions import (
    PERMISSIONS,
    isolate_product,
    permission_check,
    restore_original,
)
from django_product_isolation.admin.host.attach import add_actions, allow

from .images import find_images, ticked


def for_folders(action: Any) -> Callable[..., HttpResponse | None]:
    """An action on images as filer calls it, for the images that are ticked."""

    @admin.action(permissions=action.allowed_permissions, description=action.short_description)
    def on_ticked(
        folder_admin: "ModelAdmin[Any]",
        request: HttpRequest,
        files: QuerySet[Any],
        folders: QuerySet[Any],
    ) -> HttpResponse | None:
        target = find_images()
        if target is None:
            return None
        images_admin = folder_admin.admin_site.get_model_admin(target.model)
        images = ticked(target, files, folders)
        response: HttpResponse | None = action(
            images_admin, request, images, field=target.field.name
        )
        return response

    on_ticked.__name__ = action.__name__
    return on_ticked


def attach() -> None:
    """Put the actions on the folders of every admin site; nothing where filer has no images."""
    target = find_images()
    if target is None:
        return
    folder = import_string("filer.models.Folder")
    for site in all_sites:
        if site.is_registered(folder) and site.is_registered(target.model):
            images_admin = site.get_model_admin(target.model)
            folder_admin = site.get_model_admin(folder)
            for name, permission in PERMISSIONS.items():
                check = permission_check(images_admin, permission)
                allow(images_admin, name, check)
                allow(folder_admin, name, check)
            actions = [isolate_product, restore_original]
            add_actions(folder_admin, [for_folders(action) for action in actions])
