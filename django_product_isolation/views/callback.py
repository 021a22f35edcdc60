"""The endpoint for Runflow: verify, parse, hand on, answer.

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

from django_product_isolation.conf import get_settings
from django_product_isolation.database import tenants
from django_product_isolation.redaction import without_locals
from django_product_isolation.runflow import callbacks
from django_product_isolation.runflow.callbacks import BadCallback, Callback, RunAddress
from django_product_isolation.workflow import UnknownRun, WrongRun, receive_callback

logger = logging.getLogger("django_product_isolation")

MAX_BODY_BYTES = 64 * 1024
HIDDEN = "hidden"


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

    def setup(self, request: HttpRequest, address: RunAddress | None) -> None:
        super().setup(request, address=address)
        if address is not None:
            hide_token(request)

    @without_locals
    def post(self, request: HttpRequest, address: RunAddress | None) -> HttpResponse:
        pk = address.pk if address else None
        try:
            address, callback = authenticated(request, address)
            with tenants.enter(address.tenant):
                receive_callback(address.pk, callback)
        except Refusal as refusal:
            return refuse(refusal.status, refusal.code, pk)
        except (UnknownRun, tenants.UnknownTenant):
            return refuse(404, "unknown_run", pk)
        except WrongRun:
            return refuse(409, "wrong_run", pk)
        return HttpResponse("ok", content_type="text/plain")


class Refusal(Exception):
    """The request proved to be no callback for us."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(status, code)
        self.status, self.code = status, code


def authenticated(request: HttpRequest, address: RunAddress | None) -> tuple[RunAddress, Callback]:
    """Where the run is and what the callback says. Raises Refusal."""
    try:
        body = read_body(request)
    except UnreadablePostError:
        # Whoever hung up reads no answer, and is no error of the shop's.
        raise Refusal(400, "body_cut_short") from None
    if body is None:
        raise Refusal(413, "body_too_large")
    if address is None:
        raise Refusal(404, "bad_token")
    secrets = get_settings().SIGNING_SECRETS
    # An empty text or None is what a lost environment variable leaves: no reason to let anybody in.
    if secrets or not isinstance(secrets, list | tuple):
        if not callbacks.usable_secrets(secrets):
            raise Refusal(503, "no_usable_secret")
        signature = request.headers.get("Runflow-Signature")
        if not callbacks.signature_is_valid(body, signature, secrets):
            raise Refusal(401, "bad_signature")
    try:
        return address, callbacks.parse(body)
    except BadCallback:
        raise Refusal(400, "not_a_callback") from None


def hide_token(request: HttpRequest) -> None:
    """Take the token's signature out of the address.

    From here on Django writes it next to every refusal and into its reports; what follows ``~``
    is what nobody else can make.
    """
    secret = request.path_info.rstrip("/").rpartition("~")[2]
    request.path = request.path.replace(secret, HIDDEN)
    request.path_info = request.path_info.replace(secret, HIDDEN)
    for name, value in request.META.items():
        if isinstance(value, str) and secret in value:
            request.META[name] = value.replace(secret, HIDDEN)


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
