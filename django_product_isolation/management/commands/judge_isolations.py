"""``judge_isolations``: what other limits would have found in results that were decided about."""

from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_product_isolation import site_clock
from django_product_isolation.imaging.verdict import titles
from django_product_isolation.management.arguments import refuse_beyond
from django_product_isolation.management.our_tables import needs_our_tables
from django_product_isolation.workflow.rejudging import LimitReport, changed_limits, judge_again

HEAD = f"{'finding':<20} {'false alarms':>14} {'caught':>14}"


def limit(text: str) -> tuple[str, float]:
    """``NAME=NUMBER``."""
    name, _equals, number = text.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not like outline=7") from None


class Command(BaseCommand):
    help = (
        "Judge the measured results that people decided about once more, with other limits if you "
        "like, and print false alarms and misses per finding. Opens no picture, changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--limit",
            action="append",
            default=[],
            type=limit,
            metavar="NAME=NUMBER",
            help="another limit, such as outline=7; may be repeated",
        )
        parser.add_argument(
            "--days", type=int, help="only runs whose status changed in the last so many days"
        )

    @needs_our_tables
    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        refuse_beyond("--days", days, 1, 36_500)
        try:
            limits = changed_limits(dict(options["limit"]))
        except ValueError as error:
            raise CommandError(str(error)) from None
        since = site_clock.now() - timedelta(days=days) if days else None
        for line in lines(judge_again(limits, since=since)):
            self.stdout.write(line)


def lines(judged: LimitReport) -> list[str]:
    """The judgement as a table, and what it says in all."""
    if not judged.wanted + judged.unwanted:
        return ["Nobody has decided about a result that was measured."]
    names = [*titles(), *sorted({*judged.false_alarms, *judged.caught} - {*titles()})]
    table = [
        f"{name:<20} {share(judged.false_alarms[name], judged.wanted):>14}"
        f" {share(judged.caught[name], judged.unwanted):>14}"
        for name in names
    ]
    return [
        f"{judged.wanted} results were approved; {judged.unwanted} were rejected or taken back.",
        "",
        HEAD,
        *table,
        "",
        f"false alarms in all: {share(judged.alarms, judged.wanted)}",
        f"misses in all: {share(judged.misses, judged.unwanted)}",
    ]


def share(count: int, of: int) -> str:
    """A count with its share, if there is any."""
    return f"{count} ({count / of:.1%})" if of else str(count)
