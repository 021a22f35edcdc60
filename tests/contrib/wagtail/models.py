from django.conf import settings

if "wagtail.images" in settings.INSTALLED_APPS:
    from django.db import models
    from wagtail.images.models import AbstractImage, AbstractRendition

    class GalleryImage(AbstractImage):
        """An image model of the shop's own, which no ModelAdmin shows."""

        admin_form_fields = ("title", "file", "collection")

    class GalleryRendition(AbstractRendition):
        image = models.ForeignKey(GalleryImage, models.CASCADE, related_name="renditions")

        class Meta:
            unique_together = [("image", "filter_spec", "focal_point_key")]
