"""Which column of the shop's a run is about, in the run's own row, where an index can hold it.

The batch says it in words, of which there may be several for one column; runs are found by it
without their batches.
"""

from typing import TYPE_CHECKING, Any

from django.db import models

from django_product_isolation.host import column_named, column_number

if TYPE_CHECKING:
    BigIntegerField = models.BigIntegerField[int, int]
else:
    BigIntegerField = models.BigIntegerField


class ImageColumnField(BigIntegerField):
    """The number of the column that the run's batch names; written when the run is, and changed by
    ``workflow.moving`` alone."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add:
            batch: Any = model_instance.batch  # type: ignore[attr-defined]
            column = column_named(batch.model_label, batch.field_name)
            setattr(model_instance, self.attname, column_number(column))
        return super().pre_save(model_instance, add)

    def deconstruct(self) -> Any:
        """As a plain number: a migration needs no code of ours."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigIntegerField", args, kwargs
