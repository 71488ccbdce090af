"""Barcodes: normal form, check digits, what can be a code at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.services.catalogue.codes import check_digit_is_wrong, clean_code, gtin14


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("4006381333931", 4006381333931),
        ("012345678905", 12345678905),
        ("96385074", 96385074),
        ("1234567", None),
        ("123456789012345", None),
        ("ABC12345", None),
        ("１２３４５６７８", None),  # noqa: RUF001 - full width digits are not a GTIN
        ("-1234567", None),
        ("", None),
    ],
)
def test_gtin14(code, number):
    assert gtin14(code) == number


@pytest.mark.parametrize(
    "code",
    [
        "4006381333931",
        "96385074",
        "036000291452",
        "10012345678902",
        "0000000000000",
        "952",
        "",
        "x",
    ],
)
def test_sound_codes_and_codes_without_check_digit(code):
    assert not check_digit_is_wrong(code)


@given(st.integers(0, 10**12 - 1), st.integers(1, 9))
def test_a_changed_last_digit_is_always_noticed(body, change):
    digits = f"{body:012}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    check = -total % 10
    assert not check_digit_is_wrong(f"{digits}{check}")
    assert check_digit_is_wrong(f"{digits}{(check + change) % 10}")


def test_clean_code_trims_and_refuses():
    assert clean_code(" '4006381333931\n") == "4006381333931"
    assert clean_code("Ab 12/é*") == "Ab 12/é*"
    for bad in ("a\x1d1", "a\u200bb", "1" * 65):
        with pytest.raises(ValueError, match="the code"):
            clean_code(bad)
