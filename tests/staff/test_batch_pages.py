"""A batch of more runs than one page shows."""

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.staff import batch as batch_page
from tests.shop import about, make_batch, make_run

from .test_batch import status_of, url_of

pytestmark = pytest.mark.django_db


def test_a_large_batch_is_shown_page_by_page_and_decided_about_as_a_whole(
    client, staff, monkeypatch
):
    monkeypatch.setattr(batch_page, "PER_PAGE", 2)
    batch = make_batch(staff)
    held = [make_run(Status.HELD, batch=batch, name=f"Cup {n}") for n in range(5)]

    def shown(address):
        page = client.get(address).content.decode()
        assert "Needs attention: 5" in page
        return [run for run in held if f'id="run-{run.pk}"' in page]

    assert shown(url_of(batch)) == held[:2]
    assert shown(f"{url_of(batch)}?page=3") == held[4:]
    assert shown(f"{url_of(batch)}?run={held[2].pk}") == held[2:4]
    assert shown(f"{url_of(batch)}?run=no-run&page=nonsense") == held[:2]
    page = client.get(f"{url_of(batch)}?run={held[2].pk}").content.decode()
    assert f'href="{url_of(batch)}?page=3" rel="next"' in page
    client.post(url_of(batch), {"decide": about("resume", held)})
    assert {status_of(run) for run in held} == {Status.QUEUED}
