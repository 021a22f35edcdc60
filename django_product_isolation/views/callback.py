"""The door for Runflow: verify, parse, hand on, answer.

Writes nothing before the request has proved itself, and trusts nothing it says: the workflow
asks Runflow itself what became of the run.
"""

import logging
import uuid

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from django_product_isolation import callbacks
from django_product_isolation.choices import Workers
from django_product_isolation.conf import get_settings
from django_product_isolation.workflow import UnknownRun, WrongRun, advance_for, receive_callback

logger = logging.getLogger("django_product_isolation")

MAX_BODY_BYTES = 64 * 1024
# Only under WORKERS = "request": Runflow waits "a few seconds" for an answer (contract, 2.4).
SECONDS_FOR_STEPS = 3.0


@method_decorator(
    [csrf_exempt, login_not_required, transaction.non_atomic_requests], name="dispatch"
)
class CallbackView(View):
    """Answers 200 when the hint was taken, 4xx when repeating it cannot help.

    405 other method, 413 too large, 404 unknown token or run, 503 secrets configured but none
    usable, 401 bad signature, 400 not a callback, or not all of one, 409 about another run
    (contract, section 2.4).
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            body = read_body(request)
        except UnreadablePostError:
            # Whoever hung up reads no answer, and is no error of the shop's.
            return refuse(400, "body_cut_short")
        if body is None:
            return refuse(413, "body_too_large")
        try:
            pk = callbacks.run_pk_from_token(token)
        except callbacks.BadToken:
            return refuse(404, "bad_token")
        secrets = get_settings().SIGNING_SECRETS
        # An empty text or None is what a lost environment variable leaves: no reason to open
        # the door.
        if secrets or not isinstance(secrets, list | tuple):
            if not callbacks.usable_secrets(secrets):
                return refuse(503, "no_usable_secret", pk)
            signature = request.headers.get("Runflow-Signature")
            if not callbacks.signature_is_valid(body, signature, secrets):
                return refuse(401, "bad_signature", pk)
        return take(pk, body)


def take(pk: uuid.UUID, body: bytes) -> HttpResponse:
    """Hand an authenticated body to the workflow."""
    try:
        receive_callback(pk, callbacks.parse(body))
    except callbacks.BadCallback:
        return refuse(400, "not_a_callback", pk)
    except UnknownRun:
        return refuse(404, "unknown_run", pk)
    except WrongRun:
        return refuse(409, "wrong_run", pk)
    if get_settings().WORKERS == Workers.REQUEST:
        advance_for([pk], seconds=SECONDS_FOR_STEPS)
    return HttpResponse("ok", content_type="text/plain")


def read_body(request: HttpRequest) -> bytes | None:
    """The raw body, None when it is larger than any callback.

    Raises UnreadablePostError when the sender hung up.
    """
    # Not request.body: the host's own limit would raise, and answer as the host's pages do. Unless
    # a middleware of the host's has read it before: then the stream may stand at its end.
    was_read = hasattr(request, "_body")
    body = request.body if was_read else request.read(MAX_BODY_BYTES + 1)
    return None if len(body) > MAX_BODY_BYTES else body


def refuse(status: int, code: str, pk: uuid.UUID | None = None) -> HttpResponse:
    logger.warning("callback_refused code=%s run=%s", code, pk)
    return HttpResponse(code, status=status, content_type="text/plain")
