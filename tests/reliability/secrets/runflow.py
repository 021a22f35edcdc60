"""Runflow over a real wire: all goes well unless a route was given another answer."""

from tests.http_server import Answer, HttpServer, Request, reply, reply_json
from tests.photos import photo_bytes

from . import canaries

RUN = "01991d03-8dc0-7cba-a551-2100f80b56fc"
ASSET = "01991d03-8dc0-7cba-a551-2100f80b56aa"


class RunflowServer(HttpServer):
    """``faults`` holds answers by route; the last of a route is given again and again."""

    def __init__(self) -> None:
        super().__init__(reply_json({}))
        self.faults: dict[str, list[Answer]] = {}

    def answer_for(self, request: Request) -> Answer:
        self.requests.append(request)
        route = route_of(request)
        if faults := self.faults.get(route):
            return faults.pop(0) if len(faults) > 1 else faults[0]
        return self.plain(route)

    def plain(self, route: str) -> Answer:
        """The answer when all goes well."""
        if route == "PUT file":
            return reply()
        if route == "GET output":
            return reply(photo_bytes(size=(256, 256), format="PNG"))
        return reply_json(self.document(route), 201 if route.startswith("POST") else 200)

    def document(self, route: str) -> dict:
        if route == "POST upload":
            return {"asset_id": ASSET, "upload_url": self.link("put", canaries.UPLOAD_LINK)}
        if route == "POST confirmation":
            return {"id": ASSET, "url": self.link("asset", canaries.ASSET_LINK)}
        if route == "GET runs":
            return {"items": [self.run(status_code="running")]}
        return self.run() if route == "GET run" else self.run(status_code="queued", output=None)

    def run(self, **changes: object) -> dict:
        client_ref = next((r.json()["client_ref"] for r in self.requests if is_paid(r)), "")
        output = {"image_urls": [self.output_link]}
        known = {"id": RUN, "status_code": "succeeded", "output": output, "client_ref": client_ref}
        return known | changes

    @property
    def output_link(self) -> str:
        return self.link("output", canaries.OUTPUT_LINK)

    def link(self, kind: str, core: str) -> str:
        return f"{self.url}/{kind}/1.png?{canaries.query(core)}"


def is_paid(request: Request) -> bool:
    return request.method == "POST" and request.path.endswith("/runs")


def route_of(request: Request) -> str:
    """What kind of request it is."""
    first = request.path.strip("/").split("/")[0]
    if first in ("put", "output", "asset"):
        return "PUT file" if request.method == "PUT" else f"GET {first}"
    if request.method == "POST":
        if request.path.endswith("/runs"):
            return "POST run"
        ends = request.path.rsplit("/", 1)[1]
        return "POST confirmation" if ends == "confirmations" else "POST upload"
    return "GET runs" if request.path == "/v1/runs" else "GET run"
