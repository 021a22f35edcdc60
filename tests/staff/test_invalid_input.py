"""No page of ours answers 500, whatever stands in its address or in what is posted to it."""

from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, resolve, reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset, Selection
from django_product_isolation.urls import urlpatterns
from tests.photos import make_image
from tests.shop import EVERYTHING, make_batch, make_run, make_staff

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:.*received a naive datetime"),  # Django warns of nonsense
]

NONSENSE = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\ufffe\U0010ffff",
    "0001-01-01T00:00:00Z",
    "0001-01-01",
    "9999-12-31T23:59:59.999999-12:00",
    "9999-12-31 23:59:59+00:00",
    "-1",
    "1" + "0" * 400,
    "9" * 5000,
    "1e400",
    "1,234",
    "NaN",
    "\u0663",
    "%00",
    "',\"<>&{}%s%(x)s",
    "x" * 3000,
    str(uuid4()),
]
# Every name that is read anywhere by ours, some of Django's, and one that nobody reads.
READ = [
    "q",
    "p",
    "o",
    "e",
    "all",
    "page",
    "per_page",
    "size",
    "since",
    "period",
    "from",
    "to",
    "batch",
    "model",
    "tick",
    "back",
    "site",
    "pk",
    "redo_of",
    "decide",
    "run",
    "preset",
    "prompt",
    "price",
    "filled_from",
    "fill_in",
    "aspect_ratio",
    "resolution",
    "review",
    "name",
    "default_model",
    "default_category",
    "product_isolation",
    "action",
    "_selected_action",
    "index",
    "select_across",
    "_to_field",
    "_popup",
    "_facets",
    "token",
    "surprise",
]
LOOKUPS = [
    "status__exact",
    "status__in",
    "id__exact",
    "pk",
    "pk__in",
    "label__exact",
    "batch__created_at__gte",
    "batch__created_at__lt",
    "batch__created_at__year",
    "batch__created_at__date",
    "created_at__gte",
    "created_at__lt",
    "created_at__isnull",
    "batch__id__exact",
    "created_by__id__exact",
]


@pytest.fixture
def shop(client):
    """A superuser, and something of everything that pages can show."""
    user = make_staff(*EVERYTHING)
    user.is_superuser = True
    user.save()
    client.force_login(user)
    client.raise_request_exception = False
    batch = make_batch()
    runs = [
        make_run(status, batch=batch)
        for status in (Status.READY, Status.HELD, Status.APPLIED, Status.FAILED)
    ]
    image = make_image("Linen")
    selection = Selection.objects.create(
        model_label="catalogue.productimage", object_pks=[str(image.pk)], chosen=1
    )
    return {
        "uuid": [batch.pk, runs[0].pk, selection.pk],
        "str": ["catalogue.productimage", str(image.pk), "result"],
        "run": runs[0],
        "objects": {IsolationBatch: batch.pk, IsolationRun: runs[0].pk},
        "image": image,
    }


def addresses_of_ours(shop):
    """Every address of the URLconf, with keys that exist and with nonsense in their place."""
    root = reverse("product_isolation:review").removesuffix("review/")
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        for value in shop["uuid"] if "<uuid" in str(pattern.pattern) else shop["uuid"][:1]:
            yield root + filled(pattern, {"uuid": str(value)}, shop["str"])
        for text in NONSENSE:
            yield root + filled(pattern, {"uuid": str(shop["uuid"][0])}, [text, text])


def filled(pattern, by_kind, texts):
    texts, route = iter([*texts, *texts]), str(pattern.pattern)
    for name, converter in pattern.pattern.converters.items():
        kind = "uuid" if type(converter).__name__ == "UUIDConverter" else "other"
        value = by_kind[kind] if kind in by_kind else next(texts)
        head, _open, rest = route.partition("<")
        _name, _close, tail = rest.partition(">")
        route = head + quote(value, safe="", errors="surrogatepass") + tail
        assert name
    return route


def addresses_of_the_admin(shop):
    for model, pk in shop["objects"].items():
        name = f"admin:product_isolation_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        for key in [pk, *NONSENSE]:
            key = quote(str(key), safe="", errors="surrogatepass")
            yield reverse(f"{name}_changelist") + f"{key}/change/"
            yield reverse(f"{name}_changelist") + f"{key}/history/"
            yield reverse(f"{name}_changelist") + f"{key}/decide/"
            yield reverse(f"{name}_changelist") + f"{key}/delete/"
    yield reverse("admin:product_isolation_preset_changelist")
    yield reverse("admin:product_isolation_preset_add")


def encoded(values):
    return urlencode(values, errors="surrogatepass")


def broken(response):
    return response.status_code >= 500


