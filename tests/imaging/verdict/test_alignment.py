"""The product is found in its photograph, whatever else is there."""

import random

import pytest
from PIL import Image, ImageDraw, ImageFilter

from django_product_isolation.imaging.verdict import findings, measure

from . import drawn

pytest.importorskip("cv2", reason="the extra verdict is not installed")


def plain_product():
    """A light box on which all that is drawn is faint."""
    image = Image.new("RGBA", drawn.PRODUCT, (205, 205, 200, 255))
    draw, dice = ImageDraw.Draw(image), random.Random(4)
    for _ in range(90):
        x, y = dice.randrange(20, 340), dice.randrange(20, 260)
        tone = dice.choice((165, 230))
        size = dice.randrange(8, 26)
        draw.ellipse((x, y, x + size, y + size), fill=(tone, tone, tone, 255))
    return image.filter(ImageFilter.GaussianBlur(1))


def on_gravel(product):
    gravel = Image.new("L", drawn.SCENE)
    dice = random.Random(8)
    gravel.putdata([dice.randrange(256) for _ in range(drawn.SCENE[0] * drawn.SCENE[1])])
    scene = gravel.filter(ImageFilter.GaussianBlur(3)).point(lambda tone: (tone - 128) * 5 + 128)
    scene = scene.convert("RGB")
    scene.paste(product, drawn.AT, product)
    return drawn.saved(scene, "JPEG", quality=92)


def test_a_plain_product_is_found_among_thousands_of_stronger_details():
    shown = plain_product()
    measures = measure(on_gravel(shown), drawn.result(shown))
    assert measures["alignment"]["inliers"] >= 25
    assert "maybe_another" not in {one.id for one in findings(measures)}


def test_another_product_is_not_found_there():
    measures = measure(on_gravel(plain_product()), drawn.result())
    assert "maybe_another" in {one.id for one in findings(measures)}
