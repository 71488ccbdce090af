"""A slice of the real processes; `python -m tests.proof --only processes` plays all of it."""

from __future__ import annotations

import pytest

from tests.proof.part import Scale
from tests.proof.processes import run


@pytest.mark.timeout(120)
def test_a_slice_of_dying_processes(tmp_path):
    told = []
    part = run(Scale(tmp_path, share=0.02, progress=told.append))
    assert part.holds, "\n".join([*told, *map(str, part.figures)])
