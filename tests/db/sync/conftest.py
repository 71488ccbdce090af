from __future__ import annotations

import pytest

from tests.support.backend import BackendProcess
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
def backend(tmp_path):
    folder = tmp_path / "backend"
    folder.mkdir()
    with BackendProcess(folder) as process:
        yield process
