"""Whether the storage of static files knows ours: a check of deployments."""

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import CheckMessage, Warning

from django_product_isolation.host.static_files import STYLES


def check_static_files() -> Iterator[CheckMessage]:
    """A manifest is made by ``collectstatic``, and knows the apps that there were by then."""
    if not apps.is_installed("django.contrib.staticfiles"):
        return
    from django.contrib.staticfiles.storage import staticfiles_storage

    try:
        staticfiles_storage.url(STYLES)
    except Exception as error:  # whatever the storage raises
        yield Warning(
            f"The storage of static files has no address for {STYLES}: {type(error).__name__}.",
            hint="Run collectstatic with each deployment. Until then pages show what we add "
            "without its style, and scripts of ours may be missing.",
            id="product_isolation.W044",
        )
