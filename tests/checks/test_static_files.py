"""A deployment whose static files were collected before the app came."""

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.checks import run_checks
from django.core.management import call_command


def found():
    ids = [one.id for one in run_checks(include_deployment_checks=True)]
    return ids.count("product_isolation.W044")


@pytest.fixture
def with_manifest(settings, tmp_path):
    """As ``ManifestStaticFilesStorage`` is, for which nothing has been collected yet."""
    settings.STATIC_ROOT = str(tmp_path)
    backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}


def test_files_that_were_not_collected_are_warned_about_before_anybody_looks(with_manifest):
    assert found() == 1
    call_command("collectstatic", interactive=False, verbosity=0)
    staticfiles_storage._setup()  # the next process reads the manifest
    assert found() == 0


def test_a_plain_storage_knows_every_file():
    assert found() == 0
