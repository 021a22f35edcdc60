"""Filer's folders as one more place where people see images: by the rights that filer gives.

By its own rules, as it shows folders: rights for a folder, ownership, and what is in no folder.
"""

from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string

from django_product_isolation.host.access.policies import Action, Policy
from django_product_isolation.host.access.shop_permissions import is_superuser, sites_around
from django_product_isolation.host.access.site_access import any_lets_in

ENTRY = "filer.can_use_directory_listing"


class FolderPolicy(Policy):
    """Filer's folder view, in the admin."""

    @classmethod
    def shows(cls, model: type[Model]) -> bool:
        return issubclass(model, import_string("filer.models.File"))

    def lets_in(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ENTRY) and any_lets_in(sites_around(request), request)

    def rows(self, request: HttpRequest, action: Action) -> QuerySet[Any]:
        images = self.model._default_manager.all()
        if is_superuser(request):
            return images
        return images.filter(viewed_by(request) if action == "view" else changed_by(request))


def viewed_by(request: HttpRequest) -> Q:
    """A public file in no folder is shown to all, as filer's search shows it.

    That finds private ones too, but opens them to their owner alone.
    """
    rights: Any = import_string("filer.models.FolderPermission").objects
    in_folder = within(rights.get_read_id_list(request.user))
    return in_folder | Q(folder=None, is_public=True) | of(request)


def changed_by(request: HttpRequest) -> Q:
    rights: Any = import_string("filer.models.FolderPermission").objects
    return within(rights.get_edit_id_list(request.user)) | of(request)


def within(folders: Any) -> Q:
    """What is in one of the folders that filer names by their keys, or by "All"."""
    return Q(folder__isnull=False) if folders == "All" else Q(folder__in=folders)


def of(request: HttpRequest) -> Q:
    """What the person uploaded, or has the folder of."""
    return Q(owner=request.user) | Q(folder__owner=request.user)
