"""What anybody would write first to judge a result: a colour histogram and SSIM of the whole."""

from collections.abc import Iterable
from typing import BinaryIO

import numpy as np
from PIL import Image

SIDE = 256  # pixels


def unlikeness(source: BinaryIO, result: BinaryIO) -> float:
    """How unlike the two pictures are: one less the mean of histogram overlap and SSIM."""
    pictures = [
        np.asarray(Image.open(file).convert("RGB").resize((SIDE, SIDE)), np.float64)
        for file in (source, result)
    ]
    histograms = [
        np.histogramdd(pixels.reshape(-1, 3), bins=8, range=[(0, 256)] * 3)[0] / SIDE**2
        for pixels in pictures
    ]
    overlap = np.minimum(*histograms).sum()
    one, other = (pixels.mean(axis=2) for pixels in pictures)
    blocks = [
        grey.reshape(SIDE // 8, 8, SIDE // 8, 8).swapaxes(1, 2).reshape(-1, 64)
        for grey in (one, other)
    ]
    (a, b), (mean_a, mean_b) = blocks, (block.mean(axis=1) for block in blocks)
    shared = ((a - mean_a[:, None]) * (b - mean_b[:, None])).mean(axis=1)
    light = (2 * mean_a * mean_b + 6.5) / (mean_a**2 + mean_b**2 + 6.5)
    structure = (2 * shared + 58.5) / (a.var(axis=1) + b.var(axis=1) + 58.5)
    return float(1 - (overlap + (light * structure).mean()) / 2)


def limit_for(scores: Iterable[float], share: float) -> float:
    """The limit above which this share of the scores lies."""
    ordered = sorted(scores, reverse=True)
    return ordered[min(len(ordered) - 1, round(share * len(ordered)))]
