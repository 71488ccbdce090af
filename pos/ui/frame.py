"""What is seen first: the program's name on an empty window, before anything else is loaded."""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, QRect, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from pos.look import GROUNDS, Look

SIZE = (1366, 768)
SMALLEST = (1024, 700)
_NAME = "Tillkeep"
_NAME_SIZE = 28
_LONGEST_MS = 1_000
_SCALE = "tillkeep.scale"


class Frame(QWidget):
    """Stands where the window will be; `wait` lets nothing begin before it is painted.

    Closing it while the till is being opened says that this is ended first; closing
    it twice takes it away.
    """

    def __init__(self, theme: str = Look().theme) -> None:
        """``theme`` is one of `GROUNDS` or ``system``."""
        super().__init__()
        self.setWindowTitle(_NAME)
        self.setMinimumSize(*SMALLEST)
        self.resize(*SIZE)
        self.leaving = False
        self._colours = GROUNDS[_worn(theme)]
        self._words = ""
        self._shown = QEventLoop()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def wait(self) -> None:
        """Turn the event loop until the first paint; a platform may never ask for one."""
        self.show()
        QTimer.singleShot(_LONGEST_MS, self._shown.quit)
        self._shown.exec()

    def done(self) -> None:
        """Take it away: the window is there, or somebody closed it."""
        self.leaving = True
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        ground, ink, soft = self._colours
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(ground))
        painter.setPen(QColor(ink))
        large, plain = QFont(painter.font()), painter.font()
        large.setPixelSize(_NAME_SIZE)
        painter.setFont(large)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _NAME)
        if self._words:
            painter.setPen(QColor(soft))
            painter.setFont(plain)
            below = QRect(0, self.height() // 2 + 24, self.width(), 48)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, self._words)
        painter.end()
        self._shown.quit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.leaving or not self.isVisible():
            super().closeEvent(event)
            return
        from pos.ui.i18n import tr  # noqa: PLC0415  not before the first paint

        self.leaving = True
        self._words = tr("Closing: the till is opened to the end first, so that nothing is lost.")
        self.update()
        event.ignore()


def _worn(theme: str) -> str:
    if theme != "system":
        return theme
    hints = QApplication.styleHints()
    if hasattr(hints, "accessibility"):  # since Qt 6.10
        asked = hints.accessibility().contrastPreference()
        if asked == Qt.ContrastPreference.HighContrast:
            return "high-contrast"
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def largest_scale() -> int:
    """Return the scale in percent up to which the smallest window fits on the screen."""
    room = QApplication.primaryScreen().availableGeometry().size()
    rate = min(room.width() / SMALLEST[0], room.height() / SMALLEST[1])
    return int(rate * worn_scale())


def worn_scale() -> int:
    """Return the scale in percent that the application was made with."""
    app = QApplication.instance()
    return int((app.property(_SCALE) if app else None) or Look().scale)


def note_scale(percent: int) -> None:
    """Remember what the application was made with."""
    app = QApplication.instance()
    if app is not None:
        app.setProperty(_SCALE, percent)
