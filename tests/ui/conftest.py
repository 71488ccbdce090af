import os

import pytest

from pos.ui import i18n, theme
from pos.ui.threads import Calls
from tests.support.backend_fixture import backend
from tests.support.simulator_fixture import _shared_simulator, fresh_simulator, simulator
from tests.ui.front_fixture import front

__all__ = ["_shared_simulator", "backend", "fresh_simulator", "front", "simulator"]

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def _dressed(qapp):
    if not qapp.styleSheet():
        theme.apply(qapp)
    i18n.load(qapp, "en_US")


@pytest.fixture
def calls(_dressed):
    made = Calls("test")
    yield made
    assert made.close()
