"""Keys that are the same in every repetition: ``uuid4`` counts."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from types import SimpleNamespace
from typing import Any
from unittest import mock


@contextmanager
def numbered_uuids(world: Any) -> Iterator[None]:
    """Everything that is random in a UUID comes from how many points were passed."""
    world.uuids = 0

    def urandom(size: int) -> bytes:
        world.uuids += 1
        return sha256(str(world.uuids).encode()).digest()[:size]

    with mock.patch.object(uuid, "os", SimpleNamespace(**vars(os) | {"urandom": urandom})):
        yield
