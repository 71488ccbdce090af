"""SIGKILL at every step of a card sale with a decline and a retry (cases 26, 39, 44)."""

from __future__ import annotations

import pytest


@pytest.mark.timeout(300)
def test_declined_sale_killed_at_every_step(town):
    assert town.kill_everywhere("decline") >= 55
