"""Reads along wherever the app writes, and says which secrets it read."""

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django import VERSION
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.signals import got_request_exception
from django.db import connection
from django.test import override_settings
from django.utils.log import AdminEmailHandler

from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent
from tests.shops.catalogue.models import ProductImage

from . import reports
from .canaries import CORES, found_in

TABLES = [RunEvent, IsolationRun, IsolationBatch, LogEntry, ProductImage]
MAX_SHOWN = 300  # characters of a leak
MAIL = "admin@shop.example"
ADMINS = [MAIL] if VERSION >= (6,) else [("Admin", MAIL)]


class Collector:
    """What was read: secrets by channel. ``cores`` are the secrets to look for."""

    def __init__(self) -> None:
        self.cores = dict(CORES)
        self.leaks: list[str] = []
        self.channels: set[str] = set()

    def read(self, channel: str, text: str) -> None:
        """Search one text."""
        self.channels.add(channel)
        for name in found_in(text, self.cores):
            start = max(0, text.find(self.cores[name]) - MAX_SHOWN // 2)
            self.leaks.append(f"{name} in {channel}: {text[start : start + MAX_SHOWN]}")

    def read_error(self, channel: str, error: BaseException, request: Any = None) -> None:
        """Search all that reporters make of an exception."""
        for text in reports.report(error):
            self.read(f"{channel}, frames", text)
        page = f"{channel}, Django's report"
        if page not in self.channels:  # they are slow to draw, and show no more than the frames
            for text in reports.django_pages(error, request):
                self.read(page, text)

    def read_response(self, response: Any) -> None:
        """Search a page, and what stands beside it."""
        self.read("page", response.content.decode(errors="replace"))
        self.read("header", f"{response.headers!r} {response.cookies!r}")

    def read_rows(self) -> None:
        """Search every value of every table that we write to, and the users' messages."""
        for model in TABLES:
            for row in model._base_manager.values():
                self.read(f"row of {model.__name__}", repr(row))
        for session in Session.objects.all():
            self.read("message", repr(session.get_decoded()))

    def read_mail(self) -> None:
        """Search what Django mailed to the admins."""
        for message in mail.outbox:
            parts = [message.subject, message.body, *(part[0] for part in message.alternatives)]
            self.read("mail", "\n".join(map(str, parts)))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Read every log at DEBUG, and every exception of a request."""
        with ExitStack() as stack:
            stack.enter_context(override_settings(ADMINS=ADMINS))
            stack.enter_context(heard(_Reader(self)))
            stack.enter_context(mailed())
            stack.enter_context(seen_sql())
            got_request_exception.connect(self._request_failed)
            stack.callback(got_request_exception.disconnect, self._request_failed)
            yield

    def _request_failed(self, request: Any = None, **_kwargs: Any) -> None:
        self.read("failed request", f"{request!r} {request.build_absolute_uri()}")
        if error := sys.exc_info()[1]:
            self.read_error("failed request", error, request)


class _Reader(logging.Handler):
    def __init__(self, collector: Collector) -> None:
        super().__init__(logging.DEBUG)
        self.collector = collector
        self.formatter = logging.Formatter()
        self.is_reading = False

    def emit(self, record: logging.LogRecord) -> None:
        if self.is_reading:  # what a repr makes a library log is ours
            return
        self.is_reading = True
        try:
            self.read(record)
        finally:
            self.is_reading = False

    def read(self, record: logging.LogRecord) -> None:
        channel = f"log {record.name}"
        self.collector.read(channel, self.format(record))
        extras = {name: value for name, value in record.__dict__.items() if name != "exc_info"}
        self.collector.read(channel, reports.safe_repr(extras))
        if record.levelno < logging.WARNING:
            return  # reporters keep the line, as a breadcrumb
        if record.exc_info and record.exc_info[1]:
            request = getattr(record, "request", None)
            self.collector.read_error(channel, record.exc_info[1], request)
        elif record.levelno >= logging.ERROR:
            for text in reports.stack():
                self.collector.read(f"{channel}, stack", text)


@contextmanager
def heard(handler: logging.Handler) -> Iterator[None]:
    """``handler`` gets every record of every logger, whatever its settings."""
    known = [x for x in logging.root.manager.loggerDict.values() if isinstance(x, logging.Logger)]
    loggers = [logging.root, *known]
    before = [(x, x.level, x.propagate, x.disabled) for x in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.propagate, logger.disabled = True, False
    logging.root.addHandler(handler)
    try:
        yield
    finally:
        logging.root.removeHandler(handler)
        for logger, level, propagate, disabled in before:
            logger.setLevel(level)
            logger.propagate, logger.disabled = propagate, disabled


@contextmanager
def mailed() -> Iterator[None]:
    """Django's errors are mailed as they are by default, with the page for developers."""
    handler, logger = AdminEmailHandler(include_html=True), logging.getLogger("django")
    handler.setLevel(logging.ERROR)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@contextmanager
def seen_sql() -> Iterator[None]:
    """Every statement is logged with its values."""
    before, connection.force_debug_cursor = connection.force_debug_cursor, True
    try:
        yield
    finally:
        connection.force_debug_cursor = before
