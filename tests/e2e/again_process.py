"""A till that is told to be larger and starts itself again, as the settings have it do.

again_process.py FOLDER CODE: the first window scans the code, takes another theme and scale
and restarts; the second says what it wears and holds, and ends. Each prints one line of JSON.
"""

import json
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from pos import look
from pos.app import front
from pos.app import run as starting
from pos.app.start import kept_look
from pos.config import Config
from pos.services.secrets import MemorySecrets
from pos.ui import theme

FOLDER, CODE = Path(sys.argv[1]), sys.argv[2]
SECOND = look.read(FOLDER).scale == 125


class Watched(front.Front):
    """The window, looked at until the cart is there."""

    def start(self) -> None:
        super().start()
        self.ready.connect(self._ready)
        self._look = QTimer(self, interval=20)
        self._look.timeout.connect(self._on_look)

    def _ready(self) -> None:
        if not SECOND:
            self.shell.on_scan(CODE)
        self._look.start()

    def _on_look(self) -> None:
        cart = self.pages.sale.cart
        if not cart or not cart.lines:
            return
        self._look.stop()
        ratio = QApplication.primaryScreen().devicePixelRatio()
        lines = [[each.name, each.quantity_milli] for each in cart.lines]
        told = {"ratio": ratio, "lines": lines, "theme": theme.tokens().name}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        if SECOND:
            self.shell.close()
        else:
            self._till.settings.set_theme("dark")
            self._show_shop(self._till.settings.set_scale(125))
            self.wearing.restart()


front.Front = Watched
secrets = MemorySecrets(problem=None)
sys.exit(starting.run(lambda: Config(data_dir=FOLDER), secrets=secrets, look=kept_look(FOLDER)))
