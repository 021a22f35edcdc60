"""Which findings hold no result of an order back: fixed when it is placed, and never None.

A preset that is made, chosen or edited later says nothing about what was ordered before.
"""

from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from django_product_isolation.host import categories_of_each
from django_product_isolation.models import Preset
from django_product_isolation.models.presets import default_preset

from .planning import Plan


def tolerated_by(given: Collection[str] | None, chosen: Plan) -> list[str]:
    """The ids as a column takes them; where None are given, those of the default presets.

    Raises ValidationError for what is no list of ids, such as a single text.
    """
    if given is None:
        return default_tolerance(chosen)
    is_list = isinstance(given, Iterable) and not isinstance(given, str | bytes)
    if not is_list or not all(isinstance(one, str) for one in given):
        raise ValidationError({"tolerated_findings": _("Give a list of ids of findings.")})
    return sorted(set(given))


def default_tolerance(chosen: Plan) -> list[str]:
    """What the default preset of every accepted image tolerates: of its category, else of its
    kind; nothing where one has none. One query, and one more where a preset asks for categories.
    """
    label, pks = chosen.target.label, [picture.pk for picture in chosen.accepted]
    presets = list(Preset.objects.filter(default_model=label))
    asks = any(preset.default_category for preset in presets)
    each = categories_of_each(chosen.target, pks) if asks else [set[str]()]
    found = [default_preset(presets, label, categories) for categories in each]
    sets = [set(map(str, one.tolerated_findings)) if one else set[str]() for one in found]
    return sorted(set.intersection(*sets)) if sets else []
