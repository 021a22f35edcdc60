"""Faults of results: links, files and pages that are not what they say."""

import io

import pytest
import requests
from PIL import Image

from tests.sandbox.client import get_file


@pytest.fixture
def output_url(api):
    return api.isolate()["output"]["image_urls"][0]


def test_an_output_url_can_have_expired_once(api, output_url):
    api.behave(fault="expired_url")
    answers = [get_file(output_url) for _ in range(2)]
    assert [a.status_code for a in answers] == [403, 200]
    assert answers[0].headers["Content-Type"] == "application/xml"


def test_an_image_can_be_truncated_once(api, output_url):
    api.behave(fault="truncated_image")
    half, whole = (get_file(output_url).content for _ in range(2))
    assert half == whole[: len(whole) // 2]


def test_a_download_can_be_cut(api, output_url):
    api.behave(fault="cut_download")
    with pytest.raises(requests.RequestException):
        get_file(output_url)
    assert get_file(output_url).status_code == 200


def test_a_page_can_call_itself_an_image(api, output_url):
    api.behave(fault="html_as_image")
    answer = get_file(output_url)
    assert answer.headers["Content-Type"] == "image/webp" and b"<title>" in answer.content


def test_a_page_can_stand_behind_an_image(api, output_url):
    plain = get_file(output_url).content
    api.behave(fault="html_after_image")
    content = get_file(output_url).content
    assert content.startswith(plain) and b"<title>" in content[len(plain) :]


def test_an_image_can_be_huge_in_pixels(api, output_url):
    api.behave(fault="huge_image", side=9000)
    content = get_file(output_url).content
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("PNG", (9000, 9000))
        image.load()
    assert len(content) < 100_000


def test_a_file_can_be_huge_in_bytes_and_does_not_say_so(api, output_url):
    api.behave(fault="huge_file", bytes=1_000_000)
    answer = get_file(output_url)
    assert len(answer.content) == 1_000_000 and "Content-Length" not in answer.headers
