"""A slice of the simulation in every test run; `python3 dev.py simulate` plays any number."""

import pytest

from tests.simulation.many import play
from tests.simulation.run import simulate


@pytest.mark.timeout(1500)
def test_no_seed_breaks_a_promise():
    tally = play(0, 20_000, lambda _: None)
    assert tally.broken == [], "repeat with: python3 dev.py simulate --seed N"
    assert tally.runs == 20_000
    assert tally.sales > 10_000
    assert tally.crashes > 5_000


def test_a_seed_replays_byte_for_byte():
    for seed in (3, 42, 1_000):
        assert simulate(seed, telling=True) == simulate(seed, telling=True)


def test_different_seeds_tell_different_stories():
    stories = {simulate(seed, telling=True).story for seed in range(20)}
    assert len(stories) == 20
