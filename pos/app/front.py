"""The window at work: what one screen's news means for the others."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from pos.app.background import Background, end_all
from pos.app.build import Till
from pos.app.doctor.page import DoctorPage
from pos.app.pages import CHECKOUT, CUSTOMERS, SALE, Turn, make_pages
from pos.app.scans import Scans
from pos.app.settings_page import SettingsPage
from pos.app.wearing import Wearing
from pos.errors import PosError
from pos.services.cart.views import CartChange, CartView
from pos.services.checkout import RunView
from pos.services.desk import DeskTick
from pos.services.shop import Shop
from pos.services.sync import SyncStatus
from pos.terminal.api import Availability
from pos.ui import sounds, wording
from pos.ui.collector import Collector
from pos.ui.controllers.status import StatusController
from pos.ui.i18n import tr
from pos.ui.scanner import Scanner
from pos.ui.screens.reason_dialog import ReasonDialog
from pos.ui.shell import Shell
from pos.ui.threads import Calls, unexpected
from pos.ui.tokens import Tone
from pos.ui.views import ShopView
from pos.ui.widgets.banner import BannerView, banner_for, dismiss
from pos.ui.widgets.overlay import PanelSize


class Front(QObject):
    """Everything that lives in the GUI thread, and the owners of the threads that do not.

    ``ready`` is emitted once what an earlier run left was looked through and
    the first sale can begin.
    """

    ready = Signal()
    broke = Signal(str)

    def __init__(
        self, till: Till, app: QApplication, scanner: Scanner | None = None, turn: Turn = bool
    ) -> None:
        """``scanner`` may have heard codes already; ``turn`` is called between two screens."""
        super().__init__()
        self._till = till
        Collector(self)  # before any thread
        self.shop = till.shop()
        self.wearing = Wearing(app, till.config.data_dir, self.shop)
        self.writes, self.reads = Calls("database", self), Calls("reading", self)
        self.background = Background(till, self)
        self.shell, self.scanner = Shell(), scanner or Scanner(app)
        self._shop_version, self._catalogue_version, self._waiting = 0, -1, (-1, -1)
        turn()
        self.pages = make_pages(till, self.shell, (self.writes, self.reads), turn)
        self.wearing.window(self.shell, self.pages.checkout)
        self.settings = SettingsPage(till, self.shell, (self.writes, self.reads), turn)
        self.doctor = DoctorPage(till, self.settings, self.background.lend_reader)
        self.scans = Scans(self.scanner, self.shell, self.pages)
        self.status = StatusController(self.shell, till.sync, self.writes, self.shop.staff_name)
        self._wire_frame()
        self._wire_sale()
        self._wire_checkout()
        self._wire_purchases()
        self._wire_settings()
        turn()
        self._show_shop(self.shop)

    def start(self) -> None:
        """Show the window; look through what an earlier run left before the first sale."""
        self.shell.show_page(SALE)
        self.settings.first_run.open_if_due()
        self.writes.submit(self._recover, then=self._recovered, failed=self._not_recovered)

    def close(self) -> bool:
        """End the threads after the work under way; what is unfinished is durable.

        No call to the outside is waited for. False: a thread is stuck.
        """
        self.scanner.close()
        self._till.hang_up()
        self.settings.hang_up()
        own = (self.reads, self.writes)
        return end_all([*self.settings.threads(), *self.background.threads(), *own])

    def say(self, error: PosError) -> None:
        """Say what went wrong, above every screen, until it is dismissed."""
        self.shell.show_banner(banner_for(error))

    def _wire_frame(self) -> None:
        for calls in (self.writes, self.reads):
            calls.refused.connect(self.say)
            calls.crashed.connect(self._crashed)
        self.background.troubled.connect(self.say)
        self.background.crashed.connect(self._crashed)
        self.background.sync_moved.connect(self._on_sync)
        self.background.desk_moved.connect(self._on_desk)
        self.background.reader_seen.connect(self.status.show_reader)
        self.background.reader_seen.connect(self._on_reader)
        self.status.wake_asked.connect(self.background.wake_sync)
        self.status.reader_check_asked.connect(self.background.look_at_reader)
        self.status.failed.connect(self.say)
        self.shell.page_shown.connect(self._on_page)
        self.shell.banner_acted.connect(self._on_banner)
        self.broke.connect(self._on_broke)

    def _wire_sale(self) -> None:
        pages = self.pages
        pages.sale.failed.connect(self.say)
        pages.sale.pay_asked.connect(self._on_pay)
        pages.sale.customer_asked.connect(self._on_customer)
        pages.sale.repriced.connect(self._on_repriced)
        pages.sheet.chosen.connect(pages.sale.set_customer)
        pages.customers.chosen.connect(self._sell_to)
        for chooser in (pages.sheet, pages.customers):
            chooser.failed.connect(self.say)
            chooser.created.connect(self.background.wake_sync)

    def _wire_checkout(self) -> None:
        checkout = self.pages.checkout
        checkout.entered.connect(self._on_entered)
        checkout.left.connect(self._on_left)
        checkout.paid.connect(self._on_paid)
        checkout.work_wanted.connect(self.background.wake_payments)
        checkout.reader_used.connect(self.status.show_payment)
        checkout.receipt_asked.connect(self.pages.receipts.show)
        checkout.failed.connect(self.say)

    def _wire_purchases(self) -> None:
        pages = self.pages
        pages.purchases.receipt_asked.connect(pages.receipts.show)
        pages.purchases.refund_opened.connect(pages.refunds.open)
        pages.purchases.close_asked.connect(self._on_close_asked)
        pages.purchases.work_wanted.connect(self.background.wake_payments)
        pages.purchases.failed.connect(self.say)
        pages.refunds.work_wanted.connect(self.background.wake_payments)
        pages.refunds.changed.connect(self._on_refund_changed)
        pages.refunds.receipt_asked.connect(pages.receipts.show)
        pages.receipts.failed.connect(self.say)
        pages.receipts.copied.connect(self.shell.say_copied)

    def _wire_settings(self) -> None:
        self.settings.shop_changed.connect(self._show_shop)
        self.settings.products_changed.connect(self.pages.sale.refresh_products)
        self.settings.reconnect_wanted.connect(self.background.reconnect)
        self.settings.sync_wanted.connect(self.background.wake_sync)
        self.settings.restart_wanted.connect(self.wearing.restart)
        self.settings.crashed.connect(self._crashed)

    # at start

    def _recover(self) -> RunView | None:
        self._till.checkout.recover()
        return self._till.checkout.at_counter()

    def _recovered(self, run: RunView | None) -> None:
        if run is not None:
            self.pages.checkout.resume(run)
        else:
            self.scans.release()
        self.background.start()
        self.ready.emit()

    def _not_recovered(self, error: PosError) -> None:
        self.scans.release()
        self.say(error)

    # the sale

    def _on_pay(self, cart: CartView) -> None:
        self.pages.checkout.begin(cart.cart_id)

    def _on_customer(self, _cart: object) -> None:
        self.pages.sheet.open()

    def _sell_to(self, profile_id: UUID | None) -> None:
        self.pages.sale.set_customer(profile_id)
        self.shell.show_page(SALE)

    def _on_repriced(self, change: CartChange) -> None:
        currency, locale = change.cart.currency, self.shop.locale
        before = wording.money(change.before_minor, currency, locale)
        after = wording.money(change.after_minor, currency, locale)
        words = tr("Total changed from {before} to {after} for this customer.")
        title = words.format(before=before, after=after)
        self.shell.show_banner(BannerView(title, tone=Tone.INFO, actions=dismiss()))

    # the checkout

    def _on_entered(self) -> None:
        self.scans.hold()
        self.shell.show_page(CHECKOUT)
        self.scans.tell()

    def _on_left(self) -> None:
        self.shell.show_banner(None)
        if self.shell.page == CHECKOUT:  # else somebody looks at purchases meanwhile
            self.shell.show_page(SALE)
        self.pages.sale.refresh()
        self.scans.release()

    def _on_paid(self, _run: RunView) -> None:
        sounds.good()
        self._tell_backend()
        self.pages.purchases.refresh()
        self.pages.sale.refresh_products()

    def _on_page(self, name: str) -> None:
        """Show the sale that is being paid where the sale is looked for."""
        if name == SALE and self.pages.checkout.run is not None:
            self.shell.show_page(CHECKOUT)
        elif name == CUSTOMERS:
            self.pages.customers.refresh()

    # purchases

    def _on_close_asked(self, run_id: UUID) -> None:
        dialog = ReasonDialog(
            tr("Close this payment"),
            tr("Only what needs a check can be closed. The till stops asking Stripe about it."),
            tr("Close for good"),
            str(run_id),
        )
        overlay = self.shell.open_overlay(dialog, PanelSize(520), dialog.reason)
        dialog.done.connect(overlay.close_panel)
        dialog.given.connect(self._on_close_given)

    def _on_close_given(self, run_id: str, reason: str) -> None:
        self.pages.purchases.close_unresolved(UUID(run_id), reason, self.shop.staff_name)

    def _tell_backend(self) -> None:
        self._waiting = (-1, -1)  # the next news of sync refreshes the list
        self.background.wake_sync()

    def _on_refund_changed(self) -> None:
        self._tell_backend()
        self.pages.purchases.refresh()
        self.pages.sale.refresh_products()

    # news from the service threads

    def _on_desk(self, tick: DeskTick) -> None:
        if tick.trouble is not None:
            self.say(tick.trouble)
        self.pages.checkout.news(tick)
        self.pages.refunds.news(tick)
        current = self.pages.checkout.run
        if any(each.progress.settled and each.run != current for each in tick.runs):
            self.pages.purchases.refresh()

    def _on_reader(self, _found: Availability) -> None:
        self.pages.checkout.look_again()

    def _on_sync(self, status: SyncStatus) -> None:
        self.status.show_sync(status)
        self.settings.show_sync(status)
        if status.shop_version != self._shop_version:
            self._shop_version = status.shop_version
            self.reads.submit(self._till.shop, then=self._show_shop)
        if (status.waiting, len(status.parked)) != self._waiting:
            self._waiting = (status.waiting, len(status.parked))
            self.pages.purchases.refresh()
        self.reads.submit(self._till.catalogue.version, then=self._on_catalogue)

    def _on_catalogue(self, version: int) -> None:
        if version != self._catalogue_version:
            self._catalogue_version = version
            self.pages.sale.refresh_products()

    def _show_shop(self, shop: Shop) -> None:
        self.wearing.follow(shop, self.writes)
        self.shop = shop
        place = f"{shop.location_name} · {shop.register_name}"
        training = self._till.config.training
        self.shell.show_shop(
            ShopView(shop.name, place, shop.staff_initials, shop.staff_name, training)
        )
        pages = self.pages
        shown = (pages.sale, pages.checkout, pages.purchases, pages.refunds, pages.sheet)
        for page in (*shown, pages.customers, self.settings):
            page.show_shop(shop)

    def _on_banner(self, _key: str) -> None:
        self.shell.show_banner(None)

    def _on_broke(self, sentence: str) -> None:
        """Say what the last resort caught; it may come from any thread."""
        self.shell.show_banner(BannerView(sentence, tone=Tone.BAD, actions=dismiss()))

    def _crashed(self, bug: Exception) -> None:
        self.say(unexpected(bug))
