from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from pos.services.purchases import Purchases
from tests.support.till import FakeClock, make_db, make_shop

ZONE = ZoneInfo("America/New_York")


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
def purchases(till, clock):
    return Purchases(till, clock, ZONE)
