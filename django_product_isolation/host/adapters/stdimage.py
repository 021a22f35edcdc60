"""django-stdimage: variations are files beside the picture, named after it."""

from django.db.models import FileField, Model

from .base import FieldAdapter, is_a


class StdImageAdapter(FieldAdapter):
    """Its pages ask for a variation without looking whether it is there."""

    @classmethod
    def is_for(cls, field: FileField) -> bool:
        return is_a(field, "stdimage.models.StdImageField")

    def prepare(self, instance: Model) -> None:
        # Here, even where the shop has uploads rendered by a queue: the swap does not wait for one.
        getattr(instance, self.field.attname).render_variations()

    def clean(self, instance: Model, old: str) -> None:
        file = self.field.attr_class(instance, self.field, old)
        file.delete_variations()  # type: ignore[attr-defined]
