"""A stranger's shop: a bin for deleted rows, random order, pictures of several products."""

from typing import Any

from django.db import models


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
