import pytest

from .shop_process import free_ports


@pytest.fixture
def free_port():
    return free_ports(1)[0]
