"""Our buttons and badges are whole and can be pressed, on wide and on narrow screens."""

import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import Selection
from tests.photos import photo_file
from tests.shop import CHANGELIST, make_batch, make_run
from tests.shops.wardrobe.models import Cut, CutPicture, Garment

pytestmark = pytest.mark.django_db(transaction=True)

THEME = django_settings.SETTINGS_MODULE.rpartition(".")[2]
SHOTS = os.environ.get("SHOTS")  # a folder, to look at the pages
SCREENS = {1280: 900, 390: 844}

# Of ours, what is shown, but cut, too small, outside the window or under something else.
WRONG = """is_wide => {
  const found = [];
  const ours = '.isolation button, .isolation input[type=submit], .isolation a.button,'
    + ' .isolation-badge';
  for (const one of document.querySelectorAll(ours)) {
    if (!one.checkVisibility()) continue;
    const problems = [];
    for (let around = one.parentElement; around; around = around.parentElement) {
      const overflow = getComputedStyle(around).overflowX;
      if (getComputedStyle(around).display === 'contents') continue;
      const is_over = one.getBoundingClientRect().right > around.getBoundingClientRect().right + 1;
      if (['hidden', 'clip'].includes(overflow) && is_over) problems.push('hidden');
      if (!['auto', 'scroll'].includes(overflow)) continue;
      if (is_over && is_wide) problems.push('moved out of sight');
      break;  // what is further out is reached by moving this
    }
    one.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
    const box = one.getBoundingClientRect();
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (box.width < 30 || box.height < 14) problems.push('small');
    if (one.scrollWidth > one.clientWidth + 1) problems.push('cut');
    if (box.left < 0 || box.right > innerWidth + 1) problems.push('outside');
    if (!hit || !(one.contains(hit) || hit.contains(one))) problems.push('covered');
    if (problems.length) found.push(`${problems} ${one.textContent.trim() || one.value}`
      + ` ${Math.round(box.left)}-${Math.round(box.right)}`);
  }
  scrollTo(0, 0);
  return found;
}"""
# The shop's own columns may fill a list; beside the fields of an inline ours are to be in sight.
IN_SIGHT = {"image", "inlines", "nested", "confirm", "batch", "review", "run"}
# Folded parts, Grappelli's too, and Jazzmin's tabs, of which one is shown at a time.
OPEN = """() => {
  for (const one of document.querySelectorAll('details')) one.open = true;
  for (const one of document.querySelectorAll('.grp-closed')) {
    one.classList.replace('grp-closed', 'grp-open');
  }
  for (const one of document.querySelectorAll('.tab-pane')) one.classList.add('active', 'show');
}"""
SEEN = """() => [...document.querySelectorAll('.isolation button, .isolation-badge')]
  .filter(one => one.checkVisibility()).length"""


@pytest.fixture
def boss():
    return User.objects.create_superuser("boss")


@pytest.fixture
def pages(boss, no_steps):
    """Addresses, and how many of our buttons and badges are there at least."""
    batch = make_batch(boss)
    shown = make_run(Status.APPLIED, batch=batch, name="A patiently hand-painted cup")
    ready = make_run(Status.READY, batch=batch, name="A hand-painted pot")
    image = shown.target.instance(shown.object_pk)
    selection = Selection.objects.create(
        created_by=boss,
        model_label="catalogue.productimage",
        site_name="admin",
        object_pks=[str(image.pk), ready.object_pk],
        chosen=2,
    )
    coat = Garment.objects.create(code="c", name="Coat")
    cut = Cut.objects.create(garment=coat, name="Long")
    CutPicture.objects.create(cut=cut, picture=photo_file(), caption="Front")
    found = {
        "list": (CHANGELIST, 2),
        "image": (f"{CHANGELIST}{image.pk}/change/", 3),
        "inlines": (f"/admin/catalogue/product/{image.product_id}/change/", 4),
        "confirm": (reverse("product_isolation:confirm", args=[selection.pk]), 0),
        "batch": (reverse("product_isolation:progress", args=[batch.pk]), 3),
        "review": (reverse("product_isolation:review"), 2),
        "run": (f"/admin/product_isolation/isolationrun/{shown.pk}/change/", 1),
    }
    if THEME == "nested":
        found["nested"] = (f"/admin/wardrobe/garment/{coat.pk}/change/", 1)
    return found


@pytest.fixture
def look(page, live_server, boss):
    client = Client()
    client.force_login(boss)
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    def at(address, width):
        page.set_viewport_size({"width": width, "height": SCREENS[width]})
        page.goto(live_server.url + address, wait_until="load")
        page.evaluate(OPEN)
        page.wait_for_timeout(300)  # themes move things when a page is there
        return page

    return at


@pytest.mark.parametrize("width", SCREENS)
def test_all_that_is_ours_is_whole_and_can_be_pressed(width, pages, look):
    wrong = {}
    for name, (address, least) in pages.items():
        page = look(address, width)
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"theme-{THEME}-{name}-{width}.png", full_page=True)
        problems = page.evaluate(WRONG, width > 1000 and name in IN_SIGHT)
        if page.evaluate(SEEN) < least:
            problems.append(f"only {page.evaluate(SEEN)} are shown")
        if problems:
            wrong[name] = problems
    assert wrong == {}
