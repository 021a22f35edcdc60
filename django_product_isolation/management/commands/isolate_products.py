"""Isolating a back catalogue from the command line, under the same guards as the admin."""

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.workflow import (
    BudgetExceeded,
    NothingToIsolate,
    Plan,
    isolate,
    plan,
)


class Command(BaseCommand):
    help = "Isolates the images of a model that is named in PRODUCT_ISOLATION."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", help="Such as catalogue.ProductImage.")
        parser.add_argument(
            "--filter",
            action="append",
            default=[],
            metavar="LOOKUP=VALUE",
            help="A field lookup such as product__is_public=True; may be repeated.",
        )
        parser.add_argument("--limit", type=int, help="At most so many images.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done and what it costs."
        )
        parser.add_argument("--aspect-ratio", choices=AspectRatio.values)
        parser.add_argument("--resolution", choices=Resolution.values)
        parser.add_argument("--prompt")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        try:
            images = select(options["model"], options["filter"], options["limit"])
            chosen = plan(images)
            self.report(chosen)
            if not dry_run:
                batch = isolate(
                    images,
                    prompt=options["prompt"],
                    aspect_ratio=options["aspect_ratio"],
                    resolution=options["resolution"],
                )
                self.stdout.write(f"Begun as batch {batch.pk}.")
        except (ImproperlyConfigured, ValidationError) as error:
            raise CommandError(str(error)) from error
        except NothingToIsolate as error:
            raise CommandError("None of these images can be isolated.") from error
        except BudgetExceeded as error:
            raise CommandError(
                f"This would cost ${error.total}, but only ${error.left} are left of the budget."
            ) from error

    def report(self, chosen: Plan) -> None:
        for skipped in chosen.skipped:
            self.stdout.write(f"Skipped: {skipped.picture.label} {skipped.reason.label}")
        self.stdout.write(f"{len(chosen.accepted)} images x ${chosen.unit_price} = ${chosen.total}")


def select(label: str, filters: list[str], limit: int | None) -> QuerySet[Any]:
    """The rows that the arguments name. Raises CommandError that says which one is wrong."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise CommandError(f"There is no model {label}.") from error
    try:
        lookups = dict(pair.split("=", 1) for pair in filters)
        images: QuerySet[Any] = model._default_manager.filter(**lookups).order_by("pk")
    except (ValueError, FieldError, ValidationError) as error:
        raise CommandError(f"--filter takes LOOKUP=VALUE: {error}") from error
    return images if limit is None else images[:limit]
