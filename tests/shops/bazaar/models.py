"""A stranger's shop: a bin for deleted rows, random order, pictures of several products."""

from typing import Any

from django.db import models
from django.forms import model_to_dict


class Ware(models.Model):
    """A product whose list is shuffled."""

    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["?"]

    def __str__(self) -> str:
        return self.name


class OutOfTheBin(models.Manager["Photo"]):
    def get_queryset(self) -> "models.QuerySet[Photo]":
        return super().get_queryset().filter(binned=False)


class Photo(models.Model):
    """Deleting it only puts it into the bin, where the default manager does not look."""

    ware = models.ForeignKey(Ware, models.CASCADE, related_name="photos")
    picture = models.ImageField(upload_to="bazaar/")
    position = models.IntegerField(default=0)
    binned = models.BooleanField(default=False)

    objects = OutOfTheBin()
    everything: models.Manager[Any] = models.Manager()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"Photo of {self.ware}"


class GroupPhoto(models.Model):
    """Shows several wares at once, and stands in several albums."""

    wares = models.ManyToManyField(Ware, related_name="group_photos")
    picture = models.ImageField(upload_to="bazaar/")

    class Meta:
        ordering = ["?"]

    def __str__(self) -> str:
        return f"Group photo {self.pk}"


class Album(models.Model):
    """Points at its cover: seen from the photo, a reversed foreign key."""

    title = models.CharField(max_length=100)
    cover = models.ForeignKey(GroupPhoto, models.CASCADE)

    def __str__(self) -> str:
        return self.title


class Measured(models.Model):
    """A picture whose dimensions Django fills in, from its file where they are missing."""

    ware = models.ForeignKey(Ware, models.CASCADE, null=True)
    picture = models.ImageField(upload_to="bazaar/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"


class Remembering(Measured):
    """Remembers what it was when it was read, as many write it themselves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = model_to_dict(self)


class Comparing(Measured):
    """The same in the method that Django documents for it."""

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> "Comparing":
        row = super().from_db(*args, **kwargs)
        row.before = model_to_dict(row)  # type: ignore[attr-defined]
        return row


class Noticed(Measured):
    """The same in a receiver."""


def remember(sender: Any, instance: Noticed, **kwargs: Any) -> None:
    instance.before = model_to_dict(instance)  # type: ignore[attr-defined]


models.signals.post_init.connect(remember, sender=Noticed)


class StampingRows(models.QuerySet["Stamped"]):
    def update(self, **values: Any) -> int:
        super().update(stamps=models.F("stamps") + 1, **values)
        return None  # type: ignore[return-value]  # forgotten, as it often is


class Stamped(models.Model):
    """Counts how often its rows were updated, in every way that Django's managers know."""

    picture = models.ImageField(upload_to="bazaar/")
    stamps = models.IntegerField(default=0)

    objects = StampingRows.as_manager()

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return str(self.pk)
