"""Keeps Qt from repeating what its windowless platform cannot do."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_KNOWN = "This plugin does not support "
"""Raising a window, grabbing the keyboard: nobody sees or types there."""


def pass_on_warnings() -> None:
    """Print Qt's warnings on standard error, but for those of the platform without windows."""
    qInstallMessageHandler(_print)


def _print(_kind: QtMsgType, _where: QMessageLogContext, text: str) -> None:
    if not text.startswith(_KNOWN):
        sys.stderr.write(f"{text}\n")
