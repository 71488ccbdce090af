"""A slice of the proof about the disk; `run` of the package measures all of it."""

from __future__ import annotations

import pytest

from tests.proof.disk import cuts, damage, faults, full, shim
from tests.proof.part import Scale

pytestmark = pytest.mark.skipif(bool(shim.why_not()), reason=shim.why_not() or "there is a shim")


def holds(rows, notes=()):
    assert all(row.holds for row in rows), "\n".join([*map(str, rows), *notes])


def test_a_power_cut_loses_nothing_that_was_shown(tmp_path):
    holds(*cuts.figures(Scale(tmp_path, share=0.01)))


def test_a_disk_call_that_fails_is_said_and_done_again(tmp_path):
    holds(*faults.figures(Scale(tmp_path, share=0.01)))


def test_a_full_disk_refuses_with_words(tmp_path):
    rows, notes = full.figures(Scale(tmp_path, share=0.05))
    holds(rows)
    assert len(rows) + len(notes) == 2


def test_damage_is_found_or_touches_no_figure(tmp_path):
    rows, _, notes = damage.figures(Scale(tmp_path, share=0.02))
    holds(rows, notes)
