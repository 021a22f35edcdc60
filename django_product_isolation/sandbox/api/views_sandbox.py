"""The sandbox's own URLs, outside ``/v1/``: the front page and the switches.

Nothing here exists at Runflow. The switches take JSON only, so that no web page can throw them.
"""

from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.template import Context, Engine

from django_product_isolation.sandbox import behaviour as tables
from django_product_isolation.sandbox.config import in_cents
from django_product_isolation.sandbox.store.runs import Run

from .web import VALIDATION, ApiError, SandboxRequest, json_reply, read_json, store_error

PAGES = Engine(dirs=[str(Path(__file__).parents[1] / "templates")])  # no app has them
SHOWN_RUNS = 24
POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'"


def front_page(request: SandboxRequest) -> HttpResponse:
    """Show what this is, which engine serves, and the latest runs."""
    services = request.services
    runs = services.runs.latest(SHOWN_RUNS)
    context = {
        "base_url": services.base_url,
        "engine": services.engine,
        "speed": services.config.speed,
        "switched": services.behaviour.switched(),
        "runs": [shown(run, request) for run in runs],
        "is_busy": any(run.is_open and not run.is_stuck for run in runs),
    }
    page = PAGES.get_template("front_page.html").render(Context(context))
    return HttpResponse(page, headers={"Content-Security-Policy": POLICY})


def shown(run: Run, request: SandboxRequest) -> dict[str, Any]:
    """Return what the front page shows of a run."""
    previews = {side: preview_name(run, side) for side in ("before", "after")}
    return {
        "id": run.id,
        "status": run.status_code,
        "created_at": run.created_at[:19].replace("T", " "),
        "failure": run.failure_message,
        "fields": run.fields,
        **{
            side: f"/_sandbox/previews/{name}" if request.services.folder.has(name) else None
            for side, name in previews.items()
        },
    }


def preview_name(run: Run, side: str) -> str:
    """Return the name of the preview ``before`` or ``after``."""
    return f"{run.id}-{side}.webp"


def preview(request: SandboxRequest, name: str) -> HttpResponse:
    """Send a preview; nothing else is reached through this URL."""
    is_preview = name.endswith(("-before.webp", "-after.webp"))
    content = request.services.folder.read(name) if is_preview else None
    if content is None:
        return store_error(404, "NoSuchKey", "There is no such preview.")
    return HttpResponse(content, content_type="image/webp")


def get_behaviour(request: SandboxRequest) -> HttpResponse:
    """Answer with what is in force, and with everything that can be chosen."""
    choices = {
        "variants": tables.VARIANTS,
        "run_faults": tables.RUN_FAULTS,
        "request_faults": tables.REQUEST_FAULTS,
        "operations": tables.OPERATIONS,
    }
    return json_reply({**request.services.behaviour.as_dict(), "choices": choices})


def change_behaviour(request: SandboxRequest) -> HttpResponse:
    """Switch variants or arm a fault."""
    body, _ = read_json(request)
    try:
        request.services.behaviour.change(body)
    except ValueError as error:
        raise ApiError(422, VALIDATION, str(error)) from error
    return json_reply(request.services.behaviour.as_dict())


def reset_behaviour(request: SandboxRequest) -> HttpResponse:
    """Go back to the default."""
    request.services.behaviour.reset()
    return json_reply(request.services.behaviour.as_dict())


def change_balance(request: SandboxRequest) -> HttpResponse:
    """Give every organisation a balance in USD."""
    body, _ = read_json(request)
    try:
        cents = in_cents(body.get("balance"))
    except ValueError as error:
        raise ApiError(422, VALIDATION, str(error)) from error
    request.services.accounts.set_balance(cents)
    return json_reply({"balance_cents": cents})


def revoke_key(request: SandboxRequest) -> HttpResponse:
    """Refuse an API key from now on."""
    body, _ = read_json(request)
    if not isinstance(body.get("api_key"), str):
        raise ApiError(422, VALIDATION, "api_key: the key to refuse.")
    request.services.accounts.revoke(body["api_key"])
    return HttpResponse(status=204)
