"""What stands out in a picture: U-2-Net's small model, run by onnxruntime on the CPU."""

from functools import lru_cache

import numpy as np
import onnxruntime

from django_product_isolation.imaging.u2netp import (
    DEVIATION,
    LEAST_CONFIDENCE,
    MEAN,
    THREADS,
    read_weights,
)
from django_product_isolation.imaging.verdict.arrays import Array


@lru_cache(maxsize=1)
def session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = THREADS
    # The faster layouts of the higher levels take 80 MB more.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(read_weights(), options, providers=["CPUExecutionProvider"])


def saliency_map(rgb: Array) -> Array:
    """For each pixel of a picture of SIDE x SIDE, 0 to 1. Raises WeightsMissing."""
    values = rgb.astype(np.float32) / max(float(rgb.max()), 1.0)
    values = (values - np.array(MEAN, np.float32)) / np.array(DEVIATION, np.float32)
    given = np.ascontiguousarray(values.transpose(2, 0, 1)[None], np.float32)
    model = session()
    found = model.run(None, {model.get_inputs()[0].name: given})[0][0, 0]
    low, high = float(found.min()), float(found.max())
    if high < LEAST_CONFIDENCE:
        return np.zeros_like(found)
    return (found - low) / (high - low)
