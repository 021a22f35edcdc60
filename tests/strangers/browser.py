"""What one member of staff does in a stranger's admin, over HTTP."""

import re
import time
from html import unescape
from urllib.parse import urljoin

import requests

from tests.integration.shop import Page
from tests.strangers.passwords import PASSWORD
from tests.strangers.process import Project


def run_in(page: Page) -> str:
    """The key of the first run on a batch's page."""
    return re.findall(r'id="run-([^"]+)"', page.text)[0]


def words_of(page: Page | requests.Response) -> str:
    """What a person reads on a page, for the message of a test that fails."""
    text = re.sub(r"(?s)<style.*?</style>|<script.*?</script>|<[^>]+>", " ", page.text)
    return " ".join(text.split())


class Browser:
    """One person's cookies."""

    def __init__(self, project: Project, photos: str) -> None:
        """``photos`` is the path of the list of images."""
        self.project, self.photos = project, photos
        self.session = requests.Session()
        self.session.trust_env = False

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_error: object) -> None:
        self.session.close()

    def reply(self, path: str) -> requests.Response:
        """Whatever an address answers, where it leads to included."""
        return self.session.get(urljoin(self.project.url, path), timeout=30)

    def get(self, path: str) -> Page:
        return Page(self.reply(path))

    def post(self, path: str, data: list[tuple[str, str]]) -> requests.Response:
        url = urljoin(self.project.url, path)
        token = ("csrfmiddlewaretoken", self.session.cookies.get("csrftoken", ""))
        data = [token, *(field for field in data if field[0] != token[0])]
        return self.session.post(url, data, headers={"Referer": self.project.url}, timeout=30)

    def log_in(self, name: str, **further: str) -> None:
        """``further`` are fields that this admin asks for besides."""
        self.get("/admin/login/")
        fields = {"username": name, "password": PASSWORD, **further}
        page = Page(self.post("/admin/login/?next=/admin/", list(fields.items())))
        assert "/login/" not in page.url, page.text

    def keys(self) -> list[str]:
        """Those of the images in the list."""
        return re.findall(r'name="_selected_action" value="([^"]+)"', self.get(self.photos).text)

    def form(self, key: str) -> Page:
        """The shop's own page of one image."""
        return self.get(f"{self.photos}{key}/change/")

    def shown(self, key: str = "") -> bytes:
        """The bytes that the shop's own image field points at."""
        page = self.form(key or self.keys()[0])
        [address] = re.findall(r'class="file-upload">[^<]*<a href="([^"]+)"', page.text)
        reply = requests.get(
            urljoin(self.project.url, unescape(address)),
            timeout=30,
            verify=self.project.environment.get("AWS_CA_BUNDLE", True),
        )
        assert reply.ok, reply.text
        return reply.content

    def save(self, key: str, **files: bytes) -> requests.Response:
        """Send the shop's own form as it is, with other files."""
        page = self.form(key)
        uploads = {name: ("new.jpg", content) for name, content in files.items()}
        return self.session.post(
            page.url, page.fields, files=uploads, headers={"Referer": page.url}, timeout=30
        )

    def approve(self, run: str) -> None:
        self.post("/product-isolation/review/", [("decide", f"approve:{run}")])

    def act(self, action: str, keys: list[str]) -> Page:
        """Tick rows of the list and run an action."""
        ticked = [("_selected_action", key) for key in keys]
        return Page(self.post(self.photos, [("action", action), *ticked]))

    def order(self, keys: list[str], **chosen: str) -> Page:
        """Order what is ticked; ``chosen`` are fields of the confirm page. Returns the batch's."""
        confirm = self.act("isolate_product", keys)
        assert "/confirm/" in confirm.url, confirm.text
        fields = [field for field in confirm.fields if field[0] not in chosen]
        page = Page(self.post(confirm.url, [*fields, *chosen.items()]))
        assert "/batches/" in page.url, page.text
        return page

    def wait_for(self, words: str, path: str, *, seconds: float = 60.0) -> Page:
        """The page at ``path`` once it says ``words``."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            page = self.get(path)
            if words in page.text:
                return page
            time.sleep(0.2)
        raise AssertionError(f"never {words!r}:\n{words_of(page)}\n{self.project.logs()[-3000:]}")
