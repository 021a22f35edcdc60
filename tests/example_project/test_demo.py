"""``manage.py demo``: one shop, its worker and the sandbox, started and stopped for real."""

import os
import re
import signal
import socket
import time
from dataclasses import dataclass

import pytest
import requests
from PIL import Image, ImageDraw

from .shop_process import STARTED, demo, ends, free_ports, manage

ACTION = "isolate_product"


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for number, name in enumerate(["jeans-street.jpg", "tea_pot.png", "mug.jpg", "mug.webp"]):
        picture = Image.new("RGB", (320, 240), (230, 226, 215))
        ImageDraw.Draw(picture).ellipse([90, 50, 230, 190], fill=(40 * number, 60, 120))
        picture.save(folder / name)
    (folder / "notes.txt").write_text("not a picture")
    (folder / "broken.jpg").write_bytes(b"not one either")
    (folder / "folder.jpg").mkdir()
    return folder


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    return tmp_path_factory.mktemp("shop") / "var"


@pytest.fixture(scope="module")
def shop(var, photos):
    with demo(var, "--photos", str(photos)) as running:
        running.wait_for(STARTED)
        yield running


def page(shop, path: str = "", **query: str) -> str:
    answer = requests.get(shop.url + path, params=query, timeout=10)
    assert answer.status_code == 200
    return answer.text


def names(html: str) -> list[str]:
    return re.findall(r'class="product-name">([^<]+)', html)


def sources(html: str) -> list[str]:
    return re.findall(r'<img[^>]* src="/([^"]+)"', html)


class Staff:
    """A member of staff in front of the admin."""

    def __init__(self, shop, name: str) -> None:
        self.session, self.url = requests.Session(), shop.url
        self.get("admin/login/")
        self.post("admin/login/", username=name, password="demo", next="/admin/")

    def get(self, path: str) -> str:
        answer = self.session.get(self.url + path, timeout=10)
        assert answer.status_code == 200, path
        return answer.text

    def post(self, path: str, **fields) -> str:
        fields["csrfmiddlewaretoken"] = self.session.cookies["csrftoken"]
        answer = self.session.post(self.url + path, data=fields, timeout=30)
        assert answer.status_code == 200, path
        return answer.text


@pytest.fixture
def staff(shop):
    member = Staff(shop, "staff")
    yield member
    member.session.close()


@pytest.fixture
def assistant(shop):
    member = Staff(shop, "assistant")
    yield member
    member.session.close()


def test_the_start_says_where_to_go_and_how_to_log_in(shop, var):
    welcome = [line for line in shop.output.splitlines() if " | " not in line and line.strip()][-4:]

    assert shop.url in welcome[0]
    assert f"{shop.url}admin/shop/productimage/" in welcome[1]
    assert '"staff"' in welcome[1]
    assert '"demo"' in welcome[1]
    assert str(var) in welcome[3]


def test_what_the_programs_write_carries_their_name(shop):
    assert "sandbox | " in shop.output
    assert "site    | " in shop.output
    assert "worker  | Taking the steps" in shop.output


def test_pictures_of_a_folder_become_products_named_after_their_files(shop):
    assert names(page(shop)) == ["Jeans street", "Mug", "Tea pot"]
    assert "3 new products" in shop.output


def test_pictures_of_one_name_are_one_product(shop):
    assert len(set(sources(page(shop, "products/mug/")))) == 2
    assert len(set(sources(page(shop, "products/tea-pot/")))) == 1


def test_the_product_page_shows_the_picture_that_was_chosen(shop):
    html = page(shop, "products/mug/")
    second = re.findall(r'href="\?picture=(\d+)"', html)[1]
    large = re.compile(r'class="large-picture" src="/([^"]+)"')

    chosen = large.search(page(shop, "products/mug/", picture=second)).group(1)

    assert chosen != large.search(html).group(1)
    assert page(shop, "products/mug/", picture="nonsense") == html


def test_pictures_styles_and_icon_come_from_the_shop_itself(shop):
    html = page(shop) + page(shop, "products/mug/")

    for path in {*sources(html), *re.findall(r'<link [^>]*href="/([^"]+)"', html), "favicon.ico"}:
        answer = requests.get(shop.url + path, timeout=10)
        assert answer.status_code == 200, path
        assert answer.content, path
    assert not re.search(r"https?://|<script|<style|style=|onclick", html)


def test_an_unknown_product_is_not_found(shop):
    assert requests.get(shop.url + "products/unicorn/", timeout=10).status_code == 404


def test_tokens_of_callbacks_are_blotted_out_of_the_log(shop):
    requests.post(f"{shop.url}product-isolation/callback/very-secret-token", timeout=10)
    shop.wait_for("/product-isolation/callback/...")

    assert "very-secret-token" not in shop.output


def test_the_footer_leads_staff_to_the_images(shop, staff):
    assert 'href="/admin/shop/productimage/"' in page(shop)

    listed = staff.get("admin/shop/productimage/")

    assert len(re.findall(r'<img src="/media/products/[^>]+ height="60"', listed)) == 4
    assert "320 x 240" in listed
    assert ACTION in listed


def test_the_product_form_shows_its_images(staff):
    listed = staff.get("admin/shop/product/")
    form = staff.get(re.search(r'href="/(admin/shop/product/\d+/change/)">Mug', listed).group(1))

    assert len(re.findall(r'<img src="/media/products/mug-[^>]+ height="90"', form)) == 2


def test_the_assistant_may_isolate_images_but_not_delete_products(assistant):
    listed = assistant.get("admin/shop/productimage/")

    assert ACTION in listed
    assert "restore_original" in listed
    assert "delete_selected" not in listed
    assert "admin/auth/user/" not in assistant.get("admin/")


