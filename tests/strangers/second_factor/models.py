from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Photo(models.Model):
    product = models.ForeignKey(Product, models.CASCADE)
    image = models.ImageField(upload_to="photos/")
    taken = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Photo of {self.product}"
