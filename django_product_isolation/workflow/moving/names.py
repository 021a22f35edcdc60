"""Image fields by the names that batches bear, also those that there are no more."""

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q

from django_product_isolation.host import NotNamed, Target, column_number, target_named
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import RunQuerySet


class CannotMove(Exception):
    """Nothing was moved; the text says what stands in the way."""


@dataclass(frozen=True)
class Moved:
    """How many runs and batches have another name now, and how many batches were left because a
    worker is at one of their runs."""

    runs: int = 0
    batches: int = 0
    busy: int = 0


@dataclass(frozen=True)
class Column:
    """An image field by model label and field name, as batches bear them."""

    label: str
    field: str

    @classmethod
    def called(cls, name: str) -> "Column":
        """Of a name such as ``catalogue.ProductImage.original``. Raises CannotMove."""
        parts = name.split(".")
        if len(parts) != 3 or not all(parts):
            raise CannotMove(f"{name} is not like catalogue.ProductImage.original.")
        return cls(f"{parts[0]}.{parts[1].lower()}", parts[2])

    def __str__(self) -> str:
        return f"{self.label}.{self.field}"

    @property
    def target(self) -> Target:
        """Raises NotNamed."""
        return target_named(self.label, self.field)

    @property
    def is_named(self) -> bool:
        """Whether ``IMAGES`` names it."""
        try:
            return bool(self.target)
        except NotNamed:
            return False

    @property
    def batches(self) -> Q:
        """Those that bear its name."""
        return Q(model_label=self.label, field_name=self.field)

    @property
    def lost_runs(self) -> RunQuerySet:
        """The runs that were ordered under this name and cannot find their image by it."""
        adrift = IsolationRun.objects.about_none().order_by()
        ordered_so = Q(batch__model_label=self.label, batch__field_name=self.field)
        if self.is_named:  # through a proxy, which kept its name while its model was renamed
            return adrift.filter(ordered_so)
        others = adrift.filter(image_column=column_number(str(self)))  # through a proxy of it
        return IsolationRun.objects.filter(ordered_so | Q(pk__in=others.values("pk"))).order_by()

    def followed(self, before: "Column", target: Target) -> "Column":
        """What batches that bear this name are to bear, where ``before`` has become ``target``.

        A proxy keeps its name where that leads to the same column.
        """
        if self.label != before.label:
            field = target.field.name if self.field == before.field else self.field
            own = Column(self.label, field)
            if own.is_named and own.target.column == target.column:
                return own
        return Column(target.label, target.field.name)


def target_called(name: str) -> Target:
    """The field that runs are to be of. Raises CannotMove."""
    try:
        return Column.called(name).target
    except ImproperlyConfigured as error:
        raise CannotMove(f"{error} Adapt IMAGES first.") from error
