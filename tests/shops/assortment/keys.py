"""Primary keys as libraries bring them."""

from typing import Any

from django.db import models


class NumberedKey(models.BigAutoField):
    """A number in the database and "slide_17" in Python, as libraries for opaque ids have it."""

    def from_db_value(self, value: Any, *_args: Any) -> Any:
        return None if value is None else f"slide_{value}"

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else int(str(value).removeprefix("slide_"))

    def get_db_prep_value(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        return self.get_prep_value(value)

    @property
    def validators(self) -> list[Any]:
        return []
