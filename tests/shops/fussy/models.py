# mypy: ignore-errors
"""Shops whose image fields do not take or keep every file as it comes."""

import io

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.validators import FileExtensionValidator, validate_image_file_extension
from django.db import models
from easy_thumbnails.fields import ThumbnailerImageField
from imagekit.models import ProcessedImageField
from imagekit.processors import ResizeToFit
from PIL import Image

MAX_BYTES, MAX_SIDE, MIN_SIDE = 40_000, 900, 600


def small_enough(file):
    if file.size > MAX_BYTES:
        raise ValidationError(f"This file has more than {MAX_BYTES} bytes.")


def narrow_enough(file):
    if file.width > MAX_SIDE or file.height > MAX_SIDE:
        raise ValidationError(f"At most {MAX_SIDE} pixels a side.")


def wide_enough(file):
    if file.width < MIN_SIDE:
        raise ValidationError(f"At least {MIN_SIDE} pixels wide, please.")


def jpeg_by_its_bytes(file):
    with file.open("rb") as content:
        if not content.read(2) == b"\xff\xd8":
            raise ValidationError("Only real JPEG files.")


def declared_as_jpeg(file):
    """As shops do that look at what the browser said of an upload."""
    declared = getattr(file.file, "content_type", None)
    if declared not in (None, "image/jpeg"):
        raise ValidationError(f"{declared} is not welcome here.")


def never(_file):
    raise ValidationError("Pictures come from the studio only.")


def broken(file):
    return file.nothing_of_the_kind


class Picky(models.Model):
    """One field for each way to be fussy; a test names the one that it is about."""

    name = models.CharField(max_length=100)
    jpg_or_png = models.ImageField(
        upload_to="picky/", blank=True, validators=[FileExtensionValidator(["jpg", "PNG"])]
    )
    jpeg_only = models.ImageField(
        upload_to="picky/", blank=True, validators=[FileExtensionValidator(["jpeg"])]
    )
    png_only = models.ImageField(
        upload_to="picky/",
        blank=True,
        validators=[
            FileExtensionValidator(["jpg", "png"]),
            FileExtensionValidator(["png", "gif"]),
            validate_image_file_extension,
        ],
    )
    light = models.ImageField(upload_to="picky/", blank=True, validators=[small_enough])
    light_png = models.ImageField(
        upload_to="picky/", blank=True, validators=[FileExtensionValidator(["png"]), small_enough]
    )
    small = models.ImageField(upload_to="picky/", blank=True, validators=[narrow_enough])
    large = models.ImageField(upload_to="picky/", blank=True, validators=[wide_enough])
    real_jpeg = models.ImageField(upload_to="picky/", blank=True, validators=[jpeg_by_its_bytes])
    declared = models.ImageField(upload_to="picky/", blank=True, validators=[declared_as_jpeg])
    closed = models.ImageField(upload_to="picky/", blank=True, validators=[never])
    bad_check = models.ImageField(upload_to="picky/", blank=True, validators=[broken])
    gif_only = models.ImageField(
        upload_to="picky/", blank=True, validators=[FileExtensionValidator(["gif"])]
    )

    def __str__(self) -> str:
        return self.name


class Checked(models.Model):
    """A model that checks its picture in ``clean()``, and other things too."""

    name = models.CharField(max_length=100, blank=True)
    picture = models.ImageField(
        upload_to="checked/", width_field="width", height_field="height", blank=True
    )
    width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    height = models.PositiveIntegerField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name

    def clean(self):
        if self.picture and (self.width or 0) > MAX_SIDE:
            raise ValidationError({"picture": "Too wide for our pages."})
        if self.picture and self.picture.name.endswith(".webp"):
            raise ValidationError("Our mail programme shows no WebP.")
        if not self.name:
            raise ValidationError("Every picture needs a name.")


