"""Views as they stand in the pictures, for tests and screenshots."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from pos.ui.screens.checkout_views import (
    CashView,
    CheckoutView,
    DoneView,
    OrderCardView,
    Page,
    TenderView,
)
from pos.ui.screens.checkout_words import CardNews, CardState, card_view
from pos.ui.screens.customer_views import CustomerView
from pos.ui.screens.customers import CustomerChooser
from pos.ui.screens.purchase_views import (
    DetailLine,
    PurchaseDetail,
    PurchaseRow,
    RefundLine,
    RefundView,
    TimelineEntry,
)
from pos.ui.screens.purchases import PurchasesScreen
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
Locker rental|$2.00|
Stainless steel insulated bottle 750 ml with a bamboo lid|$1,024.00|1,204 left"""


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


def none():
    return 0


def no_page(_offset, _limit):
    return []


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


def shown_sale(qtbot, calls, count, page) -> SaleScreen:
    """Show the sale in its window, with products read from ``count`` and ``page``."""
    shell = Shell()
    qtbot.addWidget(shell)
    screen = SaleScreen(calls, shell, "usd")
    shell.add_page("sale", screen, "Sale")
    shell.show_page("sale")
    with qtbot.waitSignal(screen.grid.products.ready):
        screen.grid.products.show_source(count, page)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(screen.search.hasFocus)
    return screen


def sale(calls, host=None) -> SaleScreen:
    screen = SaleScreen(calls, host, "usd")
    screen.show_categories(CATEGORIES)
    screen.grid.products.show_source(count, page)
    screen.show_found("16 products · tax added at the end")
    screen.show_cart(CART)
    screen.panel.lines.select("l2")
    return screen


CUSTOMERS = (
    CustomerView(
        "c1", "Ji-woo Park", "+82 10-5550-0199", "jiwoo@example.com", "$25.00", "3 classes"
    ),
    CustomerView("c2", "Jin Park", "+1 415 555 0142", "jin@example.com"),
    CustomerView("c3", "Dana Parker", "+1 212 555 0107", "dana@example.com", "$4.50", "10 classes"),
)


def customer_count():
    return len(CUSTOMERS)


def customer_page(offset, limit):
    return list(CUSTOMERS[offset : offset + limit])


def chooser(calls, *, in_sale=True) -> CustomerChooser:
    made = CustomerChooser(calls, in_sale=in_sale)
    made.search.setText("park")
    made.table.rows.show_source(customer_count, customer_page)
    return made


ORDER = OrderCardView(
    title="Order · Ji-woo Park",
    lines=(
        ("Yoga mat 5 mm", "$42.00"),
        ("3 \N{MULTIPLICATION SIGN} Kombucha", "$14.40"),
        ("10-class pass", "$135.00"),
        ("Tax", "$5.01"),
    ),
    total="$196.41",
    applied=(("Store credit applied", "\N{MINUS SIGN}$25.00"),),
    due="$171.41",
    can_split=True,
)
TENDERS = (TenderView("card", "Card reader"), TenderView("cash", "Cash"))
_OFFLINE = "Card reader needs the internet. Take cash meanwhile."
TENDERS_OFFLINE = (
    TenderView("card", "Card reader", "needs internet", _OFFLINE),
    TenderView("cash", "Cash"),
)
CASH = CheckoutView(ORDER, Page.CASH, TENDERS_OFFLINE, "cash", cash=CashView(17141, "usd"))


def card(state, **known) -> CheckoutView:
    news = CardNews(CardState(state), "$171.41", **{"reader": "Front desk reader", **known})
    waiting = state not in ("declined", "canceled", "failed", "idle", "approved")
    order = replace(ORDER, can_leave=not waiting or state == "waiting")
    return CheckoutView(order, Page.CARD, TENDERS, "card", locked=waiting, card=card_view(news))


DONE = CheckoutView(
    replace(ORDER, due="$0.00", can_split=False, leave_words="New sale (Esc)"),
    Page.DONE,
    TENDERS,
    done=DoneView(
        "Sale complete",
        "Receipt R1-000482",
        "$8.59",
        (("Cash", "$180.00"),),
        None,
        (("preview", "Show receipt"), ("print", "Print"), ("pdf", "Save PDF")),
    ),
)


_OK, _PART, _OPEN, _BACK = (
    ("Paid", Tone.OK),
    ("Part refunded", Tone.WARN),
    ("Checking payment", Tone.BAD),
    ("Refunded", Tone.NEUTRAL),
)
_PAST = (
    ("14:32", "Ji-woo Park", "$196.41", "Card ·· 4242, credit", _OK, "Synced"),
    ("14:20", "Walk-in", "$22.80", "Cash", _OK, "Waiting"),
    ("14:02", "Dana Ruiz", "$58.00", "Card ·· 0005", _PART, "Synced"),
    ("13:47", "Walk-in", "$9.60", "Card ·· 9995", _OPEN, "Waiting"),
    ("13:31", "Amir Khan", "$150.00", "Card ·· 4444", _BACK, "Synced"),
    ("13:05", "Walk-in", "$14.40", "Cash", _OK, "Synced"),
    ("12:58", "Lee Hana", "$85.00", "Class credit", _OK, "Synced"),
)
PURCHASES = tuple(
    PurchaseRow(f"o{n}", f"R1-000{481 - n}", time, who, total, paid, *state, backend)
    for n, (time, who, total, paid, state, backend) in enumerate(_PAST)
)


def purchase_count():
    return len(PURCHASES)


def purchase_page(offset, limit):
    return list(PURCHASES[offset : offset + limit])


DETAIL = PurchaseDetail(
    id="o0",
    title="R1-000481",
    subtitle="Today 14:32 · Ji-woo Park · Min-ji Kim",
    status="Paid",
    tone=Tone.OK,
    lines=tuple(DetailLine(line.name, line.detail, line.total) for line in LINES),
    totals=(("Subtotal", "$206.40"), ("Discount", "\N{MINUS SIGN}$15.00"), ("Tax", "$5.01")),
    total="$196.41",
    tenders=(("Card ·· 4242", "$171.41"), ("Store credit", "$25.00")),
    timeline=(
        TimelineEntry("14:31", "Payment opened", "Min-ji Kim"),
        TimelineEntry("14:32", "Approved by Stripe"),
        TimelineEntry("14:32", "Reached the backend"),
    ),
)
REFUND = RefundView(
    order_id="o0",
    title="Refund R1-000481",
    subtitle="Refundable $196.41 · choose lines",
    lines=(
        RefundLine("l1", "Yoga mat 5 mm", "$45.73 incl. tax", 1000, 0, 1000, 1000, "$45.73"),
        RefundLine("l2", "Kombucha", "", 3000, 0, 3000, 0, "$0.00"),
        RefundLine("l3", "10-class pass", "1 class already used", 1000, 1000, 0, 0, "$0.00"),
    ),
    reasons=(("damaged", "Damaged"), ("changed-mind", "Changed mind"), ("other", "Other")),
    destinations=(("To card ·· 4242", "$45.73"), ("To store credit", "$0.00")),
    total="$45.73",
    button="Refund $45.73",
    can_refund=True,
    approval="Manager approval: over $20.00 needs a manager PIN",
)


def purchases(calls) -> PurchasesScreen:
    screen = PurchasesScreen(calls)
    screen.show_filters(
        [("today", "Today"), ("", "Any time")], [("", "All statuses"), ("paid", "Paid")]
    )
    screen.table.rows.show_source(purchase_count, purchase_page)
    return screen
