"""Isolating a back catalogue from the command line, under the same guards as the admin.

Begins a batch, follows it until most of it has ended, begins the next. What was begun is in the
database, so an interrupted command goes on where it stopped when it is started again.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from time import sleep
from typing import Any

from django.core.exceptions import (
    FieldError,
    ImproperlyConfigured,
    ValidationError,
)
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.core.serializers.base import ProgressBar
from django.db import DatabaseError
from django.db.models import Q, QuerySet

from django_product_isolation.choices import AspectRatio, Resolution, Status, Workers
from django_product_isolation.conf import get_settings, usd
from django_product_isolation.database.transactions import may_be_undone
from django_product_isolation.host import Skipped
from django_product_isolation.management.arguments import model_named, refuse_beyond
from django_product_isolation.reasons import Reason, sentence_of
from django_product_isolation.workflow import advance_for
from django_product_isolation.workflow.backfill import Backfill

# Seconds between looks at the runs: one for each thousand of them, as each look counts them all.
PAUSE = 1.0
LONGEST_PAUSE = 10.0
TRUTH = {"True": True, "False": False}  # as lookups such as product__isnull take it
SEVERAL = ("in", "range")  # lookups that take values with commas between them
MOST = 1_000_000_000  # images
NAMED = 10  # images of each reason for which some are left out


class Command(BaseCommand):
    help = (
        "Isolates the images of a model that is named in PRODUCT_ISOLATION, batch by batch, and "
        "follows them. Interrupt it with Ctrl-C; the same command goes on. Left out are images "
        "that show a result, are being isolated, or whose result a person rejected or took "
        "back, or whose run ended after it was charged; what else failed is tried again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", help="Such as catalogue.ProductImage.")
        parser.add_argument("--field", default="", help="Which of its images, if it has several.")
        parser.add_argument(
            "--filter",
            action="append",
            default=[],
            metavar="LOOKUP=VALUE",
            help="A field lookup such as product__is_public=True or pk__in=12,15; of several, all "
            "have to be true.",
        )
        parser.add_argument("--limit", type=int, help="At most so many images.")
        parser.add_argument("--budget", metavar="USD", help="At most so much money, such as 50.")
        parser.add_argument(
            "--again", action="store_true", help="Also what would be left out, at its price."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done and what it costs."
        )
        parser.add_argument("--aspect-ratio", choices=AspectRatio.values)
        parser.add_argument("--resolution", choices=Resolution.values)
        parser.add_argument("--prompt")

    @no_translations  # the other words are English
    def handle(self, *, dry_run: bool, verbosity: int, **options: Any) -> None:
        refuse_beyond("--limit", options["limit"], 0, MOST)
        if not dry_run and may_be_undone():
            raise CommandError("Call it outside of any transaction: within one nothing is sent.")
        try:
            backfill = Backfill(
                select(options["model"], options["filter"]),
                field=options["field"],
                limit=options["limit"],
                budget=None if options["budget"] is None else usd("--budget", options["budget"]),
                again=options["again"],
                **{name: options[name] for name in ("prompt", "aspect_ratio", "resolution")},
            )
            self.announce(backfill)
            if not dry_run:
                self.isolate(backfill, self.bar(backfill.most, verbosity))
        except (ImproperlyConfigured, ValidationError) as error:
            raise CommandError("; ".join(getattr(error, "messages", [str(error)]))) from error
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted. What was begun goes on by itself; the same command begins the rest.",
                returncode=130,
            ) from None

    def announce(self, backfill: Backfill) -> None:
        """Say how many images, at what price, before anything is spent."""
        count, left_out = backfill.most, backfill.images.count() - backfill.waiting.count()
        if left_out:
            self.stdout.write(f"Left out: {left_out} that were isolated before or have no image.")
        if not count:
            raise CommandError("There is nothing to isolate among these images.")
        total = count * backfill.price
        images = "image" if count == 1 else "images"
        self.stdout.write(f"{count} {images} x ${backfill.price} = ${total}")

    def bar(self, total: int, verbosity: int) -> ProgressBar:
        """A bar for people; logs and pipes get none."""
        is_seen = verbosity > 0 and self.stdout.isatty()
        return ProgressBar(sys.stdout if is_seen else None, total)

    def isolate(self, backfill: Backfill, bar: ProgressBar) -> None:
        """Begin batch after batch and follow them until nothing goes on by itself."""
        takes_steps = get_settings().WORKERS == Workers.THREAD
        counts = backfill.counts()
        while True:
            moving = list(backfill.moving.values_list("pk", flat=True))
            if backfill.left and not counts[Status.HELD] and len(moving) <= backfill.room:
                backfill.begin_next()
                continue
            if not moving:
                break
            if takes_steps:
                advance_for(moving, seconds=PAUSE)
            sleep(pause_among(len(moving)))
            counts = backfill.counts()
            bar.update(sum(counts.values()) - backfill.moving.count())
        self.conclude(backfill)

    def conclude(self, backfill: Backfill) -> None:
        """Say how the runs ended. Raises CommandError when something is left to be done."""
        for line in left_out(backfill.left_out):
            self.stdout.write(line)
        counts = backfill.counts()
        ends = [f"{counts[s]} {s.label.lower()}" for s in Status if counts[s]]
        self.stdout.write(f"{backfill.begun} begun: {', '.join(ends)}." if ends else "None begun.")
        if backfill.spent:
            raise CommandError(
                "The shop's budget is used up. The same command goes on when there is a new one."
            )
        if counts[Status.HELD]:
            raise CommandError(
                "Some need attention, so no more were begun. isolation_status says why."
            )


def pause_among(moving: int) -> float:
    """Seconds until so many runs are looked at again."""
    return min(max(PAUSE, moving / 1000), LONGEST_PAUSE)


def left_out(skipped: Sequence[Skipped]) -> Iterator[str]:
    """A line for each reason why images were left out, naming the first ones."""
    names: dict[Reason, list[str]] = {}
    for one in skipped:
        names.setdefault(one.reason, []).append(one.picture.label)
    for reason, labels in names.items():
        more = [f"and {len(labels) - NAMED} more"] if len(labels) > NAMED else []
        named = ", ".join([*labels[:NAMED], *more])
        yield f"Left out: {len(labels)} x {reason} ({named}). {sentence_of(reason, labels[0])}"


def select(label: str, filters: list[str]) -> QuerySet[Any]:
    """The rows that all of the arguments name. Raises CommandError that says which one is wrong."""
    images: QuerySet[Any] = model_named(label)._default_manager.all()
    conditions = []
    for pair in filters:
        try:
            # Not as a keyword, of which Django takes some for orders to itself, such as _negated.
            condition = Q(lookup_in(pair))
            images.filter(condition).exists()  # some values are looked at only then
        except (ValueError, LookupError, FieldError, ValidationError, DatabaseError) as error:
            raise CommandError(
                f"--filter {pair}: {error}. It takes LOOKUP=VALUE, such as "
                "product__is_public=True, with commas in pk__in=1,2 and pk__range=1,9."
            ) from error
        conditions.append(condition)
    return images.filter(*conditions)  # together: of several related rows, one has to meet them all


def lookup_in(pair: str) -> tuple[str, Any]:
    """A lookup and its value, of ``__in`` and ``__range`` a list; text would be taken letter by
    letter. Raises ValueError."""
    lookup, is_one, value = pair.partition("=")
    if not (lookup and is_one):
        raise ValueError("There is no lookup, or no value")
    kind = lookup.rpartition("__")[2]
    if kind not in SEVERAL:
        return lookup, TRUTH.get(value, value)
    values = [one.strip() for one in value.split(",")]
    if "" in values or (kind == "range" and len(values) != 2):
        raise ValueError("These are not the values that it takes")
    return lookup, values
