"""Views as they stand in the pictures, for tests and screenshots."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from pos.ui.screens.sale import SaleScreen
from pos.ui.screens.sale_views import CartView, LineView, ProductView
from pos.ui.shell import Shell
from pos.ui.tokens import Tone
from pos.ui.views import ShopView, StatusView, sync_status

SHOP = ShopView("Harbour Studio", "Front desk · Register 1", "MK", "Min-ji Kim")
READY = (sync_status(online=True, waiting=0), StatusView("reader", "Reader ready", Tone.OK))
OFFLINE = (
    sync_status(online=False, waiting=3),
    StatusView("reader", "Reader offline", Tone.BAD),
)
TABS = (("purchases", "Purchases"), ("customers", "Customers"), ("settings", "Settings"))

_ROWS = """Drop-in class|$18.00|
10-class pass|$150.00|
Private session 60 min|$85.00|
Yoga mat 5 mm|$42.00|12 left
Cork block|$14.50|31 left
Cotton strap|$9.90|4 left
Bottle 750 ml|$24.00|18 left
Towel, large|$28.00|7 left
Massage ball|$11.00|2 left
Kombucha|$4.80|46 left
Protein bar|$3.20|80 left
Gift card|Open price|
Mat cleaner|$12.00|9 left
Hoodie · 4 sizes|$58.00|22 left
Locker rental|$2.00|"""


def products():
    made = []
    for at, row in enumerate(_ROWS.splitlines()):
        name, price, stock = row.split("|")
        low = stock in ("4 left", "2 left")
        choices = 4 if "sizes" in name else 1
        made.append(ProductView(f"p{at}", name, price, stock, low, choices, price == "Open price"))
    return made


PRODUCTS = products()
CATEGORIES = tuple(
    (name.lower(), name) for name in ("Classes", "Passes", "Gear", "Drinks", "Gift cards")
)

LINES = (
    LineView("l1", "Yoga mat 5 mm", "$42.00 · Ocean blue", 1000, "$42.00"),
    LineView("l2", "Kombucha", "$4.80 each", 3000, "$14.40"),
    LineView("l3", "10-class pass", "10% member discount \N{MINUS SIGN}$15.00", 1000, "$135.00"),
)
CART = CartView(
    customer="Ji-woo Park",
    customer_detail="Credit $25.00 · 3 classes left",
    lines=LINES,
    subtotal="$206.40",
    discount="\N{MINUS SIGN}$15.00",
    taxes=(("Tax 8.875 % (on $56.40)", "$5.01"),),
    total="$196.41",
    can_pay=True,
)


def count():
    return len(PRODUCTS)


def page(offset, limit):
    return PRODUCTS[offset : offset + limit]


def shell_with(name: str, screen: QWidget, statuses=READY) -> Shell:
    shell = Shell()
    shell.show_shop(SHOP)
    pages = [("sale", "Sale"), *TABS]
    for key, words in pages:
        shell.add_page(key, screen if key == name else QWidget(), words)
    if name not in dict(pages):
        shell.add_page(name, screen)
    shell.show_statuses(statuses)
    shell.show_page(name)
    return shell


def sale(calls, host=None) -> SaleScreen:
    screen = SaleScreen(calls, host, "usd")
    screen.show_categories(CATEGORIES)
    screen.grid.products.show_source(count, page)
    screen.show_found("15 products · tax added at the end")
    screen.show_cart(CART)
    screen.panel.lines.select("l2")
    return screen
