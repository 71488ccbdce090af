"""The virtual reader without a simulator: its states are given to it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from pos.ui.threads import Calls
from pos.ui.virtual_reader import VirtualReader
from pos.ui.virtual_reader_link import ReaderLink

_IDLE: dict[str, Any] = {
    "power": True,
    "network": True,
    "outage": False,
    "phase": "idle",
    "busy": False,
    "label": "Front desk reader",
    "action": None,
    "shown_amount": 0,
    "shown_currency": "",
    "last": None,
    "now": 0,
}


def _window(**state: Any) -> VirtualReader:
    link = ReaderLink("http://127.0.0.1:9", "", "tmr_sim_frontdesk")
    link.stop()
    made = VirtualReader(link)
    link.changed.emit(_IDLE | state)
    return made


def idle(_calls: Calls) -> QWidget:
    """Nothing to do."""
    return _window()


def waiting(_calls: Calls) -> QWidget:
    """Asking for a card."""
    return _window(phase="waiting", shown_amount=17141, shown_currency="usd")


def unplugged(_calls: Calls) -> QWidget:
    """Without power."""
    return _window(power=False)
