"""Staff, pictures and runs in any status, for the tests of the admin's pages."""

import hashlib
import html
import re
import uuid
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.utils.html import strip_tags

from django_product_isolation.choices import OPEN_STATUSES, SHOWN_STATUSES, Status
from django_product_isolation.models import AccountBalance, IsolationBatch, IsolationRun
from django_product_isolation.runflow.access import access
from django_product_isolation.workflow.terms import terms_now
from tests.due_steps import sweep
from tests.moments import overdue
from tests.photos import make_image, photo_bytes
from tests.shops.catalogue.models import Product, ProductImage

CHANGELIST = "/admin/catalogue/productimage/"
RUNS = "/admin/product_isolation/isolationrun/"
BATCHES = "/admin/product_isolation/isolationbatch/"

CHANGE, VIEW = "catalogue.change_productimage", "catalogue.view_productimage"
ISOLATE, REVIEW = "product_isolation.isolate_image", "product_isolation.review_result"
RESTORE, VIEW_RUNS = "product_isolation.restore_image", "product_isolation.view_isolationrun"
SPENDING = "product_isolation.view_spending"
EVERYTHING = (CHANGE, VIEW, ISOLATE, REVIEW, RESTORE, VIEW_RUNS)

WITH_RESULT = {Status.READY, *SHOWN_STATUSES, Status.RESTORED, Status.REJECTED}


def make_staff(*permissions: str, name: str = "ann") -> User:
    """A staff user with exactly these permissions."""
    user = get_user_model().objects.create_user(name, is_staff=True)
    for permission in permissions:
        app_label, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app_label, codename=codename)
        )
    return user


def make_images_without_files(count: int) -> list[ProductImage]:
    """Rows as they are after an import: named files that nobody has, no dimensions."""
    products = Product.objects.bulk_create(Product(name=f"Cup {n:03}") for n in range(count))
    images = ProductImage.objects.bulk_create(
        ProductImage(product=product, original=f"products/{product.pk}.jpg", width=1, height=1)
        for product in products
    )
    ProductImage.objects.update(width=None, height=None)
    return images


def make_balance(amount: Decimal | None, **values) -> AccountBalance:
    """As a worker has read it with the key of now."""
    return AccountBalance.objects.create(pk=1, amount=amount, asked_with=access(), **values)


def make_batch(user: User | None = None, **values) -> IsolationBatch:
    defaults = {
        "model_label": "catalogue.productimage",
        "field_name": "original",
        "aspect_ratio": "1:1",
        "resolution": "2K",
        "unit_price": Decimal("0.27"),
        **terms_now(),
    }
    return IsolationBatch.objects.create(created_by=user, **{**defaults, **values})


def as_if_ordered_now(run: IsolationRun) -> None:
    """Under the settings that are in force."""
    IsolationBatch.objects.filter(pk=run.batch_id).update(**terms_now())


def make_run(
    status: str = Status.QUEUED,
    *,
    batch: IsolationBatch | None = None,
    image: ProductImage | None = None,
    name: str = "Enamel mug",
    **values,
) -> IsolationRun:
    """A run of ``image`` in ``status``, with the files that such a run has."""
    image = image or make_image(name)
    source = image.original
    with source.storage.open(source.name) as file:
        source_sha256 = hashlib.sha256(file.read()).hexdigest()
    if status in WITH_RESULT:
        values = {**store_result(image), **values}
    key = f"catalogue.productimage.original:{image.pk}" if status in OPEN_STATUSES else None
    defaults = {
        "object_pk": str(image.pk),
        "due_at": None,
        "active_key": key,
        "review": status == Status.READY,
        "source_sha256": source_sha256,
    }
    if status == Status.HELD:
        defaults["held_from"] = Status.QUEUED
    run = IsolationRun.objects.create(
        batch=batch or make_batch(),
        label=str(image.product),
        status=status,
        source_name=source.name,
        **{**defaults, **values},
    )
    if status in SHOWN_STATUSES:
        ProductImage.objects.filter(pk=image.pk).update(original=run.result_name)
    return run


def store_result(image: ProductImage) -> dict[str, str]:
    content = photo_bytes(colour="seagreen", format="WEBP")
    file = ContentFile(content)
    name = image.original.storage.save(f"products/isolated-{uuid.uuid4().hex}.webp", file)
    return {"result_name": name, "result_sha256": hashlib.sha256(content).hexdigest()}


def make_due(run: IsolationRun) -> None:
    IsolationRun.objects.filter(pk=run.pk).update(due_at=overdue())


def put_originals_back() -> None:
    """What a worker does after a click on Restore: the swap, and the look after it."""
    for _ in range(2):
        IsolationRun.objects.filter(due_at__isnull=False).update(due_at=overdue())
        sweep()


def image_of(run: IsolationRun) -> ProductImage:
    return ProductImage.objects.get(pk=run.object_pk)


def status_of(run: IsolationRun) -> str:
    return IsolationRun.objects.get(pk=run.pk).status


def tick(images, action: str = "isolate_product", **more) -> dict[str, object]:
    """What the image list posts when ``images`` are ticked and the action is run."""
    return {"action": action, "_selected_action": pks(images), "index": "0", **more}


def confirm(**changes) -> dict[str, object]:
    """What the confirm page posts, without what its button said (see ``press``)."""
    return {
        "prompt": "{product}",
        "aspect_ratio": "4:5",
        "resolution": "1K",
        "review": "at-once",
        **changes,
    }


def choose(client, images, **more) -> str:
    """Tick ``images`` in the list, run the action, and return the confirm page's address."""
    response = client.post(CHANGELIST, tick(images, **more))
    assert response.status_code == 302
    return response["Location"]


def look(client, images, **more):
    """The confirm page of ``images``."""
    return client.get(choose(client, images, **more))


def quote_on(page) -> str:
    """What the button of a page says it will begin, as the page posts it; "" without one."""
    found = re.search(r'name="quote" value="([^"]*)"', page.content.decode())
    return html.unescape(found[1]) if found else ""


def press(client, address, *, follow=False, **changes):
    """What comes of opening the confirm page at ``address`` and pressing its button."""
    quote = changes.pop("quote", None) or quote_on(client.get(address, follow=True))
    return client.post(address, confirm(quote=quote, **changes), follow=follow)


def order(client, images, **changes):
    """What comes of confirming ``images``."""
    return press(client, choose(client, images), **changes)


def about(decision: str, runs) -> str:
    """What the button for a decision about several runs posts."""
    return f"{decision}:{' '.join(pks(runs))}"


def pks(images) -> list[str]:
    return [str(image.pk) for image in images]


def said(response) -> list[str]:
    """The messages on the page."""
    return [strip_tags(str(message)) for message in response.context["messages"]]
