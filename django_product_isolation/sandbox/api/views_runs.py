"""Creating, reading and finding runs (contract, sections 2.1 to 2.3, 2.11)."""

import hashlib
import json
from typing import NoReturn

from django.http import HttpResponse

from django_product_isolation.sandbox.api import search, shapes
from django_product_isolation.sandbox.behaviour import Options
from django_product_isolation.sandbox.config import MODEL
from django_product_isolation.sandbox.store.assets import NotAPicture
from django_product_isolation.sandbox.store.runs import Run

from .validation import Invalid, RunOrder, run_order
from .web import ApiError, SandboxRequest, json_reply, json_text_reply, read_json


def create_run(request: SandboxRequest, model: str) -> HttpResponse:
    """Record a run and answer at once (section 2.1)."""
    require_model(model)
    services = request.services
    body, content = read_json(request)
    order = run_order(body, lambda url: services.sources.problem(request.org_id, url))
    with services.database.transaction():
        earlier = replay(request, content)
        if earlier is not None:
            return json_text_reply(earlier, create_status(request))
        require_credit(request)
        faults = services.behaviour.take_run_faults(str(order.input.get("prompt") or ""))
        run = record_run(request, model, order, faults)
        reply = json.dumps(services.records.run(run))
        remember(request, content, reply)
    if services.processing.finishes_at_once(run.fault_options):
        reply = finish_at_once(request, run, reply)
        remember(request, content, reply)
    services.run_pool.wake()
    return json_text_reply(reply, create_status(request))


def create_status(request: SandboxRequest) -> int:
    """Return the status of a successful create request in force."""
    return int(request.services.behaviour["create_status"])


def require_model(model: str) -> None:
    """Raise ApiError 404 for a model the sandbox does not have."""
    if model != MODEL:
        raise ApiError(404, "SANDBOX_MODEL_NOT_FOUND", f"The sandbox has only {MODEL}.")


def require_credit(request: SandboxRequest) -> None:
    """Raise ApiError 402 when the balance is below the price (section 9.1.17)."""
    if not request.services.accounts.get(request.org_id).has_credit:
        raise ApiError(402, "INSUFFICIENT_CREDIT", "The balance is below the price of a run.")


def record_run(
    request: SandboxRequest, model: str, order: RunOrder, faults: dict[str, Options]
) -> Run:
    """Add the run. Raises Invalid when a ``data:`` URI holds no picture."""
    services = request.services
    try:
        image_url = services.sources.kept(request.org_id, order.input["image_url"])
    except NotAPicture as error:
        message = "holds no JPEG, PNG or WebP image"
        raise Invalid([{"field": "input.image_url", "message": message}]) from error
    kept = services.behaviour["references"]
    metadata = None if kept == "client_ref" else order.metadata
    return services.runs.create(
        org_id=request.org_id,
        model=model,
        input=json.dumps({**order.input, "image_url": image_url}),
        metadata=None if metadata is None else json.dumps(metadata),
        client_ref=None if kept == "metadata" else order.client_ref,
        callback_url=order.callback_url,
        faults=json.dumps(faults),
        request_id=request.id,
        due_at=services.processing.first_due(faults),
    )


def finish_at_once(request: SandboxRequest, run: Run, reply: str) -> str:
    """Finish a run before its request is answered, and return the answer.

    With ``callback_before_reply`` the callback is sent too and the answer stays the old one.
    """
    services = request.services
    finished = services.processing.finish_now(run.id)
    if "callback_before_reply" not in run.fault_options:
        return json.dumps(services.records.run(finished))
    for delivery in services.deliveries.of_run(run.id):
        services.deliverer.attempt(delivery.id)
    return reply


def replay(request: SandboxRequest, content: bytes) -> str | None:
    """Return the reply to an earlier request with the same Idempotency-Key (section 9.1.16).

    Raises ApiError 409 when that request had another body.
    """
    found = request.services.database.row(
        "SELECT * FROM idempotency WHERE org_id = ? AND idempotency_key = ?",
        request.org_id,
        idempotency_key(request),
    )
    if found is None:
        return None
    if found["request_hash"] != hash_of(request, content):
        raise ApiError(409, "CONFLICT", "This Idempotency-Key was used with another body.")
    return str(found["reply"])


def remember(request: SandboxRequest, content: bytes, reply: str) -> None:
    """Keep a reply for later requests with the same Idempotency-Key."""
    key = idempotency_key(request)
    if key:
        request.services.database.execute(
            "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?)",
            request.org_id,
            key,
            hash_of(request, content),
            reply,
        )


def idempotency_key(request: SandboxRequest) -> str:
    """Return the key that counts, "" for none."""
    if request.services.behaviour["idempotency"] == "off":
        return ""
    return str(request.META.get("HTTP_IDEMPOTENCY_KEY", ""))


def hash_of(request: SandboxRequest, content: bytes) -> str:
    """Return what tells one request from another: its path and body."""
    return hashlib.sha256(request.path.encode() + b"\n" + content).hexdigest()


def get_run(request: SandboxRequest, run_id: str) -> HttpResponse:
    """Answer with a run, its URLs freshly signed (section 2.2)."""
    add_signature = request.GET.get("add_signature") == "true"
    run = found_run(request, run_id)
    return json_reply(request.services.records.run(run, add_signature=add_signature))


def search_runs(request: SandboxRequest) -> HttpResponse:
    """Answer with a page of runs, newest first (section 2.3)."""
    services = request.services
    query = search.read_query(request.GET.dict(), services.behaviour["q_grammar"])
    runs, following = search.find_page(services.database, request.org_id, query)
    cursors = shapes.CURSORS[services.behaviour["cursor_shape"]]
    items = [services.records.run(run) for run in runs]
    return json_reply({"items": items, **cursors(following)})


def create_batch(request: SandboxRequest, model: str) -> NoReturn:
    """Refuse: this model takes no batches here (section 9.1.20)."""
    require_model(model)
    raise ApiError(422, "SANDBOX_BATCHES_UNSUPPORTED", "This model takes single runs only.")


def found_run(request: SandboxRequest, run_id: str) -> Run:
    """Return a run of the key's organisation. Raises ApiError 404, also for another's run."""
    run = request.services.runs.find(request.org_id, run_id)
    if run is None:
        raise ApiError(404, "RUN_NOT_FOUND", "There is no such run.")
    return run
