"""Pages of the first run that the settings do not have in this shape."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.pin_section import lost_pin, pin_field
from pos.ui.screens.settings_forms import FormSection
from pos.ui.screens.settings_links import BackendSection, KeySection
from pos.ui.screens.settings_sections import Section
from pos.ui.screens.setup_views import SummaryRow
from pos.ui.tokens import GRID, Tone
from pos.ui.widgets.buttons import Button, Choice
from pos.ui.widgets.dialog import labelled
from pos.ui.widgets.panels import clear, column, frame
from pos.ui.widgets.pill import Pill
from pos.ui.widgets.text import ElidedLabel, Label, wrapped

NONE, KEY, BACKEND = "none", "key", "backend"


class ShopPage(FormSection):
    """What the shop is called and where it is."""

    def __init__(self) -> None:
        super().__init__(tr("Your shop"), tr("Name and address stand on every receipt."))
        self.save.setParent(self)
        self.save.hide()
        labelled(self.body, tr("Shop name"), self.line("name"))
        labelled(self.body, tr("Location, such as a street or a floor"), self.line("location"))
        labelled(self.body, tr("Address"), self.lines("address"))
        self.end()


class OwnerPage(FormSection):
    """Who owns it, and a PIN for the settings."""

    def __init__(self) -> None:
        super().__init__(tr("Owner"), tr("The name stands on receipts and in the journal."))
        self.save.setParent(self)
        self.save.hide()
        labelled(self.body, tr("Your name"), self.line("name"))
        self._words = wrapped("", "muted")
        self.body.addWidget(Label(tr("PIN for the settings"), "heading"))
        self.body.addWidget(self._words)
        self.pin, self.again = pin_field(), pin_field()
        self._pins = QWidget()
        line = QHBoxLayout(self._pins)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4 * GRID)
        for words, edit in ((tr("PIN"), self.pin), (tr("PIN again"), self.again)):
            cell = column(spacing=0)
            labelled(cell, words, edit)
            line.addLayout(cell, 1)
            edit.returnPressed.connect(self._save)
        self.body.addWidget(self._pins)
        self.end()

    def show_pin(self, *, there: bool) -> None:
        """Ask for a PIN where none is set; one that is set is changed in Settings."""
        set_words = tr("A PIN is set. It is changed in Settings, Owner and PIN.")
        self._words.setText(set_words if there else _pin_words())
        self._pins.setVisible(not there)

    def forget(self) -> None:
        """Empty the PIN's fields: it was taken."""
        self.pin.clear()
        self.again.clear()


def _pin_words() -> str:
    words = tr("4 to 8 digits, asked when Settings are opened. Leave it empty for none. {lost}")
    return words.format(lost=lost_pin())


class PaymentsPage(Section):
    """Cash only for now, a Stripe key of this till's own, or a backend."""

    def __init__(self, key: KeySection, backend: BackendSection) -> None:
        text = tr("Cash is taken in any case. Cards need a Stripe key; orders can go to a backend.")
        super().__init__(tr("Payments"), text)
        self.way = Choice("toggle")
        nothing = QWidget()
        inner = column(nothing, 2 * GRID)
        inner.addWidget(wrapped(tr("Sell for cash now. Keys and a backend wait in Settings.")))
        inner.addStretch()
        self._parts: dict[str, QWidget] = {NONE: nothing, KEY: key, BACKEND: backend}
        for part in (key, backend):
            part.body.setContentsMargins(0, 0, 0, 0)
        key.token_box.hide()
        self.body.addWidget(self.way)
        for each in self._parts.values():
            self.body.addWidget(each)
        self.end()
        self._takers = (key.secret, backend, backend.token)
        self.way.chosen.connect(self._show)
        self.show_way(NONE)

    @property
    def pending(self) -> bool:
        """Whether a key, an address or a token is typed and not saved."""
        return any(each.pending for each in self._takers)

    def confirm(self) -> None:
        """Save what is typed, as its own button does."""
        for each in self._takers:
            if each.pending:
                each.confirm()

    def show_way(self, way: str) -> None:
        """Mark one of the three and show what it needs."""
        words = (
            (NONE, tr("None yet")),
            (KEY, tr("Stripe key")),
            (BACKEND, tr("Connect to a backend")),
        )
        self.way.show_choices(words, way)
        self._show(way)

    def _show(self, way: str) -> None:
        for name, part in self._parts.items():
            part.setVisible(name == way)


class DonePage(Section):
    """What was answered and what was passed by; each can be gone back to."""

    page_asked = Signal(str)

    def __init__(self) -> None:
        text = tr("Everything is in Settings too, and can be changed there at any time.")
        super().__init__(tr("Ready to sell"), text)
        self._rows = column(spacing=2 * GRID)
        self.body.addLayout(self._rows)
        self.end()

    def show_summary(self, rows: Sequence[SummaryRow]) -> None:
        """List the pages with their answers."""
        clear(self._rows)
        for each in rows:
            self._rows.addWidget(self._row(each))

    def _row(self, view: SummaryRow) -> QWidget:
        card = frame("card")
        line = QHBoxLayout(card)
        line.setContentsMargins(16, 2, 8, 2)
        line.setSpacing(3 * GRID)
        name = Label(view.words, "strong")
        name.setFixedWidth(180)
        line.addWidget(name)
        line.addWidget(ElidedLabel(view.answer, "soft"), 1)
        if view.skipped:
            line.addWidget(Pill(tr("Skipped"), Tone.NEUTRAL))
        change = Button(tr("Change"), "link")
        change.setProperty("key", view.page)
        change.setAccessibleName(tr("Change {name}").format(name=view.words))
        change.clicked.connect(self._ask)
        line.addWidget(change)
        return card

    def _ask(self) -> None:
        self.page_asked.emit(str(self.sender().property("key")))
