"""Qt's objects that lie in cycles die in the GUI thread, whatever other threads allocate."""

import gc
import threading

import pytest
from PySide6.QtCore import QObject

from pos.ui.collector import Collector
from tests.ui.front_fixture import until


class Knot(QObject):
    died_in: list = []

    def __init__(self):
        super().__init__()
        self.itself = self

    def __del__(self):
        self.died_in.append(threading.current_thread())


@pytest.fixture
def owner(qapp):  # noqa: ARG001  it needs an application
    gc.collect()
    Knot.died_in.clear()
    yield QObject()
    gc.disable()


def allocate():
    """Make what would start a collection of every generation."""
    for _ in range(200):
        [[] for _ in range(1_000)]


def test_a_worker_collects_no_widget_and_the_window_soon_does(owner):
    gc.enable()
    Collector(owner)
    for _ in range(5):
        Knot()
    worker = threading.Thread(target=allocate)
    worker.start()
    worker.join()
    assert Knot.died_in == []
    keep = [[] for _ in range(2_000)]
    until(lambda: len(Knot.died_in) == 5)
    assert set(Knot.died_in) == {threading.current_thread()}
    assert keep