def test_an_image_that_the_assistant_isolates_takes_its_place_in_the_shop(shop, assistant):
    before = sources(page(shop, "products/tea-pot/"))
    listed = assistant.get("admin/shop/productimage/?q=tea")
    pk = re.search(r'name="_selected_action" value="(\d+)"', listed).group(1)

    chosen = {"action": ACTION, "_selected_action": pk}
    confirm = assistant.post("admin/shop/productimage/", index="0", **chosen)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', confirm))
    answers = {"prompt": "{product}", "aspect_ratio": "1:1", "resolution": "1K"}
    assistant.post("admin/shop/productimage/", **{**hidden, **chosen, **answers, "confirm": "yes"})

    deadline = time.monotonic() + 60
    while sources(page(shop, "products/tea-pot/")) == before:
        assert time.monotonic() < deadline, shop.output
        time.sleep(0.2)
    assert "status=applied" in shop.output
    assert "/v1/" in shop.output
    assert re.search(r"event=sandbox_callback .* status=200", shop.output)


@dataclass
class Ended:
    """What is left of a demo that was stopped."""

    status: int
    output: str
    programs: dict[str, int]
    home: str


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return tmp_path_factory.mktemp("filled") / "var"


@pytest.fixture(scope="module")
def first_start(filled, photos):
    """A demo that was stopped by Ctrl-C."""
    with demo(filled, "--photos", str(photos)) as running:
        running.wait_for(STARTED)
        programs, home = running.programs(), page(running)
        status = running.interrupt()
    return Ended(status, running.output, programs, home)


@pytest.fixture(scope="module")
def second_start(filled, first_start, photos):
    """The same shop again after a product was renamed, this time stopped by SIGTERM."""
    change = (
        "from shop.models import Product; Product.objects.filter(slug='mug').update(name='Cup')"
    )
    assert manage(filled, "shell", "-v", "0", "-c", change).returncode == 0
    with demo(filled, "--photos", str(photos), "--workers", "request") as running:
        running.wait_for(STARTED)
        programs, home = running.programs(), page(running)
        running.process.terminate()
        status = running.ended()
    return Ended(status, running.output, programs, home)


def test_ctrl_c_ends_every_program(first_start):
    assert set(first_start.programs) == {"runflow_sandbox", "runserver", "isolation_worker"}
    assert first_start.status == 0
    assert first_start.output.endswith("\nStopped.\n")
    assert "worker  | Stopped." in first_start.output
    assert "Traceback" not in first_start.output
    assert all(ends(pid) for pid in first_start.programs.values())


def test_sigterm_ends_every_program(second_start):
    assert second_start.status == 0
    assert second_start.output.endswith("\nStopped.\n")
    assert all(ends(pid) for pid in second_start.programs.values())


def test_without_a_worker_site_and_sandbox_are_all(second_start):
    assert set(second_start.programs) == {"runflow_sandbox", "runserver"}


def test_a_second_start_keeps_the_data_and_adds_only_what_is_new(first_start, second_start):
    assert names(first_start.home) == ["Jeans street", "Mug", "Tea pot"]
    assert names(second_start.home) == ["Cup", "Jeans street", "Tea pot"]
    assert sorted(sources(second_start.home)) == sorted(sources(first_start.home))
    assert "0 new products" in second_start.output


def test_a_program_that_dies_is_named_and_ends_the_demo(filled, first_start):
    with demo(filled) as running:
        running.wait_for(STARTED)
        programs = running.programs()
        os.kill(programs["isolation_worker"], signal.SIGKILL)
        assert running.ended() == 1

    assert "The worker stopped by itself" in running.output
    assert "Drawing" not in running.output
    assert all(ends(pid) for pid in programs.values())


def test_ctrl_c_while_photos_are_drawn_loads_nothing(tmp_path):
    with demo(tmp_path / "var") as running:
        running.wait_for("Drawing")
        assert running.interrupt() == 0

    assert "Traceback" not in running.output
    assert STARTED not in running.output
    count = "from shop.models import Product; print(Product.objects.count())"
    assert manage(tmp_path / "var", "shell", "-v", "0", "-c", count).stdout.strip() == "0"


@pytest.mark.parametrize("option", ["--port", "--sandbox-port"])
def test_a_taken_port_is_named_and_nothing_is_started(tmp_path, option):
    ports = dict(zip(["--port", "--sandbox-port"], free_ports(2), strict=True))
    arguments = [str(word) for pair in ports.items() for word in pair]

    with socket.create_server(("127.0.0.1", ports[option])):
        done = manage(tmp_path / "var", "demo", *arguments)

    assert done.returncode == 1
    assert f"Port {ports[option]} is taken" in done.stderr
    assert f"{option} {ports[option] + 1}" in done.stderr
    assert not (tmp_path / "var" / "shop.sqlite3").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--photos", "no-such-folder"], "there is no folder no-such-folder"),
        (["--photos", "empty"], "there is no picture in empty"),
        (["--port", "8765", "--sandbox-port", "8765"], "--port and --sandbox-port must differ"),
        (["--port", "70000"], "--port must be between 1 and 65535"),
        (["--sandbox-port", "0"], "--sandbox-port must be between 1 and 65535"),
        (["--workers", "celery"], "No broker answers"),
    ],
)
def test_a_mistake_is_explained_before_anything_starts(tmp_path, arguments, message):
    (tmp_path / "empty").mkdir()
    port, sandbox_port, broker = free_ports(3)
    done = manage(
        tmp_path / "var",
        *("demo", "--port", str(port), "--sandbox-port", str(sandbox_port), *arguments),
        CELERY_BROKER_URL=f"redis://127.0.0.1:{broker}/0",
    )

    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
