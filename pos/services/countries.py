"""What a country's shops usually need: currency, tax mode and rates, to be checked by a person.

The table, its sources and their date are in ``resources/countries.toml``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel.localedata import locale_identifiers

from pos.config import resources


@dataclass(frozen=True, slots=True)
class CountryTax:
    """A rate in parts per million; the first of a country is ``on``."""

    name: str
    rate_ppm: int
    on: bool


@dataclass(frozen=True, slots=True)
class Country:
    """One proposal; ``code`` is ISO 3166, ``currency`` ISO 4217 in lower case.

    ``services``: services and passes are taxed too, as VAT and GST are (Directive
    2006/112/EC, article 2); sales taxes of the United States are mostly on goods.
    """

    code: str
    name: str
    currency: str
    prices_include_tax: bool
    taxes: tuple[CountryTax, ...]
    note: str = ""
    services: bool = True


@dataclass(frozen=True, slots=True)
class Countries:
    """The table; ``as_of`` is the day for which ``source`` was read, like ``2025-01-01``."""

    all: tuple[Country, ...]
    source: str
    as_of: str

    def get(self, code: str) -> Country:
        """Return a country; raises `KeyError` for an unknown code."""
        return {country.code: country for country in self.all}[code]


@lru_cache(maxsize=1)
def countries() -> Countries:
    """Read the table."""
    told = tomllib.loads((resources() / "countries.toml").read_text("utf-8"))
    found = tuple(_country(row) for row in told["country"])
    return Countries(found, told["source"], told["as_of"])


def locale_for(language: str, territory: str) -> str:
    """Return how ``language`` is written in a territory, like ``en_DE``; the language's own else.

    English as in the United States where nobody has written down another.
    """
    wanted = f"{language}_{territory}"
    if wanted in locale_identifiers():
        return wanted
    return f"{language}_US" if language == "en" else language


def _country(row: dict[str, Any]) -> Country:
    taxes = tuple(CountryTax(name, rate, at == 0) for at, (name, rate) in enumerate(row["taxes"]))
    included = row.get("included", True)
    return Country(
        row["code"],
        row["name"],
        row["currency"],
        included,
        taxes,
        row.get("note", ""),
        row.get("services", True),
    )
