"""Evaluate the spec as on another system, with stand-ins that note what they are given."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from build import contents, inside
from build.environment import ROOT, WORK


class _Stand:
    """Takes the place of one of PyInstaller's classes."""

    def __init__(self, notes: dict[str, Any], name: str) -> None:
        self._notes, self._name = notes, name
        self.binaries: list[contents.Entry] = []
        self.datas: list[contents.Entry] = []
        self.pure: list[contents.Entry] = []
        self.scripts: list[contents.Entry] = []

    def __call__(self, *_given: object, **named: Any) -> _Stand:
        self._notes[self._name] = named
        self._notes.setdefault(f"every {self._name}", []).append(named)
        return self


def noted(platform: str) -> dict[str, Any]:
    """Return what the spec hands to each class on ``platform`` (as in ``sys.platform``).

    Under the class's name the last time, under ``every`` and its name all of them.
    """
    notes: dict[str, Any] = {}
    names = ("Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE")
    given = {name: _Stand(notes, name) for name in names}
    places = {"SPECPATH": str(ROOT / "build"), "workpath": str(WORK / "spec-notes")}
    with _as_on(platform):
        runpy.run_path(str(ROOT / "build" / "tillkeep.spec"), init_globals={**given, **places})
    return notes


@contextmanager
def _as_on(platform: str) -> Iterator[None]:
    """Say for a moment that this is another system; nothing is collected meanwhile."""
    before, collect = sys.platform, inside.collect
    sys.platform = platform
    inside.collect = lambda *_given: []
    try:
        yield
    finally:
        sys.platform, inside.collect = before, collect
