"""A small shop that has product isolation installed as the README says.

Everything below works with none of these environment variables set:

====================== ============================ =============================================
Variable               Default                      Meaning
====================== ============================ =============================================
SHOP_VAR               example_project/var          folder for database, pictures and keys
SHOP_URL               http://127.0.0.1:8000        the site's own address
SHOP_DEBUG             off                          on: error pages; only while SHOP_URL is local
DATABASE_URL           SQLite in SHOP_VAR           postgres:// or mysql://user:password@host/name
SHOP_WORKERS           thread                       thread, embedded or celery
CELERY_BROKER_URL      redis://127.0.0.1:6379/0     or amqp://..., for SHOP_WORKERS=celery
SHOP_S3_ENDPOINT       none: files in SHOP_VAR      http://127.0.0.1:9000 or another S3 server
SHOP_S3_BUCKET         shop                         bucket, key and secret for it
SHOP_S3_KEY            shop
SHOP_S3_SECRET         shop-secret
SHOP_REVIEW            off                          on: results wait for approval; doubtful: some
SHOP_CALLBACKS         on                           off: results are polled
RUNFLOW_BASE_URL       http://127.0.0.1:8765        https://api.runflow.io spends real money
RUNFLOW_API_KEY        rf_live_demo                 your key, for the real service
RUNFLOW_SIGNING_SECRET one for the sandbox          your secret, for the real service
====================== ============================ =============================================

``manage.py demo`` sets SHOP_URL, SHOP_DEBUG, SHOP_WORKERS and RUNFLOW_BASE_URL for what it starts.
"""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from config.environment import is_loopback, kept_secret, review, switch, text

VAR = Path(text("SHOP_VAR", str(Path(__file__).parent.parent / "var"))).resolve()
VAR.mkdir(parents=True, exist_ok=True)

SITE_URL = text("SHOP_URL", "http://127.0.0.1:8000")
DEBUG = switch("SHOP_DEBUG", False) and is_loopback(SITE_URL)
SECRET_KEY = kept_secret(VAR / "secret_key")
ALLOWED_HOSTS = [urlsplit(SITE_URL).hostname or "127.0.0.1", "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "shop",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": VAR / "shop.sqlite3",
    "OPTIONS": {
        # Site and worker are two processes: readers never wait for the writer, writers queue.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    },
}
DATABASE_URL = text("DATABASE_URL", "")
DATABASES = {"default": dj_database_url.parse(DATABASE_URL) if DATABASE_URL else SQLITE}
if DATABASES["default"]["ENGINE"].endswith(".mysql"):
    import pymysql

    pymysql.install_as_MySQLdb()  # speaks to MariaDB without a compiler or a client library

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = "media/"
MEDIA_ROOT = VAR / "media"
STORAGES: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if S3_ENDPOINT := text("SHOP_S3_ENDPOINT", ""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "endpoint_url": S3_ENDPOINT,
            "bucket_name": text("SHOP_S3_BUCKET", "shop"),
            "access_key": text("SHOP_S3_KEY", "shop"),
            "secret_key": text("SHOP_S3_SECRET", "shop-secret"),
            "region_name": "us-east-1",
            "addressing_style": "path",
            "signature_version": "s3v4",
            "querystring_auth": True,
            "querystring_expire": 86400,  # seconds: a run may wait for a day
            "file_overwrite": False,
        },
    }

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_tokens": {"()": "config.logs.WithoutTokens"}},
    "formatters": {"short": {"format": "%(levelname)s %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["without_tokens"],
            "formatter": "short",
        }
    },
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO"},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django_product_isolation": {"handlers": ["console"], "level": "INFO"},
    },
}

CELERY_BROKER_URL = text("CELERY_BROKER_URL", "redis://127.0.0.1:6379/0")
if CELERY_BROKER_URL.startswith("redis"):
    # Without limits workers and beat would wait for ever for a Redis that went silent.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 30, "socket_connect_timeout": 5}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # workers wait, however long the broker is away
CELERY_TASK_IGNORE_RESULT = True
CELERY_BEAT_SCHEDULE = {
    "isolation-sweep": {
        "task": "django_product_isolation.tasks.sweep",
        "schedule": 30.0,
        "options": {"expires": 30.0},
    },
}

# What follows is the whole installation, together with one line in config/urls.py.

INSTALLED_APPS += ["django_product_isolation"]

RUNFLOW_URL = text("RUNFLOW_BASE_URL", "http://127.0.0.1:8765")
SANDBOX = is_loopback(RUNFLOW_URL)
SIGNING_SECRET = text(
    "RUNFLOW_SIGNING_SECRET", "whsec_demo_only_between_shop_and_sandbox" if SANDBOX else ""
)
# The real Runflow calls back to public https addresses only; a laptop has none.
REACHABLE = SANDBOX or SITE_URL.startswith("https://")

PRODUCT_ISOLATION = {
    "API_KEY": text("RUNFLOW_API_KEY", "rf_live_demo" if SANDBOX else ""),
    "IMAGES": {"shop.ProductImage": {"field": "image", "product": "product"}},
    "BASE_URL": RUNFLOW_URL,
    "SANDBOX": SANDBOX,
    "CALLBACK_BASE_URL": SITE_URL if switch("SHOP_CALLBACKS", True) and REACHABLE else None,
    "SIGNING_SECRETS": [SIGNING_SECRET] if SIGNING_SECRET else [],
    "REVIEW": review("SHOP_REVIEW"),
    "WORKERS": text("SHOP_WORKERS", "thread"),
}
