"""Two shops in one site with django-tenants: each has a schema of its own on PostgreSQL.

SHOPS_DATABASE, SHOPS_FOLDER, SHOPS_PORT, SHOPS_WORKERS and RUNFLOW_URL say where all is.
"""

import os
import tempfile
from pathlib import Path

import dj_database_url

from tests.services import REDIS
from tests.settings import (  # noqa: F401
    DEBUG,
    DEFAULT_AUTO_FIELD,
    MEDIA_URL,
    PASSWORD_HASHERS,
    SECRET_KEY,
    STATIC_URL,
    TEMPLATES,
    USE_TZ,
)
from tests.settings import MIDDLEWARE as PLAIN_MIDDLEWARE

ALLOWED_HOSTS = [".localhost", "127.0.0.1"]
ROOT_URLCONF = "tests.contrib.tenants.urls"
PUBLIC_SCHEMA_URLCONF = "tests.contrib.tenants.public_urls"
WSGI_APPLICATION = "tests.contrib.tenants.wsgi.application"
MIDDLEWARE = ["django_tenants.middleware.main.TenantMainMiddleware", *PLAIN_MIDDLEWARE]

TENANT_MODEL = "owners.Client"
TENANT_DOMAIN_MODEL = "owners.Domain"
SHARED_APPS = [
    "django_tenants",
    "tests.contrib.tenants.owners",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
]
TENANT_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.sessions",
    "tests.contrib.tenants.store",
    "django_product_isolation.apps.ProductIsolationConfig",
]
INSTALLED_APPS = [
    *SHARED_APPS,
    *(app for app in TENANT_APPS if app not in SHARED_APPS),
    "django_product_isolation.contrib.tenants",
]
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DATABASES = {
    "default": {
        **dj_database_url.parse(
            os.environ.get("SHOPS_DATABASE", "postgres://root@127.0.0.1:5432/none")
        ),
        "ENGINE": "django_tenants.postgresql_backend",
    }
}
FOLDER = Path(os.environ.get("SHOPS_FOLDER", tempfile.gettempdir()))
MEDIA_ROOT = FOLDER / "media"
MULTITENANT_RELATIVE_MEDIA_ROOT = "of-%s"
STORAGES = {
    "default": {"BACKEND": "django_tenants.files.storage.TenantFileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PORT = os.environ.get("SHOPS_PORT", "8000")
PRODUCT_ISOLATION = {
    "API_KEY": "rf_live_for_tests",
    "BASE_URL": os.environ.get("RUNFLOW_URL", "http://127.0.0.1:9"),
    "SANDBOX": True,
    "IMAGES": {"store.Picture": {"field": "photo"}},
    "CALLBACK_BASE_URL": f"http://127.0.0.1:{PORT}",
    "SIGNING_SECRETS": ["whsec_a_secret_for_tests_only_12345"],
    "SOURCE": "upload",
    "RESOLUTION": "1K",
    "WORKERS": os.environ.get("SHOPS_WORKERS", "embedded"),
}
CELERY_BROKER_URL = REDIS
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 30, "socket_connect_timeout": 5}
CELERY_TASK_DEFAULT_QUEUE = f"tenants-{PORT}"
