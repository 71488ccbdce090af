"""Where a scanned code goes: to the screen in front, to the next sale, never to nobody."""

from __future__ import annotations

from PySide6.QtCore import QObject

from pos.app.pages import CHECKOUT, PURCHASES, SALE, Pages
from pos.ui import sounds
from pos.ui.i18n import tr
from pos.ui.scanner import Scanner
from pos.ui.shell import Shell
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView

_TAKERS = (SALE, CHECKOUT, PURCHASES)


class Scans(QObject):
    """Holds codes back from Charge to the end of that sale, and before the first one.

    On a screen that takes no codes the sale comes to the front; in Purchases a
    code that is on no receipt belongs to the sale.
    """

    def __init__(self, scanner: Scanner, shell: Shell, pages: Pages) -> None:
        super().__init__(shell)
        self._scanner, self._shell, self._pages = scanner, shell, pages
        scanner.scanned.connect(self._on_scanned)
        scanner.queued.connect(self._on_queued)
        scanner.refused.connect(self._on_refused)
        pages.sale.pay_asked.connect(self.hold)
        pages.checkout.failed.connect(self._on_not_begun)
        pages.checkout_screen.code_scanned.connect(self._on_after_sale)
        pages.purchases.no_receipt.connect(self._sell)
        self.hold()

    def hold(self) -> None:
        """Keep codes until `release`."""
        self._scanner.mode = "queue"

    def release(self) -> None:
        """Hand on what was kept, and every code from now on."""
        self._scanner.mode = "deliver"

    def tell(self) -> None:
        """Say how many codes wait, if any do."""
        if self._scanner.waiting:
            title = tr("%n scans wait for the next sale.", self._scanner.waiting)
            self._shell.show_banner(BannerView(title, tone=Tone.INFO))

    def _on_scanned(self, code: str) -> None:
        if self._shell.page == PURCHASES:
            self._shell.close_overlays()  # the receipt that was scanned lies beneath
        if self._shell.page in _TAKERS:
            self._shell.on_scan(code)
        else:
            self._sell(code)

    def _sell(self, code: str) -> None:
        self._shell.show_page(SALE)
        self._pages.sale.scan(code)

    def _on_after_sale(self, code: str) -> None:
        self._pages.checkout.finish()
        self._pages.sale.scan(code)

    def _on_queued(self, _count: int) -> None:
        """Begin the next sale with a scan after a paid one; before that, keep it and say so."""
        run = self._pages.checkout.run
        if run is not None and run.is_paid:
            self._pages.checkout.finish()
        elif run is not None:
            sounds.bad()
            self.tell()

    def _on_not_begun(self, _error: object) -> None:
        if self._pages.checkout.run is None:
            self.release()

    def _on_refused(self, _why: str) -> None:
        sounds.bad()
        title = tr("The scanner sent more than a code can hold.")
        remedy = tr("Scan it again, or type the code.")
        self._shell.show_banner(BannerView(title, remedy=remedy, tone=Tone.WARN))
