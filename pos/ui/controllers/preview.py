"""Looking at a catalogue's file before it is imported; and the demo's catalogue."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from pos.config import resources
from pos.errors import PosError
from pos.services.catalogue import Preview, preview_file
from pos.services.shop import Shop
from pos.ui.controllers.setup_words import preview_view
from pos.ui.screens.catalogue_section import CatalogueSection
from pos.ui.threads import Calls
from pos.ui.widgets.banner import banner_for


class PreviewController(QObject):
    """Reads a file on the import's thread; nothing is written."""

    def __init__(self, section: CatalogueSection, calls: Calls) -> None:
        super().__init__(section)
        self._section, self._calls = section, calls
        self._shop: Shop | None = None
        self._path = Path()
        section.looked_at.connect(self._on_file)
        section.demo_asked.connect(self._on_demo)

    def show_shop(self, shop: Shop) -> None:
        """Read prices in this shop's currency."""
        self._shop = shop

    def _on_file(self, path: Path) -> None:
        self._path = path
        if self._shop is not None:
            currency = self._shop.currency
            self._calls.submit(preview_file, path, currency, then=self._seen, failed=self._not_read)

    def _on_demo(self) -> None:
        self._section.take(resources() / "demo" / "catalogue.csv")

    def _seen(self, found: Preview) -> None:
        if self._shop is not None:
            self._section.show_preview(preview_view(found, self._path, self._shop))

    def _not_read(self, error: PosError) -> None:
        self._section.say(banner_for(error))
