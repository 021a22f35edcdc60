"""How the queue stands, for whoever runs the shop's servers."""

import json
from argparse import ArgumentParser
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from django_product_isolation import workers
from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.management.arguments import refuse_beyond
from django_product_isolation.management.our_tables import needs_our_tables
from django_product_isolation.marketplaces import place_called
from django_product_isolation.reasons import sentence_of
from django_product_isolation.workflow.queue_status import LATELY, Overview, overview


class Command(BaseCommand):
    help = "Says what product isolation is working on, what waits for a person, and what it costs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="For programs: one JSON object.")
        parser.add_argument(
            "--max-late",
            type=float,
            metavar="MINUTES",
            help="Fail when a step has been due for longer, e.g. to have cron write a mail.",
        )

    @needs_our_tables
    @no_translations  # the other words are English
    def handle(self, *, max_late: float | None, **options: Any) -> None:
        refuse_beyond("--max-late", max_late, 0, 525_600)
        try:
            settings = get_settings()
            budgets = (settings.daily_budget, settings.monthly_budget)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        seen = overview()
        if options["json"]:
            self.stdout.write(json.dumps(as_document(seen), indent=2))
        else:
            for line in lines(seen, *budgets):
                self.stdout.write(line)
        if max_late is not None and seen.late > timedelta(minutes=max_late):
            raise CommandError(f"A step has been due for {age(seen.late)}.")


def as_document(seen: Overview) -> dict[str, Any]:
    """The same for programs: amounts in USD as text, ages in seconds, moments in ISO 8601."""
    return {
        "open": seen.open,
        "held": seen.held,
        "oldest": seen.oldest.isoformat() if seen.oldest else None,
        "late_seconds": round(seen.late.total_seconds()),
        "marketplaces": seen.places,
        "spent_today": f"{seen.today:.4f}",
        "spent_this_month": f"{seen.month:.4f}",
        "balance": None if seen.balance is None else f"{seen.balance:.4f}",
        "balance_read_at": seen.balance_read_at.isoformat() if seen.balance_read_at else None,
    }


def lines(seen: Overview, daily: Decimal | None, monthly: Decimal | None) -> list[str]:
    """The overview in words."""
    found = [opened(seen)]
    for reason, count in sorted(seen.held.items()):
        found.append(f"Held: {count} x {reason}. {sentence_of(reason)}")
    if seen.late > timedelta(minutes=1):
        found.append(f"Late: a step has been due for {age(seen.late)}. {workers.current().if_late}")
    found.append(
        f"Charged or reserved: {usd(seen.today)} today{of(daily)}, "
        f"{usd(seen.month)} this month{of(monthly)}."
    )
    for place_id, counts in seen.places.items():
        place = place_called(place_id)
        found.append(
            f"{place}, results of {LATELY.days} days: {counts.get('yes', 0)} accepted, "
            f"{counts.get('no', 0)} not, {counts.get('unknown', 0)} not fully measured."
        )
    if seen.balance is not None and seen.balance_read_at:
        since = since_then(seen.balance_read_at)
        found.append(f"Balance at Runflow: {usd(seen.balance)}, read {since} ago.")
    return found


def opened(seen: Overview) -> str:
    if not seen.open:
        return "Open: nothing."
    counts = ", ".join(
        f"{seen.open[status]} {status.label.lower()}" for status in Status if status in seen.open
    )
    total = sum(seen.open.values())
    since = f" The oldest was begun {since_then(seen.oldest)} ago." if seen.oldest else ""
    return f"Open: {total} ({counts}).{since}"


def of(budget: Decimal | None) -> str:
    return "" if budget is None else f" of {usd(budget)}"


def usd(amount: Decimal) -> str:
    return f"${amount:.2f}"


def since_then(moment: datetime) -> str:
    return age(timezone.now() - moment)


def age(time: timedelta) -> str:
    """The time in the largest unit of which there are two: "3 hours"."""
    seconds = int(time.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
