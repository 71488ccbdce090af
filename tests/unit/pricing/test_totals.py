"""Totals computed by hand, the two Medusa bugs, and the bounds."""

from __future__ import annotations

import pytest

from pos.money import MAX_MINOR
from pos.pricing import (
    MAX_QUANTITY_MILLI,
    ONE,
    PPM,
    Discount,
    DiscountKind,
    Line,
    Rules,
    Tax,
    TaxRounding,
    price,
    refund_share,
)

EXCLUSIVE = Rules("usd", prices_include_tax=False)
INCLUSIVE = Rules("eur", prices_include_tax=True)
SALES = Tax("sales", "Sales tax", 82_500)
CITY = Tax("city", "City tax", 15_000)
VAT = Tax("vat", "VAT", 190_000)


def fixed(value: int) -> Discount:
    return Discount(DiscountKind.FIXED, value)


def percent(ppm: int) -> Discount:
    return Discount(DiscountKind.PERCENT, ppm)


def test_scenario_8_totals_equal_hand_computed_integers():
    """8.25 % not on services, an additional 1.5 % on all, 10.00 off the order.

    The 10.00 falls 203.49 / 69.77 / 726.74 on 42.00 / 14.40 / 150.00, so 203 + 70 + 727.
    Sales tax: 8.25 % of 39.97 + 13.70 = 442.78, so 443, shared 329.75 / 113.03.
    City tax: 1.5 % of 196.40 = 294.60, so 295, shared 59.96 / 20.55 / 214.10.
    A tip is no line and stands outside: the lines sum to the payment less the tip.
    """
    lines = [
        Line("1-mat", 4200, ONE, (SALES, CITY)),
        Line("2-drink", 480, 3 * ONE, (SALES, CITY)),
        Line("3-class", 15000, ONE, (CITY,)),
    ]
    totals = price(EXCLUSIVE, lines, fixed(1000))
    assert [line.discount_minor for line in totals.lines] == [203, 70, 727]
    assert [line.net_minor for line in totals.lines] == [3997, 1370, 14273]
    assert [line.taxes for line in totals.lines] == [
        (("sales", 330), ("city", 60)),
        (("sales", 113), ("city", 21)),
        (("city", 214),),
    ]
    assert [line.total_minor for line in totals.lines] == [4387, 1504, 14487]
    assert [(t.tax, t.base_minor, t.tax_minor) for t in totals.taxes] == [
        (SALES, 5367, 443),
        (CITY, 19640, 295),
    ]
    assert (totals.subtotal_minor, totals.discount_minor) == (20640, 1000)
    assert (totals.tax_minor, totals.total_minor) == (738, 20378)


def test_the_sale_of_the_first_picture():
    ny = Tax("ny", "Tax 8.875 %", 88_750)
    totals = price(
        EXCLUSIVE,
        [
            Line("a", 4200, ONE, (ny,)),
            Line("b", 480, 3 * ONE, (ny,)),
            Line("c", 15000, ONE, (), percent(100_000)),
        ],
    )
    assert (totals.subtotal_minor, totals.discount_minor) == (20640, 1500)
    assert (totals.taxes[0].base_minor, totals.tax_minor, totals.total_minor) == (5640, 501, 19641)


def test_medusa_3446_ten_off_three_lines_is_exactly_ten():
    totals = price(EXCLUSIVE, [Line(name, 1000, ONE) for name in "abc"], fixed(1000))
    assert [line.order_discount_minor for line in totals.lines] == [334, 333, 333]
    assert totals.discount_minor == 1000
    assert totals.total_minor == 2000


@pytest.mark.parametrize("rules", [EXCLUSIVE, INCLUSIVE])
@pytest.mark.parametrize("discount", [fixed(500), percent(PPM), None])
def test_medusa_3472_zero_base_takes_zero_discount(rules, discount):
    lines = [Line("a", 0, ONE, (VAT,), discount), Line("b", 1000, 0, (VAT,), discount)]
    totals = price(rules, lines, fixed(500))
    assert totals.discount_minor == totals.tax_minor == totals.total_minor == 0
    assert price(rules, [], fixed(500)).total_minor == 0


def test_discount_larger_than_the_order_takes_all_of_it():
    lines = [Line("a", 700, ONE, (SALES,), fixed(900)), Line("b", 300, ONE, (SALES,))]
    totals = price(EXCLUSIVE, lines, fixed(5000))
    assert [line.discount_minor for line in totals.lines] == [700, 300]
    assert (totals.tax_minor, totals.total_minor) == (0, 0)


def test_inclusive_tax_is_inside_the_price():
    totals = price(INCLUSIVE, [Line("a", 11900, ONE, (VAT,))])
    line = totals.lines[0]
    assert (line.net_minor, line.tax_minor, line.total_minor) == (10000, 1900, 11900)
    assert totals.subtotal_minor == totals.total_minor == 11900


