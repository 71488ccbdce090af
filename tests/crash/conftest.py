"""One town for each file of crash tests; in memory where the system has such a place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.harness import Driver, Town
from tests.support.backend import BackendProcess
from tests.support.simulator import SimulatorProcess

MEMORY = Path("/dev/shm")  # noqa: S108  a killed process loses nothing of it; fsync costs nothing


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="tillkeep-crash-", dir=place) as name:
        folder = Path(name)
        with (
            SimulatorProcess(folder / "simulator.db") as simulator,
            BackendProcess(folder) as backend,
            Driver() as driver,
        ):
            town = Town(driver, simulator, backend, folder, folder / "template")
            town.prepare()
            yield town
