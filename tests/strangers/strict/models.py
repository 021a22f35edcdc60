from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator
from django.db import models

LARGEST = 200 * 1024  # bytes


def not_too_large(file):
    if file.size > LARGEST:
        raise ValidationError("Pictures of more than 200 KB make our pages slow.")


class Photos(models.Manager):
    """Without those that somebody put into the bin."""

    def get_queryset(self):
        return super().get_queryset().filter(is_binned=False)


class Product(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Photo(models.Model):
    product = models.ForeignKey(Product, models.CASCADE)
    image = models.ImageField(
        upload_to="photos/",
        default="photos/none-yet.jpg",
        validators=[FileExtensionValidator(["jpg"]), not_too_large],
    )
    is_binned = models.BooleanField(default=False, editable=False)

    objects = Photos()

    def __str__(self) -> str:
        return f"Photo of {self.product}"
