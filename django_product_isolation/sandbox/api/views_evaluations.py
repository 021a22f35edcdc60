"""Evaluations: asked for, read, their states and prices (contract, section 2.12)."""

import json
import uuid
from typing import Any

from django.http import HttpResponse

from django_product_isolation.sandbox.config import EVALUATION_CENTS
from django_product_isolation.sandbox.store.evaluations import Evaluation

from .validation import evaluation_order
from .views_runs import found_run, remember, replay
from .web import ApiError, SandboxRequest, json_reply, json_text_reply, read_json

STATUSES = ("pending", "running", "completed", "failed")


def create_evaluation(request: SandboxRequest) -> HttpResponse:
    """Record an evaluation and answer at once; the same Idempotency-Key again finds it again."""
    services = request.services
    body, content = read_json(request)
    order = evaluation_order(body, lambda url: services.sources.problem(request.org_id, url))
    with services.database.transaction():
        earlier = replay(request, content)
        if earlier is not None:
            return json_text_reply(earlier, 202)
        if services.accounts.get(request.org_id).balance_cents < EVALUATION_CENTS:
            raise ApiError(402, "INSUFFICIENT_CREDIT", "The balance is below the price.")
        created = services.evaluations.create(request.org_id, json.dumps(order))
        reply = json.dumps(record(request, created))
        remember(request, content, reply)
    services.evaluation_pool.wake()
    return json_text_reply(reply, 202)


def get_evaluation(request: SandboxRequest, evaluation_id: str) -> HttpResponse:
    """Answer with an evaluation of the key's organisation."""
    found = request.services.evaluations.find(request.org_id, evaluation_id)
    if found is None:
        raise ApiError(404, "EVALUATION_NOT_FOUND", "There is no such evaluation.")
    return json_reply(record(request, found))


def list_run_evaluations(request: SandboxRequest, run_id: str) -> HttpResponse:
    """Answer with the evaluations of a run."""
    run = found_run(request, run_id)
    found = request.services.evaluations.of_run(request.org_id, run.id)
    return json_reply({"items": [record(request, one) for one in found]})


def list_statuses(request: SandboxRequest) -> HttpResponse:
    """Answer with the states that an evaluation can have."""
    return json_reply({"items": [{"code": code} for code in STATUSES]})


def list_job_classes(request: SandboxRequest) -> HttpResponse:
    """Answer with the one kind of evaluation, and its price."""
    return json_reply({"items": [{"code": "standard", "price": f"{EVALUATION_CENTS / 100:.2f}"}]})


def record(request: SandboxRequest, evaluation: Evaluation) -> dict[str, Any]:
    """Return what the API shows of an evaluation, as the variant in force has it."""
    wish = request.services.behaviour["evaluation_verdict"]
    passed = evaluation.overall_passed
    is_open = wish == "never"
    asked = json.loads(evaluation.request)
    return {
        "id": str(uuid.uuid4()) if wish == "another_id" else evaluation.id,
        "status_code": "running" if is_open else evaluation.status_code,
        "client_ref": asked.get("client_ref"),
        "run_id": asked.get("run_id"),
        "job_class": "standard",
        "overall_passed": None if passed is None or wish == "none" or is_open else bool(passed),
        "weighted_pass_rate": evaluation.weighted_pass_rate,
        "top_issues": json.loads(evaluation.top_issues or "[]"),
        "top_strengths": [],
        "cost": evaluation.cost,
        "created_at": evaluation.created_at,
        "completed_at": evaluation.completed_at,
    }
