"""Carts, orders and ends of a sale that want much room."""

from __future__ import annotations

from dataclasses import replace

from pos.ui.screens.checkout_views import CashView
from pos.ui.screens.sale_views import LineView
from pos.ui.widgets.banner import BannerView
from tests.ui import fakes

_LONG = "Stainless steel insulated bottle 750 ml with a bamboo lid and a carrying strap"
FULL_CART = replace(
    fakes.CART,
    lines=(
        *fakes.LINES,
        LineView("l4", _LONG, "$24.00 each · Midnight blue", 12000, "$288.00", note="Gift wrap"),
        *(
            LineView(f"m{n}", p.name, f"{p.price} each", 1000, p.price)
            for n, p in enumerate(fakes.PRODUCTS[:9])
        ),
        LineView("l5", "Venue hire, whole house", "$18,000.00", 2500, "$45,000.00"),
    ),
    taxes=(("Tax 8.875 % (on $56.40)", "$5.01"), ("Food 2 % (on $19.20)", "$0.38")),
    total="$45,484.79",
    note="Deliver on Friday before ten, ring at the side door",
)


CASH_GIVEN = replace(
    fakes.CASH, cash=CashView(17141, "usd"), order=replace(fakes.ORDER, can_leave=True)
)
LONG_ORDER = replace(
    fakes.CASH,
    order=replace(
        fakes.ORDER,
        title="Order · Wolfgang Schmidt-Rottenmeier",
        lines=tuple((f"{n} \N{MULTIPLICATION SIGN} {_LONG}", f"${n},024.00") for n in range(1, 19)),
    ),
)


DONE_TROUBLE = replace(
    fakes.DONE,
    done=replace(
        fakes.DONE.done,
        change="",
        paid=(("Card ·· 4242", "$171.41"), ("Store credit", "$25.00")),
        banner=BannerView(
            "Receipt not saved", "The sale is complete.", "Choose another folder.", "pdf_not_saved"
        ),
    ),
)
