"""Wagtail's images: rights are given for each collection, in Wagtail's own pages.

Nothing of Wagtail is imported where it is not installed.
"""

from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string

from .policies import Action, Policy

# What makes Wagtail show an image to somebody, and what it must allow for a change.
NEEDED: dict[Action, list[str]] = {"view": ["choose", "change", "delete"], "change": ["change"]}
POLICIES = "wagtail.permission_policies.collections"
ENTRY = "wagtailadmin.access_admin"


class WagtailPolicy(Policy):
    """Wagtail's pages for images."""

    @classmethod
    def shows(cls, model: type[Model]) -> bool:
        if not apps.is_installed("wagtail.images"):
            return False
        return issubclass(model, import_string("wagtail.images.models.AbstractImage"))

    def lets_in(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ENTRY)

    def rows(self, request: HttpRequest, action: Action) -> QuerySet[Any]:
        policy = self.policy()
        found: QuerySet[Any] = policy.instances_user_has_any_permission_for(
            request.user, NEEDED[action]
        )
        return found

    def allows(self, request: HttpRequest, action: Action, row: Model | None = None) -> bool:
        if row is not None:
            return True  # those that rows() leaves out are not asked about
        return bool(self.policy().user_has_any_permission(request.user, NEEDED[action]))

    def policy(self) -> Any:
        """Wagtail's own answers; of an image model beside the site's one, by the same rules."""
        if self.model is not import_string("wagtail.images.get_image_model")():
            kind = import_string(f"{POLICIES}.CollectionOwnershipPermissionPolicy")
            return kind(
                self.model, auth_model="wagtailimages.Image", owner_field_name="uploaded_by_user"
            )
        try:
            registry = import_string("wagtail.permissions.policy_registry")
        except ImportError:  # before Wagtail 7
            return import_string("wagtail.images.permissions.permission_policy")
        return registry.get_by_type(self.model)
