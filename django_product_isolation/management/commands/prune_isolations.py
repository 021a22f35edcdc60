"""Pruning from the command line or cron: reads the ages, says what was removed."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from django_product_isolation.host import CannotAsk, Target, target_for
from django_product_isolation.management.arguments import model_named
from django_product_isolation.management.our_tables import needs_our_tables
from django_product_isolation.retention import prune
from django_product_isolation.retention.file_pruning import Tally


class Command(BaseCommand):
    help = (
        "Removes what product isolation keeps and nobody needs any more. Each age is in days "
        "since a run's last change of status; what is not named is left alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--results",
            type=int,
            metavar="DAYS",
            help="Files of results that no image shows and no run needs.",
        )
        parser.add_argument(
            "--originals",
            type=int,
            metavar="DAYS",
            help="Originals that we replaced and whose result was replaced or deleted since. "
            "The original of a result that is shown is never removed.",
        )
        parser.add_argument(
            "--rows",
            type=int,
            metavar="DAYS",
            help="Ended runs that know of no file any more (30 days or more; never of this month).",
        )
        parser.add_argument("--model", help="Only of this model, such as catalogue.ProductImage.")
        parser.add_argument("--field", default="", help="Which of its images, if it has several.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be removed, and remove nothing."
        )

    @needs_our_tables
    def handle(self, *, dry_run: bool, verbosity: int, **options: Any) -> None:
        ages = {name: options[name] for name in ("rows", "results", "originals")}
        if all(days is None for days in ages.values()):
            raise CommandError("Name at least one of --results, --originals and --rows.")
        target = find_target(options["model"], options["field"]) if options["model"] else None
        tally = Tally()
        begin = "Would remove " if dry_run else "Removed "

        def tell(line: str) -> None:
            if verbosity > 0:
                self.stdout.write(line)

        try:
            prune(**ages, target=target, dry_run=dry_run, tally=tally, tell=tell)
        except (ValueError, ImproperlyConfigured, CannotAsk) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError(
                f"Interrupted. {begin}{words(tally)} Start again to go on."
            ) from None
        self.stdout.write(begin + words(tally))
        if tally.failed:
            raise CommandError(
                f"The storage failed for {tally.failed} files. The next start tries them again."
            )


def find_target(label: str, field: str) -> Target:
    """The image field of a model. Raises CommandError."""
    try:
        return target_for(model_named(label), field)
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from error


def words(tally: Tally) -> str:
    """What was counted, as a sentence."""
    sentence = (
        f"{tally.results} results and {tally.originals} originals "
        f"({tally.size / 1_000_000:.1f} MB), {tally.runs} runs and {tally.batches} batches."
    )
    if tally.selections:
        sentence += f" {tally.selections} selections of more than 30 days."
    return f"{sentence} {tally.gone} files were gone already." if tally.gone else sentence
