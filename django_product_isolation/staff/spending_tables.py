"""The tables, the bar chart and the budget gauges of the spending page.

The chart is SVG with attributes only, which the strictest content security policy lets through;
colours are the style sheet's. Knows no requests.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_product_isolation.choices import Status
from django_product_isolation.spending.budgets import Budget
from django_product_isolation.spending.report import Amount, Spending

from . import formatting

HEIGHT = 1000  # of the plot, in units of its own
STEP, WIDTH = 10, 8  # from bar to bar, and of a bar


@dataclass(frozen=True)
class Row:
    """A line of a table."""

    name: str
    amount: Amount

    @property
    def charged(self) -> str:
        return formatting.money(self.amount.charged)

    @property
    def may_cost(self) -> str:
        """Empty when all is charged."""
        return formatting.money(self.amount.may_cost) if self.amount.may_cost else ""


def people(spent: Spending, names: Mapping[Any, str]) -> list[Row]:
    """Who began the runs, whoever spent most first."""
    return highest_first(
        Row(person_name(person, names), amount) for person, amount in spent.by_person.items()
    )


def models(spent: Spending) -> list[Row]:
    """Which kinds of images."""
    rows = (Row(formatting.model_name(label), amount) for label, amount in spent.by_model.items())
    return highest_first(rows)


def statuses(spent: Spending) -> list[Row]:
    """What became of the runs, in the order in which a run goes through them."""
    amounts = spent.by_status
    return [Row(str(status.label), amounts[status]) for status in Status if status in amounts]


def days(spent: Spending) -> list[Row]:
    """The days with runs, newest first."""
    return [Row(date_format(day), spent.by_day[day]) for day in sorted(spent.by_day, reverse=True)]


def highest_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.amount.charged, -row.amount.may_cost, row.name))


def names_of(keys: Iterable[Any]) -> dict[Any, str]:
    """What these users are called; one query. Deleted ones are missing."""
    known = get_user_model()._base_manager.in_bulk([key for key in keys if key is not None])
    return {key: str(user) for key, user in known.items()}


def person_name(person: Any, names: Mapping[Any, str]) -> str:
    return names.get(person) or _("Unknown user")


@dataclass(frozen=True)
class Bar:
    """One day of the plot. Numbers are strings, which no locale rewrites."""

    x: str
    charged_y: str
    charged_height: str
    may_cost_y: str
    may_cost_height: str
    title: str


@dataclass(frozen=True)
class Plot:
    """USD by day, as bars."""

    bars: list[Bar]
    top: str  # the amount that the full height means
    first: str
    last: str
    width: str
    height: str = str(HEIGHT)
    bar_width: str = str(WIDTH)


def plot(spent: Spending, days: list[date]) -> Plot | None:
    """The bars of these days; None when nothing was spent and nothing may be."""
    amounts = [spent.by_day.get(day, Amount()) for day in days]
    top = max((amount.charged + amount.may_cost for amount in amounts), default=Decimal(0))
    if not top:
        return None
    return Plot(
        bars=[
            bar(number, day, amount, top)
            for number, (day, amount) in enumerate(zip(days, amounts, strict=True))
            if amount.charged or amount.may_cost
        ],
        top=formatting.money(top),
        first=date_format(days[0], "SHORT_DATE_FORMAT"),
        last=date_format(days[-1], "SHORT_DATE_FORMAT"),
        width=str(len(days) * STEP),
    )


def bar(number: int, day: date, amount: Amount, top: Decimal) -> Bar:
    charged = round(amount.charged / top * HEIGHT)
    may_cost = round(amount.may_cost / top * HEIGHT)
    title = f"{date_format(day)}: {formatting.money(amount.charged)}"
    if amount.may_cost:
        title = _("%(charged)s, and at most %(more)s not charged yet") % {
            "charged": title,
            "more": formatting.money(amount.may_cost),
        }
    return Bar(
        x=str(number * STEP + (STEP - WIDTH) // 2),
        charged_y=str(HEIGHT - charged),
        charged_height=str(charged),
        may_cost_y=str(HEIGHT - charged - may_cost),
        may_cost_height=str(may_cost),
        title=title,
    )


@dataclass(frozen=True)
class Gauge:
    """A budget and how much of it is used; ``value`` and ``max`` are plain numbers."""

    name: str
    sentence: str
    value: str
    max: str
    is_used_up: bool


def gauge(name: str, budget: Budget) -> Gauge:
    """A budget and how much of it is used; one query."""
    used = budget.used()
    left = max(budget.limit - used, Decimal(0))
    return Gauge(
        name=name,
        sentence=_("%(used)s of %(limit)s used or reserved, %(left)s left")
        % {
            "used": formatting.money(used),
            "limit": formatting.money(budget.limit),
            "left": formatting.money(left),
        },
        value=str(min(used, budget.limit)),
        max=str(budget.limit or 1),
        is_used_up=not left,
    )
