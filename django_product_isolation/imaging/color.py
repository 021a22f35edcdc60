"""Colour profiles: whether a picture is in sRGB, and how to bring it there.

Goes by what a profile does to colours, not by its name. Must not know files.
"""

from io import BytesIO
from itertools import product

from PIL import Image, ImageChops, ImageCms

FAILURES = (ImageCms.PyCMSError, OSError, TypeError, ValueError)
MODES = {"RGB": "RGB", "GRAY": "L"}  # of the pictures that a profile can be about
UNSEEN = 3  # of 255: a difference that nobody sees
SAMPLE = bytes(level for colour in product(range(0, 256, 17), repeat=3) for level in colour)


def profile_of(picture: Image.Image) -> ImageCms.ImageCmsProfile | None:
    """The picture's ICC profile, None where there is none to be read."""
    if not picture.info.get("icc_profile"):
        return None
    try:
        return ImageCms.ImageCmsProfile(BytesIO(picture.info["icc_profile"]))
    except FAILURES:
        return None


def is_srgb(picture: Image.Image) -> bool:
    """Whether the picture looks the same without its profile, as it does when it has none."""
    if not picture.info.get("icc_profile"):
        return True
    profile = profile_of(picture)
    if profile is None:
        return False
    mode = MODES.get(profile.profile.xcolor_space.strip())
    if mode is None:
        return False
    colours = Image.frombytes("RGB", (len(SAMPLE) // 3, 1), SAMPLE).convert(mode)
    shown = _shown(colours, profile)
    if shown is None:
        return False
    difference = ImageChops.difference(shown, colours.convert("RGB"))
    return max(difference.tobytes()) <= UNSEEN


def in_srgb(pixels: Image.Image, profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    """RGB, or RGBA where there is alpha. A profile that does not fit its picture says nothing."""
    if not pixels.mode.endswith("A"):
        return (profile and _shown(pixels, profile)) or pixels.convert("RGB")
    shown = in_srgb(pixels.convert(pixels.mode.removesuffix("A")), profile)
    shown.putalpha(pixels.getchannel("A"))
    return shown


def _shown(colours: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image | None:
    srgb = ImageCms.createProfile("sRGB")
    try:
        return ImageCms.profileToProfile(colours, profile, srgb, outputMode="RGB")
    except FAILURES:
        return None
