"""Collections, images, pages, editors and runs of the Wagtail shop."""

import re
from html import unescape
from io import BytesIO

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image, ImageChops, ImageDraw, ImageStat
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.images import get_image_model
from wagtail.models import Collection, GroupCollectionPermission, Locale, Page, Site

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from tests.due_steps import sweep
from tests.moments import overdue

from .models import ProductPage

LABEL = settings.WAGTAILIMAGES_IMAGE_MODEL.lower()
OURS = ("isolate_image", "review_result", "restore_image", "view_isolationrun")
# Of 255: resampling and JPEG stay below, another picture far above.
SAME = 6


def photo_bytes(size: tuple[int, int] = (600, 400)) -> bytes:
    """A red product (an ellipse) on a striped background."""
    image = Image.new("RGB", size, "wheat")
    draw = ImageDraw.Draw(image)
    width, height = size
    for x in range(0, width, 40):
        draw.rectangle((x, 0, x + 20, height), fill="sienna")
    draw.ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill="firebrick")
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def make_collections() -> dict[str, Collection]:
    root = Collection.get_first_root_node() or Collection.add_root(name="Root")
    return {name: root.add_child(name=name) for name in ("cups", "pots")}


def make_image(collection, title="A cup", **values):
    """An image as Wagtail's own form saves it."""
    file = ContentFile(photo_bytes(), name="busy.jpg")
    image = get_image_model()(title=title, file=file, collection=collection, **values)
    image._set_image_file_metadata()
    image.save()
    return image


def make_page(**values) -> ProductPage:
    """A page of a site that answers at example.com."""
    language = get_supported_content_language_variant(settings.LANGUAGE_CODE)
    Locale.objects.get_or_create(language_code=language)
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root")
    page = ProductPage(title="Mugs", slug="mugs", **values)
    root.add_child(instance=page)
    if not Site.objects.exists():
        Site.objects.create(hostname="example.com", root_page=page, is_default_site=True)
    return page


def make_run(image, status=Status.APPLIED) -> IsolationRun:
    batch = IsolationBatch.objects.create(
        model_label=LABEL, field_name="file", aspect_ratio="1:1", resolution="1K", unit_price=1
    )
    return IsolationRun.objects.create(
        batch=batch,
        object_pk=str(image.pk),
        label=image.title,
        status=status,
        source_name=image.file.name,
        review=status == Status.READY,
        due_at=None,
    )


def editor_of(collection, *actions, name="edi", is_staff=False, ours=OURS):
    """An editor as Wagtail's own pages for groups make one."""
    group = Group.objects.create(name=f"editors {name}")
    entry = Permission.objects.get(codename="access_admin")
    group.permissions.add(entry, *Permission.objects.filter(codename__in=ours))
    for action in actions:
        given = Permission.objects.get(
            content_type__app_label="wagtailimages", codename=f"{action}_image"
        )
        GroupCollectionPermission.objects.create(
            group=group, collection=collection, permission=given
        )
    user = get_user_model().objects.create_user(name, is_staff=is_staff)
    user.groups.add(group)
    return user


def work_off() -> None:
    """Take the steps of a worker until nothing is left to do."""
    while IsolationRun.objects.exclude(due_at=None).update(due_at=overdue()):
        sweep()


def bulk(action: str, *images, **query) -> str:
    """The address that Wagtail's list leads to from a button under ticked images."""
    label, _dot, name = LABEL.partition(".")
    url = reverse("wagtail_bulk_action", args=[label, name, action])
    given = [f"id={image.pk}" for image in images] + [f"{k}={v}" for k, v in query.items()]
    return f"{url}?{'&'.join(given)}"


def posted(page: str) -> dict[str, str]:
    """What a browser sends with the confirm page's form as it stands."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", page):
        said = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        is_chosen = said.get("type") not in ("radio", "checkbox") or " checked" in tag
        if "name" in said and is_chosen and said.get("type") != "submit":
            fields[said["name"]] = unescape(said.get("value", ""))
    return fields


def order(client, confirm: str) -> str:
    """Press the button of the confirm page; the address of the batch's page."""
    page = client.get(confirm).content.decode()
    return client.post(confirm, posted(page))["Location"]


def shown(page: str, css: str) -> str:
    """The stored name of the picture of that class on a public page."""
    (tag,) = re.findall(rf'<img[^>]*class="{css}"[^>]*>', page)
    return re.search(r'src="/media/([^"?]*)', tag)[1]


def opened(name: str) -> Image.Image:
    with default_storage.open(name) as file, Image.open(BytesIO(file.read())) as picture:
        return picture.convert("RGB")


def shows(rendition: str, file: str) -> bool:
    """Whether a rendition is of that file: compared pixel by pixel, at its size and shape."""
    small, large = opened(rendition), opened(file)
    ratio = small.width / small.height
    width = min(large.width, round(large.height * ratio))
    height = min(large.height, round(large.width / ratio))
    left, top = (large.width - width) // 2, (large.height - height) // 2
    part = large.crop((left, top, left + width, top + height))
    same_size = part.resize(small.size, Image.Resampling.LANCZOS)
    difference = ImageStat.Stat(ImageChops.difference(small, same_size)).mean
    return sum(difference) / 3 < SAME
