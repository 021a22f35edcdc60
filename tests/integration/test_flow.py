"""The whole way of an image, with site, worker and sandbox as processes of their own."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.empty_database import empty_database
from tests.http_server import certificate
from tests.integration.shop import DemoShop
from tests.photos import photo_bytes
from tests.services import needs
from tests.storages.servers import ACCESS_KEY, SECRET_KEY, Servers

PHOTOS = Path(__file__).parents[3] / "shared" / "photos"
CLEAN_SHARE = 0.97


@pytest.fixture
def photos(tmp_path):
    """Three real photos where there are some, drawn ones elsewhere: slug to bytes."""
    names = ["mug", "loafers", "watch"]
    if PHOTOS.is_dir():
        return {name: (PHOTOS / f"{name}.jpg").read_bytes() for name in names}
    return {
        name: photo_bytes(size=(700, 700), colour=c)
        for name, c in zip(names, ("firebrick", "navy", "darkgreen"), strict=True)
    }


@pytest.fixture
def bucket(tmp_path):
    """A bucket on an S3 server of its own, over https: what the shop is told of it."""
    certificate(tmp_path, "localhost")
    (tmp_path / "buckets" / "shop").mkdir(parents=True)
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    with Servers(tmp_path / "buckets", files).running() as servers:
        yield {
            "SHOP_S3_ENDPOINT": f"https://localhost:{servers.ports['private']}",
            "SHOP_S3_KEY": ACCESS_KEY,
            "SHOP_S3_SECRET": SECRET_KEY,
            "AWS_CA_BUNDLE": str(files[0]),
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        }


@pytest.fixture
def folder(photos, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, content in photos.items():
        (folder / f"{name}.jpg").write_bytes(content)
    return folder


def is_on_white(content: bytes) -> bool:
    """Whether the picture's border is white and something is in the middle."""
    with Image.open(BytesIO(content)) as picture:
        grey = picture.convert("L").resize((100, 100))
    border = [grey.getpixel((x, y)) for x in range(100) for y in (0, 1, 98, 99)]
    border += [grey.getpixel((x, y)) for y in range(100) for x in (0, 1, 98, 99)]
    white = sum(value >= 250 for value in border) / len(border)
    middle = grey.crop((30, 30, 70, 70)).getextrema()
    return white >= CLEAN_SHARE and middle[0] < 200


@pytest.mark.long
@pytest.mark.parametrize(
    ("workers", "environment"),
    [
        ("embedded", {}),
        ("embedded", {"SHOP_CALLBACKS": "off"}),
        ("thread", {}),
        ("thread", {"SHOP_CALLBACKS": "off"}),
        ("celery", {}),
    ],
    ids=["embedded", "polling", "thread", "thread-polling", "celery"],
)
def test_three_ticked_photos_stand_clean_on_their_products_and_come_back(
    workers, environment, photos, folder, tmp_path
):
    if workers == "celery":
        environment = {"CELERY_BROKER_URL": needs("redis")}
    with DemoShop(tmp_path / "var", folder, workers, **environment) as shop:
        isolate_all_and_restore_one(shop, photos)


@pytest.mark.long
@pytest.mark.parametrize(("database", "broker"), [("mariadb", "rabbitmq"), ("postgresql", "redis")])
def test_the_same_shop_stands_on_a_server_for_each_of_its_parts(
    database, broker, bucket, photos, folder, tmp_path
):
    with empty_database(database, f"isolation_shop_{os.getpid()}") as url:
        environment = {**bucket, "DATABASE_URL": url, "CELERY_BROKER_URL": needs(broker)}
        with DemoShop(tmp_path / "var", folder, "celery", **environment) as shop:
            shop.session.verify = bucket["AWS_CA_BUNDLE"]
            isolate_all_and_restore_one(shop, photos)
            assert not (tmp_path / "var" / "shop.sqlite3").exists()
            assert not (tmp_path / "var" / "media").exists()


def isolate_all_and_restore_one(shop, photos):
    shop.log_in("assistant")
    keys = shop.image_keys()
    assert len(keys) == 3

    confirm = shop.act("isolate_product", keys)
    assert "$0.81" in confirm.text
    fields = [field for field in confirm.fields if field[0] != "resolution"]
    progress = shop.post(confirm.url, [*fields, ("resolution", "1K")])
    assert "/product-isolation/batches/" in progress.url
    watched = progress.url.removeprefix(shop.url)
    shop.until(lambda: "Applied: 3" in shop.get(watched).text, seconds=60)

    for name, original in photos.items():
        clean = shop.shown(name)
        assert clean != original
        with Image.open(BytesIO(clean)) as picture:
            assert picture.size == (1024, 1024)
        assert is_on_white(clean)

    restored = shop.act("restore_original", keys[:1])
    assert "1 original" in restored.text

    def put_back() -> list[str]:
        return [name for name in photos if shop.shown(name) == photos[name]]

    shop.until(lambda: put_back() == ["loafers"], seconds=60)
