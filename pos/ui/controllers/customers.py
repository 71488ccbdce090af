"""Customers: find, create offline, and give the sale to somebody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from pos.errors import PosError
from pos.services.customers.service import CustomerService, DuplicateFound
from pos.services.customers.views import CustomerView as Customer
from pos.services.shop import Shop
from pos.ui import wording
from pos.ui.i18n import tr
from pos.ui.screen import OverlayHost
from pos.ui.screens.customer_views import CustomerView, NewCustomer
from pos.ui.screens.customers import SIZE, CustomerChooser
from pos.ui.threads import Calls
from pos.ui.widgets.overlay import Overlay

_LIMIT = 200


class _Everybody:
    """All customers as count and pages, however many they are."""

    def __init__(self, service: CustomerService, shop: Shop | None) -> None:
        self._service, self._shop = service, shop

    def count(self) -> int:
        return self._service.count()

    def page(self, offset: int, limit: int) -> list[CustomerView]:
        return [customer_view(each, self._shop) for each in self._service.page(offset, limit)]


class _Found:
    """One search as count and pages; asked once, on the reading thread."""

    def __init__(self, service: CustomerService, text: str, shop: Shop | None) -> None:
        self._service, self._text, self._shop = service, text, shop
        self._rows: list[CustomerView] | None = None

    def count(self) -> int:
        return len(self._read())

    def page(self, offset: int, limit: int) -> list[CustomerView]:
        return self._read()[offset : offset + limit]

    def _read(self) -> list[CustomerView]:
        if self._rows is None:
            found: Sequence[Customer] = (
                self._service.search(self._text, _LIMIT)
                if self._text
                else self._service.recent(_LIMIT)
            )
            self._rows = [customer_view(each, self._shop) for each in found]
        return self._rows


def customer_view(customer: Customer, shop: Shop | None) -> CustomerView:
    """Say what a row of the list shows."""
    currency, locale = (shop.currency, shop.locale) if shop else ("usd", "en_US")
    credit = wording.money(customer.credit_minor, currency, locale) if customer.credit_minor else ""
    count = customer.service_credits
    return CustomerView(
        id=str(customer.id),
        name=customer.name or tr("Removed customer"),
        phone=customer.phone,
        email=customer.email,
        credit=credit,
        classes=tr("%n classes", count) if count else "",
        synced=customer.is_synced,
    )


class ChooserController(QObject):
    """Feeds one chooser; ``chosen`` carries a customer's id, or None for a walk-in."""

    chosen = Signal(object)
    failed = Signal(object)
    created = Signal()

    def __init__(
        self, chooser: CustomerChooser, service: CustomerService, threads: tuple[Calls, Calls]
    ) -> None:
        super().__init__(chooser)
        self._chooser, self._service = chooser, service
        self._writes, self._reads = threads
        self._shop: Shop | None = None
        self._warned: NewCustomer | None = None
        chooser.search_changed.connect(self.search)
        chooser.chosen.connect(self._on_chosen)
        chooser.walk_in.connect(self._on_walk_in)
        chooser.form.lookup.connect(self._on_lookup)
        chooser.form.create_asked.connect(self._on_create)

    def show_shop(self, shop: Shop) -> None:
        """Use this shop's currency."""
        self._shop = shop
        self.refresh()

    def refresh(self) -> None:
        """Read the list anew: somebody may have been added elsewhere."""
        self.search(self._chooser.search.text().strip())

    def search(self, text: str) -> None:
        """Show who matches; nothing typed shows the recent ones, or everybody on their own screen.

        Over a sale the one who is looked for was here lately.
        """
        everybody = not text and not self._chooser.in_sale
        found = (
            _Everybody(self._service, self._shop)
            if everybody
            else _Found(self._service, text, self._shop)
        )
        self._chooser.table.rows.show_source(found.count, found.page)

    def _on_chosen(self, profile_id: str) -> None:
        self.chosen.emit(UUID(profile_id))

    def _on_walk_in(self) -> None:
        self.chosen.emit(None)

    def _on_lookup(self, entry: NewCustomer) -> None:
        self._reads.submit(
            self._service.twins, entry.phone, entry.email, then=partial(self._warn, entry)
        )

    def _warn(self, entry: NewCustomer, twins: Sequence[Customer]) -> None:
        self._warned = entry if twins else None
        self._chooser.form.show_duplicates([customer_view(each, self._shop) for each in twins])

    def _on_create(self, entry: NewCustomer) -> None:
        """Create; when somebody like this is known, only the second press does."""
        known = self._warned is not None and (entry.phone, entry.email) == (
            self._warned.phone,
            self._warned.email,
        )
        create = partial(self._service.create, force=known)
        words = (entry.name, entry.phone, entry.email, entry.tax_id)
        then = partial(self._created, entry)
        self._writes.submit(create, *words, then=then, failed=self._refused)

    def _created(self, entry: NewCustomer, answer: Customer | DuplicateFound) -> None:
        if isinstance(answer, DuplicateFound):
            self._warn(entry, answer.existing)
            return
        self._warned = None
        self._chooser.close_form()
        self.search("")
        self.created.emit()
        self.chosen.emit(answer.id)

    def _refused(self, error: PosError) -> None:
        self.failed.emit(error)


class CustomerSheet(QObject):
    """The chooser over the sale, opened with F3."""

    chosen = Signal(object)
    failed = Signal(object)
    created = Signal()

    def __init__(
        self, host: OverlayHost, service: CustomerService, threads: tuple[Calls, Calls]
    ) -> None:
        super().__init__()
        self._host, self._service, self._threads = host, service, threads
        self._overlay: Overlay | None = None
        self._shop: Shop | None = None

    def show_shop(self, shop: Shop) -> None:
        """Use this shop's currency."""
        self._shop = shop

    def open(self) -> None:
        """Open the chooser over the screen."""
        chooser = CustomerChooser(self._threads[1])
        control = ChooserController(chooser, self._service, self._threads)
        if self._shop is not None:
            control.show_shop(self._shop)
        control.chosen.connect(self._on_chosen)
        control.failed.connect(self.failed)
        control.created.connect(self.created)
        self._overlay = self._host.open_overlay(chooser, SIZE, chooser.search)

    def _on_chosen(self, profile_id: UUID | None) -> None:
        if self._overlay is not None:
            self._overlay.close_panel()
            self._overlay = None
        self.chosen.emit(profile_id)
