"""What must hold for any order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pos.pricing import (
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

TAXES = [Tax("a", "A", 82_500), Tax("b", "B", 15_000), Tax("c", "C", 200_000), Tax("d", "D", PPM)]

discounts = st.none() | st.one_of(
    st.builds(Discount, st.just(DiscountKind.PERCENT), st.integers(0, PPM)),
    st.builds(Discount, st.just(DiscountKind.FIXED), st.integers(0, 20_000)),
)
rules = st.builds(Rules, st.just("usd"), st.booleans(), st.sampled_from(TaxRounding))


@st.composite
def orders(draw, price_limit=10_000):
    count = draw(st.integers(0, 6))
    return [
        Line(
            f"line-{i}",
            draw(st.integers(0, price_limit)),
            draw(st.integers(0, 5 * ONE)),
            tuple(draw(st.lists(st.sampled_from(TAXES), unique=True))),
            draw(discounts),
        )
        for i in range(count)
    ]


def check(rules, totals):
    lines = totals.lines
    assert totals.subtotal_minor == sum(line.gross_minor for line in lines)
    assert totals.discount_minor == sum(line.discount_minor for line in lines)
    assert totals.net_minor == sum(line.net_minor for line in lines)
    assert totals.total_minor == sum(line.total_minor for line in lines)
    assert totals.tax_minor == sum(line.tax_minor for line in lines)
    assert totals.tax_minor == sum(tax.tax_minor for tax in totals.taxes)
    for line in lines:
        assert sum(minor for _, minor in line.taxes) == line.tax_minor
        assert min(line.line_discount_minor, line.order_discount_minor, line.net_minor) >= 0
        assert all(minor >= 0 for _, minor in line.taxes)
        paid = line.total_minor if rules.prices_include_tax else line.net_minor
        assert paid == line.gross_minor - line.discount_minor


@given(rules, orders(), discounts)
def test_parts_sum_to_the_whole_in_every_column(rules, lines, discount):
    check(rules, price(rules, lines, discount))


@given(rules, orders(price_limit=3), discounts)
def test_parts_sum_to_the_whole_for_the_smallest_amounts(rules, lines, discount):
    check(rules, price(rules, lines, discount))


@given(rules, orders(price_limit=3) | orders(), discounts, st.randoms(use_true_random=False))
def test_moving_lines_changes_no_total_and_no_line(rules, lines, discount, random):
    moved = random.sample(lines, len(lines))
    first, second = price(rules, lines, discount), price(rules, moved, discount)
    assert {line.id: line for line in first.lines} == {line.id: line for line in second.lines}
    assert first.total_minor == second.total_minor
    assert {tax.tax: tax for tax in first.taxes} == {tax.tax: tax for tax in second.taxes}


@given(orders(), discounts)
def test_order_discount_takes_exactly_its_amount_or_all_there_is(lines, discount):
    totals = price(Rules("usd", prices_include_tax=False), lines, discount)
    left = totals.subtotal_minor - sum(line.line_discount_minor for line in totals.lines)
    taken = sum(line.order_discount_minor for line in totals.lines)
    if discount is None:
        assert taken == 0
    elif discount.kind is DiscountKind.FIXED:
        assert taken == min(discount.value, left)
    else:
        assert abs(taken * PPM - left * discount.value) * 2 <= PPM


@given(st.integers(0, 10**9), st.integers(0, PPM))
def test_inclusive_agrees_with_exclusive(net, rate_ppm):
    """The price an exclusive shop ends at, taken as inclusive, holds the same tax."""
    tax = Tax("t", "T", rate_ppm)
    beside = price(Rules("usd", prices_include_tax=False), [Line("a", net, ONE, (tax,))])
    shown = Line("a", beside.total_minor, ONE, (tax,))
    inside = price(Rules("usd", prices_include_tax=True), [shown])
    assert (inside.net_minor, inside.tax_minor) == (beside.net_minor, beside.tax_minor)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 7000), min_size=1))
def test_any_way_of_refunding_a_line_sums_to_the_line(amount, pieces):
    sold = sum(pieces) or 1
    done, shares = 0, []
    for piece in [*pieces, sold - sum(pieces)]:
        shares.append(refund_share(amount, sold, done, piece))
        done += piece
    assert sum(shares) == amount
    assert min(shares) >= 0
