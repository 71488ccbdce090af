"""Draws any widget or screen to PNG files, to be looked at beside the pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from pos.ui import theme

SIZES = ((1366, 768), (1920, 1080))
THEMES = ("light", "dark")


def settle(milliseconds: int = 60) -> None:
    """Let layouts, timers and loads come to rest."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def shoot(
    make: Callable[[], QWidget],
    folder: Path,
    name: str,
    sizes: tuple[tuple[int, int], ...] = SIZES,
    themes: tuple[str, ...] = THEMES,
) -> list[Path]:
    """Render what ``make`` builds in every size and theme; returns the files."""
    app = QApplication.instance()
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for look in themes:
        theme.apply(app, look)
        for width, height in sizes:
            widget = make()
            widget.resize(width, height)
            widget.show()
            settle()
            path = folder / f"{name}-{width}-{look}.png"
            assert widget.grab().save(str(path)), path
            made.append(path)
            widget.close()
            widget.deleteLater()
            settle(1)
    theme.apply(app)
    return made
