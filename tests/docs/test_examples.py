"""The examples of code, run against the tests' shop as they stand on their pages."""

from types import SimpleNamespace

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.db.models.signals import post_save
from django.http import HttpResponse
from django.test import RequestFactory, TestCase, override_settings
from django.urls import reverse

from django_product_isolation import isolate, restore, signals
from django_product_isolation.admin.host.attach import attach
from django_product_isolation.choices import Status
from django_product_isolation.host import adapters, target_for
from django_product_isolation.host.access import shop_permissions
from django_product_isolation.imaging.verdict import findings, unregister
from django_product_isolation.models import IsolationRun
from django_product_isolation.runflow.callbacks import signature_of
from django_product_isolation.workflow import audit
from tests.docs.pages import BLOCKS, example
from tests.photos import make_image, photo_file
from tests.shop import EVERYTHING, ISOLATE, make_staff
from tests.shops.assortment.models import Item
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db

# Each is run by a test below, or in the folder of its subject: the button in tests/staff, the
# lists in tests/admin/host, the sizes in tests/contrib/fields, the rename in tests/management ...
EXAMPLES = {
    "cacheops",
    "cached pages",
    "own button",
    "own admin",
    "own lists",
    "a block",
    "policy",
    "isolate and restore",
    "isolate uploads",
    "keep a file",
    "follow a rename",
    "own history",
    "receivers",
    "signed body",
    "make sizes",
    "field adapter",
    "own finding",
    "own tenants",
    "same tables",
    "own marketplace",
}


def run(name, **given):
    """Run the example in a module's namespace that begins with ``given``."""
    exec(compile(example(name), name, "exec"), given)
    return given


@pytest.fixture
def own_receivers(monkeypatch):
    """What an example connects is gone after the test."""
    for name in ("run_finished", "image_applied", "image_restored", "file_pruning"):
        signal = getattr(signals, name)
        monkeypatch.setattr(signal, "receivers", list(signal.receivers))
        signal.sender_receivers_cache.clear()


def filtered(monkeypatch, model, lookup, ours):
    """Let ``model.objects.filter`` know a lookup of another shop's; ``ours`` is asked instead."""

    def answer(**asked):
        assert set(asked) == {lookup}
        return model._base_manager.filter(**ours)

    monkeypatch.setattr(model, "objects", SimpleNamespace(filter=answer))


def test_every_example_is_on_a_page():
    assert {block.example for block in BLOCKS if block.example} == EXAMPLES


def test_isolate_and_restore(runflow, settings, monkeypatch, finish):
    images = {"assortment.Item": [{"field": "photo"}, {"field": "back"}]}
    images.update(settings.PRODUCT_ISOLATION["IMAGES"])
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    mug, _jug, bowl = make_image("Mug"), make_image("Jug"), make_image("Bowl")
    item = Item.objects.create(name="Chair", photo=photo_file(), back=photo_file())
    user = make_staff()
    finish(isolate(bowl).runs.get())
    filtered(monkeypatch, ProductImage, "product__is_public", {"product__name": "Mug"})

    after = run(
        "isolate and restore", ProductImage=ProductImage, image=bowl, product=item, user=user
    )
    begun = after["batch"].runs.get()
    assert (begun.object_pk, begun.batch.resolution) == (str(mug.pk), "1K")
    assert begun.batch.created_by == user
    assert finish(begun).status == "applied"
    restored = IsolationRun.objects.get(object_pk=str(bowl.pk), batch__field_name="original")
    assert finish(restored).status == "restored"
    back = IsolationRun.objects.get(batch__field_name="back")
    assert (back.object_pk, back.batch.created_by) == (str(item.pk), user)


@pytest.mark.django_db(transaction=True)
def test_receivers(runflow, own_receivers, monkeypatch, finish):
    purged, indexed, said = [], [], []
    monkeypatch.setattr(Product, "get_absolute_url", lambda self: "/mug/", raising=False)
    kept = run(
        "receivers",
        cdn=SimpleNamespace(purge=purged.append),
        search=SimpleNamespace(update=indexed.append),
        chat=SimpleNamespace(post=said.append),
    )
    image = make_image("Mug")
    done = finish(isolate(image).runs.get())
    assert kept
    urls = [image.original.storage.url(name) for name in (done.source_name, done.result_name)]
    assert purged == [*urls, "/mug/"]
    assert indexed == [image.product]
    assert said == ["Isolation of 1 images has ended."]


@pytest.mark.django_db(transaction=True)
def test_isolate_uploads(runflow, own_receivers, monkeypatch, finish):
    monkeypatch.setattr(post_save, "receivers", list(post_save.receivers))
    monkeypatch.setattr(post_save, "sender_receivers_cache", {})
    kept = run("isolate uploads", ProductImage=ProductImage)

    def save(sender, run, instance, **kwargs):
        instance.save()

    signals.image_applied.connect(save)
    signals.image_restored.connect(save)
    image = make_image("Mug")
    assert finish(IsolationRun.objects.get()).status == Status.APPLIED and kept
    finish(restore(image).begun[0])
    assert IsolationRun.objects.count() == 1
    image.original.save("newer.jpg", photo_file())
    assert IsolationRun.objects.count() == 2


class SupplierField:
    """A row that leads back to the user, as a OneToOneField's other end: there or not."""

    def __get__(self, user, kind=None):
        if user is None or user.username != "supplier":
            raise AttributeError("supplier")
        return user


