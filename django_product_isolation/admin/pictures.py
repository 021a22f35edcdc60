"""Addresses of the previews that our pages show.

No address of the storage stands on a page: a private bucket's signed link opens the file to
whoever reads it.
"""

import hashlib
import re
from typing import Literal

from django.contrib.admin.utils import quote
from django.urls import reverse

from django_product_isolation.models import IsolationRun
from django_product_isolation.targets import Picture, Target

Which = Literal["source", "result"]

# Longest side of a preview in pixels; others are not made, so that browsers can keep them.
SMALL, MEDIUM, LARGE = SIZES = (160, 480, 1200)


def run_picture_url(run: IsolationRun, which: Which, size: int) -> str:
    """The preview of a run's source or result; "" while there is no such file."""
    name = run.source_name if which == "source" else stored_result(run)
    path = reverse("product_isolation:preview_run", args=[run.pk, which])
    return f"{path}?size={size}&v={version(name)}" if name else ""


def at_size(url: str, size: int) -> str:
    """The same run's picture at another size."""
    return re.sub(r"size=\d+", f"size={size}", url, count=1)


def image_picture_url(target: Target, picture: Picture, size: int) -> str:
    """The preview of one of the host's images."""
    path = reverse("product_isolation:preview_image", args=[target.label, quote(picture.pk)])
    return f"{path}?size={size}&v={version(picture.name)}"


def stored_result(run: IsolationRun) -> str:
    """The result's file name; "" before the file is surely there."""
    return run.result_name if run.result_sha256 else ""


def version(name: str) -> str:
    """Changes with the file, so that no browser goes on showing its predecessor."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]
