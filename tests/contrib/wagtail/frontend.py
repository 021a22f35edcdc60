"""A frontend cache that only remembers what it was told to forget."""

from wagtail.contrib.frontend_cache.backends import BaseBackend

purged: list[str] = []


class RememberingBackend(BaseBackend):
    def purge(self, url: str) -> None:
        purged.append(url)
