"""django-versatileimagefield: sized and filtered pictures, made when a page asks for them."""

from typing import Any

from django.db.models import FileField, Model

from .base import FieldAdapter, is_a


class VersatileImageAdapter(FieldAdapter):
    """Names what it makes after the file and the point of interest, so that both follow a swap."""

    @classmethod
    def is_for(cls, field: FileField) -> bool:
        return is_a(field, "versatileimagefield.fields.VersatileImageField")

    def columns_of_result(self) -> dict[str, Any]:
        """Where the product was in the busy picture says nothing of the clean one."""
        name = getattr(self.field, "ppoi_field", None)
        own = {column.name: column for column in self.field.model._meta.concrete_fields}
        return {name: own[name].get_default()} if name in own else {}

    def clean(self, instance: Model, old: str) -> None:
        file: Any = self.field.attr_class(instance, self.field, old)
        if file.create_on_demand:  # else nobody would make the original's again
            file.delete_all_created_images()
