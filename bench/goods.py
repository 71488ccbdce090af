"""A made-up catalogue of any size, the same on both sides of a comparison."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pos.app.build import Till
from pos.services.catalogue import import_file

_KINDS = ("Yoga mat", "Cork block", "Green tea", "Bottle", "Towel", "Strap", "Massage ball", "Soap")


@dataclass(frozen=True, slots=True)
class Good:
    """One product; the price in minor units."""

    code: str
    name: str
    price_minor: int


def goods(count: int) -> list[Good]:
    """Make ``count`` products with valid EAN-13 codes."""
    return [good(number) for number in range(1, count + 1)]


def good(number: int) -> Good:
    """Make the product of one number."""
    return Good(ean(number), f"{_KINDS[number % len(_KINDS)]} {number}", 100 + number * 7 % 9900)


def as_written(price_minor: int) -> str:
    """Return a price as a file of products has it: ``12.05``."""
    return f"{price_minor // 100}.{price_minor % 100:02}"


def stock(till: Till, count: int) -> list[Good]:
    """Fill a till's catalogue with ``count`` products through its own import; returns them."""
    made = goods(count)
    rows = (f"{each.code},{each.name},{as_written(each.price_minor)}" for each in made)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "goods.csv"
        file.write_text("\n".join(["barcode,name,price", *rows]), "utf-8")
        import_file(file, till.shop().currency, till.catalogue)
    return made


def ean(number: int) -> str:
    """Return the EAN-13 of a number in the range that shops may use inside."""
    body = f"20{number:010d}"
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return f"{body}{-total % 10}"
