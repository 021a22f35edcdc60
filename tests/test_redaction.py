import traceback

import pytest

from django_product_isolation.redaction import without_locals


def locals_of(error):
    return [frame.f_locals for frame, _line in traceback.walk_tb(error.__traceback__)][1:]


def cut(link):
    raise ValueError("cut off")


def ask(key):
    try:
        cut(key + "/link")
    except ValueError as error:
        raise LookupError("not found") from error


def ask_in_passing(key):
    try:
        cut(key + "/link")
    except ValueError:
        raise LookupError("not found")  # noqa: B904


@pytest.mark.parametrize("function", [ask, ask_in_passing])
def test_an_error_and_what_led_to_it_keep_places_and_lose_values(function):
    with pytest.raises(LookupError) as caught:
        without_locals(function)(key="a key")
    error = caught.value
    assert [frame.name for frame in traceback.extract_tb(error.__traceback__)][-1] == (
        function.__name__
    )
    assert locals_of(error)[-1] == {}
    earlier = error.__cause__ or error.__context__
    assert [f.f_locals for f, _line in traceback.walk_tb(earlier.__traceback__)] == [{}, {}]
    assert "a key" not in repr(locals_of(error))


def test_whatever_stops_a_worker_loses_its_values_too():
    @without_locals
    def stop(key):
        raise SystemExit(1)

    with pytest.raises(SystemExit) as caught:
        stop("a key")
    assert "a key" not in repr(locals_of(caught.value))


def test_what_goes_well_is_passed_on():
    @without_locals
    def double(number, *, plus=0):
        """Twice as much."""
        return 2 * number + plus

    assert double(2, plus=1) == 5
    assert double.__doc__ == "Twice as much."
