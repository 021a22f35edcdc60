"""The image fields that the shop named in ``IMAGES``, and which of them a model has."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, FieldError, ImproperlyConfigured
from django.core.signals import setting_changed
from django.db.models import BinaryField, DurationField, FileField, Model, QuerySet
from django.dispatch import receiver

from django_product_isolation.conf import SETTING, get_settings
from django_product_isolation.database.primary_keys import key_field

from .columns import has_key_of
from .products import follow
from .targets import Target

Targets = dict[tuple[type[Model], str], Target]


class NotNamed(ImproperlyConfigured):
    """``IMAGES`` names no such field, or there is none any more."""


def entries(images: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Label and options of each field that ``IMAGES`` names; a model may name several."""
    for label, given in images.items():
        if isinstance(given, (list, tuple)) and given:
            yield from ((label, options) for options in given)
        else:
            yield label, given


def get_targets() -> Targets:
    """The targets named in ``IMAGES``, by model and field name.

    Raises ImproperlyConfigured for one that does not exist, and for one that is named twice.
    """
    images = get_settings().IMAGES
    return dict(_targets.get(repr(images)) or _remember(images))


# As last built, by the text of ``IMAGES``: every step and every row of a list asks for them.
_targets: dict[str, Targets] = {}


def _remember(images: Mapping[str, Any]) -> Targets:
    built = _build_all(images)
    _targets.clear()
    _targets[repr(images)] = built
    return built


@receiver(setting_changed)
def forget_targets(**_kwargs: Any) -> None:
    """Other settings, such as routers and storages, may make other targets of the same text."""
    _targets.clear()


def _build_all(images: Mapping[str, Any]) -> Targets:
    targets: Targets = {}
    for label, options in entries(images):
        target = build(label, options)
        key = (target.model, target.field.name)
        if key in targets:
            raise ImproperlyConfigured(
                f'{SETTING}["IMAGES"] names the field {target.field.name} of '
                f"{target.model._meta.label} twice."
            )
        targets[key] = target
    several = Counter(model for model, _ in targets)
    return {
        key: replace(target, is_one_of_several=several[target.model] > 1)
        for key, target in targets.items()
    }


def target_models() -> list[type[Model]]:
    """The models named in ``IMAGES``, each once. Raises ImproperlyConfigured like get_targets."""
    return list(dict.fromkeys(model for model, _field in get_targets()))


def build(label: str, options: Mapping[str, str]) -> Target:
    """Return the target of one entry of ``IMAGES``.

    Raises ImproperlyConfigured that says which part of the entry is wrong.
    """
    where = f'{SETTING}["IMAGES"]["{label}"]'
    refuse_other_kinds(where, label, options)
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise ImproperlyConfigured(f"{where}: there is no such model.") from error
    try:
        field = model._meta.get_field(options["field"])
        if product := options.get("product") or "":
            follow(model, product)
    except FieldDoesNotExist as error:
        raise ImproperlyConfigured(f"{where}: {error}.") from error
    if not isinstance(field, FileField):
        raise ImproperlyConfigured(f"{where}: {options['field']} is no ImageField or FileField.")
    refuse_other_keys(where, model, field)
    if category := options.get("category") or "":
        try:
            QuerySet(model).values_list(category)
        except (FieldError, ValueError) as error:
            raise ImproperlyConfigured(f'{where}: "category" leads nowhere. {error}') from error
    return Target(model, field, product, category)


def refuse_other_kinds(where: str, label: object, options: object) -> None:
    """Raise ImproperlyConfigured unless an entry is texts under names that there are.

    None for a path says that there is none.
    """
    if not isinstance(label, str):
        raise ImproperlyConfigured(f'{where}: a model is named by a text, such as "app.Model".')
    if not isinstance(options, Mapping) or "field" not in options:
        raise ImproperlyConfigured(f'{where} must be a dictionary with "field", or a list of them.')
    if unknown := sorted(map(str, set(options) - {"field", "product", "category"})):
        raise ImproperlyConfigured(f"{where} has no option {', '.join(unknown)}.")
    for name, value in options.items():
        if not isinstance(value, str) and (name == "field" or value is not None):
            raise ImproperlyConfigured(
                f'{where}: "{name}" is {value!r}, and no text. A model with several images is '
                "given a list of entries."
            )


def refuse_other_keys(where: str, model: type[Model], field: FileField) -> None:
    """Raise ImproperlyConfigured where one key would not tell which row a field is of."""
    if not has_key_of(model, field.model):
        raise ImproperlyConfigured(
            f"{where}: rows have another primary key than in the table of {field.name}. "
            f"Name {field.model._meta.label} instead."
        )
    if getattr(model._meta, "is_composite_pk", False):  # since Django 5.2
        raise ImproperlyConfigured(f"{where}: a primary key of several columns is not supported.")
    key = key_field(model)
    # Keys are kept as text, by which Django finds no row of these.
    if isinstance(key, BinaryField | DurationField):
        kind = type(key).__name__
        raise ImproperlyConfigured(f"{where}: a primary key of a {kind} is not supported.")


def target_for(model: type[Model], field: str = "") -> Target:
    """The target of a model's field; without ``field``, of the only one that it has.

    Raises NotNamed when there is none, ImproperlyConfigured when it is not said which of several.
    """
    found = [target for target in targets_of(model) if field in ("", target.field.name)]
    if not found:
        named = f"{model._meta.label}.{field}" if field else model._meta.label
        raise NotNamed(f'{named} is not named in {SETTING}["IMAGES"].')
    if len(found) > 1:
        names = ", ".join(target.field.name for target in found)
        raise ImproperlyConfigured(f"{model._meta.label} has several images: say which of {names}.")
    return found[0]


def target_named(label: str, field: str) -> Target:
    """The target that a batch names by model label and field name.

    Raises NotNamed when there is none any more, ImproperlyConfigured when ``IMAGES`` is wrong.
    """
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise NotNamed(f"There is no model {label}.") from error
    return target_for(model, field)


def targets_of(model: type[Model]) -> list[Target]:
    """The targets of a model: its own, and those of what it is a proxy or a child of.

    A column that is named through several of them goes by the nearest. Raises ImproperlyConfigured
    when ``IMAGES`` is wrong.
    """
    targets = get_targets().values()
    found: dict[str, Target] = {}
    for kind in model.__mro__:
        for target in targets:
            if target.model is kind and has_key_of(model, target.field.model):
                found.setdefault(target.column, target)
    return list(found.values())
