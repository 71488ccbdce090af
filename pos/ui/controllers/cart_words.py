"""A cart of the services, put into the words of the sale screen."""

from __future__ import annotations

from pos.pricing import ONE
from pos.services.cart.rows import CustomerRow
from pos.services.cart.views import CartLineView
from pos.services.cart.views import CartView as Cart
from pos.services.catalogue import ProductTile, VariantRow
from pos.ui import wording
from pos.ui.i18n import tr
from pos.ui.screens.sale_views import CartView, LineView, ProductView, VariantView

_LOW_MILLI = 5 * ONE


def cart_view(cart: Cart, locale: str) -> CartView:
    """Say everything the right-hand panel shows."""
    totals, currency = cart.totals, cart.currency
    off = totals.discount_minor
    return CartView(
        customer=cart.customer.name if cart.customer else "",
        customer_detail=_customer(cart.customer, currency, locale),
        lines=tuple(_line(line, currency, locale) for line in cart.lines),
        subtotal=wording.money(totals.subtotal_minor, currency, locale),
        discount=wording.money(-off, currency, locale) if off else "",
        taxes=_taxes(cart, locale),
        total=wording.money(totals.total_minor, currency, locale),
        note=cart.note,
        can_pay=cart.is_editable and not cart.is_empty,
        why_not=tr("Add a product to charge for it.") if cart.is_empty else "",
        can_undo=bool(cart.undo_label),
    )


def product_view(
    tile: ProductTile, left_milli: int | None, currency: str, locale: str
) -> ProductView:
    """Say what a tile shows; ``left_milli`` is the live stock, None when it is not tracked."""
    low, high = tile.price_from_minor, tile.price_to_minor
    price = tr("Open price") if low is None else wording.money(low, currency, locale)
    if low is not None and high is not None and high > low:
        price = tr("from {price}").format(price=price)
    more = tile.variant_count > 1
    name = f"{tile.name} · {tr('%n options', tile.variant_count)}" if more else tile.name
    return ProductView(
        id=tile.key,
        name=name,
        price=price,
        stock=_left(left_milli),
        low=left_milli is not None and left_milli < _LOW_MILLI,
        choices=tile.variant_count,
    )


def variant_view(
    row: VariantRow, left_milli: int | None, currency: str, locale: str
) -> VariantView:
    """Say what one choice of the variant chooser shows."""
    open_price = row.price_minor is None
    price = (
        tr("Open price") if open_price else wording.money(row.price_minor or 0, currency, locale)
    )
    return VariantView(row.key, row.option_name or row.name, price, _left(left_milli))


def _left(milli: int | None) -> str:
    return "" if milli is None else tr("{n} left").format(n=wording.quantity(milli))


def _line(line: CartLineView, currency: str, locale: str) -> LineView:
    each = wording.money(line.unit_minor, currency, locale)
    parts = [tr("{price} each").format(price=each) if line.quantity_milli != ONE else each]
    if line.option_name:
        parts.append(line.option_name)
    if line.discount is not None and line.discount_minor:
        parts = [wording.discount(line.discount, line.discount_minor, currency, locale)]
    return LineView(
        id=str(line.id),
        name=line.name,
        detail=" · ".join(parts),
        quantity_milli=line.quantity_milli,
        total=wording.money(line.total_minor, currency, locale),
        struck=wording.money(line.gross_minor, currency, locale) if line.discount_minor else "",
        note=line.note,
    )


def _taxes(cart: Cart, locale: str) -> tuple[tuple[str, str], ...]:
    words = (
        tr("incl. {name} {rate}") if cart.prices_include_tax else tr("{name} {rate} (on {base})")
    )
    if cart.tax_exempt:
        return ((tr("Tax exempt"), wording.money(0, cart.currency, locale)),)
    return tuple(
        (
            words.format(
                name=tax.tax.name,
                rate=wording.percent(tax.tax.rate_ppm),
                base=wording.money(tax.base_minor, cart.currency, locale),
            ),
            wording.money(tax.tax_minor, cart.currency, locale),
        )
        for tax in cart.totals.taxes
    )


def _customer(customer: CustomerRow | None, currency: str, locale: str) -> str:
    if customer is None:
        return ""
    parts = []
    if customer.credit_minor:
        credit = wording.money(customer.credit_minor, currency, locale)
        parts.append(tr("Credit {amount}").format(amount=credit))
    if customer.service_credits:
        parts.append(tr("%n classes left", customer.service_credits))
    return " · ".join(parts)
