"""One look at a pair of pictures, step by step; each step needs what the one before it found."""

from typing import Any, BinaryIO

import numpy as np

from . import pictures
from .arrays import Array
from .measurements import background, frame, regions, softness

Found = dict[str, Any]


class Comparison:
    """Steps return measures by name; they raise what decoders and libraries raise."""

    def __init__(self, source: BinaryIO, result: BinaryIO) -> None:
        self.files = {"source": source, "result": result}
        self.alignment: Any = None

    def measure_result(self) -> Found:
        self.result = pictures.read_result(self.files["result"])
        rgb = self.result.rgb
        small = regions.halved(rgb)
        self.background = background.background_of(small)
        product = self.background.product
        found = frame.measured_frame(product, self.background.shadow)
        width, height = self.result.size
        area = max(int(product.sum()), 1)
        return {
            "size": {"result": [width, height]},
            "background": background.measured_background(rgb),
            "frame": found,
            "softness": {"outline": softness.outline_width(rgb, product)},
            "product": {
                "holes": float(self.background.holes.sum() / area),
                "pale": background.paleness(small, self.background),
            },
        }

    def read_source(self) -> Found:
        self.source = pictures.read_source(self.files["source"])
        width, height = self.source.size
        return {"size": {"result": list(self.result.size), "source": [width, height]}}

    def align(self) -> Found:
        from .measurements import alignment

        self.alignment, measured = alignment.found_alignment(
            self.result.rgb, self.doubled(self.background.product), self.source.rgb
        )
        return {"alignment": measured}

    def compare_aligned(self) -> Found:
        from .measurements import colour, overlay, rim, structure

        plain = self.background.plain
        laid = overlay.overlay_of(
            self.result.rgb, self.doubled(plain), self.box(), self.source.rgb, self.alignment
        )
        return {
            "overlay": {"bend": laid.bend, "sharper": laid.sharper},
            "colour": colour.measured_colour(laid),
            "structure": structure.measured_structure(laid),
            "rim": rim.measured_rim(laid),
        }

    def compare_extent(self) -> Found:
        from .measurements import extent

        product, holes = self.doubled(self.background.product), self.doubled(self.background.holes)
        told = extent.measured_extent(product, holes, self.box(), self.source.rgb, self.alignment)
        return {"extent": told}

    def box(self) -> tuple[int, int, int, int]:
        """The main part's box in pixels of the result."""
        main, _ = frame.main_part(self.background.product)
        left, top, right, bottom = regions.box_of(main)
        return 2 * left, 2 * top, 2 * right, 2 * bottom

    def doubled(self, small: Array) -> Array:
        """What was found at half the size, at the result's own."""
        height, width = self.result.rgb.shape[:2]
        large = np.repeat(np.repeat(small, 2, axis=0), 2, axis=1)
        missing = ((0, height - large.shape[0]), (0, width - large.shape[1]))
        return np.pad(large, missing + ((0, 0),) * (large.ndim - 2), mode="edge")