def test_several_inclusive_taxes_share_one_net_and_do_not_compound():
    gst, pst = Tax("gst", "GST", 50_000), Tax("pst", "PST", 70_000)
    line = price(INCLUSIVE, [Line("a", 11200, ONE, (gst, pst))]).lines[0]
    assert (line.net_minor, line.taxes) == (10000, (("gst", 500), ("pst", 700)))


def test_inclusive_discount_lowers_the_tax_with_the_price():
    totals = price(INCLUSIVE, [Line("a", 11900, ONE, (VAT,))], percent(500_000))
    assert (totals.net_minor, totals.tax_minor, totals.total_minor) == (5000, 950, 5950)


def test_the_rounding_place_is_the_declared_one():
    lines = [Line(name, 105, ONE, (Tax("t", "T", 100_000),)) for name in "abc"]
    by_order = price(Rules("usd", prices_include_tax=False, tax_rounding=TaxRounding.ORDER), lines)
    by_line = price(Rules("usd", prices_include_tax=False, tax_rounding=TaxRounding.LINE), lines)
    assert [line.tax_minor for line in by_order.lines] == [11, 11, 10]  # 31.5 once
    assert [line.tax_minor for line in by_line.lines] == [11, 11, 11]  # 10.5 three times


def test_taxes_of_tiny_inclusive_amounts_never_exceed_the_price():
    taxes = tuple(Tax(name, name, PPM) for name in "abc")  # each 0.5 of 2, rounding up to 3
    line = price(INCLUSIVE, [Line("a", 2, ONE, taxes)]).lines[0]
    assert line.net_minor == 0
    assert line.tax_minor == line.total_minor == 2


@pytest.mark.parametrize(
    ("unit", "quantity", "gross"), [(1999, 1500, 2999), (1, 499, 0), (1, 500, 1), (333, 3333, 1110)]
)
def test_unit_times_quantity_is_rounded_once_half_up(unit, quantity, gross):
    assert price(EXCLUSIVE, [Line("a", unit, quantity)]).subtotal_minor == gross


@pytest.mark.parametrize(
    ("currency", "unit", "tax", "total"),
    [("krw", 1000, 100, 1100), ("usd", 1005, 101, 1106), ("kwd", 1234, 123, 1357)],
)
def test_currencies_with_0_2_and_3_decimals_all_count_minor_units(currency, unit, tax, total):
    ten = Tax("t", "T", 100_000)
    totals = price(Rules(currency, prices_include_tax=False), [Line("a", unit, ONE, (ten,))])
    assert (totals.tax_minor, totals.total_minor) == (tax, total)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Line("a", -1, ONE),
        lambda: Line("a", MAX_MINOR + 1, ONE),
        lambda: Line("a", 1, -1),
        lambda: Line("a", 1, MAX_QUANTITY_MILLI + 1),
        lambda: Line("a", 1, ONE, (VAT, VAT)),
        lambda: Tax("t", "T", -1),
        lambda: Tax("t", "T", 10 * PPM + 1),
        lambda: fixed(-1),
        lambda: percent(PPM + 1),
        lambda: price(EXCLUSIVE, [Line("a", MAX_MINOR, 2 * ONE)]),
        lambda: price(EXCLUSIVE, [Line("a", MAX_MINOR, ONE, (VAT,))]),
        lambda: price(EXCLUSIVE, [Line("a", 1, ONE), Line("a", 1, ONE)]),
    ],
)
def test_numbers_out_of_bounds_are_refused(build):
    with pytest.raises(ValueError, match=r"outside|beyond|twice|same id"):
        build()


def test_refund_shares_of_an_odd_amount():
    assert [refund_share(1000, 3000, done, 1000) for done in (0, 1000, 2000)] == [333, 334, 333]
    assert refund_share(1000, 3000, 0, 3000) == 1000
    assert refund_share(0, 3000, 0, 1000) == 0


@pytest.mark.parametrize("args", [(100, 0, 0, 0), (-1, 1, 0, 1), (1, 1, -1, 1), (1, 1, 0, -1)])
def test_refund_share_refuses_negative_numbers(args):
    with pytest.raises(ValueError, match="negative"):
        refund_share(*args)


def test_refund_share_refuses_more_than_was_sold():
    with pytest.raises(ValueError, match="of 3000 sold"):
        refund_share(1000, 3000, 2000, 1001)


def test_the_odd_cent_follows_the_line_not_its_place():
    taxed, free = Line("a", 4, ONE, (Tax("t", "T", 125_000),)), Line("b", 4, ONE)
    first = price(EXCLUSIVE, [taxed, free], fixed(1))
    second = price(EXCLUSIVE, [free, taxed], fixed(1))
    assert first.lines == second.lines[::-1]
    assert first.total_minor == second.total_minor
