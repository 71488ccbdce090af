"""SIGKILL at every step of a card sale, taken or put away after the restart.

Scenarios 12 and 13, failure matrix cases 1, 2, 13, 15, 16, 17, 28, 31 and 47.
"""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("policy", ["resume", "cancel"])
@pytest.mark.timeout(300)
def test_card_sale_killed_at_every_step(town, policy):
    assert town.kill_everywhere("card", policy) >= 30


@pytest.mark.timeout(300)
def test_killed_again_while_recovering(town):
    """A second SIGKILL, at another step each time, in the process that clears up."""
    steps = len(town.steps("card"))
    wrong = [
        f"killed at {step}, then at {again}: {problem}"
        for step, again in zip(range(3, steps, 2), range(1, 1000), strict=False)
        if (problem := town.crash("card", "resume", step, again))
    ]
    assert not wrong, "\n\n".join(wrong)
