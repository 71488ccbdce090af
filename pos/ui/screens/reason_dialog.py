"""Asking a person for a reason before something that cannot be taken back."""

from __future__ import annotations

from PySide6.QtCore import Signal

from pos.ui.i18n import tr
from pos.ui.widgets.dialog import Dialog, field, labelled
from pos.ui.widgets.text import wrapped


class ReasonDialog(Dialog):
    """Emits the key it was given and what was written; an empty reason is not taken."""

    given = Signal(str, str)

    def __init__(self, title: str, explanation: str, accept: str, key: str) -> None:
        super().__init__(title, accept)
        self._key = key
        self.body.addWidget(wrapped(explanation, "muted"))
        self.reason = field(tr("What was found, and where"))
        labelled(self.body, tr("Reason"), self.reason)

    def accept(self) -> None:
        reason = self.reason.text().strip()
        if not reason:
            self.say_wrong(tr("Write a reason."), self.reason)
            return
        self.given.emit(self._key, reason)
        self.done.emit()
