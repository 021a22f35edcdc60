"""A client for the account that the settings name."""

from collections.abc import Callable

from django_product_isolation.conf import get_settings

from .client import RunflowClient


def connect(answered: Callable[[], None] | None = None) -> RunflowClient:
    """A client from the settings; ``answered`` is called whenever Runflow itself answers."""
    settings = get_settings()
    return RunflowClient(
        base_url=settings.BASE_URL,
        api_key=settings.API_KEY,
        model=settings.MODEL,
        answered=answered,
    )
