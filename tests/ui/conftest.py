import os

import pytest

from pos.ui import theme
from pos.ui.threads import Calls

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def _dressed(qapp):
    if not qapp.styleSheet():
        theme.apply(qapp)


@pytest.fixture
def calls(_dressed):
    made = Calls("test")
    yield made
    assert made.close()
