"""Tills, a simulator and a backend for the incidents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.payments.conftest import (
    _shared_simulator,
    bare_world,
    fresh_simulator,
    simulator,
    template,
    world,
)
from tests.proof.incidents.floor import Pair
from tests.support.backend_fixture import backend
from tests.support.simulator import close_client
from tests.support.till import FakeClock, make_db, make_shop
from tests.support.world import World, make_template

__all__ = [
    "_shared_simulator",
    "backend",
    "bare_world",
    "fresh_simulator",
    "simulator",
    "template",
    "world",
]


@pytest.fixture(scope="session")
def _other_template(tmp_path_factory):
    return make_template(tmp_path_factory.mktemp("template") / "other")


@pytest.fixture
def two_tills(bare_world, _other_template, simulator, tmp_path):
    """Two tills of one shop that share its only reader."""
    other = World(_other_template, tmp_path / "other", simulator)
    yield Pair(bare_world, other)
    other.close()


@pytest.fixture
def stripe(simulator):
    """Somebody else at the same Stripe account: another counter, the Dashboard."""
    client = simulator.client()
    yield client.v1
    close_client(client)


@pytest.fixture
def clock():
    return FakeClock(datetime.now(UTC))


@pytest.fixture
def books(tmp_path, clock):
    """A till's database with a shop, without any window or reader."""
    db = make_db(tmp_path)
    make_shop(db, clock=clock)
    yield db
    db.close()
