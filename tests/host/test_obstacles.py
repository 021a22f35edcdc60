"""What keeps an image from being isolated safely is said before it costs anything."""

from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.fields.files import ImageFieldFile, ImageFileDescriptor

from django_product_isolation import isolate, restore
from django_product_isolation.admin.host.actions import image_actions
from django_product_isolation.choices import Status
from django_product_isolation.host import FieldAdapter, Obstacle, target_for, targets
from django_product_isolation.models import IsolationRun
from tests.photos import make_image, photo_file
from tests.shop import choose, confirm, quote_on
from tests.shops.assortment.models import Item, Plate
from tests.shops.assortment.stock import bytes_of, make_item, name_images
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db
SELECT = "/product-isolation/select/catalogue.productimage/"


class Elsewhere:
    """Writes the models of one app to another database."""

    def __init__(self, *apps: str) -> None:
        self.apps = apps

    def db_for_write(self, model, **hints):
        return "elsewhere" if model._meta.app_label in self.apps else None


def found(number):
    return [m for m in run_checks() if m.id == f"product_isolation.{number}"]


@pytest.fixture
def translated(settings, monkeypatch):
    """Item.back is the German picture of Item.photo, as django-modeltranslation has it."""
    name_images(settings, Item={"field": "photo"})
    photo, back = (Item._meta.get_field(name) for name in ("photo", "back"))
    monkeypatch.setattr(back, "translated_field", photo, raising=False)


def test_users_that_are_in_another_database_are_an_error_too(settings):
    settings.DATABASE_ROUTERS = [Elsewhere("auth")]
    errors = found("E012")
    assert errors
    assert "refer to auth.User, which is not in the database" in errors[0].msg
    with pytest.raises(ImproperlyConfigured, match=r"auth\.User"):
        isolate(make_image())


@pytest.mark.parametrize(
    "apps", [["assortment"], ["product_isolation"], ["assortment", "product_isolation"]]
)
def test_images_that_no_transaction_shares_with_their_runs_are_refused(settings, apps):
    name_images(settings, Item={"field": "photo"})
    item = make_item()
    settings.DATABASE_ROUTERS = [Elsewhere(*apps)]
    [error] = found("E012")
    assert "DATABASE_ROUTERS" in error.hint
    with pytest.raises(ImproperlyConfigured) as refusal:
        isolate(item)
    assert error.msg in str(refusal.value)
    with pytest.raises(CommandError, match="not both in the database"):
        call_command("isolate_products", "assortment.Item", stdout=StringIO())
    settings.DATABASE_ROUTERS = []
    assert not IsolationRun.objects.exists()
    assert not found("E012")


def test_a_translated_image_is_refused_and_the_concrete_one_is_not(settings, translated):
    item = make_item()
    [error] = found("E013")
    assert error.hint == 'Name the image of each language: [{"field": "back"}].'
    with pytest.raises(ImproperlyConfigured, match="is translated"):
        isolate(item)
    name_images(settings, Item={"field": "back"})
    assert not found("E013")
    assert isolate(item).runs.get().source_name == item.back.name


def test_what_was_begun_before_goes_on_and_can_be_put_back(runflow, settings, go_on):
    name_images(settings, Item={"field": "photo"})
    item = make_item()
    before = bytes_of(item.photo)
    run = isolate(item).runs.get()
    settings.DATABASE_ROUTERS = [Elsewhere("product_isolation")]
    assert target_for(Item).obstacle
    settings.DATABASE_ROUTERS = []
    assert go_on(run).status == Status.APPLIED
    [begun] = restore(item).begun
    assert go_on(begun).status == Status.RESTORED
    assert bytes_of(Item.objects.get().photo) == before


def test_a_column_that_two_entries_name_is_said_once(settings):
    name_images(settings, Shot={"field": "image"}, WebShot={"field": "image"})
    [warning] = found("W007")
    assert "assortment.WebShot.image and assortment.Shot.image" in warning.msg
    name_images(settings, Shot={"field": "image"}, StudioShot={"field": "backside"})
    assert not found("W007")
    name_images(
        settings, Item=[{"field": "photo"}, {"field": "back"}], BestWebShot={"field": "image"}
    )
    assert run_checks() == []


def test_images_whose_orders_nothing_would_commit_are_refused(settings, monkeypatch):
    name_images(settings, Item={"field": "photo"})
    item = make_item()
    monkeypatch.setitem(connection.settings_dict, "AUTOCOMMIT", False)
    [error] = found("E045")
    assert "atomic" in error.hint
    with pytest.raises(ImproperlyConfigured, match="paid for again and again"):
        isolate(item)
    assert not IsolationRun.objects.exists()


def test_a_picture_that_others_refer_to_by_the_name_of_its_file_is_refused(settings):
    name_images(settings, Plate={"field": "picture"})
    plate = Plate.objects.create(picture=photo_file())
    [error] = found("E054")
    assert "assortment.Engraving.plate" in error.msg
    with pytest.raises(ImproperlyConfigured) as refusal:
        isolate(plate)
    assert error.msg in str(refusal.value)
    name_images(settings, Item={"field": "photo"})
    assert not found("E054")


