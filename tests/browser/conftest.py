"""Real Chromium against a real server, under a strict Content-Security-Policy."""

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from django_product_isolation.choices import Status
from django_product_isolation.models import Preset, RunEvent, Selection
from tests.photos import make_image
from tests.shop import BATCHES, CHANGELIST, EVERYTHING, RUNS, make_batch, make_run, make_staff
from tests.verdicts import make_judged, measures


@pytest.fixture(scope="session")
def live_server(django_db_setup):
    strict = [*django_settings.MIDDLEWARE, "tests.browser.strict_policy.middleware"]
    with override_settings(MIDDLEWARE=strict):
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def nobody_takes_steps(no_steps):
    """What a page shows is what the test made, unless the test says otherwise."""


@pytest.fixture
def staff(transactional_db):
    return make_staff(*EVERYTHING)


@pytest.fixture
def log_in(live_server, staff):
    """Let a browser context in as ``staff``, or somebody else."""

    def into(context, user=staff):
        client = Client()
        client.force_login(user)
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        cookie = {"name": "sessionid", "value": session, "url": live_server.url}
        context.add_cookies([cookie])
        return context

    return into


@pytest.fixture
def pages(staff):
    """The address of each page, with something of every kind on it."""
    batch = make_batch(staff)
    runs = {
        status: make_run(status, batch=batch, name=f"A patiently hand-painted cup, {status}")
        for status in Status
    }
    doubtful = make_judged(
        batch=batch, name="A jug with a label", measured=measures(label=0.1, outline=7.0)
    )
    asked = timezone.now()
    RunEvent.objects.create(
        run=runs[Status.RESTORING],
        kind=RunEvent.Kind.STATUS,
        status=Status.RESTORING,
        actor=staff,
        at=asked,
    )
    chosen = [make_image(f"Pot {n}") for n in range(3)]
    selection = Selection.objects.create(
        created_by=staff,
        model_label="catalogue.productimage",
        site_name="admin",
        object_pks=[str(image.pk) for image in chosen],
        chosen=len(chosen),
    )
    preset = Preset.objects.create(name="White background")
    presets = "/admin/product_isolation/preset/"
    return {
        "list of images": CHANGELIST,
        "image": f"{CHANGELIST}{runs[Status.APPLIED].object_pk}/change/",
        "confirm": reverse("product_isolation:confirm", args=[selection.pk]),
        "batch": reverse("product_isolation:progress", args=[batch.pk]),
        "restores": reverse("product_isolation:restores", args=[asked.isoformat()]),
        "review": reverse("product_isolation:review"),
        "spending": reverse("product_isolation:spending"),
        "findings": reverse("product_isolation:findings"),
        "run with findings": f"{RUNS}{doubtful.pk}/change/",
        "list of runs": RUNS,
        "run": f"{RUNS}{runs[Status.FAILED].pk}/change/",
        "list of batches": BATCHES,
        "list of presets": presets,
        "preset": f"{presets}{preset.pk}/change/",
        "index": "/admin/product_isolation/",
    }


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
