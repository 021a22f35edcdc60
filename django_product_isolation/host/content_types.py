"""Django's content types, asked of the tables at hand.

Django keeps the ones it has looked up for the whole process. Where each tenant has tables of its
own a model's id differs between them, and threads of a process work for different tenants. So this
neither reads what Django keeps nor adds to it, and nothing else in the package looks types up.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import Model

if TYPE_CHECKING:
    from django.contrib.contenttypes.models import ContentType


def content_type_of(model: type[Model]) -> "ContentType":
    """The type of exactly that model, a proxy's too; made where the tables have none yet."""
    from django.contrib.contenttypes.models import ContentType

    app_label, name = model._meta.app_label, model._meta.model_name
    return ContentType.objects.get_or_create(app_label=app_label, model=name)[0]


def models_of(keys: Collection[Any]) -> dict[Any, type[Model]]:
    """The models of the types with these keys; no entry for what is gone."""
    from django.contrib.contenttypes.models import ContentType

    found = {kind.pk: kind.model_class() for kind in ContentType.objects.filter(pk__in=keys)}
    return {key: model for key, model in found.items() if model is not None}


def is_of_type(field: str, model: type[Model]) -> dict[str, Any]:
    """Conditions for rows whose foreign key ``field`` names ``model``'s type, a proxy's never."""
    options: Any = model._meta.concrete_model
    app_label, name = options._meta.app_label, options._meta.model_name
    return {f"{field}__app_label": app_label, f"{field}__model": name}
