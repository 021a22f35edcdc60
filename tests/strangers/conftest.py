import pytest

from tests.http_server import certificate
from tests.photos import photo_bytes
from tests.storages.servers import ACCESS_KEY, SECRET_KEY, Servers
from tests.strangers.process import Project


@pytest.fixture
def original(tmp_path):
    content = photo_bytes(size=(640, 480))
    (tmp_path / "busy.jpg").write_bytes(content)
    return content


@pytest.fixture
def bucket(tmp_path):
    """What a shop has to be told of a bucket on an S3 server of its own."""
    certificate(tmp_path, "localhost")
    (tmp_path / "buckets" / "shop").mkdir(parents=True)
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    with Servers(tmp_path / "buckets", files).running() as servers:
        yield {
            "S3_ENDPOINT": f"https://localhost:{servers.ports['private']}",
            "S3_KEY": ACCESS_KEY,
            "S3_SECRET": SECRET_KEY,
            "AWS_CA_BUNDLE": str(files[0]),
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        }


@pytest.fixture
def opened(tmp_path, original):
    """Sets a project up and runs it; gives it."""
    entered = []

    def open_shop(name, **environment):
        var = tmp_path / f"{name}-{len(entered)}"
        var.mkdir()
        project = Project(name, var, **environment)
        project.set_up(tmp_path / "busy.jpg")
        running = project.running()
        running.__enter__()
        entered.append(running)
        return project

    yield open_shop
    for running in entered:
        running.__exit__(None, None, None)