@pytest.mark.parametrize(
    ("person", "product", "ordered"),
    [("supplier", "Ours", True), ("supplier", "Theirs", False), ("stranger", "Ours", False)],
)
def test_policy(client, monkeypatch, person, product, ordered):
    image = make_image(product)
    monkeypatch.setattr(shop_permissions, "_registered", list(shop_permissions._registered))
    monkeypatch.setattr(User, "supplier", SupplierField(), raising=False)
    filtered(monkeypatch, ProductImage, "product__supplier__user", {"product__name": "Ours"})
    run("policy", ProductImage=ProductImage)
    user = make_staff(ISOLATE, name=person)
    User.objects.update(is_staff=False)
    client.force_login(user)
    address = reverse("product_isolation:select", args=["catalogue.productimage"])
    page = client.post(address, {"pk": [image.pk]}, follow=True)
    assert ("Isolate 1 image for $0.27" in page.content.decode()) == ordered


def test_keep_a_file(own_receivers):
    kept = run("keep a file", feed=SimpleNamespace(shows=lambda name: name == "a.jpg"))
    answers = signals.file_pruning.send(IsolationRun, run=None, name="a.jpg", role="original")
    assert (kept["keep_what_the_feed_shows"], True) in answers


def test_own_history(runflow, finish, monkeypatch):
    monkeypatch.setattr(audit, "_histories", [])
    written = []
    ledger = SimpleNamespace(objects=SimpleNamespace(create=lambda **row: written.append(row)))
    run("own history", Ledger=ledger)
    bea = make_staff()
    made = finish(isolate(make_image("Mug"), user=bea).runs.get())
    [row] = written
    assert (row["image"], row["who"], row["file"]) == (made.object_pk, bea, made.result_name)
    assert row["what"] == "Isolated product: the clean image replaced the original."


def test_field_adapter(monkeypatch):
    monkeypatch.setattr(adapters, "_kinds", list(adapters._kinds))
    target = target_for(ProductImage)
    vars(target).pop("adapter", None)
    run("field adapter", ChecksumImageField=type(target.field))
    found = target.fingerprint(make_image("Mug").original.name)
    assert found.columns == {"checksum": found.sha256}
    del vars(target)["adapter"]


def test_cached_pages(own_receivers, runflow, settings, finish, rf):
    where = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": where}, "pages": {"BACKEND": where, "LOCATION": "p"}}
    image = make_image("Mug")
    kept = run("cached pages")

    @kept["keep"]
    def page(request):
        return HttpResponse(ProductImage.objects.get(pk=image.pk).original.url)

    def shown():
        return page(rf.get("/mug/")).content.decode()

    first = shown()
    with TestCase.captureOnCommitCallbacks(execute=True):
        made = finish(isolate(image).runs.get())
    assert made.result_name in shown() != first
    [back] = restore(image).begun
    with TestCase.captureOnCommitCallbacks(execute=True):
        finish(back)
    assert shown() == first


def test_a_block(client, settings, tmp_path):
    template = tmp_path / "admin" / "product_isolation" / "confirm.html"
    template.parent.mkdir(parents=True)
    template.write_text(example("a block"))
    client.force_login(make_staff(*EVERYTHING))
    address = reverse("product_isolation:select", args=["catalogue.productimage"])
    with override_settings(TEMPLATES=[{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]):
        page = client.post(address, {"pk": [make_image("Mug").pk]}, follow=True).content.decode()
    assert "spring campaign" in page
    assert "Isolate 1 image for $0.27" in page


def test_signed_body():
    body = example("signed body").strip().encode()
    assert len(body) == 319
    expected = "da91801da986b3a5cfbe5944ae7930b5988e7b25bc7888e1aa8e6daabaf32e0d"
    assert signature_of(body, "whsec_example_only") == expected


@pytest.fixture
def empty_site():
    """The default site without the catalogue's admins, which are back afterwards."""
    reverse("admin:catalogue_product_add")  # addresses are made once, of the site as it is then
    before = dict(site._registry)
    for model in (ProductImage, Product):
        site.unregister(model)
    yield
    site._registry.clear()
    site._registry.update(before)


def asked_by(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def actions_of(model, user):
    return set(site._registry[model].get_actions(asked_by(user)))


def page_of(row, user):
    """Not by its address: the URLs lead to the admins that were there when they were loaded."""
    page = site._registry[type(row)].change_view(asked_by(user), str(row.pk))
    return page.render().content.decode()


def test_own_admin(settings, empty_site, admin_user):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "AUTO_ADMIN": False}
    image = make_image("Mug")
    run("own admin", ProductImage=ProductImage, Product=Product)
    attach()
    assert "isolate_product" in actions_of(ProductImage, admin_user)
    assert len(actions_of(Product, admin_user)) > 1
    shown = site._registry[ProductImage].changelist_view(asked_by(admin_user)).render()
    assert "column-isolation_state" in shown.content.decode()
    assert "isolation-panel" in page_of(image, admin_user)
    assert "isolation-row" in page_of(image.product, admin_user)


def test_without_our_classes_no_admin_takes_part(settings, empty_site, admin_user):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "AUTO_ADMIN": False}
    image = make_image("Mug")
    site.register(ProductImage)
    attach()
    assert actions_of(ProductImage, admin_user) == {"delete_selected"}
    assert "isolation-panel" not in page_of(image, admin_user)


def test_a_finding_of_the_shop_is_judged_beside_ours():
    run("own finding")
    try:
        [finding] = findings({"size": {"result": [800, 600]}})
    finally:
        unregister("small_for_zoom")
    assert finding.strength == 1.25
    assert "1000" in finding.sentence
