from __future__ import annotations

import pytest

from pos.services import shop
from pos.services.sync import Sync
from tests.support.backend import BackendProcess
from tests.support.scripted import FakeBackend
from tests.support.till import FakeClock, make_db, make_shop


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def till(tmp_path, clock):
    """A till's database with a shop, closed at the end."""
    db = make_db(tmp_path)
    make_shop(db, clock=clock)
    yield db
    db.close()


@pytest.fixture
def server(tmp_path):
    """The reference backend in its own process."""
    folder = tmp_path / "backend"
    folder.mkdir()
    with BackendProcess(folder) as process:
        yield process


@pytest.fixture
def backend(till):
    return FakeBackend(shop.current(till))


@pytest.fixture
def sync(till, clock, backend):
    """Sync that has been told who it is."""
    sync = Sync(till, clock, backend, jitter=lambda: 1.0)
    sync.tick()
    return sync
