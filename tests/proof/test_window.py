"""A slice of the watched window; `python -m tests.proof window` plays all of it."""

from __future__ import annotations

import pytest

from tests.proof.part import Scale
from tests.proof.window import run

pytest.importorskip("PySide6")


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "scenes",
    [
        ("hang", "killed", "slow_disk"),
        ("sync", "import"),
        ("cancel", "close, every port"),
    ],
    ids=["hanging", "busy", "answering"],
)
def test_nothing_keeps_the_window(tmp_path, scenes):
    told = []
    part = run(Scale(tmp_path, share=0.1, progress=told.append), scenes)
    bad = [figure for figure in part.figures if not figure.holds]
    assert not bad, "\n".join([*map(str, bad), *told])
