"""Damaged and oversized files are rejected, whatever the host allows."""

import io
import random
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, PngImagePlugin

from django_product_isolation.imaging import (
    ImageRejected,
    decoding,
    inspect,
    needs_conversion,
    prepare_for_upload,
    thumbnail,
)
from django_product_isolation.imaging.inspection import MAX_RESULT_PIXELS
from tests.imaging.pictures import (
    WITH_AVIF,
    picture,
    rejection,
    saved,
    several,
)


@pytest.mark.parametrize("host_limit", [None, 1_000, 89_478_485])
@pytest.mark.parametrize("side", [7_212, 9_000, 10_000, 14_000])
def test_bomb_is_rejected_by_its_header_whatever_the_host_allows(monkeypatch, host_limit, side):
    file = saved(Image.new("1", (side, side)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", host_limit)
    monkeypatch.setattr(Image.Image, "load", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if side == 9_000 else "error")
        assert rejection(inspect, file) == "too_many_pixels"


def test_webp_has_a_lower_limit_because_it_takes_more_memory():
    at_most = decoding.MAX_PIXELS_OF["WEBP"]
    file = saved(Image.new("RGB", (6_000, at_most // 6_000 + 1)), "WEBP", method=0)
    assert rejection(needs_conversion, file) == "too_many_pixels"


def test_picture_of_the_largest_size_is_accepted():
    width = 8_000
    largest = saved(Image.new("1", (width, decoding.MAX_PIXELS // width)))
    assert needs_conversion(largest)
    assert rejection(inspect, largest) == "too_many_pixels"
    width = 7_000
    facts = inspect(saved(Image.new("1", (width, MAX_RESULT_PIXELS // width))))
    assert facts.width * facts.height == MAX_RESULT_PIXELS


def test_text_bomb_is_rejected():
    text = PngImagePlugin.PngInfo()
    for number in range(100):
        text.add_text(f"note{number}", "x" * 1_000_000, zip=True)
    assert rejection(inspect, saved(picture(), pnginfo=text)) == "unreadable"


KINDS = {
    "png": saved(picture()).getvalue(),
    "png with palette": saved(picture(mode="P")).getvalue(),
    "png with alpha": saved(picture(mode="RGBA")).getvalue(),
    "jpeg": saved(picture(), "JPEG").getvalue(),
    "jpeg progressive": saved(picture(), "JPEG", progressive=True).getvalue(),
    "jpeg cmyk": saved(picture(mode="CMYK"), "JPEG").getvalue(),
    "webp": saved(picture(), "WEBP").getvalue(),
    "webp lossless": saved(picture(mode="RGBA"), "WEBP", lossless=True).getvalue(),
}


def pixels(body):
    with Image.open(io.BytesIO(body)) as image:
        return image.mode, image.size, image.tobytes()


@pytest.mark.parametrize("host_allows_halves", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_cut_image_is_rejected_or_pixel_equal(monkeypatch, kind, host_allows_halves):
    body = KINDS[kind]
    accepted = 0
    for percent in range(100):
        cut = body[: len(body) * percent // 100]
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", host_allows_halves)
        try:
            inspect(io.BytesIO(cut))
        except ImageRejected:
            continue
        accepted += 1
        assert ImageFile.LOAD_TRUNCATED_IMAGES is host_allows_halves
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
        assert pixels(cut) == pixels(body)
    assert accepted < 5


@settings(deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), length=st.floats(0, 1, exclude_max=True))
def test_image_cut_anywhere_is_rejected_or_pixel_equal(kind, length):
    body = KINDS[kind]
    cut = body[: int(len(body) * length)]
    try:
        inspect(io.BytesIO(cut))
    except ImageRejected:
        return
    assert pixels(cut) == pixels(body)


@settings(deadline=None, max_examples=300)
@given(kind=st.sampled_from(sorted(KINDS)), seed=st.integers(0, 2**32), flips=st.integers(1, 20))
def test_damaged_image_is_rejected_or_decodes_whole(kind, seed, flips):
    body = damaged(KINDS[kind], seed, flips)
    try:
        facts = inspect(io.BytesIO(body))
    except ImageRejected:
        return
    assert pixels(body)[:2] == (facts.mode, (facts.width, facts.height))


def damaged(body, seed, flips):
    body, chance = bytearray(body), random.Random(seed)
    for _ in range(flips):
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    return bytes(body)


SOURCE_KINDS = {
    **KINDS,
    "gif": several("GIF").getvalue(),
    "mpo": several("MPO").getvalue(),
    "bmp": saved(picture(), "BMP").getvalue(),
    **{name: saved(picture(), name).getvalue() for name in WITH_AVIF},
}


@settings(deadline=None, max_examples=300)
@given(
    kind=st.sampled_from(sorted(SOURCE_KINDS)), seed=st.integers(0, 2**32), flips=st.integers(1, 3)
)
def test_damaged_source_is_rejected_or_copied(kind, seed, flips):
    body = damaged(SOURCE_KINDS[kind], seed, flips)
    try:
        with prepare_for_upload(io.BytesIO(body)) as ready:
            assert inspect(ready.file) == ready.facts
        assert inspect(io.BytesIO(thumbnail(io.BytesIO(body), size=50))).format == "JPEG"
    except ImageRejected:
        return


@pytest.mark.skipif(not WITH_AVIF, reason="this Pillow reads no AVIF")
def test_avif_with_a_broken_table_is_rejected():
    body = SOURCE_KINDS["AVIF"].replace(b"pitm", b"pitn")
    assert rejection(needs_conversion, io.BytesIO(body)) == "unreadable"


def test_time_limit_of_a_worker_gets_through_the_decoder(monkeypatch):
    class SoftTimeLimitExceeded(Exception):
        pass

    def load(self):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", load)
    with pytest.raises(SoftTimeLimitExceeded):
        inspect(saved(picture()))
