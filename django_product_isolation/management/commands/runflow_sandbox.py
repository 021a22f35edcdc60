"""``manage.py runflow_sandbox``: run the local stand-in for Runflow until it is stopped.

Knows the terminal and signals; the server itself is in ``django_product_isolation.sandbox``.
"""

import logging
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from django_product_isolation.sandbox import Sandbox
from django_product_isolation.sandbox.config import SIZES, SPEEDS
from django_product_isolation.sandbox.isolation.engines import ENGINES, EngineUnavailable

DEFAULT_ADDRESS = "127.0.0.1:8765"

WELCOME = """\
Runflow sandbox: a local stand-in that spends no money and never contacts Runflow.
  Address  {url}
  Engine   {engine}: {description}
  Data     {data}"""

HOW_TO_USE = """
Put these options into your settings:

  PRODUCT_ISOLATION = {{
      {options}
  }}"""

HOW_TO_STOP = """
Stop it with Ctrl-C."""


class Command(BaseCommand):
    """Starts a sandbox and waits for SIGINT or SIGTERM."""

    help = "Run a local server that speaks Runflow's API and isolates products on this machine."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the address and the options."""
        parser.add_argument("address", nargs="?", default=DEFAULT_ADDRESS, metavar="ADDR:PORT")
        parser.add_argument("--data", metavar="DIR", help="keep runs and files here")
        parser.add_argument("--speed", choices=list(SPEEDS), default="quick")
        parser.add_argument("--engine", choices=ENGINES, default="auto")
        parser.add_argument("--sizes", choices=SIZES, default="nominal")
        parser.add_argument("--balance", default="1000.00", metavar="USD")
        parser.add_argument("--signing-secret", metavar="whsec_...", help="sign callbacks with it")
        parser.add_argument("--public-url", metavar="URL", help="how clients reach the sandbox")
        parser.add_argument(
            "--allow-local-sources",
            action="store_true",
            help="fetch sources from this machine and over plain http too",
        )

    def handle(self, *, address: str, verbosity: int, **options: Any) -> None:
        """Run until stopped. Raises CommandError when the sandbox cannot start."""
        names = ("data", "speed", "engine", "sizes", "balance", "signing_secret", "public_url")
        sandbox = self._make(
            address,
            allow_local_sources=options["allow_local_sources"],
            **{name: options[name] for name in names},
        )
        stopped = threading.Event()
        with stopping_on_signals(stopped), self._log(verbosity):
            self._start(sandbox, address)
            try:
                self._welcome(sandbox, verbosity)
                stopped.wait()
            finally:
                sandbox.stop()
        self.stdout.write("Stopped.")

    def _make(self, address: str, **options: Any) -> Sandbox:
        host, separator, port = address.rpartition(":")
        if not separator or not port.isdigit() or int(port) > 65535:
            raise CommandError(f"{address} is not an address like {DEFAULT_ADDRESS}.")
        try:
            return Sandbox((host.strip("[]"), int(port)), **options)
        except (ValueError, EngineUnavailable) as error:
            raise CommandError(str(error)) from error

    def _start(self, sandbox: Sandbox, address: str) -> None:
        try:
            sandbox.start()
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {address}: {error.strerror}. Choose another: "
                "manage.py runflow_sandbox 127.0.0.1:8766"
            ) from error
        except ValueError as error:
            raise CommandError(str(error)) from error

    def _welcome(self, sandbox: Sandbox, verbosity: int) -> None:
        """Say what serves where and, unless the caller knows that, how to use it."""
        config = sandbox.config
        text = WELCOME.format(
            url=sandbox.url,
            engine=sandbox.engine.name,
            description=sandbox.engine.description,
            data=config.data or "a temporary folder, removed at the end",
        )
        options = differing_options(sandbox.url, signs=bool(config.signing_secret))
        if verbosity > 0 and options:
            text += "\n" + HOW_TO_USE.format(options="\n      ".join(options))
        self.stdout.write(text if verbosity == 0 else f"{text}\n{HOW_TO_STOP}")
        self.stdout.flush()

    @contextmanager
    def _log(self, verbosity: int) -> Iterator[None]:
        """Show requests in the terminal, unless the project sends this log somewhere already."""
        logger = logging.getLogger("django_product_isolation")
        if verbosity == 0 or logger.hasHandlers():
            yield
            return
        handler = logging.StreamHandler(self.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        try:
            yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(logging.NOTSET)


def differing_options(url: str, *, signs: bool) -> list[str]:
    """Lines for the project's settings, as far as these do not say the same already."""
    known = getattr(settings, "PRODUCT_ISOLATION", None) or {}
    is_there = str(known.get("BASE_URL", "")).rstrip("/") == url
    secrets = '["whsec_..."],  # what --signing-secret says' if signs else "[],"
    lines = {
        f'"BASE_URL": "{url}",': is_there,
        '"SANDBOX": True,  # every page says that no money is spent': known.get("SANDBOX") is True,
        '"API_KEY": "rf_live_sandbox",  # any key of this form': bool(known.get("API_KEY")),
        # Without it the app asks how runs stand, which is as well.
        '"CALLBACK_BASE_URL": "http://127.0.0.1:8000",  # where your shop runs': is_there
        or bool(known.get("CALLBACK_BASE_URL")),
        f'"SIGNING_SECRETS": {secrets}': signs == bool(known.get("SIGNING_SECRETS")),
        '"SOURCE": "upload",': known.get("SOURCE", "auto") != "url",
    }
    return [line for line, is_right in lines.items() if not is_right]


@contextmanager
def stopping_on_signals(stopped: threading.Event) -> Iterator[None]:
    """Set the event on SIGINT and SIGTERM; the earlier handlers come back afterwards."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    earlier = {number: signal.signal(number, lambda *_: stopped.set()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
