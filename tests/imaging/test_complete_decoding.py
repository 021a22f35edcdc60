"""Halves are refused whatever the host allows, and nothing of the host's is changed meanwhile."""

import io
import random
import threading
import warnings

import pytest
from PIL import Image, ImageFile

from django_product_isolation.imaging import (
    decoding,
    needs_conversion,
    prepare_for_upload,
    sanitized,
    thumbnail,
)
from django_product_isolation.imaging.decoding import ImageRejected
from tests.imaging.pictures import WITH_AVIF, picture, rejection, saved, several

ALL = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF")
NOISE = Image.frombytes("RGB", (160, 120), random.Random(1).randbytes(160 * 120 * 3))
BODIES = {
    "png": saved(NOISE),
    "interlaced palette png": saved(picture(mode="P")),
    "jpeg": saved(NOISE, "JPEG"),
    "progressive jpeg": saved(NOISE, "JPEG", progressive=True),
    "mpo": several("MPO"),
    "webp": saved(NOISE, "WEBP"),
    "gif": saved(NOISE, "GIF"),
    "bmp": saved(NOISE, "BMP"),
    **{name: saved(NOISE, name) for name in WITH_AVIF},
}


@pytest.fixture
def lenient(monkeypatch):
    """A host that lets Pillow pass off half a picture as a whole one, and forbids large ones."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)


@pytest.mark.parametrize("function", [needs_conversion, lambda file: thumbnail(file, size=60)])
@pytest.mark.parametrize("kind", BODIES)
def test_half_a_file_is_refused_though_the_host_would_show_it(lenient, kind, function):
    body = BODIES[kind].getvalue()
    for share in (0.2, 0.3, 0.4):  # an MPO has its first picture in its first half
        half = io.BytesIO(body[: int(len(body) * share)])
        assert rejection(function, half) in ("unreadable", "not_an_image")
    function(io.BytesIO(body))


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_half_a_result_is_published_by_no_door(lenient, kind):
    body = BODIES[kind].getvalue()
    half = io.BytesIO(body[: len(body) // 2])
    with pytest.raises(ImageRejected, match="unreadable"), sanitized(half):
        pass


@pytest.mark.parametrize("kind", ["png", "progressive jpeg", "gif", "bmp"])
def test_damaged_files_are_judged_alike_whatever_the_host_allows(monkeypatch, kind):
    chance = random.Random(kind)
    for _ in range(150):
        body = bytearray(BODIES[kind].getvalue())
        for _ in range(3):
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        shown = []
        for allowed in (False, True):
            monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", allowed)
            try:
                with prepare_for_upload(io.BytesIO(body)) as ready:
                    shown.append(ready.file.read())
            except ImageRejected:
                shown.append(b"")
        # What Pillow forgives in a PNG's notes beside the picture may be forgiven.
        assert shown[0] in (shown[1], b"")
        if shown[0] != shown[1]:
            assert kind == "png"
            monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
            with Image.open(io.BytesIO(body)) as image:
                assert image.tobytes() == NOISE.tobytes()


def test_a_thread_of_the_hosts_reads_halves_while_ours_decodes(lenient):
    half = io.BytesIO(BODIES["jpeg"].getvalue()[:-2000])
    with decoding.opened(saved(picture()), ALL) as ours:
        ours.load()
        seen = []

        def read():
            with Image.open(half) as image:
                image.load()
                seen.append((ImageFile.LOAD_TRUNCATED_IMAGES, image.size))

        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert seen == [(True, NOISE.size)]


def test_nothing_of_the_process_is_changed_while_a_picture_is_decoded(monkeypatch):
    for halves, pixels in ((True, 1_000_000), (False, None)):
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", halves)
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pixels)
        filters = list(warnings.filters)
        for body in BODIES.values():
            with decoding.opened(io.BytesIO(body.getvalue()), ALL) as image:
                image.load()
                assert ImageFile.LOAD_TRUNCATED_IMAGES is halves
                assert pixels == Image.MAX_IMAGE_PIXELS
                assert warnings.filters == filters


def test_pillow_itself_reads_as_before(lenient):
    with Image.open(io.BytesIO(BODIES["png"].getvalue()[:-3000])) as image:
        image.load()
        assert image.size == NOISE.size
