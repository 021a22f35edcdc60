"""Real Chromium against a real server, under a strict Content-Security-Policy."""

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from pytest_django.live_server_helper import LiveServer

from tests.admin.shop import EVERYTHING, make_staff
from tests.chromium import base_url, browser_type_launch_args  # noqa: F401 (fixtures)


@pytest.fixture(scope="session")
def live_server(django_db_setup):
    strict = [*django_settings.MIDDLEWARE, "tests.browser.strict_policy.middleware"]
    with override_settings(MIDDLEWARE=strict):
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def no_steps(settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "embedded"}


@pytest.fixture
def staff(transactional_db):
    return make_staff(*EVERYTHING)


@pytest.fixture
def log_in(live_server, staff):
    """Let a browser context in as ``staff``."""
    client = Client()
    client.force_login(staff)
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value

    def into(context):
        cookie = {"name": "sessionid", "value": session, "url": live_server.url}
        context.add_cookies([cookie])
        return context

    return into


@pytest.fixture
def shop(page, log_in):
    """A page of a staff member's browser; a script error or a broken policy fails the test."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None
    )
    log_in(page.context)
    yield page
    assert complaints == []


def is_blocked(said) -> bool:
    return "Content Security Policy" in said.text
