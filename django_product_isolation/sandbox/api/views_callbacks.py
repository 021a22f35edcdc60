"""Callback history, redelivery and signing secrets (contract, sections 2.5 and 2.6)."""

import time

from django.http import HttpResponse

from django_product_isolation.sandbox.store.callback_secrets import CallbackSecret

from .records import delivery_record
from .validation import Invalid, check_label
from .views_runs import found_run
from .web import VALIDATION, ApiError, SandboxRequest, json_reply, read_json


def get_callback_history(request: SandboxRequest, run_id: str) -> HttpResponse:
    """Answer with every delivery of a run's callback and its attempts."""
    run = found_run(request, run_id)
    deliveries = request.services.deliveries
    history = [delivery_record(delivery, deliveries) for delivery in deliveries.of_run(run.id)]
    if request.services.behaviour["history_shape"] == "object":
        return json_reply(history[-1] if history else {})
    return json_reply(history)


def redeliver_callback(request: SandboxRequest, run_id: str) -> HttpResponse:
    """Send the callback again, with a payload of the run's present state."""
    run = found_run(request, run_id)
    services = request.services
    if run.is_open:
        raise ApiError(409, "CONFLICT", "The run has not ended yet.")
    if not run.callback_url:
        raise ApiError(422, VALIDATION, "The run was created without a callback_url.")
    delivery = services.callbacks.queue(
        run, run.callback_url, is_automatic=False, due_at=time.time()
    )
    services.delivery_pool.wake()
    return json_reply(delivery_record(delivery, services.deliveries), 201)


def create_secret(request: SandboxRequest) -> HttpResponse:
    """Make a signing secret; this is the only reply that shows it."""
    body, _ = read_json(request)
    secret = request.services.secrets.create(request.org_id, check_label(body))
    return json_reply({**secret.as_dict(), "plain_secret": secret.secret}, 201)


def list_secrets(request: SandboxRequest) -> HttpResponse:
    """Answer with the organisation's secrets, without showing them."""
    secrets = request.services.secrets.all_of(request.org_id)
    return json_reply({"items": [secret.as_dict() for secret in secrets]})


def get_secret(request: SandboxRequest, secret_id: str) -> HttpResponse:
    """Answer with one secret, without showing it."""
    return json_reply(found_secret(request, secret_id).as_dict())


def update_secret(request: SandboxRequest, secret_id: str) -> HttpResponse:
    """Rename a secret, or let it sign from now on."""
    secret = found_secret(request, secret_id)
    body, _ = read_json(request)
    label = check_label(body)
    if body.get("is_current") not in (None, True):
        raise Invalid([{"field": "is_current", "message": "can only become true"}])
    if "label" in body:
        request.services.secrets.rename(secret, label)
    if body.get("is_current"):
        request.services.secrets.promote(secret)
    return json_reply(found_secret(request, secret_id).as_dict())


def found_secret(request: SandboxRequest, secret_id: str) -> CallbackSecret:
    """Return a secret of the key's organisation. Raises ApiError 404."""
    secret = request.services.secrets.get(request.org_id, secret_id)
    if secret is None:
        raise ApiError(404, "SANDBOX_SECRET_NOT_FOUND", "There is no such secret.")
    return secret
