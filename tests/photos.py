"""Small pictures and shop rows for tests, made in memory."""

from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from tests.shops.catalogue.models import Product, ProductImage, Swatch


def photo_bytes(size=(120, 90), colour="firebrick", format="JPEG") -> bytes:
    """A product (an ellipse) on a striped background."""
    image = Image.new("RGB", size, "wheat")
    draw = ImageDraw.Draw(image)
    for x in range(0, size[0], 12):
        draw.rectangle((x, 0, x + 5, size[1]), fill="tan")
    draw.ellipse((size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4), fill=colour)
    out = BytesIO()
    image.save(out, format)
    return out.getvalue()


def photo_file(name="busy.jpg", **options) -> ContentFile:
    return ContentFile(photo_bytes(**options), name=name)


def make_image(name="Enamel mug", **options) -> ProductImage:
    """A product with one picture."""
    product = Product.objects.create(name=name)
    image = ProductImage.objects.create(
        product=product, original=photo_file(**options), caption="as taken"
    )
    return ProductImage.objects.get(pk=image.pk)


def make_swatch(name="Linen", **options) -> Swatch:
    return Swatch.objects.create(name=name, picture=photo_file(**options))


def shown_bytes(image: ProductImage | Swatch) -> bytes:
    """The bytes of the file that the row points at now."""
    image = type(image)._base_manager.get(pk=image.pk)
    field = image.original if isinstance(image, ProductImage) else image.picture
    with field.open("rb") as file:
        return file.read()


def upload(image, content=None, same_name=False):
    """What a colleague does in the shop's own form."""
    content = content or photo_bytes(colour="navy", size=(60, 40))
    name = image.original.name
    if same_name:
        image.original.storage.delete(name)
        image.original.storage.save(name, ContentFile(content))
    else:
        image = ProductImage.objects.get(pk=image.pk)
        image.original.save("newer.jpg", ContentFile(content))
    return content
