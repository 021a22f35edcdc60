"""Checks of what the shop brings: its image models, admins, addresses and storages."""

from collections.abc import Iterator
from uuid import UUID

from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.urls import (
    NoReverseMatch,
    Resolver404,
    URLPattern,
    get_script_prefix,
    resolve,
    reverse,
)

from django_product_isolation import imaging
from django_product_isolation.conf import SETTING, IsolationSettings
from django_product_isolation.host import Target, build, entries, extensions_of, get_targets
from django_product_isolation.host.access.shop_permissions import is_shown

from .names import called, well_named


def check_images(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if not settings.IMAGES:
        yield Warning(
            f'{SETTING}["IMAGES"] names no model, so no admin gets the actions.',
            hint='Name your image model: {"catalogue.ProductImage": {"field": "original"}}.',
            id="product_isolation.W001",
        )
    for label, options in entries(settings.IMAGES):
        try:
            target = build(label, options)
        except ImproperlyConfigured as error:
            yield Error(
                str(error),
                hint='An entry looks like "app.Model": {"field": "image", "product": "product"}.',
                id="product_isolation.E003",
            )
        else:
            if obstacle := target.obstacle:
                yield Error(obstacle.text, hint=obstacle.hint, id=obstacle.id)


def check_entries(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """What two entries make of each other."""
    columns: dict[str, Target] = {}
    fields: set[tuple[type[Model], str]] = set()
    for target in well_named(settings):
        key = (target.model, target.field.name)
        name, label = target.field.name, target.model._meta.label
        if key in fields:
            yield Error(
                f"{SETTING} names the field {name} of {label} twice.",
                hint="Leave one of the entries away. Labels that differ in case only are one.",
                id="product_isolation.E011",
            )
        elif other := columns.get(target.column):
            yield Warning(
                f"{label}.{name} and {other.model._meta.label}.{other.field.name} are one column, "
                "named twice. An image is isolated through either, never through both at once.",
                hint="Leave one of the entries away, unless product or category differ.",
                id="product_isolation.W007",
            )
        fields.add(key)
        columns.setdefault(target.column, target)


def check_urls(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Our addresses are in the URLconf, and nothing before them answers in their place."""
    if not has_address("product_isolation:callback", "token"):
        yield missing_addresses(settings)
        return
    for address, answering in taken_addresses():
        yield Error(
            f"{address} is one of the app's addresses, but {answering} answers there.",
            hint='Put the line with include("django_product_isolation.urls") above the one that '
            "takes every address, such as Wagtail's or a catch-all of your own.",
            id="product_isolation.E056",
        )


def check_cookies(_settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Whoever is logged in to the admin is so on our pages.

    What covers neither is no finding: the path under which the server mounts the whole site, which
    nobody knows here.
    """
    pages = ("admin:index", "product_isolation:review")
    if not all(map(has_address, pages)):
        return  # E009 says so
    admin, ours = map(reverse, pages)
    names = ["SESSION_COOKIE_PATH"]
    if not django_settings.CSRF_USE_SESSIONS:
        names.append("CSRF_COOKIE_PATH")
    for name in names:
        path = str(getattr(django_settings, name) or "/").rstrip("/") + "/"
        if admin.startswith(path) and not ours.startswith(path):
            yield Warning(
                f"{name} covers the admin, but not the app's addresses, such as {ours}: nobody can "
                "order anything there.",
                hint=f'Set it to "/", or include the app\'s addresses below it: '
                f'path("{path.strip("/")}/product-isolation/", '
                'include("django_product_isolation.urls")), above the line of the admin.',
                id="product_isolation.W035",
            )


def missing_addresses(settings: IsolationSettings) -> CheckMessage:
    """An error where something surely needs them in ROOT_URLCONF: callbacks, or an admin there.

    Else the staff's pages may have a URLconf of their own, which middleware gives to requests.
    """
    line = 'path("product-isolation/", include("django_product_isolation.urls"))'
    if settings.CALLBACK_BASE_URL is not None:
        return Error(
            "The app's addresses are not in ROOT_URLCONF, and a callback's is made from it.",
            hint=f"Add {line} there. Workers know no request, and so no URLconf that middleware "
            "gives to one: a host of its own for your staff needs the line in both, under the "
            "same path, or CALLBACK_BASE_URL = None, which has results polled.",
            id="product_isolation.E009",
        )
    if has_address("admin:index"):
        return Error(
            "The app's addresses are not in the URLconf.",
            hint=f"Add {line}.",
            id="product_isolation.E009",
        )
    return Warning(
        "Neither the app's addresses nor an admin's are in ROOT_URLCONF.",
        hint=f"Add {line} to the URLconf of your staff's pages. Where that is another one, which "
        "middleware gives to requests for their host, and has the line, name this id in "
        "SILENCED_SYSTEM_CHECKS.",
        id="product_isolation.W024",
    )


def has_address(view: str, *args: str) -> bool:
    """Whether a view is in ROOT_URLCONF, which settings for workers alone may lack."""
    urlconf = getattr(django_settings, "ROOT_URLCONF", None)
    if urlconf is None:
        return False
    try:
        reverse(view, urlconf=urlconf, args=args)
    except NoReverseMatch:
        return False
    return True


def taken_addresses() -> Iterator[tuple[str, str]]:
    """Addresses of ours at which another view answers, and its name."""
    from django_product_isolation.urls import urlpatterns  # loaded with the shop's own

    names = dict.fromkeys(pattern.name for pattern in urlpatterns if pattern.name)
    samples = {pattern.name: sample_of(pattern) for pattern in urlpatterns}
    for name in names:
        address = reverse(f"product_isolation:{name}", kwargs=samples[name])
        path = "/" + address.removeprefix(get_script_prefix())
        try:
            match = resolve(path)
        except Resolver404:
            yield path, "nothing"
            continue
        if "product_isolation" not in match.app_names or match.url_name != name:
            yield path, match._func_path


def sample_of(pattern: URLPattern) -> dict[str, str]:
    """Arguments for an address, as they look in real ones."""
    by_kind = {"UUIDConverter": str(UUID(int=0)), "TokenConverter": f"{UUID(int=0).hex}~signature"}
    return {
        name: by_kind.get(type(converter).__name__, "catalogue.productimage")
        for name, converter in pattern.pattern.converters.items()
    }


def check_formats(_settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Each field takes at least one of the formats that a result can have."""
    try:
        targets = list(get_targets().values())
    except ImproperlyConfigured:
        return  # E003 says so
    for target in targets:
        if not imaging.accepted_formats(extensions_of(target.field)):
            yield Error(
                f"{target.field} accepts none of the formats that results can have.",
                hint="Let its FileExtensionValidator take one of jpg, png and webp. Until then "
                "nothing is sent to Runflow for it.",
                id="product_isolation.E055",
                obj=target.field,
            )


def check_admin(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if not apps.is_installed("django.contrib.admin"):
        return
    from django_product_isolation.admin.host.attach import attach_to_latecomers

    attach_to_latecomers()
    for model in dict.fromkeys(target.model for target in well_named(settings)):
        if not is_shown(model):
            yield Warning(
                f"{model._meta.label} is named in {SETTING} but no admin site shows it.",
                hint="Register a ModelAdmin for it, or an inline of the products' one: actions and "
                "buttons attach themselves there.",
                id="product_isolation.W002",
            )


def check_storages(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Nothing of ours has a name twice, but an upload of the shop's own would take an original."""
    for target in well_named(settings):
        try:
            overwrites = any(place.overwrites for place in target.places())
        except Exception as error:  # of a class of the shop's own, too
            yield Warning(
                f"The storage of {called(target)} cannot be made: {type(error).__name__}.",
                hint="Correct STORAGES, or what the storage has its keys from: until then nothing "
                "is sent to Runflow for it. A build that is given no keys may pass this over.",
                id="product_isolation.W037",
            )
            continue
        if overwrites:
            yield Warning(
                f"The storage of {called(target)} overwrites files that have the same name.",
                hint='Give it the option "file_overwrite": False (Azure: "overwrite_files", '
                'Django: "allow_overwrite"), or a later upload destroys an original that could '
                "have been restored.",
                id="product_isolation.W005",
            )
