"""Products, staff and runs of the Oscar shop."""

import hashlib
from decimal import Decimal
from io import BytesIO

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationBatch, IsolationRun

Category = apps.get_model("catalogue", "Category")
Product = apps.get_model("catalogue", "Product")
ProductClass = apps.get_model("catalogue", "ProductClass")
ProductImage = apps.get_model("catalogue", "ProductImage")

DASHBOARD = ("catalogue.view_product", "catalogue.add_product", "catalogue.change_product")
CHANGE, VIEW = "catalogue.change_productimage", "catalogue.view_productimage"
DELETE = "catalogue.delete_productimage"
ISOLATE, RESTORE = "product_isolation.isolate_image", "product_isolation.restore_image"
EVERYTHING = (*DASHBOARD, CHANGE, VIEW, DELETE, ISOLATE, RESTORE)
COLOURS = ("firebrick", "navy", "darkgreen")


def photo_bytes(colour: str) -> bytes:
    """A product (an ellipse) on a striped background."""
    image = Image.new("RGB", (600, 400), "wheat")
    draw = ImageDraw.Draw(image)
    for x in range(0, 600, 40):
        draw.rectangle((x, 0, x + 20, 400), fill="tan")
    draw.ellipse((150, 100, 450, 300), fill=colour)
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def make_product(title: str = "Enamel mug", images: int = 3) -> Product:
    kind, _ = ProductClass.objects.get_or_create(name="Kitchen", track_stock=False)
    product = Product.objects.create(title=title, product_class=kind)
    product.categories.add(Category.objects.first() or Category.add_root(name="Table"))
    for number in range(images):
        ProductImage.objects.create(
            product=product,
            original=ContentFile(photo_bytes(COLOURS[number % 3]), name=f"busy-{number}.jpg"),
            caption=f"view {number}",
            code=f"{title}-{number}",
            display_order=number,
        )
    return product


def images_of(product) -> list[ProductImage]:
    return list(ProductImage.objects.filter(product=product).order_by("display_order"))


def make_staff(*permissions: str, is_staff: bool = True, name: str = "ann"):
    """A user with exactly these permissions."""
    user = get_user_model().objects.create_user(
        name, f"{name}@shop.example", "a password", is_staff=is_staff
    )
    for permission in permissions:
        app_label, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app_label, codename=codename)
        )
    return user


def make_run(image: ProductImage, status: Status, **values) -> IsolationRun:
    """A run of ``image``; one that is applied shows its result."""
    batch = IsolationBatch.objects.create(
        model_label="catalogue.productimage",
        field_name="original",
        aspect_ratio="1:1",
        resolution="1K",
        unit_price=Decimal("0.27"),
    )
    content = image.original.storage.open(image.original.name).read()
    key = f"catalogue.productimage.original:{image.pk}"
    run = IsolationRun.objects.create(
        batch=batch,
        object_pk=str(image.pk),
        label=str(image.product),
        status=status,
        source_name=image.original.name,
        source_sha256=hashlib.sha256(content).hexdigest(),
        active_key=key if status in OPEN_STATUSES else None,
        review=status == Status.READY,
        due_at=None,
        **values,
    )
    if status == Status.APPLIED:
        clean = ContentFile(photo_bytes("seagreen"))
        run.result_name = image.original.storage.save("images/isolated-1.jpg", clean)
        run.result_sha256 = hashlib.sha256(photo_bytes("seagreen")).hexdigest()
        run.save()
        ProductImage.objects.filter(pk=image.pk).update(original=run.result_name)
    return run
