import pytest
from PIL import Image, ImageDraw

from .shop_process import free_ports


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for number, name in enumerate(["jeans-street.jpg", "tea_pot.png", "mug.jpg", "mug.webp"]):
        picture = Image.new("RGB", (320, 240), (230, 226, 215))
        ImageDraw.Draw(picture).ellipse([90, 50, 230, 190], fill=(40 * number, 60, 120))
        picture.save(folder / name)
    (folder / "notes.txt").write_text("not a picture")
    (folder / "broken.jpg").write_bytes(b"not one either")
    (folder / "folder.jpg").mkdir()
    return folder


@pytest.fixture
def free_port():
    return free_ports(1)[0]
