"""The shop, the command, and everybody beside it, in one process."""

import math
import time
from contextlib import ExitStack
from functools import partial
from types import SimpleNamespace
from typing import Any, TextIO
from unittest import mock

from django.core.management import call_command

from django_product_isolation.management.commands import isolate_products
from tests.reliability.simulator import World

from .busy_runflow import BusyRunflow, Limits
from .crew import Crew
from .told import figures, wrong


def world_of(limits: Limits) -> World:
    """A world whose Runflow is busy. Its clock moves by the crew's ticks alone."""
    world = World(partial(BusyRunflow, limits))
    world.network.clock = SimpleNamespace(advance=lambda _seconds: None)
    return world


def play(
    world: World,
    images: int,
    *,
    workers: int,
    step_seconds: float,
    lost: int,
    out: TextIO,
    honours_key: bool = True,
) -> tuple[dict[str, Any], list[str]]:
    """Have ``images`` isolated by one command; the figures, and what went wrong.

    Of ``lost`` paid requests, spread over all, Runflow's answer never arrives.
    """
    world.reset(images=images, MAX_BATCH=10_000)
    world.storage.is_public = False  # each image is brought to Runflow
    world.runflow.honours_key = honours_key
    lose = Losing(world, every=images // lost if lost else math.inf)
    crew, began = Crew(world, workers, step_seconds), time.process_time()
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(isolate_products, "sleep", crew.sleep))
        stack.enter_context(mock.patch.object(world.network, "_spoilt", lose.spoilt))
        call_command("isolate_products", "catalogue.ProductImage", stdout=out)
    told = figures(world, crew, images, lost=lose.lost)
    told["processor seconds here"] = round(time.process_time() - began)
    return told, list(wrong(world, images))


class Losing:
    """Has the answer to every so many runs taken time out on its way."""

    def __init__(self, world: World, every: float) -> None:
        self.network, self.every = world.network, every
        self.spoilt_before = world.network._spoilt
        self.taken = self.lost = 0

    def spoilt(self, reply: Any, fault: str, left: float) -> Any:
        before, self.taken = self.taken, len(self.network.runflow.ledger)
        if self.taken > before and self.taken >= self.every * (self.lost + 1):
            self.lost += 1
            fault = "timeout"
        return self.spoilt_before(reply, fault, left)
