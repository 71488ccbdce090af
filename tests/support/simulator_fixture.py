"""Fixtures: a simulator shared by the session and wiped before each test, or one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.simulator import SimulatorProcess


@pytest.fixture(scope="session")
def _shared_simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as process:
        yield process


@pytest.fixture
def simulator(_shared_simulator: SimulatorProcess) -> SimulatorProcess:
    """A simulator in its first state. Do not stop or kill it: take ``fresh_simulator``."""
    _shared_simulator.sim.reset()
    return _shared_simulator


@pytest.fixture
def fresh_simulator(tmp_path: Path) -> Iterator[SimulatorProcess]:
    """A simulator of its own, which may be killed and restarted."""
    with SimulatorProcess(tmp_path / "simulator.db") as process:
        yield process
