"""Products and their images, as a small shop keeps them. Knows nothing of product isolation."""

from django.db import models
from django.urls import reverse


class Product(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True)
    description = models.TextField(blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.slug])


class ProductImage(models.Model):
    """The image with the lowest position is the one that the home page shows."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="images")
    image = models.ImageField(
        upload_to="products/", width_field="width", height_field="height", max_length=200
    )
    width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    height = models.PositiveIntegerField(null=True, blank=True, editable=False)
    alt_text = models.CharField(
        "alternative text",
        max_length=200,
        blank=True,
        help_text="Read out to people who cannot see the picture.",
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["product__name", "position", "pk"]

    def __str__(self) -> str:
        return self.alt_text or f"Image of {self.product}"
