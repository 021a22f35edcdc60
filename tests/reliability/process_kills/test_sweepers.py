import pytest

from .sweepers import sweep_at_once


@pytest.mark.django_db(transaction=True)
def test_five_sweepers_work_each_row_once():
    assert sweep_at_once(rows=60, sweepers=5) == (60, 60, 60)
