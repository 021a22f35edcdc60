"""Organisations: one for each API key, with its balance.

Knows keys and money. Keys are kept as hashes only; their shape is all that is asked of them.
"""

import hashlib
import re
import uuid
from dataclasses import dataclass
from decimal import Decimal

from django_product_isolation.sandbox.config import PRICE_CENTS

from .database import Database
from .identifiers import timestamp

KEY_SHAPE = re.compile(r"rf_[a-z]+_[A-Za-z0-9_]{3,200}")


@dataclass(frozen=True)
class Organisation:
    """Who owns runs, assets, secrets and a balance."""

    id: str
    balance_cents: int
    is_revoked: int
    created_at: str

    @property
    def balance(self) -> Decimal:
        """USD."""
        return Decimal(self.balance_cents) / 100

    @property
    def has_credit(self) -> bool:
        """Whether the balance pays for one more run."""
        return self.balance_cents >= PRICE_CENTS


def organisation_id(key: str) -> str:
    """Return the id of the organisation that an API key stands for."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, hashlib.sha256(key.encode()).hexdigest()))


class Accounts:
    """The organisations on record."""

    def __init__(self, database: Database, starting_cents: int) -> None:
        self._database = database
        self._starting_cents = starting_cents

    def authenticate(self, authorization: str) -> Organisation | None:
        """Return the organisation behind an ``Authorization`` header, or None for 401.

        Any key of the right shape is good, and is an organisation of its own, until it is revoked.
        """
        scheme, _, key = authorization.partition(" ")
        if scheme != "Bearer" or not KEY_SHAPE.fullmatch(key):
            return None
        organisation = self.open(key)
        return None if organisation.is_revoked else organisation

    def open(self, key: str) -> Organisation:
        """Return the organisation of a key, with the starting balance when it is new."""
        self._database.execute(
            "INSERT OR IGNORE INTO organisation (id, balance_cents, created_at) VALUES (?, ?, ?)",
            organisation_id(key),
            self._starting_cents,
            timestamp(),
        )
        return self.get(organisation_id(key))

    def get(self, org_id: str) -> Organisation:
        """Return an organisation on record."""
        found = self._database.rows("SELECT * FROM organisation WHERE id = ?", org_id)
        return Organisation(**found[0])

    def revoke(self, key: str) -> None:
        """Refuse this key from now on."""
        self._database.update("organisation", self.open(key).id, is_revoked=1)

    def debit(self, org_id: str, cents: int = PRICE_CENTS) -> None:
        """Take a price, by default that of one run; runs in flight finish even below zero."""
        self._database.execute(
            "UPDATE organisation SET balance_cents = balance_cents - ? WHERE id = ?",
            cents,
            org_id,
        )

    def set_balance(self, cents: int) -> None:
        """Give every organisation, and those to come, this balance."""
        self._starting_cents = cents
        self._database.execute("UPDATE organisation SET balance_cents = ?", cents)
