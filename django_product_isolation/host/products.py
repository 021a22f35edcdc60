"""Where the product of an image is found: the path that the shop named, and what it leads to."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model


@dataclass(frozen=True)
class ProductPath:
    """A lookup path such as ``variant__product``, and its end."""

    path: str
    end: Any  # the last field: a column, a relation of any kind, or a generic foreign key
    is_many: bool  # whether one image may have several

    @property
    def model(self) -> type[Model] | None:
        """The model of the products; None where a column names them, or any model may."""
        related = self.end.related_model if self.end.is_relation else None
        return related if isinstance(related, type) else None

    @property
    def is_generic(self) -> bool:
        return bool(self.end.is_relation and self.end.related_model is None)

    @property
    def column(self) -> str:
        """The column of the image's own row that says it all; "" where others must be read."""
        if "__" in self.path or not getattr(self.end, "concrete", False) or self.end.many_to_many:
            return ""
        if self.end.is_relation and not self.end.foreign_related_fields[0].primary_key:
            return ""
        return str(self.end.attname)

    @property
    def sources(self) -> tuple[str, ...]:
        """The lookups that tell one product from all others."""
        if self.is_generic:
            before = self.path.rpartition("__")[0]
            names = (self.end.ct_field, self.end.fk_field)
            return tuple(f"{before}__{name}" if before else name for name in names)
        return (f"{self.path}__pk",) if self.end.is_relation else (self.path,)


def follow(model: type[Model], path: str) -> ProductPath:
    """Follow ``path`` from ``model``. Raises FieldDoesNotExist that says where it ends."""
    at: type[Model] | None = model
    is_many, end = False, None
    for name in path.split("__"):
        if at is None:
            raise FieldDoesNotExist(f'"{path}" goes on where no model is')
        end = at._meta.pk if name == "pk" else at._meta.get_field(name)
        is_many = is_many or bool(end.one_to_many or end.many_to_many)
        at = end.related_model if end.is_relation else None
    return ProductPath(path, end, is_many)
