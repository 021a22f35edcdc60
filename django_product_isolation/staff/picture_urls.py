"""Addresses of the previews that our pages show.

No address of the storage stands on a page: a private bucket's signed link opens the file to
whoever reads it.
"""

import hashlib
from typing import Literal

from django.contrib.admin.utils import quote
from django.urls import reverse

from django_product_isolation.host import Picture, Target
from django_product_isolation.models import IsolationRun

Which = Literal["source", "result"]
WHICH: tuple[Which, ...] = ("source", "result")

# Longest side of a preview in pixels; others are not made, so that browsers can keep them.
SMALL, MEDIUM, LARGE = SIZES = (160, 480, 1200)


def run_picture_url(run: IsolationRun, which: Which, size: int) -> str:
    """The preview of a run's source or result; "" while there is no such file."""
    name = run.source_name if which == "source" else stored_result(run)
    return sized(run_picture_path(str(run.pk), which), name, size) if name else ""


def run_picture_path(key: str, which: Which) -> str:
    """Where the run with that key shows the one or the other."""
    return reverse("product_isolation:preview_run", args=[key, which])


def sized(path: str, name: str, size: int) -> str:
    """The address of the preview of the file called ``name``, ``size`` pixels at most."""
    return f"{path}?size={size}&v={version(name)}"


def image_picture_url(target: Target, picture: Picture, size: int) -> str:
    """The preview of one of the host's images."""
    path = reverse("product_isolation:preview_image", args=[target.label, quote(picture.pk)])
    return f"{sized(path, picture.name, size)}&field={target.field.name}"


def stored_result(run: IsolationRun) -> str:
    """The result's file name; "" before the file is surely there."""
    return run.result_name if run.result_sha256 else ""


def version(name: str) -> str:
    """Changes with the file, so that no browser goes on showing its predecessor."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]
