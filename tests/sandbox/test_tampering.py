"""Results that the sandbox spoils when it is told to: only those, and each is noticed."""

import io
from pathlib import Path

import pytest
from PIL import Image

from django_product_isolation.imaging.verdict import findings, measure, missing_packages
from django_product_isolation.sandbox import behaviour
from django_product_isolation.sandbox.isolation.engines import EngineUnavailable, choose_engine
from django_product_isolation.sandbox.isolation.processing import TAMPERED
from tests.docs.pages import ROOT, table
from tests.sandbox.client import get_file

PHOTOS = Path(ROOT) / "example_project" / "shop" / "photos"
SPOILT = [name for name in behaviour.RUN_FAULTS if name.startswith(TAMPERED)]
FINDINGS = {row[0].strip("`"): row[1].strip("`") for row in table("sandbox.md", "tampered")}


def result_of(api, run):
    return get_file(run["output"]["image_urls"][0]).content


def test_every_tampering_is_told_with_what_is_found():
    assert set(FINDINGS) == set(SPOILT)


def test_a_fault_that_names_words_waits_for_a_prompt_that_has_them(api):
    asset = f"runflow://assets/{api.upload()['id']}"
    api.behave(fault="run_failed", prompt="Mug")
    assert api.isolate(image_url=asset, input={"prompt": "a bottle"})["status_code"] == "succeeded"
    assert api.isolate(image_url=asset)["status_code"] == "succeeded"
    assert api.isolate(image_url=asset, input={"prompt": "the mug"})["status_code"] == "failed"
    assert api.isolate(image_url=asset, input={"prompt": "the mug"})["status_code"] == "succeeded"


@pytest.mark.sampled(4)
@pytest.mark.parametrize("fault", SPOILT)
def test_the_next_result_is_spoilt_and_none_after_it(api, fault):
    photo = (PHOTOS / "enamel-mug" / "in-the-kitchen.webp").read_bytes()
    asset = f"runflow://assets/{api.upload(photo, 'image/webp', 'mug.webp')['id']}"
    right = result_of(api, api.isolate(image_url=asset))
    api.behave(fault=fault)
    assert result_of(api, api.isolate(image_url=asset)) != right
    assert result_of(api, api.isolate(image_url=asset)) == right


@pytest.fixture(scope="module")
def is_judged():
    pytest.importorskip("numpy")
    if missing_packages():
        pytest.skip("What judges is not installed.")
    try:
        choose_engine("u2netp")
    except EngineUnavailable:
        pytest.skip("The engine whose results are faithful is not installed.")


@pytest.mark.long
@pytest.mark.parametrize("fault", [None, *SPOILT])
def test_what_was_spoilt_is_found_by_its_name(start, client_of, is_judged, fault):
    photo = (PHOTOS / "canvas-sneaker" / "in-the-workshop.webp").read_bytes()
    with client_of(start(engine="u2netp")) as api:
        if fault:
            api.behave(fault=fault)
        asset = f"runflow://assets/{api.upload(photo, 'image/webp', 'shoe.webp')['id']}"
        result = result_of(api, api.isolate(image_url=asset))
    assert Image.open(io.BytesIO(result)).size == (1024, 1024)
    found = [finding.id for finding in findings(measure(io.BytesIO(photo), io.BytesIO(result)))]
    assert (FINDINGS[fault] in found) if fault else not found
