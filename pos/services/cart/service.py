"""The cart at the counter: every change is on disk before it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from pos.errors import CashierError
from pos.models.database import Database
from pos.models.states import CartStatus
from pos.pricing import ONE, Discount
from pos.services import fields
from pos.services.cart import edits, rows, undo
from pos.services.cart.pricing import price_draft
from pos.services.cart.rows import Draft
from pos.services.cart.views import (
    CartChange,
    CartView,
    CatalogueReader,
    OpenItem,
    ScanOutcome,
    ScanResult,
    Variant,
    view,
)
from pos.services.journal import Event, record
from pos.services.shop import Clock

Edit = Callable[[Draft], Draft]


@dataclass(frozen=True, slots=True)
class _Act:
    """One change: its name for undo, and its name in the journal if it is worth an audit."""

    label: str
    audit: str = ""


class CartService:
    """Edits the one open cart of this register.

    Each method is one short transaction and blocks for its commit, so it
    belongs on the database thread. All raise `CashierError`; ``cart_is_paying``
    while a checkout holds the cart.
    """

    def __init__(
        self, db: Database, catalogue: CatalogueReader, clock: Clock, *, actor: str = ""
    ) -> None:
        self._db = db
        self._catalogue = catalogue
        self._clock = clock
        self._actor = actor

    def current(self) -> CartView:
        """Return the cart at the counter, and open one if there is none."""
        with self._db.reader.begin() as db:
            cart = rows.load_current(db)
            if cart is not None and cart.currency == rows.shop_currency(db):
                return self._view(db, cart)
        with self._db.engine.begin() as db:
            return self._view(db, self._draft(db).cart)

    def scan(self, code: str, quantity_milli: int = ONE) -> ScanResult:
        """Add what a code stands for, if that is one product with a price."""
        found = tuple(self._catalogue.lookup(code))
        if len(found) == 1 and found[0].price_minor is not None:
            cart = self.add_variant(found[0], quantity_milli)
            return ScanResult(ScanOutcome.ADDED, code, cart, found, quantity_milli)
        outcome = _OUTCOMES[min(len(found), 2)]
        return ScanResult(outcome, code, self.current(), found, quantity_milli)

    def add(
        self, variant_key: str, quantity_milli: int = ONE, unit_minor: int | None = None
    ) -> CartView:
        """Add a variant; one with an open price needs ``unit_minor``."""
        variant = self._catalogue.variant(variant_key)
        if variant is None:
            raise CashierError(
                "product_gone", "This product is no longer in the catalogue.", "Search for it."
            )
        return self.add_variant(variant, quantity_milli, unit_minor)

    def add_variant(
        self, variant: Variant, quantity_milli: int = ONE, unit_minor: int | None = None
    ) -> CartView:
        """Add a variant that was already looked up."""
        priced_by_hand = unit_minor is not None and unit_minor != variant.price_minor
        act = _Act(f"Add {variant.name[:60]}", "cart_price_typed" if priced_by_hand else "")
        return self._apply(
            act,
            partial(
                edits.add, variant=variant, quantity_milli=quantity_milli, unit_minor=unit_minor
            ),
        )

    def add_open_item(self, code: str, unit_minor: int) -> CartView:
        """Sell what the catalogue does not know, by the code on it and a typed price."""
        shown = fields.clean("Code", code, edits.MAX_OPEN_CODE)
        item = OpenItem(key=f"open:{shown}", name=f"Open item {shown}".rstrip(), barcode=shown)
        return self.add_variant(item, ONE, unit_minor)

    def set_quantity(self, line_id: UUID, quantity_milli: int) -> CartView:
        """Set a line's quantity in thousandths; 0 removes the line."""
        edit = partial(edits.set_quantity, line_id=line_id, quantity_milli=quantity_milli)
        return self._apply(_Act("Quantity", "cart_quantity"), edit)

    def change_quantity(self, line_id: UUID, delta_milli: int) -> CartView:
        """Step a line's quantity; stepping to nothing removes the line."""
        edit = partial(edits.change_quantity, line_id=line_id, delta_milli=delta_milli)
        return self._apply(_Act("Quantity", "cart_quantity" if delta_milli < 0 else ""), edit)

    def set_price(self, line_id: UUID, unit_minor: int) -> CartView:
        """Set the price of one piece by hand."""
        edit = partial(edits.set_price, line_id=line_id, unit_minor=unit_minor)
        return self._apply(_Act("Price", "cart_price_typed"), edit)

    def remove(self, line_id: UUID) -> CartView:
        """Take a line away."""
        edit = partial(edits.remove, line_id=line_id)
        return self._apply(_Act("Remove line", "cart_line_removed"), edit)

    def discount_line(self, line_id: UUID, discount: Discount | None) -> CartView:
        """Give a line a discount, or take it back with None."""
        edit = partial(edits.discount_line, line_id=line_id, discount=discount)
        return self._apply(_Act("Line discount", "cart_discount"), edit)

    def discount_order(self, discount: Discount | None) -> CartView:
        """Give the sale a discount, or take it back with None."""
        edit = partial(edits.discount_order, discount=discount)
        return self._apply(_Act("Discount", "cart_discount"), edit)

    def note_line(self, line_id: UUID, text: str) -> CartView:
        """Write a line's note; a noted line no longer takes further scans."""
        return self._apply(_Act("Line note"), partial(edits.note_line, line_id=line_id, text=text))

    def note(self, text: str) -> CartView:
        """Write the sale's note."""
        return self._apply(_Act("Note"), partial(edits.note, text=text))

    def set_receipt_email(self, email: str) -> CartView:
        """Say where the receipt goes; raises ``email_invalid``."""
        return self._apply(_Act("Receipt e-mail"), partial(edits.set_receipt_email, text=email))

    def set_customer(self, profile_id: UUID | None) -> CartChange:
        """Change the customer and price anew; None is a walk-in.

        Raises `CashierError` ``customer_unknown`` for one that is not here or was erased.
        """
        act = _Act("Customer")
        with self._db.engine.begin() as db:
            before = self._open(db)
            after = _with_customer(db, before, profile_id)
            return self._change(db, before, after, self._write(db, act, before, after))

    def preview_customer(self, profile_id: UUID | None) -> CartChange:
        """Say what choosing a customer would do; nothing is written."""
        self.current()
        with self._db.reader.begin() as db:
            before = self._open(db)
            after = _with_customer(db, before, profile_id)
            return self._change(db, before, after, view(price_draft(db, after)))

    def clear(self) -> CartView:
        """Start over with an empty cart; undo brings everything back."""
        return self._apply(_Act("Clear", "cart_cleared"), edits.clear)

    def undo(self) -> CartView:
        """Take back the newest change; without one nothing happens."""
        with self._db.engine.begin() as db:
            now = self._open(db)
            restored = undo.take_back(db, now)
            if restored is None:
                return self._view(db, now.cart)
            return self._store(db, _Act("", "cart_undone"), now, restored)

    def _apply(self, act: _Act, edit: Edit) -> CartView:
        with self._db.engine.begin() as db:
            before = self._open(db)
            return self._write(db, act, before, edit(before))

    def _write(self, db: Connection, act: _Act, before: Draft, after: Draft) -> CartView:
        if after == before:
            return self._view(db, before.cart)
        undo.remember(db, before, before.touched(after), act.label)
        return self._store(db, act, before, after)

    def _store(self, db: Connection, act: _Act, before: Draft, after: Draft) -> CartView:
        """Price first: a sum the till cannot count is refused and nothing is written."""
        priced = price_draft(db, after)
        now = self._clock()
        rows.save(db, before, after, now)
        if act.audit:
            data = _difference(before, after)
            record(db, Event(act.audit, str(after.cart.id), data, self._actor), now)
        label = act.label or undo.next_label(db, after.cart.id)
        return view(priced, changed=before.touched(after), undo_label=label)

    def _open(self, db: Connection) -> Draft:
        draft = self._draft(db)
        if draft.cart.status is not CartStatus.OPEN:
            raise CashierError(
                "cart_is_paying",
                "This sale is being paid, so it cannot be changed.",
                "Finish the payment, or go back to cancel it.",
            )
        return draft

    def _draft(self, db: Connection) -> Draft:
        cart = rows.load_current(db) or rows.create(db, self._clock())
        lines = rows.load_lines(db, cart.id)
        return Draft(cart if lines else rows.follow_currency(db, cart), lines)

    def _view(self, db: Connection, cart: rows.CartRow) -> CartView:
        draft = Draft(cart, rows.load_lines(db, cart.id))
        return view(price_draft(db, draft), undo_label=undo.next_label(db, cart.id))

    def _change(self, db: Connection, before: Draft, after: Draft, cart: CartView) -> CartChange:
        was = price_draft(db, before)
        return CartChange(
            cart=cart,
            before_minor=was.totals.total_minor,
            after_minor=cart.total_minor,
            exempt_before=was.exempt,
            exempt_after=cart.tax_exempt,
        )


