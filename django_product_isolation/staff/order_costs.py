"""What an order costs, the balance and budgets for it, and why it cannot be placed.

Reads settings and our own tables; asks nobody outside.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from django_product_isolation import site_clock
from django_product_isolation.conf import get_settings
from django_product_isolation.models import AccountBalance, IsolationBatch
from django_product_isolation.reasons import Reason
from django_product_isolation.spending.budgets import budgets_left
from django_product_isolation.spending.charges import has_risen
from django_product_isolation.workflow import BudgetExceeded, Plan
from django_product_isolation.workflow.terms import terms_now

from . import formatting


@dataclass(frozen=True)
class CostSummary:
    """What the confirm page says of money, as texts."""

    unit_price: str
    total: str
    evaluation: str  # of the unit price, what an evaluation costs; "" where there is none
    balance: str  # "" when nobody has read it
    falls_short: str  # said where the balance, as last read, is too low; else ""
    left: list[tuple[str, str]]  # of each budget that is set
    waits: str  # said where none of it would be sent before the shop's price is mended; else ""
    obstacles: list[str]  # why this cannot be ordered as it stands


def summarize_costs(plan: Plan, tells_sums: bool) -> CostSummary:
    """Five queries at most, whatever the number of images.

    Without ``tells_sums`` neither the balance nor what is left of a budget is named, and nothing
    changes with the number of images that would tell the balance to who tries several.
    """
    left = budgets_left()
    price = get_settings().evaluation_price
    account = AccountBalance.known()
    if account is not None and account.amount is None:
        account = None
    return CostSummary(
        unit_price=formatting.money(plan.unit_price),
        total=formatting.money(plan.total),
        evaluation="" if price is None else formatting.money(price),
        balance=balance_of(account, plan.unit_price) if account and tells_sums else "",
        falls_short=falls_short(account.amount or Decimal(0), plan, tells_sums) if account else "",
        left=[(BUDGETS[name](), formatting.money(left[name])) for name in left if tells_sums],
        waits=waits_for_price(plan.unit_price),
        obstacles=obstacles_to(plan, left, tells_sums),
    )


BUDGETS = {
    "day": lambda: _("Left in today's budget"),
    "month": lambda: _("Left in this month's budget"),
}


def balance_of(account: AccountBalance, unit_price: Decimal) -> str:
    """The balance as last read: amount, what it is enough for, age."""
    amount = account.amount or Decimal(0)
    words = {
        "amount": formatting.money(amount),
        "when": how_long_ago(account.read_at),
        "images": formatting.images(max(0, int(amount // unit_price))) if unit_price else "",
    }
    if not unit_price:
        return _("%(amount)s (updated %(when)s)") % words
    return _("%(amount)s: enough for %(images)s (updated %(when)s)") % words


def falls_short(balance: Decimal, plan: Plan, tells_sums: bool) -> str:
    """Said where the balance does not pay for all of the order; to those who may not know sums,
    only where it pays for no image at all."""
    if balance >= (plan.total if tells_sums else min(plan.total, plan.unit_price)):
        return ""
    if tells_sums:
        return _(
            "The balance is not enough for all of them. What it does not cover waits until it is "
            "topped up."
        )
    return _("The balance is not enough for any image. What you order waits until it is topped up.")


def waits_for_price(unit_price: Decimal) -> str:
    """Said where Runflow was seen to charge more than what is ordered now would promise."""
    if not has_risen(IsolationBatch(unit_price=unit_price, **terms_now())):
        return ""
    return _(
        "Runflow charged more than this for an image. What you order waits, unsent and not "
        "charged: ask your developer for the new price."
    )


def how_long_ago(moment: datetime) -> str:
    if site_clock.now() - moment < timedelta(minutes=1):
        return _("just now")
    return _("%(age)s ago") % {"age": timesince(moment)}


def obstacles_to(plan: Plan, left: dict[str, Decimal], tells_sums: bool) -> list[str]:
    """Sentences that say why nothing of this can be ordered; none when it can."""
    found = [over_limit(plan)]
    least = min(left.values(), default=plan.total)
    if plan.accepted and plan.total > least:
        found.append(over_budget(BudgetExceeded(plan.total, least), tells_sums))
    return [sentence for sentence in found if sentence]


def over_limit(plan: Plan) -> str:
    """Said when these are more images than go into one order; "" when they are not."""
    over = sum(skipped.reason == Reason.OVER_MAX_BATCH for skipped in plan.skipped)
    text = _(
        "You selected %(count)d images, but one order takes at most %(most)d. Nothing was sent. "
        "Go back and select fewer."
    )
    words = {"count": len(plan.accepted) + over, "most": get_settings().MAX_BATCH}
    return text % words if over else ""


def over_budget(error: BudgetExceeded, tells_sums: bool) -> str:
    """Says how much is left only to those who may know."""
    if not tells_sums:
        text = _(
            "This costs %(total)s, which is more than is left in the budget. Nothing was sent. "
            "Select fewer images, or ask whoever manages the budget."
        )
        return text % {"total": formatting.money(error.total)}
    text = _(
        "This costs %(total)s, but only %(left)s of the budget is left. Nothing was sent. "
        "Select fewer images, or ask whoever manages the budget."
    )
    return text % {"total": formatting.money(error.total), "left": formatting.money(error.left)}
