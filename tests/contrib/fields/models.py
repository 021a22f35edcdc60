# ruff: noqa: DJ008 (nobody reads their names)
"""One model for each kind of field. Each has a caption, so that staff have something to edit."""

from django.conf import settings

if settings.ROOT_URLCONF == "tests.contrib.fields.urls":
    import hashlib

    from django.core.files.storage import FileSystemStorage
    from django.db import models
    from django_resized import ResizedImageField
    from easy_thumbnails.fields import ThumbnailerImageField
    from imagekit.models import ImageSpecField, ProcessedImageField
    from imagekit.processors import ResizeToFit
    from pictures.models import PictureField
    from sorl.thumbnail import ImageField as SorlImageField
    from stdimage.models import StdImageField
    from versatileimagefield.fields import PPOIField, VersatileImageField

    from django_product_isolation.host.adapters import FieldAdapter, register

    class Photo(models.Model):
        caption = models.CharField(max_length=100, blank=True)

        class Meta:
            abstract = True

    class StdImagePhoto(Photo):
        image = StdImageField(
            upload_to="std",
            variations={"thumbnail": (100, 75), "square": (60, 60, True)},
            delete_orphans=True,
        )

    class PicturesPhoto(Photo):
        width = models.PositiveIntegerField(null=True, editable=False)
        height = models.PositiveIntegerField(null=True, editable=False)
        image = PictureField(
            upload_to="pictures",
            aspect_ratios=[None, "1/1"],
            width_field="width",
            height_field="height",
        )

    class VersatilePhoto(Photo):
        width = models.PositiveIntegerField(null=True, editable=False)
        height = models.PositiveIntegerField(null=True, editable=False)
        image = VersatileImageField(
            upload_to="versatile", width_field="width", height_field="height", ppoi_field="ppoi"
        )
        ppoi = PPOIField()

    class ResizedPhoto(Photo):
        image = ResizedImageField(upload_to="resized", size=[300, 200], force_format="PNG")

    class ImagekitPhoto(Photo):
        image = ProcessedImageField(
            upload_to="kit", processors=[ResizeToFit(300, 300)], format="JPEG"
        )
        small = ImageSpecField(source="image", processors=[ResizeToFit(100, 100)], format="PNG")

    class EasyPhoto(Photo):
        image = ThumbnailerImageField(upload_to="easy", resize_source={"size": (300, 300)})

    class SorlPhoto(Photo):
        image = SorlImageField(upload_to="sorl")

    class Cellar(FileSystemStorage):
        """Files that have no address."""

        def url(self, name):
            raise NotImplementedError("private")

    class PrivatePhoto(Photo):
        image = models.ImageField(upload_to="private", storage=Cellar())

    class Scan(Photo):
        """Whatever staff bring in: pictures mostly."""

        image = models.FileField(upload_to="scans")

    class CheckedImageField(models.ImageField):
        """A field of the shop's own."""

    class Checked(Photo):
        image = CheckedImageField(upload_to="checked")
        checksum = models.CharField(max_length=64, blank=True)
        approved_by = models.CharField(max_length=50, blank=True)

        def save(self, *args, **kwargs):
            self.checksum = hashlib.sha256(self.image.read()).hexdigest()
            self.image.seek(0)
            super().save(*args, **kwargs)

    @register
    class CheckedImageAdapter(FieldAdapter):
        @classmethod
        def is_for(cls, field):
            return isinstance(field, CheckedImageField)

        def columns(self, file, size):
            return {"checksum": hashlib.sha256(file.read()).hexdigest()}

        def columns_of_result(self):
            return {"approved_by": "machine"}
