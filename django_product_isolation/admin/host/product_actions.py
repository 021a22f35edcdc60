"""Isolating from the list of products: all their images, or the main one of each.

Which images a product has is read from the relation that the shop named in ``IMAGES``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext_lazy

from django_product_isolation.host import Target, shown_rows
from django_product_isolation.host.access.sites import admin_for
from django_product_isolation.staff import permissions
from django_product_isolation.staff.selections import select

from .actions import lazy_label, says_elsewhere

ALL, MAIN = "all", "main"
LABELS = {
    ALL: gettext_lazy("Isolate all images of the products"),
    MAIN: gettext_lazy("Isolate the main images of the products"),
}


@dataclass(frozen=True)
class ProductAction:
    """One action on the list of the products of one target."""

    target: Target
    which: str
    is_only_target: bool  # of these products
    is_only_field: bool = True  # of the images' model

    @property
    def name(self) -> str:
        name = f"isolate_{self.which}_images"
        suffix = self.target.label.replace(".", "_")
        if not self.is_only_field:
            suffix += f"_{self.target.field.name}"
        return name if self.is_only_target else f"{name}_of_{suffix}"

    @property
    def permission(self) -> str:
        return f"product_isolation_{self.name}"

    @cached_property
    def function(self) -> Callable[..., HttpResponseRedirect | None]:
        """The action as Django takes it."""

        @admin.action(permissions=[self.permission], description=self.description)
        def isolate_images(
            model_admin: "ModelAdmin[Any]", request: HttpRequest, queryset: QuerySet[Any]
        ) -> HttpResponseRedirect | None:
            if not self.check(model_admin)(request):
                raise PermissionDenied
            if says_elsewhere(request, queryset):
                return None
            images = (all_images if self.which == ALL else main_images)(self.target, queryset)
            images_admin = admin_for(request, self.target.model, model_admin.admin_site)
            return select(
                request,
                self.target.model,
                getattr(images_admin, "admin_site", model_admin.admin_site).name,
                images,
                back=request.get_full_path(),
                field=self.target.field.name,
            )

        isolate_images.__name__ = self.name
        return isolate_images

    @property
    def description(self) -> Any:
        if self.is_only_target:
            return LABELS[self.which]
        return lazy_label(self.describe)

    def describe(self) -> str:
        images = str(self.target.model._meta.verbose_name_plural)
        if not self.is_only_field:
            images += f": {self.target.field.verbose_name}"
        return f"{LABELS[self.which]} ({images})"

    def check(self, model_admin: "ModelAdmin[Any]") -> Callable[[HttpRequest], bool]:
        """Our permission, and the right to change the images, which may be another admin's."""

        def has_permission(request: HttpRequest) -> bool:
            if self.target.obstacle:
                return False
            may_isolate = permissions.has_any_permission(request, permissions.ISOLATE)
            return may_isolate and permissions.has_change_permission(request, self.target.label)

        return has_permission


def actions_for_products(targets: Iterable[Target]) -> dict[type[Model], list[ProductAction]]:
    """The actions for each model that is the product of some target's images."""
    of_product: dict[type[Model], list[Target]] = {}
    for target in targets:
        product = target.product_model
        if product and not target.obstacle:
            of_product.setdefault(product, []).append(target)
    return {
        product: [
            ProductAction(
                target,
                which,
                is_only_target=len(found) == 1,
                is_only_field=len({o.field for o in found if o.model is target.model}) == 1,
            )
            for target in found
            for which in (ALL, MAIN)
        ]
        for product, found in of_product.items()
    }


def all_images(target: Target, products: QuerySet[Any]) -> QuerySet[Any]:
    """The images of ``products``, product by product, the main one first."""
    images = shown_rows(target.model).filter(**{f"{target.product}__in": products.order_by()})
    return images.order_by(product_key(target), *own_ordering(target))


def main_images(target: Target, products: QuerySet[Any]) -> QuerySet[Any]:
    """The first image of each of ``products``, by the image model's own ordering."""
    images = shown_rows(target.model)
    own = images.filter(**{product_key(target): OuterRef("pk")})
    first = own.order_by(*own_ordering(target)).values("pk")[:1]
    mains = products.order_by().annotate(isolation_main=Subquery(first))
    firsts = images.filter(pk__in=mains.values("isolation_main"))
    return firsts.order_by(product_key(target), "pk")


def product_key(target: Target) -> str:
    """By which images of one product stand together.

    The key, because the relation would bring along the product's own ordering, which may be one
    that Django takes in no other query ("?").
    """
    return f"{target.product}__pk"


def own_ordering(target: Target) -> list[Any]:
    """The image model's ordering as far as it is the same every time."""
    ordering = target.model._meta.ordering or ()
    return [*(name for name in ordering if name not in ("?", "-?")), "pk"]
