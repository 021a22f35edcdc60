"""Who may do what: every address of ours, people of every kind, GET and POST.

An address that is missing in ``ROWS`` fails the test: say here whom it lets in.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset, Selection
from django_product_isolation.workflow import plan, quote_of
from tests.photos import make_image
from tests.shop import (
    CHANGE,
    EVERYTHING,
    ISOLATE,
    RESTORE,
    REVIEW,
    VIEW,
    VIEW_RUNS,
    confirm,
    make_run,
    make_staff,
    status_of,
)
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

PRESETS = tuple(f"product_isolation.{verb}_preset" for verb in ("view", "add", "change", "delete"))
STAFF = {
    "staff": (),
    "viewer": (VIEW,),
    "changer": (VIEW, CHANGE),
    "watcher": (VIEW, VIEW_RUNS),
    "isolator": (VIEW, CHANGE, ISOLATE),
    "isolator of nothing": (VIEW, ISOLATE),
    "reviewer": (VIEW, CHANGE, REVIEW),
    "restorer": (VIEW, CHANGE, RESTORE),
    "restorer of nothing": (VIEW, RESTORE),
    "preset manager": PRESETS,
    "bookkeeper": ("product_isolation.view_spending",),
    "locked out": EVERYTHING,  # of every single image, by the host
    "manager": (*EVERYTHING, *PRESETS),
}
OUTSIDERS = {"anonymous", "customer"}
PEOPLE = [*sorted(OUTSIDERS), *STAFF]

EVERYBODY = set(PEOPLE)
NOBODY: set[str] = set()
ISOLATORS = {"isolator", "isolator of nothing", "locked out", "manager"}
WATCHERS = {*ISOLATORS, "watcher"}
LOOKERS = {*WATCHERS, "reviewer", "restorer", "restorer of nothing"}
RESTORERS = {"restorer", "manager"}
REVIEWERS = {"reviewer", "locked out", "manager"}
PRESET_MANAGERS = {"preset manager", "manager"}


@dataclass(frozen=True)
class Scene:
    """What there is to look at and to change."""

    run: IsolationRun
    image: ProductImage
    selection: Selection
    preset: Preset


@dataclass(frozen=True)
class Row:
    """An address, whom it lets in, and what is posted there."""

    args: Callable[[Scene], list[object]]
    get: set[str]
    post: set[str]
    data: Callable[[Scene], dict[str, object]] = field(default=lambda scene: {})


def no_args(scene):
    return []


def of_run(scene):
    return [scene.run.pk]


def of_batch(scene):
    return [scene.run.batch_id]


def approval(scene):
    return {"decide": f"approve:{scene.run.pk}"}


def of_preset(scene):
    return [scene.preset.pk]


def get_model_admin(model: str, args, lookers: set[str]) -> dict[str, Row]:
    """The addresses of a record of ours that people may only read."""
    name = f"admin:product_isolation_{model}"
    return {
        # A POST without an action draws the list again.
        f"{name}_changelist": Row(no_args, get=lookers, post=lookers),
        f"{name}_add": Row(no_args, get=NOBODY, post=NOBODY),
        f"{name}_history": Row(args, get=lookers, post=lookers),
        f"{name}_delete": Row(args, get=NOBODY, post=NOBODY),
        f"{name}_change": Row(args, get=lookers, post=NOBODY),
    }


PRESET_FORM = {"name": "Square", "aspect_ratio": "1:1", "resolution": "2K", "prompt": ""}
PRESET = "admin:product_isolation_preset"
OURS = "product_isolation"
CALLBACK = f"{OURS}:callback"  # asks for a token, whoever it is; see test_callback
ROWS = {
    CALLBACK: Row(lambda s: ["nonsense"], get=NOBODY, post=NOBODY),
    f"{OURS}:health": Row(no_args, get=EVERYBODY, post=NOBODY),
    f"{OURS}:lateness": Row(no_args, get=EVERYBODY, post=NOBODY),
    f"{OURS}:progress": Row(
        of_batch, get=WATCHERS, post={"manager"}, data=lambda s: {"decide": f"restore:{s.run.pk}"}
    ),
    f"{OURS}:review": Row(no_args, get=REVIEWERS, post={"manager", "reviewer"}, data=approval),
    f"{OURS}:spending": Row(no_args, get={"bookkeeper"}, post=NOBODY),
    f"{OURS}:spending_export": Row(no_args, get={"bookkeeper"}, post=NOBODY),
    f"{OURS}:findings": Row(no_args, get={*REVIEWERS, *WATCHERS}, post=NOBODY),
    f"{OURS}:preview_run": Row(lambda s: [s.run.pk, "source"], get=LOOKERS, post=NOBODY),
    f"{OURS}:preview_image": Row(
        lambda s: ["catalogue.productimage", s.image.pk], get=ISOLATORS, post=NOBODY
    ),
    f"{OURS}:select": Row(
        lambda s: ["catalogue.productimage"],
        get=NOBODY,
        post={"isolator", "manager"},
        data=lambda s: {"pk": s.image.pk},
    ),
    f"{OURS}:confirm": Row(
        lambda s: [s.selection.pk],
        get={"isolator", "manager"},
        post={"isolator", "manager"},
        data=lambda s: confirm(quote=str(quote_of(plan(s.image)))),
    ),
    f"{OURS}:restore": Row(of_run, get=NOBODY, post=RESTORERS),
    # What they have not asked for themselves they do not find there; see test_restore.
    f"{OURS}:restores": Row(lambda s: ["2026-01-01T00:00:00+00:00"], get=NOBODY, post=NOBODY),
    "admin:product_isolation_isolationrun_decide": Row(
        of_run, get=NOBODY, post={"manager"}, data=lambda s: {"decide": "restore"}
    ),
    **get_model_admin("isolationrun", of_run, WATCHERS),
    **get_model_admin("isolationbatch", of_batch, WATCHERS),
    # Leads to the batch page, which decides for itself.
    "admin:product_isolation_isolationbatch_change": Row(of_batch, get=WATCHERS, post=WATCHERS),
    f"{PRESET}_changelist": Row(no_args, get=PRESET_MANAGERS, post=PRESET_MANAGERS),
    f"{PRESET}_add": Row(
        no_args, get=PRESET_MANAGERS, post=PRESET_MANAGERS, data=lambda s: PRESET_FORM
    ),
    f"{PRESET}_history": Row(of_preset, get=PRESET_MANAGERS, post=PRESET_MANAGERS),
    f"{PRESET}_delete": Row(
        of_preset, get=PRESET_MANAGERS, post=PRESET_MANAGERS, data=lambda s: {"post": "yes"}
    ),
    f"{PRESET}_change": Row(
        of_preset, get=PRESET_MANAGERS, post=PRESET_MANAGERS, data=lambda s: PRESET_FORM
    ),
}


def addresses(resolver, namespaces=()) -> set[str]:
    """The names of all addresses of ours below ``resolver``."""
    found = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            found |= addresses(pattern, inner)
        elif pattern.name and "product_isolation" in (
            name := ":".join([*namespaces, pattern.name])
        ):
            found.add(name)
    return found


def test_every_address_of_ours_has_a_row():
    assert addresses(get_resolver()) == set(ROWS)


@pytest.fixture
def scene():
    run = make_run(Status.APPLIED, name="Cup")
    image = make_image("Pot")
    selection = Selection.objects.create(
        model_label="catalogue.productimage",
        site_name="admin",
        object_pks=[str(image.pk)],
        chosen=1,
    )
    return Scene(run, image, selection, Preset.objects.create(name="Plain"))


@pytest.fixture(params=PEOPLE)
def person(request, client, scene):
    """Log one of the people in and say who it is."""
    who = request.param
    if who in STAFF:
        client.force_login(make_staff(*STAFF[who]))
    elif who == "customer":
        customer = get_user_model().objects.create_user("customer")
        customer.user_permissions.set(Permission.objects.all())
        client.force_login(customer)
    if who == "locked out":
        request.getfixturevalue("some_are_locked")
        ProductImage.objects.update(caption="locked")
    return who


def traces() -> list[object]:
    """All that the people could have changed."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (ProductImage, IsolationRun, IsolationBatch, Preset)
    ]


