"""The image fields that the shop has isolated, as addresses and rows of ours name them.

Where ``IMAGES`` is wrong there are none: the system checks say what is wrong with it.
"""

from django.core.exceptions import ImproperlyConfigured

from django_product_isolation.host import Target, get_targets, targets_of
from django_product_isolation.host.access.sites import find_model


def all_targets() -> list[Target]:
    """Every field that is named in ``IMAGES``."""
    try:
        return list(get_targets().values())
    except ImproperlyConfigured:
        return []


def find_targets(model_label: str) -> list[Target]:
    """The fields of that model; none where the model is gone or is not named in ``IMAGES``."""
    model = find_model(model_label)
    try:
        return targets_of(model) if model else []
    except ImproperlyConfigured:
        return []


def find_target(model_label: str, field: str = "") -> Target | None:
    """That field of the model; without ``field``, the only one that it has. None: no such field."""
    found = [target for target in find_targets(model_label) if field in ("", target.field.name)]
    return found[0] if len(found) == 1 else None


def can_isolate(model_label: str, field: str = "") -> bool:
    """Whether there is such a field, and it has no obstacle (see ``host.obstacles``)."""
    target = find_target(model_label, field)
    return target is not None and not (target.obstacle or target.obstacle_in_database)
