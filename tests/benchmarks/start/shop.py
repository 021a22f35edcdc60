"""Starts a shop as a web server does, and prints milliseconds, of them in this process's work, and
megabytes. The argument "with" installs the app.
"""

import sys
import time

import django
from django.conf import settings

from tests.peak_memory import peak_memory

HAS_APP = sys.argv[1:] == ["with"]
APPS = ["admin", "auth", "contenttypes", "messages", "sessions"]
BACKEND = {"BACKEND": "django.core.files.storage.FileSystemStorage"}


def main() -> None:
    settings.configure(
        INSTALLED_APPS=[
            *(f"django.contrib.{name}" for name in APPS),
            "tests.shops.catalogue",
            *(["django_product_isolation"] if HAS_APP else []),
        ],
        SECRET_KEY="a key for tests only",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        STORAGES=dict.fromkeys(["default", "staticfiles", "posters"], BACKEND),
        STATIC_URL="/static/",
        ROOT_URLCONF="tests.urls" if HAS_APP else "tests.benchmarks.start.urls",
        PRODUCT_ISOLATION={
            "API_KEY": "rf_live_for_tests",
            "IMAGES": {"catalogue.ProductImage": {"field": "original", "product": "product"}},
        },
    )
    begun, working = time.perf_counter(), time.process_time()
    django.setup()
    from django.core.wsgi import get_wsgi_application
    from django.urls import get_resolver

    get_wsgi_application()
    assert get_resolver().url_patterns
    took, worked = time.perf_counter() - begun, time.process_time() - working
    print(took * 1000, worked * 1000, peak_memory())


if __name__ == "__main__":
    main()