def with_prefix(name):
    return f"media/{name}"


@pytest.mark.parametrize(
    ("method", "instead"),
    [("get_prep_value", with_prefix), ("from_db_value", lambda name, *_: name.lstrip("p"))],
)
def test_a_field_that_keeps_other_names_than_those_of_its_files_is_refused(
    method, instead, settings, monkeypatch
):
    name_images(settings, Item={"field": "photo"})
    item = make_item()
    monkeypatch.setattr(Item._meta.get_field("photo"), method, instead, raising=False)
    [error] = found("E015")
    with pytest.raises(ImproperlyConfigured) as refusal:
        isolate(item)
    assert error.msg in str(refusal.value)


class PrivateFile(ImageFieldFile):
    """Lies in another storage where its row is private."""

    @property
    def storage(self):
        return default_storage

    @storage.setter
    def storage(self, storage):
        pass


class SettingFile(ImageFieldFile):
    def __init__(self, instance, field, name):
        super().__init__(instance, field, name)
        self.storage = default_storage


class SettingDescriptor(ImageFileDescriptor):
    def __get__(self, instance, cls=None):
        file = super().__get__(instance, cls)
        file.storage = default_storage
        return file


class OtherFile(ImageFieldFile):
    """As those of libraries, which look at the field's storage and keep another beside."""

    def __init__(self, instance, field, name):
        super().__init__(instance, field, name)
        self.thumbnail_storage = field.storage


class ConfirmingFile(ImageFieldFile):
    """As that of django-versatileimagefield, which sets what is there already."""

    def __setstate__(self, state):
        super().__setstate__(state)
        self.storage = self.field.storage


@pytest.mark.parametrize(
    ("attribute", "kind"),
    [
        ("attr_class", PrivateFile),
        ("attr_class", SettingFile),
        ("descriptor_class", SettingDescriptor),
    ],
)
def test_files_that_choose_their_storage_by_row_are_refused_unpaid(
    attribute, kind, settings, monkeypatch
):
    name_images(settings, Item={"field": "photo"})
    item = make_item()
    monkeypatch.setattr(Item._meta.get_field("photo"), attribute, kind)
    [error] = found("E047")
    assert "adapter" in error.hint
    with pytest.raises(ImproperlyConfigured) as refusal:
        isolate(item)
    assert error.msg in str(refusal.value)
    assert not IsolationRun.objects.exists()


def test_they_are_isolated_where_an_adapter_tells_the_storage(settings, monkeypatch):
    name_images(settings, Item={"field": "photo"})
    monkeypatch.setattr(Item._meta.get_field("photo"), "attr_class", PrivateFile)
    monkeypatch.setattr(FieldAdapter, "has_storage_of_row", True)
    assert found("E047") == []


@pytest.mark.parametrize("kind", [OtherFile, ConfirmingFile])
def test_a_file_class_that_leaves_the_storage_alone_is_no_obstacle(kind, settings, monkeypatch):
    name_images(settings, Item={"field": "photo"})
    monkeypatch.setattr(Item._meta.get_field("photo"), "attr_class", kind)
    assert found("E047") == []


def test_a_field_whose_own_code_breaks_on_a_made_up_name_is_let_be(settings, monkeypatch):
    def broken(name, *_):
        raise TypeError(name)

    name_images(settings, Item={"field": "photo"})
    monkeypatch.setattr(Item._meta.get_field("photo"), "from_db_value", broken, raising=False)
    assert found("E015") == []


@pytest.fixture
def elsewhere(settings):
    """Have images of the catalogue written to another database, as if from the start."""

    def begin(*apps):
        settings.DATABASE_ROUTERS = [Elsewhere(*apps)]
        vars(target_for(ProductImage)).pop("obstacle", None)

    yield begin
    begin()


def test_staff_order_nothing_that_only_the_database_forbids(client, staff, no_steps, monkeypatch):
    image = make_image("Mug")
    address = choose(client, [image])
    monkeypatch.setattr(targets, "obstacle_in_tables", lambda _target: Obstacle("E", "No.", "Do."))
    vars(target_for(ProductImage)).pop("obstacle_in_database", None)
    assert client.get(address).status_code == 404
    with pytest.raises(ImproperlyConfigured, match="No"):
        isolate(image)
    del vars(target_for(ProductImage))["obstacle_in_database"]


def test_staff_are_offered_nothing_for_images_in_another_database(
    client, staff, elsewhere, no_steps
):
    image = make_image("Mug")
    address = choose(client, [image])
    quote = quote_on(client.get(address))
    elsewhere("catalogue")
    offered = [action.__name__ for action in image_actions([target_for(ProductImage)])]
    assert offered == ["restore_original"]
    refused = [
        client.get(address),
        client.post(address, confirm(quote=quote)),
        client.post(SELECT, {"pk": image.pk}),
    ]
    elsewhere()
    assert [answer.status_code for answer in refused] == [404] * 3
    assert not IsolationRun.objects.exists()
