"""A till that has sold once, copied for each thing that can go wrong with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from pos.app.build import Till, build
from pos.config import Config
from pos.services import journal, shop
from pos.services.catalogue import import_file
from pos.services.secrets import STRIPE_KEY, MemorySecrets
from pos.terminal.api import CASH
from pos.terminal.attempt import Situation
from tests.support.house import ROOT
from tests.support.simulator import KEY, READER, SimulatorProcess
from tests.support.simulator_fixture import _shared_simulator, fresh_simulator, simulator

__all__ = ["_shared_simulator", "fresh_simulator", "simulator"]

MAT = "4006381333931"
GOODS = f"barcode,name,price\n{MAT},Mat,18.00\n4006381333948,Block,9.99\n"


def sell(till: Till) -> str:
    """Make one cash sale; returns its receipt number."""
    till.cart.scan(MAT)
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.pay(run.run_id, CASH, 5000)
    till.checkout.receipt_done(run.run_id)
    return till.checkout.view(run.run_id).receipt_number


def settle(till: Till, simulator: SimulatorProcess) -> None:
    """Step until nothing is left to do; a customer taps when asked."""
    for _ in range(60):
        till.desk.wake()
        tick = till.desk.tick()
        assert tick.trouble is None, tick.trouble
        if not (tick.runs or tick.refunds):
            return
        asked = {moved.progress.situation for moved in tick.runs}
        if Situation.WAITING_FOR_CARD in asked and simulator.sim.reader()["phase"] == "waiting":
            simulator.sim.present_card()
    raise AssertionError("the payment does not settle")


def chain_holds(till: Till) -> bool:
    with till.db.reader.begin() as db:
        return journal.first_broken(db) is None


@pytest.fixture(scope="session")
def sold_once(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "data"
    with closing(build(Config(data_dir=folder), secrets=MemorySecrets(), preset=shop.DEMO)) as till:
        till.settings.choose_reader(READER, "Front desk")
        goods = folder.parent / "goods.csv"
        goods.write_text(GOODS)
        import_file(goods, "usd", till.catalogue)
        assert sell(till) == "R1-000001"
    return folder


@pytest.fixture
def data(sold_once, tmp_path) -> Path:
    return Path(shutil.copytree(sold_once, tmp_path / "data"))


@pytest.fixture
def start() -> Iterator[Callable[..., Till]]:
    """Return a function that opens a till on a folder; all are closed at the end."""
    with ExitStack() as stack:

        def opened(folder: Path, stripe_url: str = "", **world) -> Till:
            world.setdefault("secrets", MemorySecrets({STRIPE_KEY: KEY}))
            till = build(Config(data_dir=folder, stripe_url=stripe_url), **world)
            return stack.enter_context(closing(till))

        yield opened


def command_line(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the program itself; what it says is in ``stdout`` and ``stderr``."""
    return subprocess.run(
        [sys.executable, "-m", "pos", "--data-dir", str(folder), *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def said_plainly(done: subprocess.CompletedProcess[str], code: str) -> bool:
    """Tell whether a person was told what to do, and nothing else came out."""
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    return done.stdout.rstrip().endswith(f"[{code}]")


@contextmanager
def small_disk(place: Path, size: str = "4m") -> Iterator[Path]:
    """Mount a disk in memory that is soon full; skips where that is not allowed."""
    place.mkdir()
    _mount_or_skip("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place))
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write to a folder away from everybody, root included."""
    _mount_or_skip("--bind", str(folder), str(folder))
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount_or_skip(*words: str) -> None:
    tool = shutil.which("mount")
    if not tool or subprocess.run([tool, *words], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount anything")


def fill(disk: Path) -> Path:
    """Write until not a byte more goes on; returns the file to delete."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return filler
