"""The real window at a counter: real folder, real simulator, real backend, real key events."""

import os
import shutil
from contextlib import ExitStack, contextmanager

import pytest

from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from tests.e2e.counter import GOODS, TEA, Counter, Windows
from tests.support.backend_fixture import backend
from tests.support.simulator import KEY, READER
from tests.support.simulator_fixture import _shared_simulator, fresh_simulator, simulator
from tests.ui.front_fixture import open_front, open_till

__all__ = ["_shared_simulator", "backend", "fresh_simulator", "simulator"]

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def stocked(tmp_path_factory):
    """A data folder with goods and a reader, to be copied for each test.

    Nothing in it was recorded yet, so that it can still become any backend's register.
    """
    folder = tmp_path_factory.mktemp("stocked") / "till"
    with open_till(folder, goods=GOODS) as till:
        till.settings.choose_reader(READER, "Front desk")
    return folder


@contextmanager
def counters(folder):
    """Yield what opens the window on a folder, as often as wanted; closed at the end."""

    def open_it(simulator=None, backend=None, before=None, key=KEY):
        secrets = MemorySecrets({BACKEND_TOKEN: backend.token} if backend else {}, problem=None)
        if simulator and key:
            secrets.set(STRIPE_KEY, key)
        urls = {"stripe_url": simulator.url} if simulator else {}
        if backend:
            urls["backend_url"] = backend.url
        if before:
            with open_till(folder, goods="", secrets=secrets, **urls) as till:
                before(till)
        opened = ExitStack()
        stack.push(opened)
        front = opened.enter_context(open_front(folder, goods="", secrets=secrets, **urls))
        return Counter(front, simulator.sim if simulator else None, opened)

    windows = Windows()
    with ExitStack() as stack:
        yield open_it
    windows.close()
    assert windows.shown == [], "parts that flashed up as windows of their own"


@pytest.fixture
def open_counter(qapp, tmp_path, stocked):  # noqa: ARG001  the windows need it
    """Open the window on a folder of this test's own, as often as wanted."""
    with counters(shutil.copytree(stocked, tmp_path / "till")) as open_it:
        yield open_it


@pytest.fixture(scope="module")
def open_shared(qapp, tmp_path_factory, stocked):  # noqa: ARG001  the windows need it
    """Open the window on a folder of this module's own."""
    folder = tmp_path_factory.mktemp("shared") / "till"
    with counters(shutil.copytree(stocked, folder)) as open_it:
        yield open_it


@pytest.fixture
def counter(open_counter):
    """A counter that takes cash: no key, no backend."""
    return open_counter()


@pytest.fixture
def card_counter(open_counter, simulator):
    """A counter with a card reader."""
    return open_counter(simulator)


@pytest.fixture
def tea(card_counter):
    card_counter.scan(TEA)
    card_counter.holds(("Green tea", 1))
    yield card_counter
    assert card_counter.dead_ends() == []
