"""What is seen first: the program's name on an empty window, before anything else is loaded."""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

SIZE = (1366, 768)
SMALLEST = (1024, 700)
_NAME = "Tillkeep"
_LONGEST_MS = 1_000


class Frame(QWidget):
    """Stands where the window will be; `wait` lets nothing begin before it is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(_NAME)
        self.setMinimumSize(*SMALLEST)
        self.resize(*SIZE)
        self._shown = QEventLoop()

    def wait(self) -> None:
        """Turn the event loop until the first paint; a platform may never ask for one."""
        self.show()
        QTimer.singleShot(_LONGEST_MS, self._shown.quit)
        self._shown.exec()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _NAME)
        painter.end()
        self._shown.quit()
