"""The screens and their controllers, made once; who talks to whom is `front`'s."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from pos.app.build import Till
from pos.services import receipts
from pos.services.receipts import Receipt
from pos.ui.controllers.checkout import CheckoutController
from pos.ui.controllers.customers import ChooserController, CustomerSheet
from pos.ui.controllers.purchases import PurchasesController
from pos.ui.controllers.receipts import ReceiptController
from pos.ui.controllers.refunds import RefundController
from pos.ui.controllers.sale import SaleController
from pos.ui.i18n import tr
from pos.ui.screens.checkout import CheckoutScreen
from pos.ui.screens.customers import CustomersScreen
from pos.ui.screens.purchases import PurchasesScreen
from pos.ui.screens.sale import SaleScreen
from pos.ui.shell import Shell
from pos.ui.threads import Calls

SALE, CHECKOUT, PURCHASES, CUSTOMERS = "sale", "checkout", "purchases", "customers"

Turn = Callable[[], object]
"""Lets the window answer between two pieces of work."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Every screen of the window with what drives it."""

    sale_screen: SaleScreen
    sale: SaleController
    checkout_screen: CheckoutScreen
    checkout: CheckoutController
    purchases_screen: PurchasesScreen
    purchases: PurchasesController
    refunds: RefundController
    customers_screen: CustomersScreen
    customers: ChooserController
    sheet: CustomerSheet
    receipts: ReceiptController


def make_pages(till: Till, shell: Shell, threads: tuple[Calls, Calls], turn: Turn) -> Pages:
    """Make the screens and register them in the order of their tabs.

    ``threads`` write and read; ``turn`` is called between two screens.
    """
    writes, reads = threads
    sale = SaleScreen(reads, shell, till.shop().currency)
    turn()
    checkout = CheckoutScreen()
    turn()
    purchases = PurchasesScreen(reads)
    turn()
    customers = CustomersScreen(reads)
    turn()
    shell.add_page(SALE, sale, tr("Sale"))
    turn()
    shell.add_page(CHECKOUT, checkout)
    turn()
    shell.add_page(PURCHASES, purchases, tr("Purchases"))
    turn()
    shell.add_page(CUSTOMERS, customers, tr("Customers"))
    shelf, money = (till.catalogue, till.stock), (till.purchases, till.checkout, till.refunds)
    return Pages(
        sale_screen=sale,
        sale=SaleController(sale, till.cart, shelf, threads),
        checkout_screen=checkout,
        checkout=CheckoutController(checkout, till.checkout, writes, till.clock),
        purchases_screen=purchases,
        purchases=PurchasesController(purchases, money, threads, till.clock),
        refunds=RefundController(purchases, till.refunds, threads),
        customers_screen=customers,
        customers=ChooserController(customers.chooser, till.customers, threads),
        sheet=CustomerSheet(shell, till.customers, threads),
        receipts=ReceiptController(shell, shell, TillReceipts(till), writes),
    )


class TillReceipts:
    """The till's receipts, as the controller asks for them."""

    def __init__(self, till: Till) -> None:
        self._till = till

    def sale(self, order_id: UUID) -> Receipt:
        """Build a sale's receipt."""
        return receipts.build(self._till.db, order_id)

    def refund(self, refund_id: UUID) -> Receipt:
        """Build a refund's receipt."""
        return receipts.build_refund(self._till.db, refund_id)

    def copy(self, order_id: UUID) -> Receipt:
        """Build a copy, count it and say who made it."""
        actor = self._till.shop().staff_name
        return receipts.reprint(self._till.db, order_id, self._till.clock, actor)