class ShrunkFile(models.fields.files.ImageFieldFile):
    """Shrinks what is saved, and keeps two variations beside it, as stdimage does."""

    def save(self, name, content, save=True):
        image = Image.open(content.file)
        image.thumbnail((500, 500))
        body = io.BytesIO()
        image.convert("RGB").save(body, "JPEG")
        self.storage.save(f"{name}.early", ContentFile(b"a variation before the picture"))
        super().save(name.rpartition(".")[0] + ".jpg", ContentFile(body.getvalue()), save)
        self.storage.save(f"{self.name}.late", ContentFile(b"a variation behind the picture"))

    def delete(self, save=True):
        raise AssertionError("Nobody asked for that.")


class ShrunkField(models.ImageField):
    attr_class = ShrunkFile


class MirroredField(models.ImageField):
    """Works on the upload in pre_save, as older fields do."""

    def pre_save(self, model_instance, add):
        file = getattr(model_instance, self.attname)
        if file and not file._committed:
            body = io.BytesIO()
            Image.open(file.file).convert("L").save(body, "PNG")
            file.save("mirror.png", ContentFile(body.getvalue()), save=False)
        return file


class FailingFile(models.fields.files.ImageFieldFile):
    def save(self, name, content, save=True):
        raise RuntimeError("out of paint")


class FailingField(models.ImageField):
    attr_class = FailingFile


class Processed(models.Model):
    """Fields that change what is uploaded to them."""

    imagekit = ProcessedImageField(
        upload_to="made/",
        blank=True,
        processors=[ResizeToFit(300, 300)],
        format="JPEG",
        options={"quality": 70},
    )
    thumbnailer = ThumbnailerImageField(
        upload_to="made/", blank=True, resize_source={"size": (320, 320), "sharpen": True}
    )
    plain_thumbnailer = ThumbnailerImageField(upload_to="made/", blank=True)
    shrunk = ShrunkField(upload_to="made/", blank=True)
    mirrored = MirroredField(upload_to="made/", blank=True)
    failing = FailingField(upload_to="made/", blank=True)
    small_jpeg = ProcessedImageField(
        upload_to="made/",
        blank=True,
        processors=[ResizeToFit(300, 300)],
        format="JPEG",
        validators=[FileExtensionValidator(["jpg", "jpeg"]), small_enough],
    )

    def __str__(self) -> str:
        return str(self.pk)


class JpegOnly(models.Model):
    """The database has a say, too."""

    picture = models.ImageField(upload_to="ruled/")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(picture__endswith=".jpg"), name="only_jpeg")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class NoneOfOurs(models.Model):
    """Wants no result, whatever it looks like."""

    picture = models.ImageField(upload_to="ruled/", width_field="width")
    width = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(picture__contains="isolated"),
                name="no_machines",
                violation_error_message="Photographs only.",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Tiny(models.Model):
    """Wants smaller pictures than we make."""

    picture = models.ImageField(upload_to="ruled/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(width__lte=300), name="tiny_only")]

    def __str__(self) -> str:
        return str(self.pk)


class OneOfEach(models.Model):
    picture = models.ImageField(upload_to="ruled/", unique=True)

    def __str__(self) -> str:
        return str(self.pk)


class MeasuredInMemory(models.Model):
    """Its dimensions are no columns, which suits Django as well."""

    picture = models.ImageField(upload_to="ruled/", width_field="across", height_field="high")
    across = 1

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def high(self) -> int:
        return 1


class Sized(models.Model):
    """What the shop knows of any file; that file is in the table of a child."""

    width = models.PositiveIntegerField(null=True, editable=False)

    def __str__(self) -> str:
        return str(self.pk)


class SizedPhoto(Sized):
    picture = models.ImageField(upload_to="sized/", width_field="width", height_field="height")
    height = models.PositiveIntegerField(null=True, editable=False)


class MeasuredPhoto(SizedPhoto):
    """Its own child, with nothing to add."""


class Plain(models.Model):
    """Only its children know how large the picture is."""

    width = height = None
    picture = models.ImageField(upload_to="sized/", width_field="width", height_field="height")

    def __str__(self) -> str:
        return str(self.pk)


class PlainMeasured(Plain):
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
