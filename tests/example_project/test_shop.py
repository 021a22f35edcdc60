"""A running demo shop as its visitors, its staff and its assistant see it."""

import html
import re
import time

import pytest
import requests

from .shop_process import STARTED, demo, names, page, sources

pytestmark = pytest.mark.long  # starts processes

ACTION = "isolate_product"


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    return tmp_path_factory.mktemp("shop") / "var"


@pytest.fixture(scope="module")
def shop(var, photos):
    with demo(var, "--photos", str(photos)) as running:
        running.wait_for(STARTED)
        yield running


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
    assert "worker  | " not in shop.output  # the site takes the steps itself


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
    address = re.search(r'<form method="post" action="/(product-isolation/confirm/[^"]+)"', confirm)
    answers = {"prompt": "{product}", "aspect_ratio": "1:1", "resolution": "1K"}
    hidden = {name: html.unescape(value) for name, value in hidden.items()}
    assistant.post(address.group(1), **{**hidden, **answers, "review": "at-once"})

    deadline = time.monotonic() + 60
    while sources(page(shop, "products/tea-pot/")) == before:
        assert time.monotonic() < deadline, shop.output
        time.sleep(0.2)
    assert "status=applied" in shop.output
    assert "/v1/" in shop.output
    assert re.search(r"event=sandbox_callback .* status=200", shop.output)
