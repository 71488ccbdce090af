"""Start the window: Qt, the till, and a plain sentence when it cannot open."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from pos import logs
from pos.app.build import Till, build
from pos.app.front import Front
from pos.config import Config
from pos.errors import CashierError
from pos.services.secrets import SecretStore
from pos.services.shop import Preset
from pos.ui import theme
from pos.ui.trouble import show_trouble


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
    try:
        till = build(config, secrets=secrets, preset=preset)
    except CashierError as error:
        return show_trouble(error)
    logs.configure(config.logs)
    try:
        if prepare is not None:
            prepare(till)
        return _show(till, app)
    finally:
        till.close()
        logs.close()


def _show(till: Till, app: QApplication) -> int:
    front = Front(till, app)
    logs.install_excepthook(till.config.logs, front.broke.emit)
    front.shell.show()
    front.start()
    try:
        return app.exec()
    finally:
        front.close()
