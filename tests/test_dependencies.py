"""What the app needs: Django, Pillow and requests. All else is imported where it is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks

from django_product_isolation.workers import celery as celery_workers

ROOT = Path(__file__).parents[1]
OPTIONAL = (
    "celery",
    "kombu",
    "storages",
    "boto3",
    "redis",
    "imagekit",
    "easy_thumbnails",
    "oscar",
    "reversion",
    "simple_history",
    "numpy",
    "cv2",
    "onnxruntime",
)
# Apps of the tests' shop that are made of these.
MADE_OF_THEM = ("easy_thumbnails", "tests.shops.fussy")

# A shop whose Python has none of these, that orders an image and has its steps taken.
SHOP = f"""
import importlib, pkgutil, sys, time

if {{blocked}}:
    sys.modules.update(dict.fromkeys({OPTIONAL!r}))
import django
from django.conf import settings
from django.core.management import call_command
from django.utils.module_loading import autodiscover_modules
settings.INSTALLED_APPS = [a for a in settings.INSTALLED_APPS if a not in {MADE_OF_THEM!r}]
django.setup()
settings.PRODUCT_ISOLATION = {{{{**settings.PRODUCT_ISOLATION, "WORKERS": {{workers!r}}}}}}
if {{blocked}}:
    autodiscover_modules("tasks")  # as every library that runs tasks does
call_command("check")
call_command("migrate", run_syncdb=True, verbosity=0)
from tests.photos import make_image
from django_product_isolation import isolate
from django.db import transaction
with transaction.atomic():
    image = make_image("Mug")
    run = isolate(image).runs.get()
    type(image).objects.update(original="products/newer.jpg")
if {{workers!r}} == "embedded":
    call_command("isolation_worker", "--once", verbosity=0)
for _ in range(100):
    run.refresh_from_db()
    if run.status == "superseded":
        break
    time.sleep(0.1)
import django_product_isolation as app
for module in pkgutil.walk_packages(app.__path__, app.__name__ + "."):
    own = (".contrib.", ".verdict.")  # each imported when its library is there
    if not module.name.endswith("tasks") and not any(part in module.name for part in own):
        importlib.import_module(module.name)
print(run.status, *(name for name in {OPTIONAL!r} if sys.modules.get(name)))
"""


def shop(workers, tmp_path, *, blocked):
    return subprocess.run(
        [sys.executable, "-c", SHOP.format(workers=workers, blocked=blocked)],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite3",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.long
@pytest.mark.parametrize("workers", ["thread", "embedded"])
def test_a_shop_without_celery_and_storages_installed_works(workers, tmp_path):
    done = shop(workers, tmp_path, blocked=True)
    assert done.stdout.splitlines()[-1] == "superseded", done.stdout + done.stderr


@pytest.mark.long
def test_nothing_of_them_is_imported_where_they_are_installed(tmp_path):
    done = shop("thread", tmp_path, blocked=False)
    assert done.stdout.splitlines()[-1] == "superseded", done.stdout + done.stderr


@pytest.mark.long
def test_the_check_says_how_to_install_what_workers_needs(tmp_path):
    done = shop("celery", tmp_path, blocked=True)
    assert done.returncode != 0
    assert "product_isolation.E036" in done.stderr
    assert "django-product-isolation[celery]" in done.stderr


@pytest.mark.django_db
def test_the_check_is_silent_where_celery_is_installed(settings, monkeypatch):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "celery"}
    assert "product_isolation.E036" not in {message.id for message in run_checks()}
    monkeypatch.setattr(celery_workers, "find_spec", lambda name: None)
    assert "product_isolation.E036" in {message.id for message in run_checks()}


def test_only_what_serves_every_shop_is_required():
    tomllib = pytest.importorskip("tomllib")  # since Python 3.11
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {requirement.partition(">")[0] for requirement in project["dependencies"]}
    assert names == {"django", "pillow", "requests", "requests-hardened", "urllib3"}
    assert {"celery", "storages", "s3", "verdict"} <= set(project["optional-dependencies"])
