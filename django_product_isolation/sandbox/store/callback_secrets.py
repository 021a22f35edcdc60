"""The secrets that sign callbacks: one current for each organisation, old ones kept on record.

Knows the rows and the rule of one current secret (contract, section 2.6); not what is signed.
"""

import secrets
from dataclasses import dataclass

from .database import Database
from .identifiers import timestamp, uuid7

PREFIX_LENGTH = 10  # characters that identify a secret without giving it away


@dataclass(frozen=True)
class CallbackSecret:
    """One signing secret, ``whsec_`` prefix included."""

    id: str
    org_id: str
    secret: str
    label: str | None
    is_current: int
    disabled_at: str | None
    last_used_at: str | None
    created_at: str
    updated_at: str

    def as_dict(self) -> dict[str, object]:
        """Return the record of the API, which never shows the secret."""
        hidden = {name: value for name, value in vars(self).items() if name != "secret"}
        prefix = self.secret[:PREFIX_LENGTH]
        return {**hidden, "key_prefix": prefix, "is_current": bool(self.is_current)}


class CallbackSecrets:
    """The secrets on record."""

    def __init__(self, database: Database, shared: str | None) -> None:
        """``shared`` becomes the first current secret of every organisation."""
        self._database = database
        self._shared = shared

    def create(self, org_id: str, label: str | None, secret: str | None = None) -> CallbackSecret:
        """Add a secret; it is the current one if there is none yet."""
        now, secret_id = timestamp(), uuid7()
        with self._database.transaction():
            self._database.insert(
                "callback_secret",
                id=secret_id,
                org_id=org_id,
                secret=secret or f"whsec_{secrets.token_urlsafe(32)}",
                label=label,
                is_current=self.current(org_id) is None,
                created_at=now,
                updated_at=now,
            )
        return self.all_of(org_id)[-1]

    def share_with(self, org_id: str) -> None:
        """Make the shared secret this organisation's current one, unless it has it already."""
        if self._shared is None:
            return
        with self._database.transaction():
            if any(known.secret == self._shared for known in self.all_of(org_id)):
                return
            created = self.create(org_id, "shared with the shop", self._shared)
            self.promote(created)

    def all_of(self, org_id: str) -> list[CallbackSecret]:
        """Return an organisation's secrets, oldest first."""
        found = self._database.rows(
            "SELECT * FROM callback_secret WHERE org_id = ? ORDER BY id", org_id
        )
        return [CallbackSecret(**row) for row in found]

    def get(self, org_id: str, secret_id: str) -> CallbackSecret | None:
        """Return one secret of this organisation, or None."""
        return next((known for known in self.all_of(org_id) if known.id == secret_id), None)

    def current(self, org_id: str) -> CallbackSecret | None:
        """Return the secret that signs now, or None: then nothing is signed."""
        return next((known for known in self.all_of(org_id) if known.is_current), None)

    def newest_other(self, org_id: str) -> CallbackSecret | None:
        """Return the newest secret that is not current, or None."""
        others = (known for known in reversed(self.all_of(org_id)) if not known.is_current)
        return next(others, None)

    def promote(self, secret: CallbackSecret) -> None:
        """Let this secret sign from now on."""
        self._database.execute(
            "UPDATE callback_secret SET is_current = (id = ?), updated_at = ? WHERE org_id = ?",
            secret.id,
            timestamp(),
            secret.org_id,
        )

    def rename(self, secret: CallbackSecret, label: str | None) -> None:
        """Change the label."""
        self._database.update("callback_secret", secret.id, label=label, updated_at=timestamp())

    def mark_used(self, secret: CallbackSecret) -> None:
        """Note that something was signed with it."""
        self._database.update("callback_secret", secret.id, last_used_at=timestamp())
