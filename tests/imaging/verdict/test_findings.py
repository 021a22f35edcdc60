"""Each thing that can be wrong is said, and nothing is said of a faithful result."""

import json

import pytest
from PIL import Image, ImageDraw, ImageFilter

from django_product_isolation.imaging.verdict import findings, measure

from . import drawn

pytest.importorskip("cv2", reason="the extra verdict is not installed")


def found(result, photo=None):
    return {one.id: one for one in findings(measure(photo or drawn.photo(), result))}


def recoloured():
    shown = drawn.product()
    part = shown.crop((20, 20, 320, 100))
    red, green, blue, alpha = part.split()
    shown.paste(Image.merge("RGBA", (blue, red, green, alpha)), (20, 20))
    return shown


def brighter():
    shown = drawn.product()
    alpha = shown.getchannel("A")
    lighter = shown.convert("RGB").point(lambda value: 255 - round((255 - value) * 0.6))
    lighter.putalpha(alpha)
    return lighter


def relabelled(seed=77):
    shown = drawn.product()
    drawn.label(shown, seed)
    return shown


def with_a_white_print():
    shown = drawn.product()
    draw = ImageDraw.Draw(shown)
    for x in range(40, 120, 16):
        draw.rectangle((x, 220, x + 9, 250), fill="white")
    return shown


def without_handle():
    shown = drawn.product()
    shown.paste((0, 0, 0, 0), (250, 0, *drawn.PRODUCT))
    return shown


def with_an_island():
    wide = Image.new("RGBA", (520, 300))
    wide.paste(drawn.product(), (0, 0))
    ImageDraw.Draw(wide).ellipse((430, 120, 500, 190), fill=(120, 80, 160, 255))
    return wide


def with_halo():
    shown = drawn.product()
    alpha = shown.getchannel("A").filter(ImageFilter.MaxFilter(15))
    around = drawn.with_background((0, 0, *drawn.PRODUCT))
    around.putalpha(alpha)
    return around


def with_a_shaded_opening():
    """Half of what the handle encloses lies in a soft shadow."""
    shade = Image.new("L", drawn.PRODUCT)
    ImageDraw.Draw(shade).ellipse((306, 186, 356, 240), fill=46)
    shade = shade.filter(ImageFilter.GaussianBlur(10))
    shown = Image.new("RGBA", drawn.PRODUCT)
    shown.putalpha(shade)
    shown.alpha_composite(drawn.product())
    return shown


def another():
    shown = Image.new("RGBA", drawn.PRODUCT)
    draw = ImageDraw.Draw(shown)
    draw.polygon([(190, 5), (375, 290), (5, 290)], fill=(60, 60, 60, 255))
    for x in range(70, 300, 18):
        draw.arc((x, 170, x + 30, 260), 20, 200, fill=(200, 200, 80, 255), width=4)
    return shown


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "result",
    [
        {},
        {"width": 520, "shift": (40, -30)},
        {"background": (252, 252, 252)},
        {"stretch": 1.02},
        {"blur": 0.6},
    ],
    ids=str,
)
def test_nothing_is_said_of_a_faithful_result(result):
    assert found(drawn.result(**result)) == {}


def test_a_shadow_on_the_background_that_is_seen_through_a_handle_is_no_thing():
    assert found(drawn.result(with_a_shaded_opening())) == {}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("background_not_white", {"background": (235, 240, 240)}),
        ("cut_off", {"shift": (260, 0)}),
        ("too_small", {"width": 240}),
        ("too_large", {"width": 990}),
        ("soft", {"blur": 6}),
        ("stretched", {"stretch": 1.2}),
    ],
)
def test_what_the_frame_and_the_drawing_may_have_wrong_is_said(name, result):
    assert name in found(drawn.result(**result))


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("leftover", with_an_island),
        ("leftover", with_halo),
        ("colour_differs", recoloured),
        ("colour_differs", brighter),
        ("label_differs", relabelled),
        ("label_differs", with_a_white_print),
        ("part_missing", without_handle),
        ("maybe_another", another),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_the_product_may_have_wrong_is_said(name, shown):
    assert name in found(drawn.result(shown()))


def test_a_mirrored_product_may_be_another():
    mirrored = drawn.product().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert "maybe_another" in found(drawn.result(mirrored))


def test_a_piece_of_the_floor_that_is_left_is_said():
    names = found(drawn.result(drawn.with_background((0, 230, *drawn.PRODUCT))))
    assert names.keys() & {"leftover", "part_missing"}


def test_a_finding_says_where_in_both_pictures():
    [region] = found(drawn.result(relabelled()))["label_differs"].regions[:1]
    width, height = drawn.SCENE
    left, top, right, bottom = drawn.LABEL
    middle = (
        (drawn.AT[0] + (left + right) / 2) / width,
        (drawn.AT[1] + (top + bottom) / 2) / height,
    )
    assert region.source[0] - 0.05 < middle[0] < region.source[2] + 0.05
    assert region.source[1] - 0.05 < middle[1] < region.source[3] + 0.05
    assert 0 <= region.result[0] < region.result[2] <= 1


def test_the_same_files_are_measured_the_same_twice_and_stand_at_their_beginning():
    photo, result = drawn.photo(), drawn.result()
    first, second = measure(photo, result), measure(photo, result)
    assert first == second
    assert json.loads(json.dumps(first)) == first
    assert (photo.tell(), result.tell()) == (0, 0)
