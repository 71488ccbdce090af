"""SIGKILL at every step of a cash sale, of telling the backend, and of a card refund.

Scenarios 1 and 18, failure matrix cases 47 and 48, and 55 as far as a dead process causes it.
"""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("flow", "at_least"),
    [
        pytest.param("cash", 8, id="cash sale"),
        pytest.param("cash_sync", 14, id="cash sale told to the backend"),
        pytest.param("refund", 8, id="card refund"),
    ],
)
@pytest.mark.timeout(300)
def test_killed_at_every_step(town, flow, at_least):
    assert town.kill_everywhere(flow) >= at_least