def test_addresses_of_nonsense_are_no_500(client, shop):
    wrong = [
        (method, address)
        for address in [*addresses_of_ours(shop), *addresses_of_the_admin(shop)]
        for method in ("get", "post")
        if broken(getattr(client, method)(address))
    ]
    assert not wrong


def plain_addresses(shop, *, but=()):
    """Each page once, with a key that exists."""
    lists = [reverse("admin:catalogue_productimage_changelist")]
    ours = [a for a in addresses_of_ours(shop) if "%" not in a and len(a) < 120]
    admins = [a for a in addresses_of_the_admin(shop) if "%" not in a and len(a) < 120]
    once = {(*a.split("/")[:4], a.split("/")[-2]): a for a in [*lists, *ours, *admins]}
    return [a for a in once.values() if not any(part in a for part in ("health", *but))]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("text", NONSENSE[:15], ids=lambda text: ascii(text)[:20])
def test_no_name_in_the_query_makes_a_500(client, shop, text):
    wrong = []
    for address in plain_addresses(shop, but=("callback", "select", "restore", "delete", "decide")):
        queries = [encoded([(name, text) for name in READ if name not in ("q", "p", "o", "e")])]
        queries += [encoded({name: text}) for name in ("q", "since")]
        if address.startswith("/admin/product_isolation/") and address.count("/") == 4:
            queries += [encoded({name: text}) for name in (*LOOKUPS, "p", "o", "all", text)]
        wrong += [(address, q[:60]) for q in queries if broken(client.get(f"{address}?{q}"))]
    assert not wrong


@pytest.mark.sampled(4)
@pytest.mark.parametrize("text", NONSENSE[:5] + NONSENSE[9:13], ids=lambda text: ascii(text)[:20])
def test_nothing_that_is_posted_makes_a_500(client, shop, text):
    run, wrong = shop["run"], []
    notes = {f"note-{run.pk}": text}
    decisions = [
        {"decide": f"{name}:{which}", "run": which, "price": "0.27", **notes}
        for name, which in [("again", "all"), ("again", run.pk), ("resume", text), (text, "all")]
    ]
    forms = [
        *decisions,
        dict.fromkeys(READ, text),
        {name: text for name in READ if name not in ("decide", "action")} | {"decide": "reject"},
        {"pk": str(shop["image"].pk), "back": text, "site": text},
        {"pk": str(shop["image"].pk), "redo_of": text},
        {"price": "0.27", "prompt": text, "aspect_ratio": "1:1", "resolution": "1K"},
        {"action": "reject", "_selected_action": text, "index": "0"},
        {"action": "reject", "_selected_action": str(run.pk), "index": text},
        {"name": text, "prompt": text, "aspect_ratio": "1:1", "resolution": "1K"},
    ]
    for address in plain_addresses(shop, but=("callback", "preview", "spending", "catalogue")):
        for form in forms:
            body = encoded(form)
            kind = "application/x-www-form-urlencoded"
            if broken(client.post(address, body, content_type=kind)):
                wrong.append((address, body[:90]))
    assert not wrong


@pytest.mark.parametrize("text", ["\x00", "a\x00b"], ids=ascii)
def test_text_that_no_database_takes_reaches_no_view_of_ours(client, shop, text):
    # Neither do callbacks, which read strictly and by themselves; the shop's own pages are its own.
    for address in plain_addresses(shop, but=("callback",)):
        if address.startswith("/admin/catalogue/"):
            continue
        for form in ({"note": text}, {text: "note"}):
            kind = "application/x-www-form-urlencoded"
            assert client.post(address, encoded(form), content_type=kind).status_code == 400
        assert client.get(f"{address}?{encoded({'surprise': text})}").status_code == 400
    unseen = reverse("product_isolation:preview_image", args=["catalogue.productimage", "1"])
    key = quote(text, errors="surrogatepass")
    assert client.get(unseen.replace("/1/", f"/{key}/")).status_code == 404


def test_uploads_and_strange_bodies_make_no_500(client, shop):
    file = SimpleUploadedFile("\x00.jpg", b"\x00", content_type="image/jpeg")
    for address in plain_addresses(shop):
        assert not broken(client.post(address, {"decide": "reject", "pk": file}))
        for kind in (
            "application/json",
            "multipart/form-data; boundary=x",
            "text/plain; charset=x",
        ):
            assert not broken(client.generic("POST", address, b"\x00\xff{", content_type=kind))


def test_the_walk_knows_every_page(shop):
    walked = {resolve(a).url_name for a in addresses_of_ours(shop) if "%" not in a}
    assert walked >= {pattern.name for pattern in urlpatterns if pattern.name}
    registered = {m for m in admin.site._registry if m._meta.app_label == "product_isolation"}
    assert registered == {*shop["objects"], Preset}
