"""The embedded worker: one process that sweeps, without a broker."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_product_isolation.management.arguments import refuse_beyond
from django_product_isolation.workers.pool import DatabaseAway, TooManyHang, WorkerPool


class Command(BaseCommand):
    help = "Takes the steps of product isolations: all that is due now, then what becomes due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="Stop when nothing is due any more, e.g. for cron."
        )
        parser.add_argument(
            "--threads", type=int, default=4, help="Runs worked on at the same time (default 4)."
        )
        parser.add_argument(
            "--pause", type=float, default=1.0, help="Seconds between looks (default 1)."
        )

    def handle(
        self, *, once: bool, threads: int, pause: float, verbosity: int, **_options: Any
    ) -> None:
        refuse_beyond("--threads", threads, 1, 1000)
        refuse_beyond("--pause", pause, 0.01, 86_400)
        pool = WorkerPool(threads, pause)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: pool.stop())
        tells = verbosity > 0 and not once  # what cron starts is to say nothing that is as usual
        if tells:
            self.stdout.write("Taking the steps that are due. Press Ctrl-C to stop.")
        try:
            pool.run(until_idle=once)
        except DatabaseAway as error:
            raise CommandError(
                f"The database cannot be worked with: {error}. Nothing is lost; try again later."
            ) from error
        except TooManyHang as error:
            raise CommandError(
                f"{error}: does the file storage answer, and has it a timeout? Nothing is lost; "
                "start the worker again."
            ) from error
        if tells:
            self.stdout.write("Stopped. What was begun goes on with the next start.")
