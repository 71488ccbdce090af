"""The real window on a real till in a folder of its own; import ``front`` or ``open_front``.

`until` waits in a `QEventLoop`: QTest.qWait holds the interpreter's lock, and
the worker threads would starve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication

from pos.app.build import Till, build, utc_now
from pos.app.front import Front
from pos.config import Config
from pos.services import shop
from pos.services.catalogue import import_file
from pos.services.secrets import MemorySecrets, SecretStore
from pos.ui import theme

GOODS = """barcode,name,price
4006381333931,Green tea,4.80
5901234123457,Yoga mat,42.00
"""
PATIENCE = 15.0


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Turn the event loop until ``condition`` is true; returns what it returned."""
    deadline = monotonic() + seconds
    while not (found := condition()):
        assert monotonic() < deadline, f"waited {seconds} s in vain"
        turn()
    return found


def turn(milliseconds: int = 5) -> None:
    """Let events, timers and answers of threads in."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def idle(front: Front) -> None:
    """Wait until every call that the window made has come back."""
    settings = front.settings
    threads = (front.writes, front.reads, settings.away, settings.bringing)
    until(lambda: not any(calls.pending for calls in threads))


def till_of(front: Front) -> Till:
    """The till behind the window."""
    return front._till


@contextmanager
def open_till(
    folder: Path,
    *,
    secrets: SecretStore | None = None,
    goods: str = GOODS,
    preset: shop.Preset = shop.DEMO,
    clock: Callable[[], Any] = utc_now,
    **config: Any,
) -> Iterator[Till]:
    """Build a till in ``folder`` with a few goods; ``config`` names fields of `Config`."""
    till = build(
        Config(data_dir=folder, **config),
        secrets=secrets or MemorySecrets(problem=None),
        preset=preset,
        clock=clock,
    )
    try:
        if goods and not till.catalogue.count():
            stock_up(till, folder, goods)
        yield till
    finally:
        till.close()


@contextmanager
def open_front(folder: Path, **settings: Any) -> Iterator[Front]:
    """Open the window and wait until selling can begin; see `open_till` for ``settings``.

    Open it again on the same folder to see what a restart finds.
    """
    app = QApplication.instance()
    with open_till(folder, **settings) as till:
        front = Front(till, app)
        ready = QSignalSpy(front.ready)
        front.shell.show()
        front.start()
        try:
            until(ready.count)
            idle(front)
            yield front
        finally:
            closed = front.close()
            front.shell.close()
            front.shell.deleteLater()
            front.deleteLater()
            turn()
            theme.apply(app)
            assert closed, "a thread did not end"


def stock_up(till: Till, folder: Path, goods: str) -> None:
    """Import a CSV text into the catalogue, as the command line does."""
    file = folder / "goods.csv"
    file.write_text(goods, "utf-8")
    report = import_file(file, till.shop().currency, till.catalogue)
    assert not report.rejected_count, report.rejected


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    """A window with `GOODS`, no key, no backend."""
    with open_front(tmp_path / "till") as opened:
        yield opened
