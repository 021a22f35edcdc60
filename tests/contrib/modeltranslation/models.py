from django.db import models


class Banner(models.Model):
    title = models.CharField(max_length=50)
    image = models.ImageField(upload_to="banners/")

    def __str__(self) -> str:
        return self.title
