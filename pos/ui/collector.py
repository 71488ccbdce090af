"""Python's cyclic garbage, collected where Qt's objects may die."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 500


class Collector(QObject):
    """From its making on, collects only in the thread that made it: the GUI thread.

    Python collects in whatever thread happens to allocate. A database thread
    would so delete widgets that lie in a cycle, and Qt crashes soon after
    when anything but the GUI thread does that. It stays so after the window is
    closed, since its widgets are garbage only then.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        """Collect the oldest generation that is due, by Python's own thresholds."""
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, most) in enumerate(counts) if count > most]
        if due:
            gc.collect(due[-1])
