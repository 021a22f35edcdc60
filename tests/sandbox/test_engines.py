import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from PIL import Image

from django_product_isolation.imaging import u2netp as weights
from django_product_isolation.sandbox import Sandbox
from django_product_isolation.sandbox.isolation.cutout import main_parts, product_alpha
from django_product_isolation.sandbox.isolation.engines import (
    EngineUnavailable,
    choose_engine,
    light,
    u2netp,
)
from django_product_isolation.sandbox.isolation.parts import drawn as drawn_parts
from django_product_isolation.sandbox.isolation.parts import find_parts
from tests.sandbox.drawing import SHAPES, drawn, overlap

PAIRS = Path(__file__).parents[3] / "shared" / "masks"


def u2netp_or_skip():
    try:
        return choose_engine("u2netp")
    except EngineUnavailable as reason:
        pytest.skip(str(reason))


ENGINES = {"light": lambda: choose_engine("light"), "u2netp": u2netp_or_skip}


@pytest.fixture(params=ENGINES, scope="module")
def engine(request):
    return ENGINES[request.param]()


@pytest.mark.sampled(4)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("background", "colour"),
    [("#dddddd", "#aa3333"), ("#ffffff", "#224466"), ("#203020", "#e0c090")],
)
def test_a_drawn_shape_is_found(engine, shape, background, colour):
    picture, truth = drawn(shape, background, colour)
    mask = engine.mask(picture)
    assert (mask.mode, mask.size) == ("L", picture.size)
    assert overlap(mask, truth) > 0.97
    assert overlap(product_alpha(mask), truth) > 0.97


def test_a_large_picture_is_found_as_well_as_a_small_one(engine):
    picture, truth = (image.resize((1600, 1200)) for image in drawn("star"))
    assert overlap(product_alpha(engine.mask(picture)), truth) > 0.97


@pytest.mark.sampled(4)
@pytest.mark.parametrize("colour", ["white", "black", "red"])
@pytest.mark.parametrize("size", [(1, 1), (40, 40), (3, 900), (500, 500)])
def test_nothing_stands_out_of_one_colour(engine, colour, size):
    mask = engine.mask(Image.new("RGB", size, colour))
    assert mask.getextrema() == (0, 0)
    assert product_alpha(mask).getextrema() == (255, 255)


def test_the_engine_says_what_it_is(engine):
    assert engine.name in ENGINES and len(engine.description) > 20


@pytest.mark.long
@pytest.mark.skipif(not PAIRS.is_dir(), reason="the shared photographs with masks are not here")
@pytest.mark.parametrize(("name", "expected"), [("u2netp", 0.985), ("light", 0.80)])
def test_photographs_are_cut_as_well_as_measured(name, expected):
    engine, overlaps = ENGINES[name](), []
    for path in sorted(PAIRS.glob("*.jpg")):
        with Image.open(path) as photo, Image.open(path.with_suffix(".mask.png")) as truth:
            alpha = product_alpha(engine.mask(photo.convert("RGB")))
            overlaps.append(overlap(alpha, truth.convert("L")))
    assert sum(overlaps) / len(overlaps) > expected


def test_an_unknown_engine_is_refused():
    with pytest.raises(ValueError, match="u2netp"):
        choose_engine("sam")


def test_without_weights_the_light_engine_serves_and_says_why(monkeypatch):
    monkeypatch.setattr(weights, "PACKAGE", "no-such-distribution")
    engine = choose_engine("auto")
    assert engine.name == "light" and "weights are missing" in engine.description
    with pytest.raises(EngineUnavailable, match="sandbox"):
        choose_engine("u2netp")
    with pytest.raises(EngineUnavailable):
        Sandbox(engine="u2netp")


def test_unknown_weights_are_never_loaded(monkeypatch, tmp_path):
    class File:
        name = weights.FILE

        def locate(self):
            return tmp_path / self.name

    monkeypatch.setattr(metadata, "files", lambda name: [File()])
    for content in (None, b"something else"):
        if content:
            (tmp_path / weights.FILE).write_bytes(content)
        with pytest.raises(EngineUnavailable, match="not the ones"):
            choose_engine("u2netp")


def test_without_the_libraries_the_light_engine_serves(monkeypatch):
    monkeypatch.setattr(u2netp, "read_weights", lambda: b"")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    engine = choose_engine("auto")
    assert engine.name == "light" and "onnxruntime and numpy are missing" in engine.description


def test_the_sandbox_loads_without_numpy_onnxruntime_and_the_wheel_of_the_weights():
    program = (
        "import sys\n"
        "for name in ('numpy', 'onnxruntime', 'rembg', 'cv2'): sys.modules[name] = None\n"
        "from django_product_isolation.sandbox import Sandbox\n"
        "sandbox = Sandbox()\n"
        "print(sandbox.engine.name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "light"


def test_the_code_beside_the_weights_is_never_imported():
    u2netp_or_skip()
    assert "rembg" not in sys.modules


def test_a_threshold_parts_two_groups_and_stays_within_bounds():
    groups = [0] * 256
    groups[10], groups[50] = 900, 100
    assert 10 <= light.threshold(groups) < 50
    groups[10], groups[250] = 900, 500
    assert light.threshold(groups) <= light.MOST_NEEDED_DISTANCE
    assert light.threshold([1000] + [0] * 255) == light.LEAST_NEEDED_DISTANCE


def test_dust_is_left_out_and_thin_parts_stay():
    mask = Image.new("L", (400, 400))
    mask.paste(255, (100, 100, 300, 300))
    mask.paste(255, (300, 199, 390, 201))  # a thin part of the product
    mask.paste(255, (5, 5, 20, 20))  # dust
    alpha = product_alpha(mask)
    assert alpha.getpixel((200, 200)) == alpha.getpixel((380, 200)) == 255
    assert alpha.getpixel((10, 10)) == 0


def test_a_pair_stays_a_pair():
    mask = Image.new("L", (400, 400))
    mask.paste(255, (40, 100, 160, 300))
    mask.paste(255, (240, 100, 300, 200))
    assert product_alpha(mask).histogram()[255] > 0.95 * mask.histogram()[255]


def test_parts_are_what_touches_along_sides():
    binary = Image.new("L", (9, 7))
    binary.paste(255, (0, 0, 2, 5))  # a U, joined only by its last row
    binary.paste(255, (4, 0, 6, 5))
    binary.paste(255, (0, 4, 6, 5))
    binary.paste(255, (6, 5, 8, 6))  # touches it with a corner only
    parts = find_parts(binary)
    assert sorted(part.area for part in parts) == [2, 22]
    assert drawn_parts(parts, binary.size).tobytes() == binary.tobytes()
    assert find_parts(Image.new("L", (9, 7))) == []


def test_more_specks_than_can_be_counted_do_no_harm():
    mask = Image.new("L", (160, 160))
    for x in range(0, 160, 8):
        for y in range(0, 160, 8):
            mask.paste(255, (x, y, x + 2, y + 2))
    assert main_parts(mask) is not None
