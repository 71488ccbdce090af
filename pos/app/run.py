"""Start the window: Qt, the till, and a plain sentence when it cannot open."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from pos import logs
from pos.app.build import Till, build
from pos.app.front import Front
from pos.app.rescue import rescue_for
from pos.config import Config
from pos.errors import CashierError
from pos.services.secrets import SecretStore
from pos.services.shop import Preset
from pos.ui import theme
from pos.ui.trouble import EXIT_TROUBLE, show_trouble


def run(
    config: Config,
    *,
    secrets: SecretStore | None = None,
    preset: Preset | None = None,
    prepare: Callable[[Till], object] | None = None,
) -> int:
    """Run the till until its window is closed; returns the exit code.

    ``prepare`` may change settings before the window opens (the demo's reader).
    """
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Tillkeep")
    theme.apply(app)
    till = _opened(config, secrets, preset)
    if till is None:
        return EXIT_TROUBLE
    logs.configure(config.logs)
    try:
        if prepare is not None:
            prepare(till)
        code, ended = _show(till, app)
    finally:
        till.close()
        logs.close()
    if not ended:
        os._exit(code)  # a thread hangs in the system, and Qt aborts when it is destroyed running
    return code


def _opened(config: Config, secrets: SecretStore | None, preset: Preset | None) -> Till | None:
    """Open the till; where it cannot be opened, say why until it is mended or given up."""
    while True:
        try:
            return build(config, secrets=secrets, preset=preset)
        except CashierError as error:
            if not show_trouble(error, rescue_for(error, config)):
                return None


def _show(till: Till, app: QApplication) -> tuple[int, bool]:
    """Show the window until it is closed; also tells whether every thread has ended."""
    till.link.prepare()
    front = Front(till, app)
    logs.install_excepthook(till.config.logs, front.broke.emit)
    front.shell.show()
    front.start()
    try:
        code = app.exec()
    finally:
        ended = front.close()
    return code, ended
