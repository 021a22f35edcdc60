"""What is sent after the view has returned: nobody is asked for anything any more by then.

The shop's ``get_queryset`` may know the person by a thread-local alone (django-crum,
django-currentuser, django-multitenant), which its middleware forgets before the first line is sent.
"""

import gc
import re
from contextlib import ExitStack
from pathlib import Path
from threading import local

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone, translation

import django_product_isolation
from django_product_isolation.choices import Status
from tests.shop import make_run
from tests.staff.market import ImagesOfVendors, enter

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.market")]

EXPORT = "product_isolation:spending_export"
PACKAGE = Path(django_product_isolation.__file__).parent
now = local()


def current_user_middleware(get_response):
    def remember(request):
        now.user = request.user
        try:
            return get_response(request)
        finally:
            now.user = None

    return remember


def of_current_user(self, request):
    found = super(ImagesOfVendors, self).get_queryset(request)
    # As those packages have it: for nobody, such as a task of the shop's, there is all.
    return of_all(self) if now.user is None else found


def of_all(model_admin):
    return model_admin.model._default_manager.all()


@pytest.fixture
def current_user(settings, monkeypatch):
    """A shop that knows whose request it is by a thread-local."""
    here = f"{__name__}.current_user_middleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, here]
    monkeypatch.setattr(ImagesOfVendors, "get_queryset", of_current_user)


def sent(response) -> str:
    return b"".join(response.streaming_content).decode()


def no_query(execute, sql, params, many, context):
    raise AssertionError(f"The view had returned when this was asked: {sql}")


def test_a_vendor_s_table_names_no_product_of_others(client, current_user):
    enter(client, "vendor")
    for owner in ("vendor", "zoe"):
        make_run(Status.APPLIED, name=f"{owner} cup")
    text = sent(client.get(reverse(EXPORT)))
    assert "vendor cup" in text
    assert "zoe" not in text


def test_nothing_is_asked_while_the_table_is_sent(client, current_user):
    enter(client, "vendor")
    make_run(Status.APPLIED, name="vendor cup")
    at_once = sent(client.get(reverse(EXPORT)))
    response = client.get(reverse(EXPORT))
    with ExitStack() as later:
        for connection in connections.all():
            later.enter_context(connection.execute_wrapper(no_query))
        later.enter_context(translation.override("de"))
        later.enter_context(timezone.override("Pacific/Kiritimati"))
        assert sent(response) == at_once


def test_a_table_that_does_not_fit_into_memory_is_the_same(client, current_user, monkeypatch):
    enter(client, "vendor")
    make_run(Status.APPLIED, name="vendor cup")
    in_memory = sent(client.get(reverse(EXPORT)))
    monkeypatch.setattr("django_product_isolation.staff.spending.IN_MEMORY", 1)
    response = client.get(reverse(EXPORT))
    assert sent(response) == in_memory
    response.close()


def test_a_table_that_nobody_reads_to_its_end_leaves_no_file_open(client, current_user):
    enter(client, "vendor")
    for method in (client.get, client.head):
        response = method(reverse(EXPORT))
        assert response.status_code == 200
        del response
        gc.collect()  # a file that is open then is a warning, which is an error


def test_only_the_table_is_sent_after_its_view_has_returned():
    """Another answer that streams is tried here, too, before its module is named."""
    streaming = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\b(StreamingHttpResponse|FileResponse)\b", path.read_text())
    }
    of_shops = {path for path in streaming if not path.startswith("sandbox/")}
    assert of_shops == {"staff/spending.py"}
