"""Giving money back: one line to the card, one line in cash; and the list they are found in."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtWidgets import QMenu

from pos.app.tour.books import Sold, money
from pos.app.tour.selling import NEW_CUSTOMER, REGULARS
from pos.app.tour.waiting import expect, require, until
from pos.app.tour.walk import Walk
from pos.ui.widgets.buttons import MenuButton


def to_card(walk: Walk) -> str:
    """Open a receipt by its barcode and give one line back to the card."""
    sold = next(one for one in walk.books.orders() if one.intent)
    _open(walk, sold, "purchases")
    minor = _give_back(walk, sold, "Damaged", "refund")
    until("the refund to be settled", lambda: _state(walk) == "succeeded")
    walk.hands.reads("Refunded.", walk.pages.purchases_screen)
    walk.picture("refunded")
    given = [one for one in walk.outside.ledger()["refunds"] if one["status"] == "succeeded"]
    expect("refunds at Stripe", [one["amount"] for one in given], [minor])
    expect("of this PaymentIntent", given[0]["payment_intent"], sold.intent)
    return f"{money(minor)} of {sold.receipt} to the card, once, its tax in it"


def in_cash(walk: Walk) -> str:
    """Give one line of a cash sale back in cash."""
    sold = walk.books.orders()[0]
    _open(walk, sold)
    minor = _give_back(walk, sold, "Return")
    walk.hands.reads("Refunded.", walk.pages.purchases_screen)
    expect("refunds at Stripe", len(walk.outside.ledger()["refunds"]), 1)
    return f"{money(minor)} of {sold.receipt} in cash, nothing asked of Stripe"


def people(walk: Walk) -> str:
    """Look for the customer made at the till."""
    walk.go("Customers")
    table = walk.pages.customers_screen.chooser.table.rows
    until("the customers", lambda: table.total and table.row_at(table.total - 1))
    names = [table.row_at(at).name for at in range(table.total)]
    expect("customers in the list", sorted(names), sorted([NEW_CUSTOMER, *REGULARS]))
    walk.hands.reads("Sell to", walk.pages.customers_screen)
    walk.picture("customers")
    return f"{table.total} in the list, {names[0]} was served last"


def _open(walk: Walk, sold: Sold, picture: str = "") -> None:
    """Scan a receipt's barcode in Purchases."""
    walk.go("Purchases")
    screen = walk.pages.purchases_screen
    if screen.refunding:
        walk.hands.press("Back to the purchase", screen.refund)
    if picture:
        walk.pill("reader", "Reader ready")
        screen.table.choose(_row(walk, sold))
        walk.hands.reads(sold.receipt, screen.detail)
        walk.picture(picture)
    walk.hands.scan(sold.receipt)
    until(f"{sold.receipt} alone in the list", lambda: screen.table.rows.total == 1)
    walk.hands.reads(sold.receipt, screen.detail)
    walk.idle()
    walk.hands.press("Refund", screen.detail)


def _give_back(walk: Walk, sold: Sold, reason: str, picture: str = "") -> int:
    """Choose one of the first line and the reason; returns what was given back."""
    panel, before = walk.pages.purchases_screen.refund, len(walk.books.refunds())
    line = walk.books.lines(sold)[0]
    until("the lines of the receipt", lambda: panel.isVisible() and panel.findChildren(MenuButton))
    row = panel.line(str(UUID(line["id"])))
    walk.hands.click(row.stepper.plus)
    _pick(walk, panel.reason, reason)
    until("the amount to be worked out", panel.refund.isEnabled)
    if picture:
        walk.picture(picture)
    shown = panel.refund.words()
    walk.hands.click(panel.refund, times=2)
    until("the refund in the file", lambda: len(walk.books.refunds()) > before)
    walk.idle()
    refund = walk.books.refunds()[-1]
    expect("refunds in the file", len(walk.books.refunds()), before + 1)
    require("what the button said", money(refund["amount_minor"]) in shown)
    return int(refund["amount_minor"])


def _pick(walk: Walk, button: MenuButton, words: str) -> None:
    """Open a menu and touch one of its lines."""
    walk.hands.click(button)
    menu = until("the menu", lambda: next((m for m in _menus(button) if m.isVisible()), None))
    walk.hands.pick(menu, words)


def _menus(button: MenuButton) -> list[QMenu]:
    return button.findChildren(QMenu)


def _row(walk: Walk, sold: Sold) -> int:
    rows = walk.pages.purchases_screen.table.rows
    until("the purchases", lambda: rows.total and rows.row_at(rows.total - 1))
    return next(at for at in range(rows.total) if rows.row_at(at).receipt == sold.receipt)


def _state(walk: Walk) -> str:
    return str(walk.books.refunds()[-1]["state"])
