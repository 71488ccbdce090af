"""A catalogue in memory, for tests that need a few products and no search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One variant; its code is its key unless it has a barcode. None is an open price."""

    key: str
    name: str
    price_minor: int | None
    kind: str = "goods"
    option_name: str = ""
    sku: str = ""
    barcode: str = ""
    tax_ids: tuple[str, ...] = ()
    tracked: bool = False


class FakeCatalogue:
    """Answers `lookup` and `variant` like the real one."""

    def __init__(self, *items: Item) -> None:
        self.items = list(items)

    def lookup(self, code: str) -> list[Item]:
        return [item for item in self.items if code == (item.barcode or item.key)]

    def variant(self, key: str) -> Item | None:
        return next((item for item in self.items if item.key == key), None)
