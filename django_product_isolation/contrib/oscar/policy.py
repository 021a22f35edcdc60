"""Oscar's dashboard as one more place where people see images: a partner's, of its own products.

Staff are asked about by the ModelAdmin of Oscar's images, as everywhere.
"""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string

from django_product_isolation.host.access.policies import Action, Policy
from django_product_isolation.host.access.sites import find_model

ENTRY = "partner.dashboard_access"


class PartnerPolicy(Policy):
    """The dashboard, for somebody who is no staff and whom a partner named as its user."""

    @classmethod
    def shows(cls, model: type[Model]) -> bool:
        return model is find_model("catalogue.ProductImage")

    def lets_in(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return user.is_active and not user.is_staff and user.has_perm(ENTRY)

    def rows(self, request: HttpRequest, action: Action) -> QuerySet[Any]:
        """The images of the products that Oscar's dashboard shows to that user."""
        get_class = import_string("oscar.core.loading.get_class")
        mixin = get_class("dashboard.catalogue.mixins", "PartnerProductFilterMixin")()
        mixin.request = request
        products: Any = find_model("catalogue.Product")
        found = mixin.filter_queryset(products._default_manager.all())
        return self.model._default_manager.filter(product__in=found.order_by().values("pk"))
