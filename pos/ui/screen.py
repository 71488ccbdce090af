"""What the window expects of a screen."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from pos.ui.widgets.overlay import Overlay, PanelSize


class OverlayHost(Protocol):
    """Puts panels over the screen; the window does."""

    def open_overlay(
        self, content: QWidget, size: PanelSize | None = None, first: QWidget | None = None
    ) -> Overlay: ...

    def close_overlays(self) -> None: ...


class Screen(QWidget):
    """One destination. It shows plain views and emits what a person did; it decides nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def on_command(self, word: str) -> None:
        """Obey a word of the key map (`pos.ui.shell.KEYS`)."""

    def on_typed(self, text: str) -> None:
        """Take a printable key that no widget wanted."""

    def on_scan(self, code: str) -> None:
        """Take a code from the scanner."""
