"""The field at the top of a list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pos.ui import theme
from pos.ui.icons import pixmap
from pos.ui.widgets.dialog import field
from pos.ui.widgets.text import key_cap, picture


class SearchField(QWidget):
    """The field for names, numbers and codes, with its key."""

    def __init__(self, placeholder: str, key: str = "") -> None:
        super().__init__()
        self.edit = field(placeholder)
        self.edit.setFixedHeight(50)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.edit)
        inside = QHBoxLayout(self.edit)
        inside.setContentsMargins(16, 0, 14, 0)
        self._glass = picture(_glass())
        self._glass.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside.addWidget(self._glass)
        self.edit.setTextMargins(28, 0, 44 if key else 0, 0)
        inside.addStretch()
        if key:
            cap = key_cap(key)
            cap.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            inside.addWidget(cap)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_glass"):
            self._glass.setPixmap(_glass())


def _glass() -> QPixmap:
    return pixmap("search", theme.tokens().muted, 18)
