"""A shop whose receivers write down every row that anybody saves or deletes, as audit logs do."""

import pytest
from django.core.serializers import serialize
from django.db.models.signals import post_delete, post_save

from django_product_isolation import restore
from django_product_isolation.choices import Status
from django_product_isolation.models import AccountBalance, IsolationRun, Outage
from django_product_isolation.spending.balance import read_balance
from django_product_isolation.workflow import approve
from tests.http_server import free_port
from tests.photos import make_image
from tests.shop import as_if_ordered_now, order

pytestmark = pytest.mark.django_db


@pytest.fixture
def written_down():
    """The names of the models whose rows were."""
    names = set()

    def write_down(instance, **kwargs):
        serialize("json", [instance])
        names.add(type(instance).__name__)

    for signal in (post_save, post_delete):
        signal.connect(write_down)
    yield names
    for signal in (post_save, post_delete):
        signal.disconnect(write_down)


def test_every_row_of_ours_can_be_written_down_on_an_images_whole_way(
    runflow, option, settings, step, go_on, admin_client, admin_user, written_down
):
    image = make_image("Enamel mug")
    order(admin_client, [image], review="reviewed")
    run = IsolationRun.objects.get()
    here = settings.PRODUCT_ISOLATION["BASE_URL"]
    option(BASE_URL=f"http://127.0.0.1:{free_port()}")
    as_if_ordered_now(run)
    run = step(run)
    assert Outage.objects.exists()
    option(BASE_URL=here)
    as_if_ordered_now(run)
    read_balance()
    assert AccountBalance.objects.get().amount is not None
    run = go_on(run, Status.READY)
    assert not Outage.objects.exists()
    assert approve(run, user=admin_user)
    assert go_on(run).status == Status.APPLIED
    restore(image, user=admin_user)
    assert go_on(run).status == Status.RESTORED
    assert {"Selection", "IsolationBatch", "RunEvent", "LogEntry"} <= written_down
