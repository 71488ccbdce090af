"""Fixture ``backend``: name this module in ``pytest_plugins`` or import the fixture."""

from __future__ import annotations

import pytest

from tests.support.backend import BackendProcess


@pytest.fixture
def backend(tmp_path):
    """A reference backend with the demo business, its own SQLite file and a free port."""
    folder = tmp_path / "backend"
    folder.mkdir()
    with BackendProcess(folder) as process:
        yield process
