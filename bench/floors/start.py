"""The least a program with a window could do: import Qt, show an empty widget, paint it once."""

import sys
import time

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget


class Window(QWidget):
    """Says when it was painted, and ends."""

    def paintEvent(self, event: QPaintEvent) -> None:
        sys.stdout.write(f"painted {time.process_time()}\n")
        sys.stdout.flush()
        QApplication.exit()


if __name__ == "__main__":
    app = QApplication([])
    window = Window()
    window.resize(1366, 768)
    window.show()
    sys.exit(app.exec())
