"""Builds the shim that stands between a till's process and its disk, and speaks to it."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.support.simulator import ROOT

SOURCE = Path(__file__).with_name("shim.c")
_FOLDER, _TRACE, _LAZY = "TILLKEEP_DISK_FOLDER", "TILLKEEP_DISK_TRACE", "TILLKEEP_DISK_LAZY"
_SHIM = "TILLKEEP_DISK_SHIM"
_MAIN = "from tests.proof.disk.{} import main; main()"


def why_not() -> str:
    """Return why the shim cannot be used here, or nothing."""
    if not sys.platform.startswith("linux"):
        return "the shim needs Linux"
    return "" if shutil.which("cc") else "there is no C compiler"


def compiled(work: Path) -> Path:
    """Compile the shim, once for a work folder."""
    made = work / "shim.so"
    if not made.exists():
        command = ["cc", "-O2", "-shared", "-fPIC", "-o", made, SOURCE, "-ldl", "-lpthread"]
        subprocess.run(command, check=True, capture_output=True)
    return made


Job = dict[str, Any]


class Child:
    """A module of ours behind the shim, given a job; it answers with lines of JSON."""

    def __init__(
        self, shim: Path, module: str, job: Job, *, trace: Path | None = None, lazy: bool = False
    ) -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "LD_PRELOAD": str(shim), _SHIM: str(shim)}
        env[_FOLDER] = job["data"]
        env |= {_TRACE: str(trace)} if trace else {}
        env |= {_LAZY: "1"} if lazy else {}
        self._module = module
        self._trouble = tempfile.TemporaryFile("w+")  # noqa: SIM115  closed in `stop`
        self._process = subprocess.Popen(
            [sys.executable, "-c", _MAIN.format(module), json.dumps(job)],
            cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=self._trouble, text=True,
        )  # fmt: skip

    def lines(self) -> Iterator[Any]:
        """Return what it says, as it says it; raises `AssertionError` when it ends badly."""
        try:
            assert self._process.stdout is not None
            yield from map(json.loads, self._process.stdout)
            if self._process.wait():
                self._trouble.seek(0)
                said = self._trouble.read()[-4000:]
                code = self._process.returncode
                raise AssertionError(f"{self._module} ended with {code}:\n{said}")
        finally:
            self.stop()

    def stop(self) -> None:
        """End it, if it has not ended by itself."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._trouble.close()


def told_by(children: Sequence[Child]) -> Iterator[Any]:
    """Return what all of them say, one after the other; none is left running."""
    try:
        for child in children:
            yield from child.lines()
    finally:
        for child in children:
            child.stop()


def job() -> Job:
    """Return what this process was asked to do."""
    told: Job = json.loads(sys.argv[1])
    return told


def answer(said: Any) -> None:
    """Say one thing to the parent."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


class Disk:
    """The shim as seen from inside a process that runs behind it."""

    def __init__(self) -> None:
        self._shim = ctypes.CDLL(os.environ[_SHIM])
        self._shim.disk_calls.restype = ctypes.c_long

    def mark(self, text: str) -> None:
        """Write something down between what the disk was told before and after."""
        self._shim.disk_mark(text.encode())

    def fail(self, nth: int, error: int, *, stays: bool = False) -> None:
        """Let the n-th call from now on fail with this errno, and all later ones if it stays."""
        self._shim.disk_arm(ctypes.c_long(nth), ctypes.c_int(error), ctypes.c_long(stays))

    def heal(self, error: int = 0) -> None:
        """Let every call through again; counts from nought the calls that this could fail."""
        self.fail(0, error)

    def calls(self) -> int:
        """Count the calls since the last `fail` or `heal`."""
        return int(self._shim.disk_calls())
