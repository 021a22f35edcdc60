import pytest

from .parallel import ROUNDS, Shop

pytestmark = pytest.mark.usefixtures("shop", "silence")


@pytest.mark.parametrize("play", ROUNDS.values(), ids=ROUNDS)
def test_many_at_once(play):
    play(Shop(), 3)
