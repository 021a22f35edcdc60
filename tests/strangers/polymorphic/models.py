from django.db import models
from polymorphic.models import PolymorphicModel


class Product(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Photo(PolymorphicModel):
    product = models.ForeignKey(Product, models.CASCADE)
    image = models.ImageField(upload_to="photos/")

    def __str__(self) -> str:
        return f"Photo of {self.product}"


class StudioPhoto(Photo):
    photographer = models.CharField(max_length=100)


class CustomerPhoto(Photo):
    customer = models.CharField(max_length=100)
