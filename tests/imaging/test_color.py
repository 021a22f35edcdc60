import pytest
from PIL import Image

from django_product_isolation.imaging.color import in_srgb, is_srgb, profile_of
from tests.imaging.pictures import picture
from tests.imaging.profiles import (
    LAB,
    SRGB,
    SWAPPED,
    from_lightness,
    from_linear,
    grey_profile,
    icc_profile,
    ink_profile,
    named,
    rgb_profile,
)

EMPTY = icc_profile(b"RGB ", b"XYZ ", {})  # says that it is about colours, but not what they are


def tagged(image, profile):
    image.info["icc_profile"] = profile
    return image


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (SRGB, True),
        (named(SRGB, "Display 5"), True),
        (rgb_profile(2.2), False),  # shadows are darker
        (rgb_profile(1), False),
        (SWAPPED, False),
        (grey_profile(1), False),
        (ink_profile(), False),
        (LAB, False),
        (EMPTY, False),
        (b"no profile at all", False),
        (SRGB[:200], False),
        (b"", True),
    ],
)
def test_profile_is_known_by_what_it_does(profile, expected):
    assert is_srgb(tagged(picture(), profile)) is expected


def shown(image, profile):
    tagged(image, profile)
    return in_srgb(image, profile_of(image))


@pytest.mark.parametrize("level", [10, 60, 128, 200, 255])
def test_linear_light_is_brought_to_srgb(level):
    expected = from_linear(level / 255)
    for mode, profile in (("RGB", rgb_profile(1)), ("L", grey_profile(1))):
        colour = (level,) * len(mode) if mode == "RGB" else level
        pixel = shown(Image.new(mode, (4, 4), colour), profile).getpixel((1, 1))
        assert max(abs(part - expected) for part in pixel) <= 2


@pytest.mark.parametrize("inks", [(0, 0, 0, 0), (255, 0, 0, 0), (255, 0, 255, 0)])
def test_inks_are_shown_as_their_profile_says(inks):
    expected = from_lightness(100 * (1 - sum(inks) / 1020))
    pixel = shown(Image.new("CMYK", (4, 4), inks), ink_profile()).getpixel((1, 1))
    assert max(abs(part - expected) for part in pixel) <= 2


@pytest.mark.parametrize(("mode", "profile"), [("RGBA", SWAPPED), ("LA", grey_profile(1))])
def test_alpha_stays_as_it_is(mode, profile):
    image = picture(mode=mode)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    converted = shown(image, profile)
    assert converted.mode == "RGBA"
    assert converted.getchannel("A").tobytes() == image.getchannel("A").tobytes()
    opaque = image.convert(mode.removesuffix("A"))
    assert converted.convert("RGB").tobytes() == shown(opaque, profile).tobytes()


@pytest.mark.parametrize("profile", [LAB, EMPTY, ink_profile(), b"no profile", SWAPPED[:200]])
def test_profile_that_does_not_fit_is_passed_over(profile):
    assert shown(picture(), profile).tobytes() == picture().tobytes()
