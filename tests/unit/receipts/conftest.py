from __future__ import annotations

import pytest

from tests.support.till import FakeClock, make_db, make_shop


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def till(tmp_path, clock):
    db = make_db(tmp_path)
    make_shop(db, clock=clock)
    yield db
    db.close()


@pytest.fixture
def won(tmp_path, clock):
    """A till that counts in won, with the tax inside its prices."""
    folder = tmp_path / "won"
    folder.mkdir()
    db = make_db(folder)
    make_shop(db, "krw", clock=clock, prices_include_tax=True)
    yield db
    db.close()
