"""Shows one scene after the other at a size and in a theme, and tells what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from pos.ui import theme
from pos.ui.frame import SMALLEST
from pos.ui.threads import Calls
from pos.ui.trouble import TroubleWindow
from tests.gallery.brush import painted
from tests.gallery.eyes import cut_off, nameless, too_small
from tests.gallery.scenes import SCENES, Scene

SIZES = ((1366, 768), (1920, 1080))
TIGHT = SMALLEST
"""What is left of a small screen at a large scale."""
LONG_DATA = (
    "Stainless steel",
    "Venue hire",
    "Card ·· 4242, credit",
    "Schmidt-Rottenmeier",
    "Front desk · Register 1",
)
"""What a shop may enter at any length: it ends in an ellipsis, and is whole elsewhere."""
_WAIT_MS = 5
_MOST_TURNS = 400


def settle(milliseconds: int = 10) -> None:
    """Let layouts, timers and loads come to rest."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


@contextmanager
def shown(scene: Scene, calls: Calls, size: tuple[int, int]) -> Iterator[QWidget]:
    """Show a scene until everything it reads has come."""
    window = scene.make(calls)
    if not scene.own_size or scene.name == "frame":
        window.resize(*size)
    window.show()
    settle()
    for _ in range(_MOST_TURNS):
        if not calls.pending:
            break
        settle(_WAIT_MS)
    settle(60 if isinstance(window, TroubleWindow) else 10)  # it has a thread of its own
    try:
        yield window
    finally:
        window.close()
        if isinstance(window, TroubleWindow):
            window.shut()
        window.deleteLater()
        settle(1)


def faults(window: QWidget) -> list[str]:
    """Say what is cut off, too small to hit or without a name in a window."""
    said = [f"no name: {name}" for name in nameless(window)]
    found = cut_off(window) | too_small(window) | painted(window)
    for text, why in found.items():
        if not ("is shortened" in why and any(data in text for data in LONG_DATA)):
            said.append(f"{text!r} {why}")
    return said


def every_scene(names: list[str] | None = None) -> list[Scene]:
    """List the scenes in the order they were registered, or those of these names."""
    return [SCENES[name] for name in names or SCENES]


def wear(look: str) -> None:
    """Put a theme on the application."""
    theme.apply(QApplication.instance(), look)


def picture(window: QWidget, folder: Path, name: str) -> None:
    """Save what a window shows."""
    folder.mkdir(parents=True, exist_ok=True)
    assert window.grab().save(str(folder / f"{name}.png")), folder
