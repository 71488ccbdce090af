"""Pictures of the window, of one state in every size and theme."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from pos.app.tour.waiting import TourError, turn
from pos.ui import theme
from pos.ui.shell import Shell

SIZES = ((1366, 768), (1920, 1080))
THEMES = ("light", "dark")
_SETTLE_MS = 60
"""For layouts and lists to follow a new size."""


class Camera:
    """Saves pictures below a folder, or does nothing without one.

    ``worn`` is the theme that the window wears between two pictures.
    """

    def __init__(self, folder: Path | None, app: QApplication, worn: str) -> None:
        self._folder, self._app, self._worn = folder, app, worn
        self.taken = 0

    def take(self, shell: Shell, name: str) -> None:
        """Picture the window as it is now: ``1366x768-light/name.png`` and the others."""
        if self._folder is None:
            return
        before = shell.size()
        first = self._worn if self._worn in THEMES else THEMES[0]
        for look in sorted(THEMES, key=lambda each: each != first):
            self._wear(look)
            for width, height in SIZES:
                shell.resize(width, height)
                turn(_SETTLE_MS)
                self._save(shell, self._folder / f"{width}x{height}-{look}", name)
        self._wear(self._worn)
        shell.resize(before)
        turn(_SETTLE_MS)

    def _wear(self, look: str) -> None:
        if theme.tokens().name != look:
            theme.apply(self._app, look)

    def _save(self, shell: Shell, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if not shell.grab().save(str(folder / f"{name}.png")):
            raise TourError(f"the picture {name}.png could not be written to {folder}")
        self.taken += 1
