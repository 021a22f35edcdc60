"""``move_isolations``: runs find their images again after a field, a model, an app or a key was
renamed."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_product_isolation.management.our_tables import needs_our_tables
from django_product_isolation.workflow.moving import CannotMove, Moved, move_key, move_runs


class Command(BaseCommand):
    help = (
        "Has the runs of an image field that was renamed, or whose model or app was, be those of "
        "its new name. Adapt IMAGES first. Fields are named like catalogue.ProductImage.original."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old", metavar="OLD", help="what the field was called")
        parser.add_argument(
            "new", metavar="NEW", nargs="?", help="what it is called now, if it was renamed"
        )
        parser.add_argument(
            "--key",
            nargs=2,
            action="append",
            default=[],
            metavar=("OLD", "NEW"),
            help="an image's primary key as it was and as it is now; may be repeated",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be moved, and move nothing."
        )

    @needs_our_tables
    def handle(
        self, *, old: str, new: str | None, key: list[list[str]], dry_run: bool, **options: Any
    ) -> None:
        if not (new or key):
            raise CommandError("Name what the field is called now, or a --key.")
        begin = "Would move" if dry_run else "Moved"
        busy = 0
        try:
            for what, moved in move(old, new, key, dry_run=dry_run):
                self.stdout.write(
                    f"{begin} {moved.runs} runs of {moved.batches} batches from {what}."
                )
                busy += moved.busy
        except (CannotMove, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        if busy:
            raise CommandError(
                f"Workers are at runs of {busy} batches, which were left. Stop the workers or wait "
                "a minute, then start again."
            )


def move(
    old: str, new: str | None, keys: list[list[str]], *, dry_run: bool
) -> Iterator[tuple[str, Moved]]:
    """What is moved, and how much of it, one after another. Raises CannotMove."""
    if new:
        yield f"{old} to {new}", move_runs(old, new, dry_run=dry_run)
    for was, now in keys:
        yield f"key {was} to {now}", move_key(new or old, was, now, dry_run=dry_run)
