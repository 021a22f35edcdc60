from io import StringIO

import pytest

from tests.reliability.simulation.broken import BREAKS
from tests.reliability.standalone import quicken

from .busy_runflow import Limits
from .play import play, world_of

pytestmark = pytest.mark.long

IMAGES = 60


@pytest.fixture
def busy_world(transactional_db):
    quicken()
    world = world_of(Limits(at_once=12, per_minute=240))
    with world.installed(is_watched=False):
        yield world


def isolate_all(world, *, honours_key=True):
    options = {"workers": 2, "step_seconds": 0.12, "lost": 2, "honours_key": honours_key}
    return play(world, IMAGES, out=StringIO(), **options)


def test_all_images_go_through_with_one_command_and_no_run_is_lost(busy_world):
    told, wrong = isolate_all(busy_world)
    assert wrong == []
    assert told["paid"] == IMAGES
    assert told["refused with 429"] > 0
    assert told["answers lost"] > 0
    assert told["simulated hours"] > 0.1


def test_a_request_that_is_sent_again_after_its_answer_was_lost_is_seen(busy_world):
    with BREAKS["a request is sent again after an ambiguous end"]():
        _told, wrong = isolate_all(busy_world, honours_key=False)
    assert any("paid twice" in words for words in wrong)