_OUTCOMES = (ScanOutcome.UNKNOWN, ScanOutcome.PRICE_NEEDED, ScanOutcome.CHOOSE)


def _with_customer(db: Session | Connection, draft: Draft, profile_id: UUID | None) -> Draft:
    if profile_id is not None:
        customer = rows.load_customer(db, profile_id)
        if customer is None or customer.erased:
            raise CashierError(
                "customer_unknown", "This customer no longer exists.", "Choose another one."
            )
    return edits.set_customer(draft, profile_id)


def _difference(before: Draft, after: Draft) -> dict[str, Any]:
    """Return what an auditor asks about a changed sale; neither notes nor people."""
    touched = before.touched(after)
    return {
        "lines_before": [_audited(line) for line in before.lines if line.id in touched],
        "lines_after": [_audited(line) for line in after.lines if line.id in touched],
        "discount_before": _discount_data(before.cart.discount),
        "discount_after": _discount_data(after.cart.discount),
    }


def _audited(line: rows.LineRow) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "variant_key": line.variant_key,
        "name": line.name,
        "unit_minor": line.unit_minor,
        "quantity_milli": line.quantity_milli,
        "discount": _discount_data(line.discount),
    }


def _discount_data(discount: Discount | None) -> dict[str, Any] | None:
    return {"kind": discount.kind.value, "value": discount.value} if discount else None
