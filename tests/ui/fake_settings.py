"""The settings as they stand in the pictures."""

from __future__ import annotations

from pos.ui.screens.settings import SettingsScreen
from pos.ui.screens.settings_views import (
    BackendSettings,
    ImportProgress,
    ImportReport,
    PriceSettings,
    ReaderRow,
    Rejected,
    SecretView,
    StateView,
    TaxRow,
    TenderRow,
)
from pos.ui.tokens import Tone

SHOP = {"name": "Harbour Studio"}
LOCATION = {"name": "Front desk", "address": "1 Pier Road"}
SECTIONS = (
    *("shop", "location", "register", "taxes", "tenders", "receipt", "reader"),
    *("backend", "key", "look", "language", "owner", "import"),
)
REPORT = ImportReport(
    "Imported shopify-products.csv",
    (("New products", "1,204"), ("Updated", "96"), ("Left out", "3")),
    rejected=(
        Rejected(17, "Price is not an amount: 'free'", "old-mat,Old mat,free"),
        Rejected(402, "Price is below zero", "strap-neg,Strap,-2.00"),
        Rejected(911, "No title and no barcode", ",,"),
    ),
)
PROGRESS = ImportProgress(412_000, 818_233, "412,000 of 818,233 rows · 3 left out")


def settings(calls, section="shop") -> SettingsScreen:
    screen = SettingsScreen(calls)
    screen.shop.show_values(SHOP)
    screen.location.show_values(LOCATION)
    taxes = (TaxRow("t1", "Sales tax", "8.875 %"), TaxRow("t2", "Food", "2 %"))
    screen.taxes.show_settings(PriceSettings(taxes=taxes))
    screen.key.show_state(SecretView(StateView("Stored", Tone.OK, "Test mode"), stored=True))
    screen.key.show_token(SecretView(StateView("Stored", Tone.OK), stored=True))
    screen.reader.show_readers(
        [
            ReaderRow("tmr_1", "Front desk reader", "Ready", Tone.OK, chosen=True),
            ReaderRow("tmr_2", "Back room", "Offline", Tone.BAD),
        ]
    )
    screen.backend.show_settings(BackendSettings("https://example.com", StateView("Online")))
    rows = [TenderRow("cash", "Cash", on=True), TenderRow("stripe", "Card reader", on=False)]
    screen.tenders.show_tenders(rows)
    screen.look.show_theme("light")
    for percent in (100, 125):
        screen.look.show_scale(percent, (90, 100, 110, 125, 150, 175, 200))
    screen.owner.show_pin(there=True)
    screen.language.offer([("en", "English")], [("US", "United States"), ("DE", "Germany")])
    screen.language.show_chosen("en", "US", "$1,234.56 · Mar 14, 2026")
    screen.open_section(section)
    return screen
