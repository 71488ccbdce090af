"""Fixtures of the simulator's contract."""

from __future__ import annotations

import pytest

from tests.support.simulator import close_client
from tests.support.simulator_fixture import _shared_simulator, fresh_simulator, simulator

__all__ = ["_shared_simulator", "fresh_simulator", "simulator"]


@pytest.fixture
def sim(simulator):
    return simulator.sim


@pytest.fixture
def open_client(simulator):
    """Clients of the official library, closed at the end of the test."""
    opened = []

    def make(*args, **kwargs):
        opened.append(simulator.client(*args, **kwargs))
        return opened[-1]

    yield make
    for client in opened:
        close_client(client)


@pytest.fixture
def client(open_client):
    return open_client()
