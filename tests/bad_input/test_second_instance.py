"""One data folder, one process (case 68, invariant I13)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from pos.errors import CashierError
from tests.bad_input.conftest import command_line, said_plainly, sell
from tests.support.house import ROOT

FIRST = """
import json, sys
from pathlib import Path
from pos.app.build import build
from pos.config import Config
from pos.services.secrets import MemorySecrets
from tests.bad_input.conftest import sell
till = build(Config(data_dir=Path(sys.argv[1])), secrets=MemorySecrets())
print(json.dumps("open"), flush=True)
for _ in sys.stdin:
    print(json.dumps(sell(till)), flush=True)
till.close()
"""


class Instance:
    """A till in a process of its own that sells when told to."""

    def __init__(self, folder) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", FIRST, str(folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "open"

    def _answer(self) -> str:
        return json.loads(self._process.stdout.readline())

    def sell(self) -> str:
        self._process.stdin.write("sell\n")
        self._process.stdin.flush()
        return self._answer()

    def kill(self) -> None:
        self._process.kill()
        self._end()

    def close(self) -> None:
        self._process.stdin.close()
        self._end()

    def _end(self) -> None:
        self._process.wait(20)
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()


@pytest.fixture
def first(data):
    instance = Instance(data)
    yield instance
    instance.kill()


def test_the_second_says_so_and_the_first_sells_on(data, start, first):
    assert first.sell() == "R1-000002"
    before = (data / "till.db").read_bytes()
    with pytest.raises(CashierError) as caught:
        start(data)
    assert caught.value.code == "already_running"
    assert caught.value.remedy
    assert said_plainly(command_line(data, "import", __file__), "already_running")
    assert (data / "till.db").read_bytes() == before
    assert first.sell() == "R1-000003"


def test_twice_in_one_process_is_refused_too(data, start):
    till = start(data)
    with pytest.raises(CashierError) as caught:
        start(data)
    assert caught.value.code == "already_running"
    assert sell(till) == "R1-000002"


def test_after_kill_9_the_next_start_works_at_once(data, start, first):
    assert first.sell() == "R1-000002"
    first.kill()
    began = time.monotonic()
    till = start(data)
    till.checkout.recover()
    assert time.monotonic() - began < 2
    assert sell(till) == "R1-000003"


def test_after_a_failed_start_the_folder_is_free(data, start):
    """A start that ends in an error keeps no lock."""
    kept = (data / "till.db").read_bytes()
    (data / "till.db").write_text("no database")
    with pytest.raises(CashierError):
        start(data)
    (data / "till.db").write_bytes(kept)
    assert sell(start(data)) == "R1-000002"


def test_after_a_polite_end_the_next_starts(data, start, first):
    assert first.sell() == "R1-000002"
    first.close()
    assert sell(start(data)) == "R1-000003"
