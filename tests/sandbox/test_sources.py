import socket

import pytest
from PIL import Image

from django_product_isolation.sandbox.isolation import fetch as fetching
from django_product_isolation.sandbox.isolation import picture
from tests.http_server import HttpServer, free_port, hang_up, reply, reply_raw
from tests.sandbox.client import get_file
from tests.sandbox.drawing import as_bytes, drawn, opened, photo


@pytest.fixture
def local(start, client_of):
    """A client of a sandbox that may fetch from this machine."""
    return client_of(start(allow_local_sources=True))


@pytest.fixture
def shop():
    with HttpServer(reply(photo(), Content_Type="image/png")) as server:
        yield server


def failure(record):
    assert (record["status_code"], record["output"], record["cost"]) == ("failed", None, None)
    assert record["failure_message"] and record["failure_stage_code"] == "preprocess"
    return record["failure_code"]


def test_a_local_source_is_fetched_only_when_that_is_allowed(local, api, shop):
    assert local.isolate(image_url=shop.url + "/mug.png")["status_code"] == "succeeded"
    assert api.create(image_url=shop.url + "/mug.png").status_code == 422
    assert [request.path for request in shop.requests] == ["/mug.png"]


def test_the_source_is_fetched_without_a_key(local, shop):
    local.isolate(image_url=shop.url)
    (request,) = shop.requests
    assert "Authorization" not in request.headers
    assert request.headers["User-Agent"] == "Runflow-Sandbox"


@pytest.mark.parametrize("answer", [reply(b"", 404), reply(b"", 500), hang_up])
def test_a_source_that_cannot_be_had_fails_the_run(local, shop, answer):
    shop.answers[:] = [answer]
    assert failure(local.isolate(image_url=shop.url)) == "SANDBOX_SOURCE_UNREACHABLE"


def test_nobody_listening_fails_the_run(local):
    url = f"http://127.0.0.1:{free_port()}/"
    assert failure(local.isolate(image_url=url)) == "SANDBOX_SOURCE_UNREACHABLE"


def test_a_redirect_is_not_followed(local, shop):
    shop.answers[:] = [reply(b"", 302, Location=f"{shop.url}/elsewhere"), reply(photo())]
    assert failure(local.isolate(image_url=shop.url)) == "SANDBOX_SOURCE_UNREACHABLE"
    assert len(shop.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]"])
def test_a_private_address_fails_the_run_by_default(api, host):
    record = api.isolate(image_url=f"https://{host}/mug.png")
    assert failure(record) == "SANDBOX_SOURCE_UNREACHABLE"


def test_a_private_address_is_not_even_connected_to(api):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        api.isolate(image_url=f"https://127.0.0.1:{listener.getsockname()[1]}/mug.png")
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_another_private_address_fails_even_where_local_ones_are_allowed(local):
    record = local.isolate(image_url="http://10.0.0.1/mug.png")
    assert failure(record) == "SANDBOX_SOURCE_UNREACHABLE"


@pytest.mark.parametrize("host", ["runflow.io", "api.runflow.io", "API.Runflow.IO."])
def test_the_real_runflow_is_never_asked(local, host):
    record = local.isolate(image_url=f"https://{host}/x.png")
    assert failure(record) == "SANDBOX_SOURCE_UNREACHABLE"
    assert "never contacts" in record["failure_message"]


def test_a_message_never_shows_the_url(local, shop):
    shop.answers[:] = [reply(b"", 403)]
    record = local.isolate(image_url=shop.url + "/mug.png?signature=canary")
    assert "canary" not in record["failure_message"] and "mug" not in record["failure_message"]


