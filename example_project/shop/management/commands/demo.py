"""``manage.py demo``: the whole shop on one machine, with its worker and the sandbox."""

import sys
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from shop import demo_data, photo_files
from shop.demo_programs import Ports, broker_answers, programs
from shop.models import Product
from shop.processes import ProgramFailed, is_free, run_together, stop_on_signals

WELCOME = """
  Shop   {shop}
  Admin  {shop}admin/shop/productimage/  log in as "staff" or "assistant", password "{password}"
  Try    tick a few images, choose "Isolate product", press the button beside it and confirm
  Stop   Ctrl-C ends everything; your data stays in {var}
"""


class Command(BaseCommand):
    help = "Starts a demo shop with its worker and the Runflow sandbox, and stops them together."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="of the shop (default 8000)")
        parser.add_argument(
            "--sandbox-port", type=int, default=8765, help="of the sandbox (default 8765)"
        )
        parser.add_argument(
            "--photos",
            type=Path,
            metavar="DIR",
            help="make a product of every picture in this folder, instead of the demo's own",
        )
        parser.add_argument(
            "--workers",
            choices=["thread", "embedded", "celery"],
            default=settings.PRODUCT_ISOLATION["WORKERS"],
            help="who takes the steps of a run (default %(default)s)",
        )

    def handle(
        self, *, port: int, sandbox_port: int, photos: Path | None, workers: str, **_options: Any
    ) -> None:
        ports = Ports(shop=port, sandbox=sandbox_port if settings.SANDBOX else None)
        with stop_on_signals() as stop:
            self._check(ports, photos, workers)
            self._prepare(photos)
            if not stop.is_set():
                self._run(ports, workers, stop)
        self.stdout.write("Stopped.")

    def _check(self, ports: Ports, photos: Path | None, workers: str) -> None:
        """Raise CommandError for whatever would stop the demo half-way."""
        if ports.shop == ports.sandbox:
            raise CommandError("--port and --sandbox-port must differ.")
        for option, port in (("--port", ports.shop), ("--sandbox-port", ports.sandbox)):
            if port is not None and not 0 < port < 65536:
                raise CommandError(f"{option} must be between 1 and 65535.")
            if port is not None and not is_free(port):
                raise CommandError(
                    f"Port {port} is taken by another program. Choose another: {option} {port + 1}"
                )
        if photos is not None and not photos.is_dir():
            raise CommandError(f"--photos: there is no folder {photos}.")
        if workers == "celery" and not broker_answers():
            raise CommandError(
                "No broker answers. Start Redis on this machine or set CELERY_BROKER_URL."
            )

    def _prepare(self, photos: Path | None) -> None:
        """Bring the database up to date and fill it with what is missing."""
        call_command("migrate", verbosity=0, interactive=False)
        demo_data.create_users()
        if photos is not None:
            self._load_folder(photos)
        elif not Product.objects.exists():
            demo_data.load_products(photo_files.own_photos())

    def _load_folder(self, folder: Path) -> None:
        created = demo_data.load_products(photo_files.photos_in(folder))
        self.stdout.write(f"{created} new products from {folder}.")
        if not Product.objects.exists():
            raise CommandError(f"--photos: there is no picture in {folder}.")

    def _run(self, ports: Ports, workers: str, stop: threading.Event) -> None:
        if not settings.SANDBOX:
            self.stdout.write(
                self.style.WARNING(f"Runflow is {settings.RUNFLOW_URL}: every image costs money.")
            )
        try:
            run_together(programs(ports, workers), stop, sys.stdout, lambda: self._welcome(ports))
        except ProgramFailed as failure:
            raise CommandError(f"{failure} Everything else was stopped too.") from failure

    def _welcome(self, ports: Ports) -> None:
        self.stdout.write(
            WELCOME.format(shop=ports.shop_url, password=demo_data.PASSWORD, var=settings.VAR)
        )
        self.stdout.flush()
