"""Genuine callbacks, to be delivered again, and all that they must not change."""

from random import Random
from typing import Any

from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent
from tests.shops.catalogue.models import ProductImage

from . import documents
from .door import Body
from .forgeries import sign
from .generator import NEW, OLD
from .rows import Known


def copy_of(rng: Random, run: Known, *secrets: str) -> tuple[bytes, str]:
    """A callback about ``run`` and its signature, under one of ``secrets``."""
    body = documents.spell(rng, documents.genuine(rng, run))
    return body, sign(body, rng.choice(secrets or (OLD, NEW)))


def delivery(run: Known, body: bytes, signature: str) -> dict[str, Any]:
    return {
        "PATH_INFO": run.path,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_RUNFLOW_SIGNATURE": signature,
        "wsgi.input": Body(body),
    }


def everything() -> list[list[dict[str, Any]]]:
    """All rows that a callback could change."""
    models = (IsolationRun, IsolationBatch, RunEvent, ProductImage)
    return [list(model.objects.order_by("pk").values()) for model in models]
