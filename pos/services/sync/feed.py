"""Catalogue changes from the wire into the catalogue's own values."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import asdict

from pos.backend.wire import CatalogueItem as WireItem
from pos.services.catalogue import Catalogue, CatalogueItem, Changes


class CatalogueFeed:
    """The till's catalogue as sync sees it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def is_empty(self) -> bool:
        """Say whether nothing was ever loaded, or the file was rebuilt."""
        return self._catalogue.count() == 0

    def apply_delta(self, items: Sequence[WireItem]) -> Changes:
        """Take over a page, in the backend's order of popularity."""
        return self._catalogue.apply_delta([CatalogueItem(**asdict(item)) for item in items])
