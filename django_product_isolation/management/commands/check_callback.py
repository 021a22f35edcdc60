"""Knocks at the shop's own public address as Runflow would, and says what stood in the way."""

import json
import uuid
from typing import Any

import requests
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from django_product_isolation.conf import SETTING, IsolationSettings, get_settings
from django_product_isolation.redaction import without_locals
from django_product_isolation.runflow import callbacks

SECONDS = 10.0
# Our own view's refusals, each in the body of its answer (views/callback.py).
OUR_REFUSALS = {
    "bad_token": "The site there did not make this address: its SECRET_KEY is another than here.",
    "bad_signature": "The site there has other SIGNING_SECRETS than are set here.",
    "no_usable_secret": "The site there has SIGNING_SECRETS that protect nothing. Run check there.",
    "not_a_callback": "Something on the way changed the body.",
    "body_cut_short": "Something on the way cut the body short.",
    "body_too_large": "Something on the way added to the body.",
}
HINTS = {
    400: "Is the host in ALLOWED_HOSTS?",
    401: "Something before the app asks for a login. Let it pass callbacks by.",
    403: "A firewall, a login or a CSRF check before the app refuses. Let it pass callbacks by.",
    404: "Does the public address lead to this site, and are the app's URLs included there under "
    "the same path as here?",
    405: "Something before the app refuses POST.",
    413: "Something before the app limits bodies to less than 64 KB.",
    429: "Something before the app limits how often it is called. Let it pass callbacks by.",
}


class Command(BaseCommand):
    help = (
        "Posts a signed probe to the public callback address and says what stood in the way. "
        "It is about no run and changes nothing. Run it where the site's settings are."
    )

    def handle(self, **_options: Any) -> None:
        try:
            settings = get_settings()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        # Whoever asks for a run that nobody has got past every check and changed nothing.
        url = callbacks.callback_url(uuid.uuid4())
        if url is None:
            raise CommandError(f'{SETTING}["CALLBACK_BASE_URL"] is no address: results are polled.')
        self.stdout.write(f"Knocking at {settings.CALLBACK_BASE_URL} ...")
        if problem := judge(post(url, settings)):
            raise CommandError(problem)
        self.stdout.write("Callbacks arrive: the probe went all the way to the app.")
        if not settings.SIGNING_SECRETS:
            self.stdout.write("No SIGNING_SECRETS are set: only the secret address protects them.")


@without_locals
def post(url: str, settings: IsolationSettings) -> requests.Response:
    """Post the probe. Raises CommandError that says why no answer came."""
    probe = {"event": "run.completed", "run_id": str(uuid.uuid4()), "status": "succeeded"}
    body = json.dumps(probe).encode()
    headers = {"Content-Type": "application/json"}
    if secrets := callbacks.usable_secrets(settings.SIGNING_SECRETS):
        headers["Runflow-Signature"] = callbacks.signature_of(body, secrets[0])
    try:
        with requests.Session() as session:
            session.trust_env = False  # Runflow does not come through this machine's proxy either
            return session.post(
                url, data=body, headers=headers, timeout=SECONDS, allow_redirects=False
            )
    except requests.exceptions.SSLError as error:
        raise CommandError(f"The certificate is not accepted. {reason(error)}") from None
    except requests.Timeout:
        raise CommandError(f"No answer within {SECONDS:.0f} seconds.") from None
    except requests.ConnectionError as error:
        raise CommandError(f"Nobody answers there. {reason(error)}") from None
    except requests.RequestException as error:
        raise CommandError(f"This is no address to post to. {type(error).__name__}") from None


def judge(response: requests.Response) -> str:
    """What stood in the way, "" when nothing did."""
    said = response.text[:40].strip() if len(response.content) < 100 else ""
    if response.status_code == 404 and said == "unknown_run":
        return ""
    if said in OUR_REFUSALS:
        return OUR_REFUSALS[said]
    if response.is_redirect:
        place = response.headers.get("Location", "").partition("?")[0]
        token_free = place.partition("/callback/")[0]
        return f"The address redirects to {token_free}: callbacks do not follow. {REDIRECT}"
    if response.ok:
        return f"Another page answered with {response.status_code}. {HINTS[404]}"
    hint = HINTS.get(response.status_code, "Look into the logs of the site and its proxy.")
    return f"The answer was {response.status_code}. {hint}"


REDIRECT = (
    "Use the address that it leads to as CALLBACK_BASE_URL; behind a proxy that ends TLS set "
    "SECURE_PROXY_SSL_HEADER; let logins pass callbacks by."
)


def reason(error: Exception) -> str:
    """The innermost cause, which never holds the address."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return f"{type(cause).__name__}: {cause}" if isinstance(cause, OSError) else ""