def is_in(response) -> bool:
    """Whether the answer is the page, or leads on; any other must be a refusal."""
    to_login = response.status_code == 302 and "/login/" in response["Location"]
    assert to_login or response.status_code in (200, 302, 403, 404, 405), response.status_code
    return response.status_code in (200, 302) and not to_login


def test_get_lets_in_whom_it_should_and_changes_nothing(client, person, scene):
    before = traces()
    let_in = {
        name for name, row in ROWS.items() if is_in(client.get(reverse(name, args=row.args(scene))))
    }
    assert let_in == {name for name, row in ROWS.items() if person in row.get}
    assert traces() == before


def test_post_lets_in_whom_it_should_and_others_change_nothing(client, person, scene):
    before, let_in, changed, changed_images = traces(), set(), set(), set()
    for name, row in ROWS.items():
        with transaction.atomic():
            if is_in(client.post(reverse(name, args=row.args(scene)), row.data(scene))):
                let_in.add(name)
            after = traces()
            transaction.set_rollback(True)
        if after != before:
            changed.add(name)
        if after[:3] != before[:3]:
            changed_images.add(name)
    expected = {name for name, row in ROWS.items() if person in row.post}
    assert let_in == expected
    assert changed <= expected
    may_change_images = person in ("isolator", "reviewer", "restorer", "manager", "changer")
    assert may_change_images or not changed_images


def test_no_post_is_taken_from_another_site(scene):
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.create_superuser("boss"))
    before = traces()
    for name, row in ROWS.items():
        response = client.post(reverse(name, args=row.args(scene)), row.data(scene))
        assert response.status_code in ((404,) if name == CALLBACK else (403, 405)), name
    assert traces() == before


def test_the_table_finds_who_gets_in_by_the_right_door(client, scene):
    """That the POSTs of the table do something, so that a refusal means something."""
    client.force_login(get_user_model().objects.create_superuser("boss"))
    for name in ("restore", "confirm"):
        row = ROWS[f"product_isolation:{name}"]
        url = reverse(f"product_isolation:{name}", args=row.args(scene))
        client.post(url, row.data(scene))
    assert status_of(scene.run) == Status.RESTORING
    assert IsolationBatch.objects.filter(pk=scene.selection.pk).exists()
