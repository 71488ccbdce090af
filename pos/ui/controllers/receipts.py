"""Receipts: shown in the window, kept as PDF or copied as plain text."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Protocol
from uuid import UUID

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from pos.errors import PosError
from pos.services.receipts import Receipt, render
from pos.ui.i18n import tr
from pos.ui.receipt_view import save_pdf
from pos.ui.screen import OverlayHost
from pos.ui.screens.receipt_preview import SIZE, ReceiptDialog
from pos.ui.threads import Calls
from pos.ui.widgets.overlay import Overlay


class Receipts(Protocol):
    """Where receipts come from."""

    def sale(self, order_id: UUID) -> Receipt:
        """Build a sale's receipt."""

    def copy(self, order_id: UUID) -> Receipt:
        """Build a copy, and count it."""

    def refund(self, refund_id: UUID) -> Receipt:
        """Build a refund's receipt."""


class ReceiptController(QObject):
    """Opens the preview over whatever is in front."""

    failed = Signal(object)
    copied = Signal()

    def __init__(self, window: QWidget, host: OverlayHost, source: Receipts, writes: Calls) -> None:
        super().__init__(window)
        self._window, self._host, self._source, self._writes = window, host, source, writes
        self._receipt: Receipt | None = None
        self._overlay: Overlay | None = None

    def show(self, order_id: UUID, how: str) -> None:
        """Show a receipt: ``receipt``, ``reprint`` (a copy), ``refund``, or ``pdf`` at once."""
        builds = {"reprint": self._source.copy, "refund": self._source.refund}
        build = builds.get(how, self._source.sale)
        then = self._save if how == "pdf" else self._open
        self._writes.submit(build, order_id, then=then, failed=self._refused)

    def _open(self, receipt: Receipt) -> None:
        self._receipt = receipt
        actions = (("pdf", tr("Save as PDF")), ("text", tr("Copy as text")))
        title = tr("Receipt {number}").format(number=receipt.number)
        dialog = ReceiptDialog(title, receipt, actions)
        dialog.acted.connect(self._on_acted)
        dialog.left.connect(self._close)
        self._overlay = self._host.open_overlay(dialog, SIZE)

    def _close(self) -> None:
        if self._overlay is not None:
            self._overlay.close_panel()
            self._overlay = None

    def _on_acted(self, key: str) -> None:
        if self._receipt is None:
            return
        if key == "pdf":
            self._save(self._receipt)
        else:
            QGuiApplication.clipboard().setText(render(self._receipt))
            self.copied.emit()

    def _save(self, receipt: Receipt) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        suggestion = str(Path(folder) / f"receipt-{receipt.number}.pdf")
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, tr("Save the receipt"), suggestion, tr("PDF files (*.pdf)")
        )
        if chosen:
            # painting needs Qt but no widget; the disk may be slow, so it is not this thread's
            self._writes.submit(partial(save_pdf, receipt, Path(chosen)), failed=self._refused)

    def _refused(self, error: PosError) -> None:
        self.failed.emit(error)
