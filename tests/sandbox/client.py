"""The API as a client meets it: plain requests, and the few sequences that many tests need."""

import time

import requests

from tests.sandbox.drawing import photo

MODEL = "/v1/models/runflow/product-isolation"
TERMINAL = ("succeeded", "failed", "canceled", "cancelled")


class Client(requests.Session):
    """A session with an API key, on paths instead of URLs."""

    def __init__(self, url, key="rf_live_for_tests"):
        super().__init__()
        self.url = url
        self.trust_env = False
        self.headers["Authorization"] = f"Bearer {key}"

    def request(self, method, path, **options):
        url = path if path.startswith("http") else self.url + path
        return super().request(method, url, **{"timeout": 10, **options})

    def behave(self, **changes):
        reply = self.post("/_sandbox/behaviour", json=changes)
        assert reply.status_code == 200, reply.text

    def upload(self, content=None, mime_type="image/png", name="product.png"):
        """Upload a picture in three steps and return the asset's record."""
        content = photo() if content is None else content
        announced = self.post(
            "/v1/asset-uploads",
            json={"filename": name, "mime_type": mime_type, "size_bytes": len(content)},
        ).json()
        put_file(announced["upload_url"], content, mime_type)
        confirmed = self.post(f"/v1/asset-uploads/{announced['asset_id']}/confirmations", json={})
        assert confirmed.status_code == 201, confirmed.text
        return confirmed.json()

    def create(self, image_url=None, **body):
        """Ask for a run of an uploaded picture and return the reply."""
        headers = body.pop("headers", None)
        fields = {
            "image_url": image_url or f"runflow://assets/{self.upload()['id']}",
            "aspect_ratio": "1:1",
            "resolution": "1K",
            **body.pop("input", {}),
        }
        return self.post(f"{MODEL}/runs", json={"input": fields, **body}, headers=headers)

    def read(self, run_id, **parameters):
        reply = self.get(f"/v1/runs/{run_id}", params=parameters)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def finished(self, run_id):
        """Wait for the end of a run and return its record."""
        return wait_for(
            lambda: next(r for r in [self.read(run_id)] if r["status_code"] in TERMINAL)
        )

    def isolate(self, **body):
        """Create a run and return its finished record."""
        created = self.create(**body)
        assert created.status_code == 201, created.text
        return self.finished(created.json()["id"])

    def deliveries(self, run_id, count=1):
        """Wait until so many deliveries of a run have ended, and return them."""

        def ended():
            found = self.get(f"/v1/runs/{run_id}/callback").json()
            return found if len([d for d in found if d["completed_at"]]) >= count else None

        return wait_for(ended)


def put_file(url, content, mime_type="image/png", **headers):
    """Write to a signed URL, without a key."""
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Content-Type": mime_type, **headers}
        return session.put(url, data=content, headers=headers, timeout=10)


def get_file(url, **headers):
    """Read a signed URL, without a key."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, headers=headers, timeout=10, allow_redirects=False)


def wait_for(found, seconds=20):
    """Return what ``found()`` returns as soon as it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if result := found():
                return result
        except StopIteration:
            pass
        time.sleep(0.01)
    raise AssertionError("waited in vain")
