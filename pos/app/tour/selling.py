"""Steps at the counter that need no card: cash, an unknown code, customer, discount."""

from __future__ import annotations

from PySide6.QtCore import Qt

from pos.app.tour.arranging import CARDS, SOAP, TEA
from pos.app.tour.books import money
from pos.app.tour.waiting import expect, one, require, until
from pos.app.tour.walk import Walk
from pos.ui.screens.customers import CustomerChooser
from pos.ui.widgets.entry import MILLI

KOMBUCHA = "9521000712713"
_UNKNOWN = "4999999999996"
_RECEIVED = "5000"
NEW_CUSTOMER = "Ji-woo Park"
REGULARS = ("Jin Park", "Jiwon Park-Lee", "Mara Costa", "Jo Lindqvist", "Amara Okafor")
_PARKS = 3
_UNTOLD = "SELECT count(*) FROM profile WHERE version = 0"


def cash(walk: Walk) -> str:
    """Scan, scan, scan, pay, exact: five actions."""
    walk.go("Sale")
    for lines, code in enumerate((TEA, SOAP, CARDS), 1):
        walk.scan(code, lines)
    walk.pay()
    walk.hands.click(walk.pages.checkout_screen.cash.exact)
    sold = walk.paid()
    expect("the lines of the order", len(walk.books.lines(sold)), 3)
    expect("the change", sold.change_minor, 0)
    walk.synced()
    kept = walk.outside.purchase(sold.id).purchase
    expect("the total at the backend", kept.total_minor, sold.total_minor)
    return f"{sold.receipt}, {sold.total} exact, outbox 1 → backend {kept.receipt_number}"


def unknown(walk: Walk) -> str:
    """Scan an unknown code: a row with a way out, and the next scan works."""
    walk.scan(KOMBUCHA, 1)  # on the last page of the sale before
    expect("the screen after a scan on the last page", walk.shell.page, "sale")
    walk.hands.scan(_UNKNOWN)
    panel = walk.pages.sale_screen.panel
    walk.hands.reads(f"Unknown code {_UNKNOWN}", panel)
    walk.picture("unknown-code")
    walk.hands.scan(KOMBUCHA)
    until("two of it in the cart", lambda: panel.lines.cart.lines[0].quantity_milli == 2 * MILLI)
    until("the row to go away", lambda: not panel.notice.isVisible())
    return f"{_UNKNOWN} shown with Search, Add as open item, Dismiss; the next scan was sold"


def variant(walk: Walk) -> str:
    """Touch a tile with options: it asks which one."""
    screen = walk.pages.sale_screen
    _search(walk, "yoga mat 5")
    walk.hands.choose(screen.grid, 0)
    walk.hands.reads("Forest green")
    walk.picture("variant-chooser")
    walk.hands.press("Forest green")
    walk.cart_has(2)
    _search(walk, "10-class pass")
    walk.hands.key(Qt.Key.Key_Return)
    walk.cart_has(3)
    until("every product again", lambda: screen.grid.products.total > 1)
    return "Yoga mat 5 mm, Forest green, of 3 options; 10-class pass by name and Enter"


def customer(walk: Walk) -> str:
    """Create somebody and give them the sale; the chooser finds them among the others."""
    hands = walk.hands
    for number, name in enumerate(REGULARS):
        walk.outside.enrol(name, f"+1 415 555 01{42 + number}", number)
    walk.check_now("sync")
    hands.key(Qt.Key.Key_F3)
    hands.press("New customer")
    form = _chooser(walk).form
    hands.type(NEW_CUSTOMER, form.name)
    hands.type("+82 10-5550-0199", form.phone)
    hands.type("jiwoo@example.com", form.email)
    walk.picture("new-customer")
    hands.press("Create and use")
    panel = walk.pages.sale_screen.panel
    hands.reads(NEW_CUSTOMER, panel)
    walk.synced()
    walk.check_now("sync")
    until("the backend's word of the new customer", lambda: not walk.books.count(_UNTOLD))
    hands.key(Qt.Key.Key_F3)
    hands.type("park", _chooser(walk).search)
    shown = _chooser(walk).table.rows
    until("the three called Park", lambda: shown.total == _PARKS and shown.row_at(_PARKS - 1))
    walk.picture("customer-chooser")
    hands.press(f"Use {NEW_CUSTOMER}")
    hands.reads(NEW_CUSTOMER, panel)
    return (
        f"{NEW_CUSTOMER} created here, found among {_PARKS} by name; {len(REGULARS)} came by sync"
    )


def discount(walk: Walk) -> str:
    """Ten percent off the chosen line, taxed and totalled anew."""
    hands, panel = walk.hands, walk.pages.sale_screen.panel
    before = walk.pages.sale.cart
    hands.choose(panel.lines, 2)
    hands.key(Qt.Key.Key_F6)
    hands.press("10 %")
    walk.picture("discount")
    hands.press("Apply")
    hands.reads("Discount", panel)
    until("the discount", lambda: walk.pages.sale.cart and _off(walk))
    walk.picture("sale")
    require("a cart before and after", before and walk.pages.sale.cart)
    expect("ten percent of 150.00", _off(walk), 1500)
    return f"10 % off the pass is {money(_off(walk))}, total {panel.pay.words()}"


def twice(walk: Walk) -> str:
    """Charge touched twice and Enter pressed twice: one run, one order, one payment."""
    runs, orders = walk.books.runs(), len(walk.books.orders())
    walk.scan(KOMBUCHA, 1)
    walk.pay(times=2)
    hands = walk.hands
    hands.type(_RECEIVED)
    until("what was received", lambda: walk.pages.checkout_screen.cash.received == int(_RECEIVED))
    hands.key(Qt.Key.Key_Return, times=2)
    sold = walk.paid()
    walk.idle()
    expect("checkout runs", walk.books.runs(), runs + 1)
    expect("orders", len(walk.books.orders()), orders + 1)
    expect("the change", sold.change_minor, int(_RECEIVED) - sold.total_minor)
    return f"one run, one order {sold.receipt}, {money(int(_RECEIVED))} given, change {sold.change}"


def _chooser(walk: Walk) -> CustomerChooser:
    return one(CustomerChooser, walk.shell.overlay and walk.shell.overlay.content)


def _off(walk: Walk) -> int:
    cart = walk.pages.sale.cart
    return cart.totals.discount_minor if cart else 0


def _search(walk: Walk, text: str) -> None:
    """Type into the search field and wait for what it finds."""
    screen = walk.pages.sale_screen
    walk.hands.type(text, screen.search)
    first = text.partition(" ")[0].lower()
    until(f"“{text}” to be found", lambda: _finds(walk, first))


def _finds(walk: Walk, word: str) -> bool:
    first = walk.pages.sale_screen.grid.first()
    return first is not None and word in first.name.lower()
