from django.db import models


class Picture(models.Model):
    name = models.CharField(max_length=40)
    photo = models.ImageField(upload_to="photos/")

    def __str__(self):
        return self.name
