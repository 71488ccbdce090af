"""Purchases: the list, one of them opened, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from pos.errors import PosError
from pos.models.states import RefundState
from pos.services.checkout import CheckoutService
from pos.services.purchases import (
    Period,
    PurchaseDetail,
    PurchaseFilter,
    Purchases,
    PurchaseStatus,
)
from pos.services.refunds import RefundService
from pos.services.shop import Shop
from pos.terminal.attempt import Choice
from pos.ui.controllers.purchase_words import detail_view, periods, row_view, statuses
from pos.ui.screens import purchase_views as views
from pos.ui.screens.purchases import PurchasesScreen
from pos.ui.threads import Calls

_UNSYNCED = "unsynced"


class PurchasesController(QObject):
    """Feeds list and detail; a refund is `RefundController`'s."""

    receipt_asked = Signal(object, str)
    refund_opened = Signal(object)
    close_asked = Signal(object)
    no_receipt = Signal(str)
    work_wanted = Signal()
    failed = Signal(object)

    def __init__(
        self,
        screen: PurchasesScreen,
        services: tuple[Purchases, CheckoutService, RefundService],
        threads: tuple[Calls, Calls],
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(screen)
        self._screen, self._clock = screen, clock
        self._service, self._checkout, self._refunds = services
        self._writes, self._reads = threads
        self._locale = "en_US"
        self._open: UUID | None = None
        self._found: PurchaseDetail | None = None
        screen.show_filters(periods(), statuses())
        screen.filter_changed.connect(self._on_filter)
        screen.purchase_chosen.connect(self._on_chosen)
        screen.code_scanned.connect(self._on_scanned)
        screen.receipt_asked.connect(self._on_receipt)
        screen.reprint_asked.connect(self._on_reprint)
        screen.refund_opened.connect(self._on_refund)
        screen.refund_left.connect(self.refresh_detail)
        screen.acted.connect(self._on_acted)

    def show_shop(self, shop: Shop) -> None:
        """Use this shop's words."""
        self._locale = shop.locale
        self.refresh()

    def refresh(self) -> None:
        """Read list and detail anew: something was sold, refunded or synced."""
        self._on_filter(self._screen.filter)
        self.refresh_detail()

    def refresh_detail(self) -> None:
        """Read the opened purchase anew, unless its refund is being chosen."""
        if self._open is not None:
            self._reads.submit(self._service.detail, self._open, then=self._show, failed=self._gone)

    def _on_filter(self, chosen: views.PurchaseFilter) -> None:
        wanted = _filter(chosen)
        count = partial(self._service.count, wanted)
        self._screen.table.rows.show_source(count, partial(self._page, wanted))

    def _page(self, wanted: PurchaseFilter, offset: int, limit: int) -> list[views.PurchaseRow]:
        now = self._clock()
        found = self._service.page(wanted, offset, limit)
        return [row_view(row, self._locale, now) for row in found]

    def _on_chosen(self, purchase_id: str) -> None:
        self._open = UUID(purchase_id)
        self.refresh_detail()

    def _show(self, found: PurchaseDetail) -> None:
        self._found = found
        if not self._screen.refunding:
            self._screen.show_detail(detail_view(found, self._locale, self._clock()))

    def _gone(self, error: PosError) -> None:
        """Show nothing for a sale that ended without an order meanwhile."""
        self._open = self._found = None
        self._screen.show_detail(None)

    def _on_scanned(self, code: str) -> None:
        """Open the receipt whose barcode was scanned; another code is somebody else's."""
        then = partial(self._scanned, code)
        self._reads.submit(self._service.numbered, code, then=then, failed=self.failed.emit)

    def _scanned(self, code: str, purchase_id: UUID | None) -> None:
        if purchase_id is None:
            self.no_receipt.emit(code)
        else:
            self._screen.search.setText(code)
            self._screen.leave_refund(of_another_than=str(purchase_id))
            self._on_chosen(str(purchase_id))

    def _on_receipt(self, purchase_id: str) -> None:
        self.receipt_asked.emit(UUID(purchase_id), "receipt")

    def _on_reprint(self, purchase_id: str) -> None:
        self.receipt_asked.emit(UUID(purchase_id), "reprint")

    def _on_refund(self, _purchase_id: str) -> None:
        if self._found is not None:
            self.refund_opened.emit(self._found)

    def _on_acted(self, key: str) -> None:
        found = self._found
        if found is None:
            return
        if key == "check":
            self._check(found)
        elif key == "close":
            self.close_asked.emit(found.row.id)
        elif key == "withdraw":
            self._withdraw(found)

    def _check(self, found: PurchaseDetail) -> None:
        if found.row.status is PurchaseStatus.CHECKING:
            args = (found.row.id, Choice.CHECK)
            self._writes.submit(self._checkout.choose, *args, failed=self.failed.emit)
        self.work_wanted.emit()

    def _withdraw(self, found: PurchaseDetail) -> None:
        planned = [r.id for r in found.refunds if r.state is RefundState.PLANNED]
        if planned:
            self._writes.submit(
                self._refunds.withdraw, planned[-1], then=self._changed, failed=self.failed.emit
            )

    def close_unresolved(self, run_id: UUID, reason: str, actor: str) -> None:
        """Close a payment that needs a check, with a person's reason."""
        self._writes.submit(
            self._checkout.close_unresolved,
            run_id,
            reason,
            actor,
            then=self._changed,
            failed=self.failed.emit,
        )

    def _changed(self, _: object) -> None:
        self.work_wanted.emit()
        self.refresh()


def _filter(chosen: views.PurchaseFilter) -> PurchaseFilter:
    status = chosen.status
    known = status and status != _UNSYNCED
    return PurchaseFilter(
        text=chosen.text,
        period=Period(chosen.period or "all") if not chosen.text else Period.ALL,
        status=PurchaseStatus(status) if known else None,
        unsynced=status == _UNSYNCED,
    )
