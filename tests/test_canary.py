"""No secret that was ever typed is found in a file, a log, a crash report or any output.

Scenario 38, invariant I15. The till runs as a process of its own and is
killed at the end, so that its write-ahead log is searched as well.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.backend import BackendProcess
from tests.support.house import ROOT
from tests.support.simulator import SimulatorProcess

STRIPE = "rk_test_tillkeep_51HqCanaryStripe7f3e"
WRONG_STRIPE = "rk_test_nobody_51HqCanaryWrong90ab"
FULL = "sk_live_51HqCanaryFullSecretKey22"
TOKEN = "till-canary-token-5be1c7"  # noqa: S105  guards nothing but this test
WRONG_TOKEN = "till-canary-wrong-0d9a"  # noqa: S105  likewise
PIN = "8261canary"
CARDS = {
    "sale note": "4000 0566 5566 5556",
    "line note": "5555-5555-5555-4444",
    "refund note": "378282246310005",
    "search": "4242424242424242",
    "scan": "4000000000009995",
    "track": "%B4111111111111111^DOE/JANE^29121011000000000000?",
    "crash": "6011111111111117",
    "reason": "3056 930902 5904",
}
CONTROL = "canary-control-0f0f"
"""No secret: it must be found, or nothing was searched."""


def variants(secret: str) -> set[bytes]:
    bare = secret.replace(" ", "").replace("-", "") if secret[0].isdigit() else secret
    track = "4111111111111111" if secret.startswith("%B") else bare
    plain = {secret, bare, track}
    return {word.encode(code) for word in plain for code in ("utf-8", "utf-16-le")}


SECRETS = [STRIPE, WRONG_STRIPE, FULL, TOKEN, WRONG_TOKEN, PIN, *CARDS.values()]


@dataclass
class Left:
    """What a till left behind: its folder, and all it said."""

    folder: Path
    out: bytes
    steps: list[str]
    backend: Path

    def places(self) -> dict[str, bytes]:
        found = {
            f"{folder.name}/{path.relative_to(folder)}": path.read_bytes()
            for folder in (self.folder, self.backend)
            for path in folder.rglob("*")
            if path.is_file()
        }
        return found | {"stdout and stderr": self.out}


@pytest.fixture(scope="module")
def left(tmp_path_factory) -> Left:
    folder = tmp_path_factory.mktemp("canary")
    backend = BackendProcess(folder / "backend")
    (folder / "backend").mkdir()
    backend.token = TOKEN
    with SimulatorProcess(folder / "simulator.db") as simulator, backend:
        job = {
            "data": str(folder / "data"),
            "stripe": simulator.url,
            "sim_token": simulator.token,
            "backend": backend.url,
            **{name: globals()[name] for name in ("STRIPE", "WRONG_STRIPE", "FULL", "TOKEN")},
            **{name: globals()[name] for name in ("WRONG_TOKEN", "PIN", "CARDS", "CONTROL")},
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.canary_till"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            input=json.dumps(job).encode(),  # never in the arguments or the environment
            capture_output=True,
            timeout=90,
            check=False,
        )
    assert done.returncode == -signal.SIGKILL, (done.stdout + done.stderr).decode()
    steps = [line[5:] for line in done.stdout.decode().splitlines() if line.startswith("step ")]
    return Left(folder / "data", done.stdout + done.stderr, steps, folder / "backend")


def test_the_till_did_everything_that_was_asked(left):
    """The search means nothing unless the secrets were there to be leaked."""
    assert left.steps == [
        "keys",
        "cash sale",
        "declined and paid card sale",
        "refund",
        "search and scan",
        "refused by Stripe",
        "refused by the backend",
        "told the backend",
        "log lines",
        "crash in a thread",
        "crash",
    ]
    names = {path.name for path in left.folder.rglob("*")}
    assert {"till.db", "till.db-wal", "catalogue.db", "tillkeep.jsonl"} <= names
    assert sum(name.startswith("crash-") for name in names) == 2


def test_what_is_no_secret_is_found(left):
    found = {place for place, raw in left.places().items() if CONTROL.encode() in raw}
    assert {"data/till.db-wal", "data/logs/tillkeep.jsonl"} <= found
    assert any(place.startswith("data/logs/crash-") for place in found)
    assert any(place.startswith("backend/") for place in found)


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_found_anywhere(left, secret):
    found = [
        place for place, raw in left.places().items() for word in variants(secret) if word in raw
    ]
    assert not found


def test_what_was_removed_says_so(left):
    notes = [raw for place, raw in left.places().items() if place.startswith("data/till.db")]
    assert any(b"[card number]" in raw for raw in notes)


def test_files_belong_to_their_owner_alone(left):
    """Threat T10: nobody else on this computer may read a log or a crash report."""
    if os.name == "nt":
        pytest.skip("no such modes on Windows")
    assert left.folder.stat().st_mode & 0o077 == 0
    logs = [path for path in (left.folder / "logs").iterdir() if path.is_file()]
    assert [path.name for path in logs if path.stat().st_mode & 0o077] == []
