"""Service calls of one section of the settings, answered in that section."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from pos.errors import PosError
from pos.ui.screens.settings_sections import Section
from pos.ui.threads import Calls
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView, banner_for


class SectionCalls(QObject):
    """Runs calls on a thread; what comes of them is said where the person is looking."""

    done = Signal(object)
    failed = Signal()

    def __init__(self, section: Section, calls: Calls) -> None:
        super().__init__(section)
        self._section, self._calls = section, calls
        self._said: deque[str] = deque()

    def submit(self, fn: Callable[..., Any], *args: Any, said: str = "") -> None:
        """Run ``fn(*args)`` there; say ``said`` when it worked, or what went wrong."""
        self._said.append(said)
        self._calls.submit(fn, *args, then=self._answered, failed=self._refused)

    def _answered(self, result: Any) -> None:
        said = self._said.popleft()
        self._section.say(BannerView(said, tone=Tone.OK) if said else None)
        self.done.emit(result)

    def _refused(self, error: PosError) -> None:
        self._said.popleft()
        self._section.say(banner_for(error))
        self.failed.emit()
