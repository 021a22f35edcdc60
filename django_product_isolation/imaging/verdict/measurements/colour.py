"""How the colours of the product differ between the two pictures. By OpenCV."""

import cv2
import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

from .overlay import PRODUCT, Overlay

BLUR = 0.012  # of the product's longer side
LEVELS = (8.0, 11.0, 15.0, 20.0)  # differences that blobs are looked for at
KEPT = 3  # blobs of each level


def lab(rgb: Array) -> Array:
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def blurred_within(pixels: Array, mask: Array, sigma: float) -> Array:
    """Blurred without what lies outside of the mask."""
    weight = mask.astype(np.float32)
    spread = cv2.GaussianBlur(weight, (0, 0), sigma) + 1e-4
    return cv2.GaussianBlur(pixels * weight[..., None], (0, 0), sigma) / spread[..., None]


def measured_colour(overlay: Overlay) -> dict[str, object]:
    """The shift of the whole, and blobs that depart from it, as shares of the product."""
    inner = overlay.inner
    count = int(inner.sum())
    if count < 200:
        return {"compared": 0.0}
    sigma = BLUR * PRODUCT
    result = blurred_within(lab(overlay.result), overlay.clear, sigma)
    photo = blurred_within(lab(overlay.photo), overlay.clear & overlay.seen, sigma)
    apart = result - photo
    shift = np.median(apart[inner], axis=0)
    chroma = np.hypot(result[..., 1], result[..., 2]) - np.hypot(photo[..., 1], photo[..., 2])
    rest = apart - _expected(photo, result, inner)
    rest[~inner] = 0
    hue = np.hypot(rest[..., 1], rest[..., 2])
    whole = np.hypot(hue, 0.7 * rest[..., 0])
    return {
        "compared": count / max(int(overlay.clear.sum()), 1),
        "shift_l": float(shift[0]),
        "shift_ab": float(np.hypot(shift[1], shift[2])),
        "shift_chroma": float(np.median(chroma[inner])),
        "mean_ab": float(np.hypot(apart[..., 1], apart[..., 2])[inner].mean()),
        "mean_l": float(np.abs(apart[..., 0])[inner].mean()),
        "hue_blobs": blobs(hue, LEVELS, overlay, count),
        "blobs": blobs(whole, LEVELS, overlay, count),
    }


def _expected(photo: Array, result: Array, inner: Array) -> Array:
    """The change of light that the product as a whole went through: one gain and shift a band."""
    change = np.zeros_like(photo)
    for band in range(3):
        given, drawn = photo[..., band][inner], result[..., band][inner]
        gain, offset = 1.0, float(np.median(drawn - given))
        near = np.abs(drawn - given - offset)
        kept = near <= np.percentile(near, 70)
        spread = float(given[kept].std())
        if spread > 4:
            fit = np.polyfit(given[kept], drawn[kept], 1)
            gain = float(np.clip(fit[0], 0.85, 1.15))
            offset = float(np.median(drawn[kept] - gain * given[kept]))
        change[..., band] = (gain - 1) * photo[..., band] + offset
    return change


def blobs(
    values: Array, levels: tuple[float, ...], overlay: Overlay, whole: int
) -> list[dict[str, object]]:
    """The largest regions above each level: share of ``whole`` (pixels), and boxes."""
    found: list[dict[str, object]] = []
    for level in levels:
        _, labels, stats, _ = cv2.connectedComponentsWithStats((values > level).astype(np.uint8))
        order = np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable")[:KEPT] + 1
        for number in order:
            left, top, width, height, area = (int(value) for value in stats[number])
            if area < 0.001 * whole:
                continue
            part = labels == number
            found.append(
                {
                    "level": level,
                    "share": area / whole,
                    "mean": float(values[part].mean()),
                    **overlay.boxes((left, top, left + width, top + height)),
                }
            )
    return found
