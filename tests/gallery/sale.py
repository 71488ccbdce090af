"""The sale, its dialogs and what a pill opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from pos.errors import CashierError
from pos.ui.screens.sale import SaleScreen
from pos.ui.screens.sale_views import CartView, VariantView
from pos.ui.shell import Shell
from pos.ui.threads import Calls
from pos.ui.tokens import Tone
from pos.ui.views import ParkedItem, StatusView, sync_status
from pos.ui.widgets.banner import banner_for
from tests.gallery import long
from tests.gallery.scene import scene
from tests.ui import fakes

# the sale


def on_sale(calls: Calls, dress: Callable[[Shell, SaleScreen], object] | None = None) -> Shell:
    """The sale in its window, dressed for a scene."""
    shell = Shell()
    shell.show_shop(fakes.SHOP)
    shell.show_statuses(fakes.OFFLINE)
    screen = fakes.sale(calls, shell)
    shell.add_page("sale", screen, "Sale")
    for key, words in fakes.TABS:
        shell.add_page(key, QWidget(), words)
    shell.show_page("sale")
    if dress:
        dress(shell, screen)
    return shell


@scene("sale")
def _sale(calls: Calls) -> QWidget:
    return on_sale(calls)


@scene("sale-empty")
def _empty(calls: Calls) -> QWidget:
    def dress(shell: Shell, screen: SaleScreen) -> None:
        shell.show_shop(replace(fakes.SHOP, training=True))
        shell.show_statuses(fakes.READY)
        screen.show_cart(CartView(subtotal="$0.00", total="$0.00"))

    return on_sale(calls, dress)


@scene("sale-no-products")
def _no_products(calls: Calls) -> QWidget:
    def dress(_shell: Shell, screen: SaleScreen) -> None:
        screen.search.setText("zzz")
        screen.grid.products.show_source(fakes.none, fakes.no_page)
        screen.show_found("Nothing found")

    return on_sale(calls, dress)


@scene("sale-full")
def _full(calls: Calls) -> QWidget:
    def dress(_shell: Shell, screen: SaleScreen) -> None:
        screen.show_cart(long.FULL_CART)

    return on_sale(calls, dress)


@scene("sale-unknown-code")
def _unknown(calls: Calls) -> QWidget:
    return on_sale(calls, lambda _shell, screen: screen.say_unknown("4006381333931"))


@scene("sale-undo")
def _undo(calls: Calls) -> QWidget:
    def dress(shell: Shell, screen: SaleScreen) -> None:
        screen.say_undo("Removed Kombucha")
        shell.say_copied()

    return on_sale(calls, dress)


@scene("sale-line-discount")
def _line_discount(calls: Calls) -> QWidget:
    return on_sale(calls, lambda _shell, screen: screen.on_command("line_discount"))


@scene("sale-order-discount-wrong")
def _order_discount(calls: Calls) -> QWidget:
    def dress(shell: Shell, screen: SaleScreen) -> None:
        screen.open_order_discount()
        shell.overlay.content.kind.select("fixed")
        shell.overlay.content.accept()

    return on_sale(calls, dress)


@scene("sale-note")
def _note(calls: Calls) -> QWidget:
    return on_sale(calls, lambda _shell, screen: screen.open_note())


@scene("sale-quantity")
def _quantity(calls: Calls) -> QWidget:
    return on_sale(calls, lambda _shell, screen: screen.open_quantity("l2"))


@scene("sale-price")
def _price(calls: Calls) -> QWidget:
    gift = next(each for each in fakes.PRODUCTS if each.open_price)
    return on_sale(calls, lambda _shell, screen: screen.open_price(gift))


@scene("sale-variants")
def _variants(calls: Calls) -> QWidget:
    hoodie = next(each for each in fakes.PRODUCTS if each.choices > 1)
    sizes = (("S", "3 left"), ("M", "8 left"), ("L", "11 left"), ("XL", "out of stock"))
    offered = [
        VariantView(f"v{n}", f"Size {s}", "$58.00", left) for n, (s, left) in enumerate(sizes)
    ]
    return on_sale(calls, lambda _shell, screen: screen.open_variants(hoodie, offered))


@scene("sale-banner")
def _banner(calls: Calls) -> QWidget:
    error = CashierError("disk_full", "The disk is full.", "Make room, then try again.")
    return on_sale(calls, lambda shell, _screen: shell.show_banner(banner_for(error)))


@scene("status-sync-parked")
def _parked(calls: Calls) -> QWidget:
    items = (
        ParkedItem("1", "Refund of R1-000481", "The backend does not know this order."),
        ParkedItem("2", "Customer Ji-woo Park", "The email address is not one."),
    )

    def dress(shell: Shell, _screen: SaleScreen) -> None:
        shell.show_statuses((sync_status(online=True, waiting=2, parked=items),))
        shell._open_status("sync")

    return on_sale(calls, dress)


@scene("status-reader")
def _reader_panel(calls: Calls) -> QWidget:
    view = StatusView(
        "reader",
        "Reader offline",
        Tone.BAD,
        "Front desk reader does not answer. Look at its power and its network.",
        (("Reader", "Front desk reader"), ("Seen", "3 minutes ago")),
    )

    def dress(shell: Shell, _screen: SaleScreen) -> None:
        shell.show_statuses((view,))
        shell._open_status("reader")

    return on_sale(calls, dress)
