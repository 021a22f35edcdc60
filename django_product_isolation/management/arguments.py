"""What numbers and models a command takes, said in one way."""

from django.apps import apps
from django.core.management.base import CommandError
from django.db.models import Model


def model_named(label: str) -> type[Model]:
    """The model of a label such as "catalogue.ProductImage". Raises CommandError."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise CommandError(f"There is no model {label}.") from error


def refuse_beyond(name: str, value: float | None, least: float, most: float) -> None:
    """Raise CommandError unless ``value``, which is None where it was not given, lies between.

    NaN, which ``float`` reads as well, lies between no two numbers.
    """
    if value is not None and not least <= value <= most:
        raise CommandError(f"{name} takes {least} to {most}.")
