"""What one member of staff does in a stranger's admin, over HTTP."""

import re
import time
from urllib.parse import urljoin

import requests

from tests.integration.shop import Page
from tests.strangers.passwords import PASSWORD
from tests.strangers.process import Project


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
        raise AssertionError(f"never {words!r}:\n{page.text}\n{self.project.logs()}")
