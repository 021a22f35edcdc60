"""WORKERS = "embedded": the command ``isolation_worker`` beside the site, without a broker."""

from .base import BaseWorkers


class EmbeddedWorkers(BaseWorkers):
    """It looks at the database by itself, so nobody needs to tell it anything."""

    if_late = "Is isolation_worker running?"
