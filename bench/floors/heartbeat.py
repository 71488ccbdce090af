"""A window with everything the till imports and nothing of the till: says its memory in bytes."""

import sys
from importlib import import_module

from PySide6.QtWidgets import QApplication, QMainWindow

import pos.app.front
import pos.app.run
from bench.memory import resident
from pos.ui import theme

IMPORTED = (
    import_module("keyring"),
    import_module("stripe"),
    pos.app.front,
    pos.app.run,
)


def main() -> None:
    """Show the window, turn the loop once, and say it."""
    app = QApplication([])
    theme.apply(app)
    window = QMainWindow()
    window.resize(1366, 768)
    window.show()
    app.processEvents()
    sys.stdout.write(f"{resident()}\n")


if __name__ == "__main__":
    main()