def test_a_source_above_the_limit_fails_the_run(local, shop, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_IMAGE_BYTES", 100_000)
    shop.answers[:] = [reply(bytes(100_001))]
    record = local.isolate(image_url=shop.url)
    assert failure(record) == "INPUT_VALIDATION_FAILED" and "100000" in record["failure_message"]


def test_a_source_that_trickles_fails_the_run(local, shop, monkeypatch):
    monkeypatch.setattr(fetching, "DEADLINE", 0.05)
    monkeypatch.setattr(fetching, "CHUNK", 1)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    shop.answers[:] = [reply_raw(head, *[b"x"] * 100, every=0.02)]
    assert failure(local.isolate(image_url=shop.url)) == "SANDBOX_SOURCE_UNREACHABLE"


@pytest.mark.parametrize("content", [b"", b"<html>", photo()[:600], photo("JPEG")[:900]])
def test_a_source_that_is_no_whole_picture_fails_the_run(local, shop, content):
    shop.answers[:] = [reply(content, Content_Type="image/png")]
    assert failure(local.isolate(image_url=shop.url)) == "INPUT_VALIDATION_FAILED"


@pytest.mark.parametrize("image_format", ["GIF", "BMP", "TIFF"])
def test_other_formats_fail_the_run(local, shop, image_format):
    shop.answers[:] = [reply(photo(image_format))]
    assert failure(local.isolate(image_url=shop.url)) == "INPUT_VALIDATION_FAILED"


def test_the_largest_side_is_accepted_and_one_pixel_more_is_not(local, shop):
    for width, ends in ((4096, "succeeded"), (4097, "failed")):
        shop.answers[:] = [reply(as_bytes(Image.new("L", (width, 40), 200)))]
        assert local.isolate(image_url=shop.url)["status_code"] == ends
    record = local.isolate(image_url=shop.url)
    assert failure(record) == "INPUT_VALIDATION_FAILED"
    assert "4097x40" in record["failure_message"] and "4096x4096" in record["failure_message"]


@pytest.mark.parametrize("side", [10_000, 20_000])
def test_a_picture_of_absurd_size_is_refused_unopened(api, client_of, start, side, tmp_path):
    """Between one and two times Pillow's own limit it warns, above it raises."""
    source = client_of(start(data=tmp_path / "bomb"))
    source.behave(fault="huge_image", side=side)
    content = get_file(source.isolate()["output"]["image_urls"][0]).content
    with pytest.raises(picture.InputRefused):
        picture.read_picture(content)


def test_a_turned_photo_is_put_upright():
    image, _ = drawn(size=(300, 400))
    exif = Image.Exif()
    exif[0x0112] = 6
    content = as_bytes(image.rotate(90, expand=True), "JPEG", exif=exif)
    assert picture.read_picture(content).size == (300, 400)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "RGBA", "PA"])
def test_every_kind_of_picture_becomes_rgb(mode):
    image = Image.new("RGBA" if mode in ("PA", "RGBA") else "L", (40, 30), 200)
    content = as_bytes(image.convert(mode) if mode != "PA" else image.quantize(4))
    assert picture.read_picture(content).mode == "RGB"


def test_a_cmyk_photo_becomes_rgb():
    content = as_bytes(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG")
    red, green, blue = picture.read_picture(content).getpixel((20, 15))
    assert red > 200 and green < 60 and blue < 60


def test_transparent_parts_become_white():
    image = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    image.paste((200, 30, 30, 255), (10, 10, 30, 20))
    result = picture.read_picture(as_bytes(image))
    assert result.getpixel((0, 0)) == (255, 255, 255)
    assert result.getpixel((20, 15)) == (200, 30, 30)


def test_a_colour_profile_is_obeyed_and_a_broken_one_ignored():
    image = Image.new("RGB", (40, 30), (120, 200, 40))
    profile = picture.ImageCms.ImageCmsProfile(picture.SRGB).tobytes()
    for icc_profile in (profile, b"broken"):
        content = as_bytes(image, "PNG", icc_profile=icc_profile)
        shown = picture.read_picture(content).getpixel((5, 5))
        assert all(abs(a - b) <= 2 for a, b in zip(shown, (120, 200, 40), strict=True))


def test_a_tiny_picture_of_one_colour_is_kept_whole(local, shop):
    shop.answers[:] = [reply(as_bytes(Image.new("RGB", (40, 40), "red")))]
    (url,) = local.isolate(image_url=shop.url)["output"]["image_urls"]
    image = opened(get_file(url).content)
    assert image.getpixel((0, 0)) == (255, 255, 255)
    red, green, blue = image.getpixel((512, 512))
    assert red > 240 and green < 20 and blue < 20
