from django.db import models


def by_sku(image, filename):
    """One file a product, under its article number: what was called what does not matter."""
    return f"products/{image.product.sku}.jpg"


class Product(models.Model):
    sku = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.sku


class Photo(models.Model):
    product = models.ForeignKey(Product, models.CASCADE)
    image = models.ImageField(upload_to=by_sku)

    def __str__(self) -> str:
        return f"Photo of {self.product}"
