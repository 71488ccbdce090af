"""Reading, showing and splitting money without losing a cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from pos.money import (
    MAX_MINOR,
    CurrencyMismatchError,
    Money,
    allocate,
    exponent,
    format_minor,
    parse_minor,
    round_half_up,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.30", "usd", 1230),
        ("12", "usd", 1200),
        (" 12.3 ", "USD", 1230),
        ("-0.05", "usd", -5),
        ("+1.00", "usd", 100),
        ("12.300000", "usd", 1230),
        ("1000", "krw", 1000),
        ("1000.0", "krw", 1000),
        ("1.234", "kwd", 1234),
        ("10.005", "kwd", 10005),
        ("0", "usd", 0),
    ],
)
def test_parse_reads_plain_decimals(text, currency, minor):
    assert parse_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "usd"),
        ("abc", "usd"),
        ("1,234.00", "usd"),
        ("1e3", "usd"),
        ("NaN", "usd"),
        ("Infinity", "usd"),
        ("$5", "usd"),
        ("10.005", "usd"),
        ("0.5", "krw"),
        ("1.2345", "kwd"),
        ("10000000000000.01", "usd"),
        ("9" * 40, "usd"),
        ("--1", "usd"),
        ("1\n2", "usd"),
    ],
)
def test_parse_refuses_anything_else(text, currency):
    with pytest.raises(ValueError, match=r"not an amount|more decimals|too large"):
        parse_minor(text, currency)


def test_the_largest_amount_is_accepted():
    assert parse_minor("10000000000000.00", "usd") == MAX_MINOR


@pytest.mark.parametrize(("currency", "decimals"), [("krw", 0), ("USD", 2), ("kwd", 3)])
def test_exponent(currency, decimals):
    assert exponent(currency) == decimals


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123456, "usd", "$1,234.56"),
        (-1500, "usd", "\N{MINUS SIGN}$15.00"),
        (1000, "krw", "₩1,000"),
        (1234, "kwd", "KWD1.234"),
        (MAX_MINOR, "usd", "$10,000,000,000,000.00"),
    ],
)
def test_format_shows_exactly_the_minor_units(minor, currency, text):
    assert format_minor(minor, currency).replace("\xa0", "") == text


LOCALES = ["en_US", "de_DE", "de_CH", "fr_FR", "es_ES", "pl_PL", "en_IN", "hi_IN", "ar_EG", "fa_IR"]


@given(
    st.integers(-MAX_MINOR, MAX_MINOR) | st.integers(-200_000, 200_000),
    st.sampled_from(["krw", "usd", "kwd", "inr", "chf"]),
    st.sampled_from(LOCALES),
)
def test_every_locale_is_written_as_babel_writes_it(minor, currency, locale):
    exact = Decimal(minor).scaleb(-exponent(currency))
    expected = format_currency(exact, currency.upper(), locale=locale)
    assert format_minor(minor, currency, locale) == expected.replace("-", "\N{MINUS SIGN}")


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["krw", "usd", "kwd"]))
def test_parse_reads_back_what_was_written(minor, currency):
    places = exponent(currency)
    digits = str(abs(minor)).zfill(places + 1)
    text = digits if not places else f"{digits[:-places]}.{digits[-places:]}"
    assert parse_minor(("-" if minor < 0 else "") + text, currency) == minor


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.lists(st.integers(0, MAX_MINOR), max_size=20))
def test_allocated_parts_sum_to_the_whole_and_stay_near_their_share(total, weights):
    parts = allocate(total, weights)
    base = sum(weights)
    assert sum(parts) == (total if base else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * base - total * weight) < max(base, 1)


@given(st.lists(st.integers(0, 1000), min_size=1), st.data())
def test_a_part_never_exceeds_its_weight_when_the_total_does_not(weights, data):
    total = data.draw(st.integers(0, sum(weights)))
    assert all(p <= w for p, w in zip(allocate(total, weights), weights, strict=True))


def test_ties_go_to_the_earlier_part():
    assert allocate(1000, [1, 1, 1]) == [334, 333, 333]
    assert allocate(-1000, [1, 1, 1]) == [-334, -333, -333]


@pytest.mark.parametrize(
    ("numerator", "denominator", "result"),
    [(5, 10, 1), (4, 10, 0), (-5, 10, -1), (-4, 10, 0), (15, 10, 2), (25, 10, 3), (0, 7, 0)],
)
def test_round_half_up_rounds_away_from_zero(numerator, denominator, result):
    assert round_half_up(numerator, denominator) == result


def test_money_of_two_currencies_does_not_mix():
    assert Money(100, "usd") + Money(5, "usd") - Money(1, "usd") == Money(104, "usd")
    assert -Money(5, "usd") == Money(-5, "usd")
    assert Money.parse("1.50", "usd").format() == "$1.50"
    with pytest.raises(CurrencyMismatchError):
        Money(1, "usd") + Money(1, "krw")
