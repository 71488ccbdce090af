"""A till of its own for every test, against the shared simulator."""

from __future__ import annotations

import pytest

from pos.terminal import stripe_gateway
from tests.support.invariants import assert_invariants
from tests.support.simulator_fixture import _shared_simulator, fresh_simulator, simulator
from tests.support.world import World, make_template

__all__ = ["_shared_simulator", "fresh_simulator", "simulator"]


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    return make_template(tmp_path_factory.mktemp("template") / "data")


@pytest.fixture
def bare_world(template, simulator, tmp_path, monkeypatch):
    """A world whose books nobody looks at afterwards."""
    monkeypatch.setattr(stripe_gateway, "TIMEOUT", (2, 0.5))
    world = World(template, tmp_path / "data", simulator)
    yield world
    world.sim.clear_faults()
    world.close()


@pytest.fixture
def world(bare_world):
    """A world whose books must be right when the test is over."""
    yield bare_world
    assert_invariants(bare_world)
