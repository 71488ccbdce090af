"""A town whose tills die in every way: one case at a time, from the blow to the last check."""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.crash import checks
from tests.crash.harness import Driver, Town
from tests.proof.processes.books import Ends, ends
from tests.support.backend import BackendProcess
from tests.support.simulator import SimulatorProcess

_MEMORY = Path("/dev/shm")  # noqa: S108  a killed process loses nothing of it; fsync costs nothing
_LIFE = {"when": "", "kind": "", "after": None, "unplug": 0, "real": 0.0}
_SLOW = 1.0
"""Seconds of a slow execution: twice the read timeout of `driver`."""


@dataclass(frozen=True)
class Blow:
    """One case: the flow, how the cashier ends it after the restart, and what strikes.

    ``fault`` names a fault of the simulator for the POSTs to ``path``; ``how``
    is the driver's business.
    """

    flow: str
    policy: str = "resume"
    fault: str = ""
    path: str = ""
    how: dict[str, Any] = field(default_factory=dict)
    outage: bool = False  # Stripe's process dies before the POST


@dataclass
class Street(Town):
    """Strikes a till and brings it back."""

    def uncut(self, flow: str) -> dict[str, Any]:
        """Run a flow to its end, counting its steps; ``took`` is in seconds."""
        self._spoil(flow)
        said = self._job(self._fresh(), "strike", flow, policy=_first(flow))
        assert "error" not in said, said["error"]
        return said

    def strike(self, blow: Blow) -> tuple[str, Ends]:
        """Return what is wrong after the blow, the restart and the end of the sale, or nothing."""
        data = self._fresh()
        problem, found = "", Ends()
        try:
            self._kill(data, blow)
            found = self._finish(data, blow)
        except AssertionError as error:
            problem = str(error) or "an assertion failed"
        shutil.rmtree(data)
        return problem, found

    def _kill(self, data: Path, blow: Blow) -> None:
        self._spoil(blow.flow)
        if blow.fault:
            self.simulator.sim.fault(blow.fault, path=blow.path, seconds=_SLOW)
        unplug = self.simulator._process.pid if blow.outage else 0
        policy = _first(blow.flow)
        how = {**blow.how, "unplug": unplug}
        said = self._job(data, "strike", blow.flow, policy=policy, **how)
        if blow.outage:
            self.simulator.restart()
        assert "error" not in said, f"strike: {said['error']}"
        assert said["signal"] == signal.SIGKILL, f"it was not struck: {said}"
        hits = [rule["hits"] for rule in self.simulator.sim.faults()]
        assert hits == [1] * bool(blow.fault), f"the fault struck {hits} times"
        checks.after_a_crash(data, self.simulator.sim)

    def _finish(self, data: Path, blow: Blow) -> Ends:
        self.backend.clear_faults()
        begun = checks.begun(data)
        real = 2 * _SLOW if blow.fault == "delay" else 0.0
        said = self._job(data, "finish", blow.flow, policy=blow.policy, real=real)
        assert "error" not in said, f"finish: {said['error']}"
        assert not said["signal"], f"finish: {said}"
        self._hear_the_last()
        checks.at_rest(data, self.simulator.sim, blow.flow, begun, blow.policy)
        checks.at_the_backend(data, Path(self.backend.database))
        return ends(data, self.simulator.sim.ledger(), said["states"])

    def _hear_the_last(self) -> None:
        """Wait until Stripe works on nothing more: what it did late must be settled as well."""
        deadline = time.monotonic() + 5 * _SLOW
        while any(post["status"] is None for post in self.simulator.sim.requests()):
            assert time.monotonic() < deadline, "a request never ended"
            time.sleep(0.05)  # noqa: TID251 - a test polls

    def _spoil(self, flow: str) -> None:
        if flow == "cash_offline":
            self.backend.faults("drop_before", times=2)

    def _job(self, data: Path, role: str, flow: str, *, policy: str = "resume", **more: Any):
        return super()._job(data, role, flow, policy=policy, **(_LIFE | more))


def _first(flow: str) -> str:
    """Before the blow a sale is canceled only where that is what the flow is about."""
    return "cancel" if flow == "cancel" else "resume"


@contextmanager
def open_street(work: Path) -> Iterator[Street]:
    """Start a simulator, a backend and a warm driver, and set up a till to be copied."""
    place = _MEMORY if _MEMORY.is_dir() else work
    with tempfile.TemporaryDirectory(prefix="tillkeep-", dir=place) as name:
        folder = Path(name)
        with (
            SimulatorProcess(folder / "simulator.db") as simulator,
            BackendProcess(folder) as backend,
            Driver("tests.proof.processes.driver") as driver,
        ):
            street = Street(driver, simulator, backend, folder, folder / "template")
            street.prepare()
            yield street
