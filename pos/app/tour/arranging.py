"""Steps before the first sale: every section of the settings, and an import."""

from __future__ import annotations

from pos.app.tour.waiting import expect, one, until
from pos.app.tour.walk import Walk
from pos.ui.screens.settings import SettingsScreen

TEA, SOAP, CARDS = "9520000000011", "9520000000028", "9520000000035"
"""Codes of the imported goods."""
_GOODS = (
    (TEA, "Oolong tea, 100 g", "12.40"),
    (SOAP, "Cedar soap", "6.75"),
    (CARDS, "Postcards, set of 5", "4.00"),
    ("9520000000042", "Linen cloth", "14.00"),
    ("9520000000059", "Beeswax candle", "11.20"),
)
_BAD = (
    ("9520000000066", "A price in words", "twelve"),
    ("9520000000073", "", "3.00"),
    ("9520000000080", "Less than nothing", "-1.00"),
)
_SECTIONS = {
    "shop": "Shop",
    "location": "Location",
    "register": "Register",
    "taxes": "Prices and taxes",
    "tenders": "Ways to pay",
    "receipt": "Receipt",
    "reader": "Card reader",
    "backend": "Backend and sync",
    "key": "Keys",
    "look": "Appearance",
    "language": "Language",
    "owner": "Owner and PIN",
    "import": "Catalogue import",
}


def settings(walk: Walk) -> str:
    """Open every section; each says where it stands."""
    walk.go("Settings")
    screen = _screen(walk)
    for name, words in _SECTIONS.items():
        walk.hands.press(words, screen)
        expect("the section in front", screen.section, name)
        if name == "reader":
            walk.hands.reads("Front desk", screen)
        walk.picture(f"settings-{name}")
    return f"{len(_SECTIONS)} sections open, reader {walk.window.till.shop().reader_label} in use"


def bring(walk: Walk) -> str:
    """Import a file by dropping it on the section; bad rows are told, all others imported."""
    file = walk.on.folder / "winter-goods.csv"
    rows = [*_GOODS[:2], _BAD[0], _GOODS[2], *_BAD[1:], *_GOODS[3:]]
    lines = ["barcode,name,price", *(f'{code},"{name}",{price}' for code, name, price in rows)]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    screen = _screen(walk)
    walk.hands.press("Catalogue import", screen)
    walk.hands.drop(file, screen.imports)
    walk.hands.reads(f"Imported {file.name}", screen)
    walk.hands.reads("Left out", screen)
    rejected = screen.imports.rejected.rows
    until("the rows that were left out", lambda: rejected.row_at(len(_BAD) - 1))
    found = [rejected.row_at(at).line for at in range(rejected.total)]
    wrong = [number for number, row in enumerate(rows, 2) if row in _BAD]
    expect("the lines of the rows left out", found, wrong)
    walk.picture("import-report")
    told = ", ".join(str(line) for line in found)
    return f"{len(_GOODS)} products new, lines {told} left out with their reasons"


def _screen(walk: Walk) -> SettingsScreen:
    return one(SettingsScreen, walk.shell.findChild(SettingsScreen))
