"""What we last knew of the account at Runflow."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_product_isolation.runflow.access import access

from .managers import PrimaryManager


class AccountBalance(models.Model):
    """A single row: the balance as workers last read it, so that no page has to ask Runflow."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    # The fingerprint of the access with which it was asked for.
    asked_with = models.CharField(max_length=32)
    amount = models.DecimalField(_("balance (USD)"), max_digits=12, decimal_places=4, null=True)
    read_at = models.DateTimeField(_("read"), default=timezone.now)
    asked_at = models.DateTimeField(default=timezone.now)  # whatever came of it

    objects = PrimaryManager()

    class Meta:
        base_manager_name = "objects"
        default_permissions = ()
        permissions = [("view_spending", "Can see what isolations cost, budgets and balance")]
        verbose_name = _("account balance")
        verbose_name_plural = _("account balances")

    def __str__(self) -> str:
        return str(self.amount)

    @classmethod
    def known(cls) -> "AccountBalance | None":
        """The row; None where nobody has asked with the key of now.

        The balance of another account, such as the sandbox's, is not the shop's credit.
        """
        return cls.objects.filter(asked_with=access()).first()
