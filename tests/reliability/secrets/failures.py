"""Every kind of failure, as something that a stage can be made to suffer."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import Any
from unittest import mock

from celery.exceptions import SoftTimeLimitExceeded

from django_product_isolation.conf import get_settings
from django_product_isolation.fetching.transport import Exchange
from django_product_isolation.models import RunEvent
from django_product_isolation.workflow import submit
from tests.http_server import Answer, free_port, hang_up, reply, reply_json, reply_raw, say_nothing

from . import canaries
from .runflow import route_of
from .shop_fixture import Stage, StorageRefused, broken_database

Failure = Callable[[Stage], None]
FAILURES: dict[str, Failure] = {}
WITHOUT_DATABASE: dict[str, Failure] = {}  # these leave no transaction in order

LINK = f"https://files.example/1.png?{canaries.query(canaries.OUTPUT_LINK)}"
# What a server that means no harm repeats to its caller, and what a library of its own told it.
GOSSIP = (
    f"Bearer {canaries.KEY} could not fetch {LINK} (Max retries exceeded with url: "
    f"/1.png?{canaries.query(canaries.STORAGE_LINK)} caused by a timeout)"
)
ENVELOPE = {"code": "TROUBLE", "message": GOSSIP, "errors": [{"field": "input", "message": GOSSIP}]}
STATUSES = (400, 401, 402, 403, 404, 409, 422, 429, 500, 503)
# The whole way in its order, and in how many steps each request is reached.
STEPS_TO = {
    "POST upload": 1,
    "PUT file": 1,
    "POST confirmation": 1,
    "POST run": 1,
    "GET run": 2,
    "GET output": 3,
}


def raw(head: str, body: bytes = b"") -> Answer:
    return reply_raw(f"HTTP/1.1 {head}\r\n\r\n".encode() + body)


ANSWERS: dict[str, Answer] = {
    **{str(status): reply_json(ENVELOPE, status) for status in STATUSES},
    "500 html": reply(f"<html>{GOSSIP}</html>".encode(), 500),
    "garbage": reply(b'{"id": ' + json.dumps(GOSSIP).encode()),
    "no record": reply_json({"id": GOSSIP, "asset_id": GOSSIP, "url": LINK}),
    "redirect": reply(b"", 302, Location=LINK),
    "hang up": hang_up,
    "silence": say_nothing,
    "no HTTP": reply_raw(GOSSIP.encode()),
    "cut": raw("200 OK\r\nContent-Length: 9999", b'{"id": "' + canaries.KEY.encode()),
    "cut chunks": raw("200 OK\r\nTransfer-Encoding: chunked", b"99\r\n" + GOSSIP.encode()),
    "bad chunks": raw(f"200 OK\r\nTransfer-Encoding: chunked\r\nLocation: {LINK}", b"zz\r\n"),
    "bad header": raw(f"200 OK\r\nContent-Length: 2\r\n{LINK}\r\n: x", b"{}"),
    "encoded": reply(b"x", Content_Encoding="gzip", Location=LINK),
    "endless": reply(b"", Content_Length=str(60 * 1024 * 1024)),
}


def failure(name: str) -> Callable[[Failure], Failure]:
    def enter(play: Failure) -> Failure:
        FAILURES[name] = play
        return play

    return enter


def answers(route: str, answer: Answer) -> Failure:
    def play(stage: Stage) -> None:
        stage.runflow.faults[route] = [answer]
        stage.begin()
        # Enough for what each of these answers needs, without waiting for the real limits.
        with mock.patch.object(Exchange, "seconds_left", lambda _self: 0.2):
            for _ in range(STEPS_TO[route]):
                stage.step()
        assert route in map(route_of, stage.runflow.requests)

    return play


for name, answer in ANSWERS.items():
    FAILURES[f"POST run: {name}"] = answers("POST run", answer)
for route in (r for r in STEPS_TO if r != "POST run"):
    for name in ("403", "429", "garbage", "no record", "redirect", "hang up", "bad header"):
        FAILURES[f"{route}: {name}"] = answers(route, ANSWERS[name])
for name in ("cut", "bad chunks", "encoded", "endless", "no HTTP"):
    FAILURES[f"GET output: {name}"] = answers("GET output", ANSWERS[name])


@failure("a refused connection")
def refused(stage: Stage) -> None:
    stage.configure(BASE_URL=f"http://127.0.0.1:{free_port()}")
    stage.begin()
    stage.play()


@failure("an unusable key")
def unusable_key(stage: Stage) -> None:
    stage.configure(API_KEY=canaries.KEY + " \n")
    stage.begin()
    stage.step()


@failure("an unknown option beside the secrets")
def unknown_option(stage: Stage) -> None:
    stage.begin()
    stage.configure(NO_SUCH_OPTION=1)
    stage.step()
    stage.attempt(get_settings)
    stage.configure()


@failure("a request that cannot be looked up")
def look_up(stage: Stage) -> None:
    stage.runflow.faults = {"POST run": [hang_up], "GET runs": [ANSWERS["500"]]}
    stage.begin()
    stage.play()


@failure("a run that failed for a reason that tells")
def failed_run(stage: Stage) -> None:
    told = {"status_code": "failed", "failure_code": "BAD_INPUT", "failure_message": GOSSIP}
    stage.begin()
    stage.step()
    stage.runflow.faults["GET run"] = [reply_json(stage.runflow.run(**told))]
    stage.play()


def odd_link(link: str) -> Failure:
    def play(stage: Stage) -> None:
        stage.begin()
        stage.step()
        run = stage.runflow.run(output={"image_urls": [f"{link}?{LINK.partition('?')[2]}"]})
        stage.runflow.faults["GET run"] = [reply_json(run)]
        stage.play()

    return play


for link in ("http://127.0.0.1:1/x", "https://127.0.0.1/x", "https://-bad-.example:443/x", "//x"):
    FAILURES[f"an output link such as {link}"] = odd_link(link)


def storage_trouble(operation: str, error: Callable[[], Exception]) -> Failure:
    def play(stage: Stage) -> None:
        stage.begin()
        if operation in ("save", "exists"):
            stage.step()
            stage.step()
        stage.storage.faults[operation] = error
        stage.step()
        stage.step()
        stage.storage.faults.clear()
        stage.play()

    return play


def storage_tells() -> Exception:
    link = f"https://media.shop.example/1.jpg?{canaries.query(canaries.STORAGE_LINK)}"
    return StorageRefused(f"403 for {link}")


for operation in ("url", "open", "save", "exists"):
    FAILURES[f"storage: {operation}"] = storage_trouble(operation, storage_tells)


@failure("storage whose links must do, and do not")
def only_links(stage: Stage) -> None:
    stage.configure(SOURCE="url")
    stage.runflow.faults["POST run"] = [ANSWERS["422"]]
    stage.begin()
    with mock.patch.object(submit, "serves", return_value=None):
        stage.play()


@failure("a refusal that tells the request")
def repeated(stage: Stage) -> None:
    def repeat(handler: Any) -> None:
        sent = handler.request_seen.json()
        told = f"{sent['callback_url']} and {sent['input']['image_url']} are not accepted"
        reply_json({"code": "BAD_URL", "message": told}, 400)(handler)

    stage.runflow.faults["POST run"] = [repeat]
    stage.begin()
    stage.play()
    assert RunEvent.objects.filter(detail__contains="code=BAD_URL …").exists()


@contextmanager
def out_of_the_blue(place: str, error: Callable[[], BaseException], nth: int = 1) -> Iterator[None]:
    """The ``nth`` call of ``place`` does its work, and then something unforeseen happens."""
    owner, _dot, name = place.rpartition(".")
    count = 0

    def struck(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            outcome = real(*args, **kwargs)
            if count == nth:
                raise error()
            return outcome

        return call

    with mock.patch(place, struck(getattr(resolve_name(owner), name))):
        yield
        assert count >= nth, f"{place} was called {count} times"


def unforeseen(place: str, error: Callable[[], BaseException], nth: int = 1) -> Failure:
    def play(stage: Stage) -> None:
        stage.begin()
        with out_of_the_blue(place, error, nth):
            for _ in range(4):
                stage.step()

    return play


APP = "django_product_isolation"
# In each exchange of the whole way; elsewhere once.
for nth, route in enumerate(STEPS_TO, 1):
    FAILURES[f"out of time within {route}"] = unforeseen(
        "http.client.HTTPConnection.endheaders", SoftTimeLimitExceeded, nth
    )
for place, error in {
    "http.client.HTTPConnection.putheader": SystemExit,
    "http.client.HTTPResponse.begin": KeyboardInterrupt,
    f"{APP}.fetching.transport._Reader.readinto": MemoryError,
    f"{APP}.runflow.api.parse_reply": RuntimeError,
    f"{APP}.runflow.uploads.read_asset": RuntimeError,
    f"{APP}.workflow.submit.send": SystemExit,
    f"{APP}.workflow.collect.fetch": MemoryError,
    f"{APP}.workflow.store_result.sha256_of": RuntimeError,
    f"{APP}.workflow.store_result.result_filename": SystemExit,
    f"{APP}.workflow.submit.callback_url": RuntimeError,
}.items():
    FAILURES[f"{error.__name__} after {place}"] = unforeseen(place, error)


def no_database(route: str, answer: Answer) -> Failure:
    """The outcome of a request cannot be written down."""

    def play(stage: Stage) -> None:
        stage.runflow.faults[route] = [answer]
        stage.begin()
        for _ in range(STEPS_TO[route]):
            # The first is the claim.
            stage.step(broken_database("UPDATE", "product_isolation_isolationrun", nth=2))
            stage.step()

    return play


for route in STEPS_TO:
    WITHOUT_DATABASE[f"{route}: 403"] = no_database(route, ANSWERS["403"])
for route in ("POST run", "GET run"):
    for name in ("hang up", "garbage", "cut chunks"):
        WITHOUT_DATABASE[f"{route}: {name}"] = no_database(route, ANSWERS[name])
