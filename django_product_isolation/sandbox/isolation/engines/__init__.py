"""Engines: each finds the product in a photograph, by itself, on this machine.

Knows which engines there are and which of them can work here.
"""

from typing import Protocol

from PIL import Image

from .light import LightEngine
from .u2netp import EngineUnavailable, U2netpEngine

__all__ = ["ENGINES", "Engine", "EngineUnavailable", "choose_engine"]

ENGINES = ("auto", "u2netp", "light")


class Engine(Protocol):
    """Something that tells product from background."""

    name: str
    description: str

    def mask(self, picture: Image.Image) -> Image.Image:
        """Return a greyscale picture of the same size: 0 background, 255 product.

        All black when there is nothing that stands out.
        """


def choose_engine(name: str = "auto") -> Engine:
    """Return the engine of that name; ``auto`` is the best one that works here.

    Raises EngineUnavailable, which says what to install, or ValueError for an unknown name.
    """
    if name not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}.")
    if name == "light":
        return LightEngine()
    try:
        return U2netpEngine()
    except EngineUnavailable as reason:
        if name == "u2netp":
            raise
        return LightEngine(because=str(reason))
