"""A slice of the faulty network; `python -m tests.proof network` plays all of it."""

from __future__ import annotations

import pytest

from tests.proof.network import run
from tests.proof.part import Scale


@pytest.mark.timeout(120)
def test_a_slice_of_every_endpoint_by_every_fault(tmp_path):
    told = []
    part = run(Scale(tmp_path, share=0.013, progress=told.append))
    assert part.holds, "\n".join(told)
