"""What isolating an image needs at the very least, without any care: no step is safe to repeat."""

from tempfile import SpooledTemporaryFile
from typing import Any

import requests
from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image

HEADERS = {"Authorization": "Bearer rf_live_for_tests"}


def isolate_plainly(pk: int) -> None:
    """One image's way: the same calls, one decoding, one save, one UPDATE."""
    from tests.shops.catalogue.models import ProductImage

    image = ProductImage.objects.get(pk=pk)
    with image.original.open("rb") as source:
        asset = upload(source.read())
    run = ask("POST", "/v1/models/runflow/product-isolation/runs", {"input": {"image_url": asset}})
    ask("GET", f"/v1/runs/{run['id']}")
    output = ask("GET", f"/v1/runs/{run['id']}")["output"]
    with SpooledTemporaryFile(max_size=4 << 20) as file:
        with requests.get(output["image_urls"][0], stream=True, timeout=30) as response:
            for chunk in response.iter_content(256 * 1024):
                file.write(chunk)
        file.seek(0)
        with Image.open(file) as opened:
            opened.load()
        file.seek(0)
        name = default_storage.save(f"products/{pk}-plain.jpg", file)
    ProductImage.objects.filter(pk=pk).update(original=name, caption="done")


def upload(body: bytes) -> str:
    said = ask("POST", "/v1/asset-uploads", {"size_bytes": len(body)})
    requests.put(said["upload_url"], data=body, timeout=30).raise_for_status()
    url: str = ask("POST", f"/v1/asset-uploads/{said['asset_id']}/confirmations", {})["url"]
    return url


def ask(method: str, path: str, body: Any = None) -> Any:
    url = f"{settings.PRODUCT_ISOLATION['BASE_URL']}{path}"
    response = requests.request(method, url, json=body, headers=HEADERS, timeout=30)
    response.raise_for_status()
    return response.json()
