"""One till that dies and comes back: the test's side of `driver.py`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.crash import checks
from tests.support.backend import BackendProcess
from tests.support.simulator import ROOT, SimulatorProcess

Said = dict[str, Any]


class Driver:
    """The warm process that forks one child a job; use it as a context manager."""

    def __init__(self, module: str = "tests.crash.driver") -> None:
        self._module = module

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def run(self, job: Said) -> Said:
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        said: Said = json.loads(self._process.stdout.readline())
        return said


@dataclass
class Town:
    """A simulator, a backend, a driver and a till that is set up, to be copied for each case."""

    driver: Driver
    simulator: SimulatorProcess
    backend: BackendProcess
    folder: Path
    template: Path
    case: int = 0

    def prepare(self) -> None:
        self.simulator.sim.reset()
        self._job(self.template, "prepare", "cash")
        self._job(self._fresh(), "warm", "decline")

    def steps(self, flow: str) -> list[str]:
        """Run a flow to its end and name the steps it took."""
        said = self._job(self._fresh(), "sell", flow)
        assert "error" not in said, said["error"]
        return list(said["steps"])

    def kill_everywhere(self, flow: str, policy: str = "resume") -> int:
        """Die at step 1, 2, 3 and so on to the last; returns how many there are."""
        names = self.steps(flow)
        wrong = [
            f"killed at step {step} of {len(names)} ({name}): {problem}"
            for step, name in enumerate(names, 1)
            if (problem := self.crash(flow, policy, step))
        ]
        summary = f"{flow}, {policy}: {len(names)} deaths, {len(wrong)} ended wrong"
        sys.stdout.write(summary + "\n")
        assert not wrong, "\n\n".join([summary, *wrong])
        return len(names)

    def crash(self, flow: str, policy: str, *kills: int) -> str:
        """Die at the first step, and at each further one while recovering; then end the sale.

        Returns what is wrong afterwards, or nothing.
        """
        data, role = self._fresh(), "sell"
        try:
            for kill in kills:
                said = self._job(data, role, flow, policy=policy, kill=kill)
                if "error" in said or said["signal"] not in {0, signal.SIGKILL}:
                    return f"{role}: {said}"
                checks.after_a_crash(data, self.simulator.sim)
                role = "finish"
            begun = checks.begun(data)
            said = self._job(data, "finish", flow, policy=policy)
            if "error" in said or said["signal"]:
                return f"finish: {said.get('error', said)}"
            checks.at_rest(data, self.simulator.sim, flow, begun, policy)
            checks.at_the_backend(data, Path(self.backend.database))
        except AssertionError as error:
            return str(error)
        shutil.rmtree(data)
        return ""

    def _fresh(self) -> Path:
        self.simulator.sim.reset()
        self.case += 1
        data = self.folder / f"till-{self.case}"
        shutil.copytree(self.template, data)
        return data

    def _job(self, data: Path, role: str, flow: str, *, policy: str = "resume", **more: Any):
        return self.driver.run(
            {
                "role": role,
                "flow": flow,
                "policy": policy,
                "kill": 0,
                "data": str(data),
                "answer": str(self.folder / "answer.json"),
                "stripe": self.simulator.url,
                "sim_token": self.simulator.token,
                "backend": self.backend.url,
                "backend_token": self.backend.token,
                **more,
            }
        )
