"""What numbers a command takes, said in one way."""

from django.core.management.base import CommandError


def refuse_beyond(name: str, value: float | None, least: float, most: float) -> None:
    """Raise CommandError unless ``value``, which is None where it was not given, lies between.

    NaN, which ``float`` reads as well, lies between no two numbers.
    """
    if value is not None and not least <= value <= most:
        raise CommandError(f"{name} takes {least} to {most}.")
