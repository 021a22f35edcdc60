"""The probe against a real server: the shop itself, or something that stands in its way."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from django_product_isolation.models import IsolationRun, RunEvent
from tests.http_server import HttpServer, certificate, free_port, reply, say_nothing

SECRET = "whsec_for_tests_0123456789"


def run_command():
    out = StringIO()
    call_command("check_callback", stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("secrets", [[], [SECRET]], ids=["token", "signed"])
def test_a_probe_that_arrives_says_so_and_changes_nothing(secrets, live_server, option):
    option(CALLBACK_BASE_URL=live_server.url, SIGNING_SECRETS=secrets)
    said = run_command()
    assert "Callbacks arrive" in said
    assert ("No SIGNING_SECRETS" in said) == (not secrets)
    assert not IsolationRun.objects.exists()
    assert not RunEvent.objects.exists()


def test_without_a_public_address_there_is_nothing_to_knock_at(option):
    option(CALLBACK_BASE_URL=None)
    with pytest.raises(CommandError, match="results are polled"):
        run_command()


@pytest.fixture
def obstacle(option):
    """A server that answers in the shop's place."""
    with HttpServer(reply()) as server:
        option(CALLBACK_BASE_URL=server.url, SIGNING_SECRETS=[SECRET])
        yield server


LOGIN = "https://shop.example/login/?next=/product-isolation/callback/secret"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (reply(status=301, Location=LOGIN), "redirects to https://shop.example/login/:"),
        (reply(b"<h1>Bad Request (400)</h1>", 400), "ALLOWED_HOSTS"),
        (reply(b"", 401), "asks for a login"),
        (reply(b"<h1>Forbidden</h1>", 403), "firewall"),
        (reply(b"<h1>Not Found</h1>", 404), "included there"),
        (reply(b"<h1>Welcome</h1>", 200), "Another page answered with 200"),
        (reply(b"", 502), "logs of the site"),
        (reply(b"bad_token", 404), "SECRET_KEY"),
        (reply(b"bad_signature", 401), "other SIGNING_SECRETS"),
        (reply(b"no_usable_secret", 503), "protect nothing"),
        (reply(b"not_a_callback", 400), "changed the body"),
    ],
)
def test_what_stood_in_the_way_is_said(answer, says, obstacle):
    obstacle.answers[:] = [answer]
    with pytest.raises(CommandError, match=says) as error:
        run_command()
    assert "/callback/" not in str(error.value)


def test_nobody_listening_is_said_without_the_secret_address(option):
    option(CALLBACK_BASE_URL=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(CommandError, match=r"Nobody answers there\. ConnectionRefused") as error:
        run_command()
    assert "/callback/" not in str(error.value)


def test_a_silent_server_is_not_waited_for_for_ever(obstacle, monkeypatch):
    module = "django_product_isolation.management.commands.check_callback"
    monkeypatch.setattr(f"{module}.SECONDS", 0.3)
    obstacle.answers[:] = [say_nothing]
    with pytest.raises(CommandError, match="No answer within"):
        run_command()


def test_a_certificate_that_nobody_trusts_is_said(option, tmp_path):
    context, _path = certificate(tmp_path, "127.0.0.1")
    with HttpServer(reply(), tls=context) as server:
        option(CALLBACK_BASE_URL=server.url)
        with pytest.raises(CommandError, match="certificate is not accepted"):
            run_command()
