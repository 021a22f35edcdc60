"""Who the key is, what it may spend, whether the service is up (contract, sections 2.8, 2.9)."""

from django.http import HttpResponse

from django_product_isolation.sandbox.api import shapes

from .web import SandboxRequest, json_reply


def get_balance(request: SandboxRequest) -> HttpResponse:
    """Answer with the organisation's balance."""
    organisation = request.services.accounts.get(request.org_id)
    shape = shapes.BALANCE[request.services.behaviour["balance_shape"]]
    return json_reply(shape(organisation.id, organisation.balance, organisation.created_at))


def auth_me(request: SandboxRequest) -> HttpResponse:
    """Answer with whose key this is."""
    return json_reply({"id": request.org_id, "org_id": request.org_id, "name": "Sandbox key"})


def health(request: SandboxRequest) -> HttpResponse:
    """Say that the server answers."""
    return json_reply({"status": "ok", "ok": True})


def readiness(request: SandboxRequest) -> HttpResponse:
    """Say that the database answers."""
    request.services.database.rows("SELECT 1")
    return json_reply({"status": "ok"})
