from django.conf import settings

if "filer" in settings.INSTALLED_APPS:
    from django.db import models
    from filer.fields.image import FilerImageField

    class Mug(models.Model):
        name = models.CharField(max_length=50)
        photo = FilerImageField(null=True, on_delete=models.SET_NULL, related_name="mugs")

        def __str__(self) -> str:
            return self.name
