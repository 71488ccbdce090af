"""The sale: every touch is a committed change before it is painted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from pos.errors import PosError
from pos.pricing import ONE, Discount, DiscountKind
from pos.services.cart.service import CartService
from pos.services.cart.views import CartChange, ScanOutcome, ScanResult
from pos.services.cart.views import CartView as Cart
from pos.services.catalogue import SEARCH_LIMIT, Catalogue, ProductTile, VariantRow
from pos.services.shop import Shop
from pos.services.stock import StockService
from pos.ui import sounds
from pos.ui.controllers.cart_words import cart_view, product_view, variant_view
from pos.ui.i18n import tr
from pos.ui.screens.sale import SaleScreen
from pos.ui.screens.sale_views import DiscountInput, NoteInput, ProductView
from pos.ui.threads import Calls, Latest


class SaleController(QObject):
    """Feeds the sale screen. ``writes`` is the database's one writer thread, ``reads`` another."""

    pay_asked = Signal(object)
    customer_asked = Signal(object)
    failed = Signal(object)
    repriced = Signal(object)

    def __init__(
        self,
        screen: SaleScreen,
        cart: CartService,
        shelf: tuple[Catalogue, StockService],
        threads: tuple[Calls, Calls],
    ) -> None:
        super().__init__(screen)
        self._screen, self._service = screen, cart
        self._catalogue, self._stock = shelf
        self._writes, self._reads = threads
        self._latest = Latest(self._reads)
        self._cart: Cart | None = None
        self._shop: Shop | None = None
        self._query, self._category = "", ""
        self._choices: dict[str, VariantRow] = {}
        self._wire()

    def _wire(self) -> None:
        screen = self._screen
        screen.search_changed.connect(self._on_search)
        screen.search_entered.connect(self._on_entered)
        screen.category_chosen.connect(self._on_category)
        screen.product_picked.connect(self._on_picked)
        screen.variant_chosen.connect(self._on_variant)
        screen.price_entered.connect(self._on_price)
        screen.open_item_entered.connect(self._on_open_item)
        screen.quantity_stepped.connect(self._on_stepped)
        screen.quantity_set.connect(self._on_quantity)
        screen.line_removed.connect(self._on_removed)
        screen.discount_entered.connect(self._on_discount)
        screen.note_entered.connect(self._on_note)
        screen.customer_asked.connect(self._on_customer)
        screen.customer_cleared.connect(self._on_customer_cleared)
        screen.clear_asked.connect(self._on_clear)
        screen.undo_asked.connect(self._on_undo)
        screen.pay_asked.connect(self._on_pay)
        screen.code_scanned.connect(self.scan)

    @property
    def cart(self) -> Cart | None:
        """The cart as it was last read."""
        return self._cart

    def show_shop(self, shop: Shop) -> None:
        """Use this shop's currency and words."""
        self._shop = shop
        self._screen.currency = shop.currency
        self.refresh()

    def refresh(self) -> None:
        """Read cart and products anew."""
        self._change(self._service.current)
        self.refresh_products()

    def refresh_products(self) -> None:
        """Read the products anew: the catalogue or the stock changed."""
        self._reads.submit(self._catalogue.categories, then=self._show_categories)
        self._show_products()

    def scan(self, code: str) -> None:
        """Add what a code stands for."""
        self._writes.submit(self._service.scan, code, then=self._scanned, failed=self._refused)

    def set_customer(self, profile_id: UUID | None) -> None:
        """Make the sale somebody's, and price it anew."""
        self._writes.submit(
            self._service.set_customer, profile_id, then=self._customer_set, failed=self._refused
        )

    def _change(self, fn: Callable[..., Cart], *args: Any) -> None:
        self._writes.submit(fn, *args, then=self._show, failed=self._refused)

    def _show(self, cart: Cart) -> None:
        self._cart = cart
        self._screen.show_cart(cart_view(cart, self._locale))
        lines = self._screen.panel.lines
        if cart.changed and lines.selected != str(cart.changed[-1]):
            lines.select(str(cart.changed[-1]))

    def _refused(self, error: PosError) -> None:
        self.failed.emit(error)

    @property
    def _locale(self) -> str:
        return self._shop.locale if self._shop else "en_US"

    @property
    def _currency(self) -> str:
        return self._shop.currency if self._shop else "usd"

    # products

    def _on_search(self, text: str) -> None:
        self._query = text
        self._show_products()

    def _on_category(self, category: str) -> None:
        self._category = category
        self._show_products()

    def _show_categories(self, names: list[str]) -> None:
        self._screen.show_categories([(name, name) for name in names], self._category)

    def _show_products(self) -> None:
        what = (self._query, self._category or None)
        count = partial(self._catalogue.count, *what)
        self._screen.grid.products.show_source(count, partial(self._page, *what))
        self._latest.ask(partial(self._look, *what), then=self._show_found)

    def _look(self, query: str, category: str | None) -> tuple[int, bool]:
        """Count what a search shows, and tell whether it is only what may have been meant."""
        count = self._catalogue.count(query, category)
        return count, count > 0 and self._catalogue.is_guess(query, category)

    def _show_found(self, found: tuple[int, bool]) -> None:
        count, guessed = found
        included = self._shop is not None and self._shop.prices_include_tax
        mode = tr("tax included") if included else tr("tax added")
        words = tr("%n products", count) if count else tr("Nothing found")
        if self._query and count >= SEARCH_LIMIT:
            words = tr("The first %n products", count)
        if guessed:
            words = tr("Nothing found; similar: {products}").format(products=words)
        self._screen.show_found(f"{words} · {mode}")

    def _page(self, query: str, category: str | None, offset: int, limit: int) -> list[ProductView]:
        """Read tiles with their live stock; runs on the reading thread."""
        rows = self._catalogue.page(query, category, offset, limit)
        left = self._stock.levels([key for row in rows if row.tracked for key in row.variant_keys])
        return [self._tile(row, left) for row in rows]

    def _tile(self, row: ProductTile, left: dict[str, int]) -> ProductView:
        known = [left[key] for key in row.variant_keys if key in left]
        return product_view(row, sum(known) if known else None, self._currency, self._locale)

    def _on_entered(self, text: str) -> None:
        """Enter in the search field: an exact code first, else the first hit for what was typed.

        Not the first tile: the grid may still show what was searched for before.
        Never a guess: what was not typed is not sold.
        """
        self._reads.submit(self._find, text, self._category or None, then=self._looked_up)

    def _find(self, text: str, category: str | None) -> tuple[list[VariantRow], list[ProductView]]:
        rows = self._catalogue.lookup(text)
        if rows or not self._catalogue.page(text, category, 0, 1, guess=False):
            return rows, []
        return rows, self._page(text, category, 0, 1)

    def _looked_up(self, found: tuple[list[VariantRow], list[ProductView]]) -> None:
        rows, tiles = found
        if rows:
            self.scan(rows[0].barcode or rows[0].sku)
        elif tiles:
            self._on_picked(tiles[0])
        if rows or tiles:
            self._screen.clear_search()

    def _on_picked(self, product: ProductView) -> None:
        then = partial(self._offer, product)
        self._reads.submit(self._variants, product.id, then=then, failed=self._refused)

    def _variants(self, product_key: str) -> tuple[list[VariantRow], dict[str, int]]:
        rows = self._catalogue.variants(product_key)
        return rows, self._stock.levels([row.key for row in rows if row.tracked])

    def _offer(self, product: ProductView, found: tuple[list[VariantRow], dict[str, int]]) -> None:
        """Add the only variant, or let a person choose; a product that went offers nothing."""
        rows, left = found
        if not rows:
            return
        if len(rows) == 1:
            self._add(rows[0])
            return
        self._choices = {row.key: row for row in rows}
        views = [variant_view(r, left.get(r.key), self._currency, self._locale) for r in rows]
        self._screen.open_variants(product, views)

    def _on_variant(self, _product: str, key: str) -> None:
        row = self._choices.get(key)
        if row is not None:
            self._add(row)

    def _add(self, row: VariantRow) -> None:
        if row.price_minor is None:
            self._screen.open_price(ProductView(row.key, row.name, "", open_price=True))
        else:
            self._change(self._service.add, row.key)

    def _on_price(self, key: str, minor: object) -> None:
        self._change(self._service.add, key, ONE, minor)

    def _on_open_item(self, code: str, minor: object) -> None:
        self._change(self._service.add_open_item, code, minor)

    def _scanned(self, result: ScanResult) -> None:
        self._show(result.cart)
        match result.outcome:
            case ScanOutcome.ADDED:
                self._screen.say_unknown("")
            case ScanOutcome.UNKNOWN:
                sounds.bad()
                self._screen.say_unknown(result.code)
            case _:
                self._choose_scanned(result)

    def _choose_scanned(self, result: ScanResult) -> None:
        rows = [row for row in result.choices if isinstance(row, VariantRow)]
        product = ProductView(result.code, rows[0].name if rows else result.code, "")
        self._offer(product, (rows, {}))

    # the cart

    def _on_stepped(self, line: str, delta: object) -> None:
        self._change(self._service.change_quantity, UUID(line), delta)

    def _on_quantity(self, line: str, milli: object) -> None:
        self._change(self._service.set_quantity, UUID(line), milli)

    def _on_removed(self, line: str) -> None:
        self._change(self._service.remove, UUID(line))

    def _on_discount(self, given: DiscountInput) -> None:
        found = Discount(DiscountKind(given.kind.value), given.value) if given.value else None
        if given.line_id:
            self._change(self._service.discount_line, UUID(given.line_id), found)
        else:
            self._change(self._service.discount_order, found)

    def _on_note(self, given: NoteInput) -> None:
        if given.line_id:
            self._change(self._service.note_line, UUID(given.line_id), given.text)
        else:
            self._change(self._service.note, given.text)

    def _on_customer(self) -> None:
        self.customer_asked.emit(self._cart)

    def _on_customer_cleared(self) -> None:
        self.set_customer(None)

    def _customer_set(self, change: CartChange) -> None:
        self._show(change.cart)
        if change.is_repriced:
            self.repriced.emit(change)

    def _on_clear(self) -> None:
        if self._cart is not None and not self._cart.is_empty:
            self._writes.submit(self._service.clear, then=self._cleared, failed=self._refused)

    def _cleared(self, cart: Cart) -> None:
        self._show(cart)
        self._screen.say_undo(tr("The cart was cleared."))

    def _on_undo(self) -> None:
        self._change(self._service.undo)

    def _on_pay(self) -> None:
        self.pay_asked.emit(self._cart)
