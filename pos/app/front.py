"""The window and the threads behind it: screens, controllers, services."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from pos.app.background import Background
from pos.app.build import Till
from pos.errors import PosError
from pos.services.shop import Shop
from pos.services.sync import SyncStatus
from pos.ui import theme
from pos.ui.controllers.sale import SaleController
from pos.ui.controllers.status import StatusController
from pos.ui.i18n import tr
from pos.ui.scanner import Scanner
from pos.ui.screens.sale import SaleScreen
from pos.ui.shell import Shell
from pos.ui.threads import Calls, unexpected
from pos.ui.views import ShopView
from pos.ui.widgets.banner import banner_for

SALE = "sale"


class Front(QObject):
    """Everything that lives in the GUI thread, and the owners of the threads that do not.

    ``ready`` is emitted once what an earlier run left was looked through and
    the first sale can begin.
    """

    ready = Signal()

    def __init__(self, till: Till, app: QApplication) -> None:
        super().__init__()
        self._till, self._app = till, app
        self.shop = till.shop()
        theme.apply(app, self.shop.theme)
        self.writes, self.reads = Calls("database", self), Calls("reading", self)
        self.background = Background(till, self)
        self.shell = Shell()
        self.scanner = Scanner(app)
        self._shop_version, self._catalogue_version = 0, -1
        self._add_sale()
        self.status = StatusController(self.shell, till.sync, self.writes, self.shop.staff_name)
        self._wire()
        self._show_shop(self.shop)

    def start(self) -> None:
        """Show the window; look through what an earlier run left before the first sale."""
        self.shell.show_page(SALE)
        self.writes.submit(self._till.checkout.recover, then=self._recovered, failed=self.say)

    def close(self) -> bool:
        """End the threads after the work under way; what is unfinished is durable."""
        self.scanner.close()
        done = [self.background.close(), self.reads.close(), self.writes.close()]
        return all(done)

    def say(self, error: PosError) -> None:
        """Say what went wrong, above every screen, until it is dismissed."""
        self.shell.show_banner(banner_for(error))

    def _add_sale(self) -> None:
        self.sale = SaleScreen(self.reads, self.shell, self.shop.currency)
        self.shell.add_page(SALE, self.sale, tr("Sale"))
        shelf = (self._till.catalogue, self._till.stock)
        self.sale_controller = SaleController(
            self.sale, self._till.cart, shelf, (self.writes, self.reads)
        )

    def _wire(self) -> None:
        self.scanner.scanned.connect(self.shell.on_scan)
        self.sale_controller.failed.connect(self.say)
        for calls in (self.writes, self.reads):
            calls.refused.connect(self.say)
            calls.crashed.connect(self._crashed)
        self.background.troubled.connect(self.say)
        self.background.crashed.connect(self._crashed)
        self.background.sync_moved.connect(self._on_sync)
        self.background.reader_seen.connect(self.status.show_reader)
        self.status.wake_asked.connect(self.background.wake_sync)
        self.status.failed.connect(self.say)

    def _recovered(self, _runs: object) -> None:
        self.background.start()
        self.ready.emit()

    def _show_shop(self, shop: Shop) -> None:
        self.shop = shop
        place = f"{shop.location_name} · {shop.register_name}"
        training = self._till.config.training
        self.shell.show_shop(
            ShopView(shop.name, place, shop.staff_initials, shop.staff_name, training)
        )
        self.sale_controller.show_shop(shop)

    def _on_sync(self, status: SyncStatus) -> None:
        self.status.show_sync(status)
        if status.shop_version != self._shop_version:
            self._shop_version = status.shop_version
            self.reads.submit(self._till.shop, then=self._show_shop)
        self.reads.submit(self._till.catalogue.version, then=self._on_catalogue)

    def _on_catalogue(self, version: int) -> None:
        if version != self._catalogue_version:
            self._catalogue_version = version
            self.sale_controller.refresh_products()

    def _crashed(self, bug: Exception) -> None:
        self.say(unexpected(bug))
