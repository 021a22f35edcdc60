from django.conf import settings
from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=100)
    vendor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)

    def __str__(self) -> str:
        return self.name


class Photo(models.Model):
    product = models.ForeignKey(Product, models.CASCADE)
    image = models.ImageField(upload_to="photos/")

    def __str__(self) -> str:
        return f"Photo of {self.product}"
