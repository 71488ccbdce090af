"""The settings: a search and the sections at the left, one of them at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screen import Screen
from pos.ui.screens.import_section import ImportSection
from pos.ui.screens.pin_section import OwnerSection, PinLock
from pos.ui.screens.settings_forms import (
    LocationSection,
    ReceiptSection,
    RegisterSection,
    ShopSection,
    reachable,
)
from pos.ui.screens.settings_links import BackendSection, KeySection, ReaderSection
from pos.ui.screens.settings_look import LanguageSection, LookSection
from pos.ui.screens.settings_search import Finder
from pos.ui.screens.settings_sections import Section, TenderSection
from pos.ui.screens.tax_section import TaxSection
from pos.ui.threads import Calls
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.dialog import field
from pos.ui.widgets.panels import frame, scroller
from pos.ui.widgets.text import wrapped

_WIDEST = 760
_LEFT = 264

Row = tuple[str, str, str, Section, str]
"""Name, words, picture, the section, and what else a person may call it."""


class SettingsScreen(Screen):
    """Holds the sections; connect to their own signals, and to `section_opened`.

    ``unlocked`` carries a PIN that was typed in front of them.
    """

    section_opened = Signal(str)
    unlocked = Signal(str)

    def __init__(self, calls: Calls, turn: Callable[[], object] = bool) -> None:
        """``turn`` is called between two sections, as the whole takes a tenth of a second."""
        super().__init__()
        self.shop, self.location, self.register = (
            ShopSection(),
            LocationSection(),
            RegisterSection(),
        )
        turn()
        self.taxes, self.tenders, self.receipt = TaxSection(), TenderSection(), ReceiptSection()
        turn()
        self.key, self.reader, self.backend = KeySection(), ReaderSection(), BackendSection()
        turn()
        self.look, self.language, self.owner = LookSection(), LanguageSection(), OwnerSection()
        self.imports, self.lock = ImportSection(calls), PinLock()
        self.search = field(tr("Search settings"))
        self._stack, self._front = QStackedWidget(), QStackedWidget()
        self._group = QButtonGroup(self)
        self._names: list[str] = []
        self._finder = Finder()
        self._nav = QVBoxLayout()
        self._nav.setSpacing(0)
        self._nothing = wrapped(tr("No setting is called that."), "muted")
        self._lay_out(turn)
        self._wire()
        self.open_section("shop")

    def _rows(self) -> tuple[Row, ...]:
        return (
            ("shop", tr("Shop"), "store", self.shop, tr("business company set up wizard")),
            ("location", tr("Location"), "tag", self.location, tr("address place branch")),
            ("register", tr("Register"), "package", self.register, tr("till number device")),
            ("taxes", tr("Prices and taxes"), "percent", self.taxes, tr("VAT currency rate")),
            ("tenders", tr("Ways to pay"), "banknote", self.tenders, tr("tender cash card")),
            ("receipt", tr("Receipt"), "receipt", self.receipt, tr("refund policy footer print")),
            ("reader", tr("Card reader"), "smartphone-nfc", self.reader, tr("terminal register")),
            ("backend", tr("Backend and sync"), "server", self.backend, tr("server token waiting")),
            ("key", tr("Keys"), "lock", self.key, tr("Stripe card payments secret keyring")),
            ("look", tr("Appearance"), "settings", self.look, tr("theme dark size scale contrast")),
            ("language", tr("Language"), "sticky-note", self.language, tr("region number date")),
            ("owner", tr("Owner and PIN"), "user", self.owner, tr("person staff password lock")),
            ("import", tr("Catalogue import"), "upload", self.imports, tr("products CSV file")),
        )

    def _lay_out(self, turn: Callable[[], object]) -> None:
        """Put the frame together first: a tree that changes its parent is styled anew."""
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._front)
        whole, right = QWidget(self._front), frame("card")
        for each in (whole, self.lock):
            self._front.addWidget(each)
        line = QHBoxLayout(whole)
        line.setContentsMargins(16, 16, 16, 16)
        line.setSpacing(16)
        line.addWidget(self._left())
        line.addWidget(right, 1)
        body = QVBoxLayout(right)
        body.setContentsMargins(1, 1, 1, 1)
        body.addWidget(self._stack)
        self._nav.addWidget(self._nothing)
        self._nav.addStretch()
        for row in self._rows():
            turn()
            self._add(*row)

    def _left(self) -> QWidget:
        left, names = frame("card"), QWidget()
        left.setFixedWidth(_LEFT)
        inner = QVBoxLayout(left)
        inner.setContentsMargins(12, 12, 4, 12)
        inner.setSpacing(2 * GRID)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 8, 0)
        top.addWidget(self.search)
        inner.addLayout(top)
        self._nav.setContentsMargins(0, 0, 8, 0)
        names.setLayout(self._nav)
        self._area = scroller(names)
        inner.addWidget(self._area, 1)
        return left

    def _wire(self) -> None:
        self._group.idClicked.connect(self._open)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._go_to_first)
        self.lock.given.connect(self.unlocked)
        self.key.token_asked.connect(self._open_backend)
        self._narrow("")

    @property
    def section(self) -> str:
        """The name of the section in front."""
        return self._names[self._stack.currentIndex()]

    @property
    def sections(self) -> tuple[str, ...]:
        """The names of all sections, in their order."""
        return tuple(self._names)

    def add_section(self, row: Row) -> None:
        """Add a section that another part of the program brings along."""
        self._add(*row)
        self._narrow(self.search.text())

    def open_section(self, name: str) -> None:
        """Bring a section to the front by the name it was laid out under."""
        at = self._names.index(name)
        self._group.button(at).setChecked(True)
        self._open(at)

    def show_locked(self, *, locked: bool) -> None:
        """Put the question for the PIN before everything, or take it away."""
        self._front.setCurrentIndex(1 if locked else 0)
        if locked:
            self.lock.say(None)

    @property
    def is_locked(self) -> bool:
        """Whether the PIN is asked for."""
        return self._front.currentIndex() == 1

    def showEvent(self, event: QShowEvent) -> None:
        """Scroll to the name in front: one opened before the first layout is out of sight."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._reveal)

    def on_command(self, word: str) -> None:
        if word == "search" and not self.is_locked:
            self.search.setFocus()
            self.search.selectAll()
        elif word == "back":
            self.search.clear()

    def _narrow(self, text: str) -> None:
        found = self._finder.find(text)
        for at, name in enumerate(self._names):
            self._group.button(at).setVisible(name in found)
        self._nothing.setVisible(not found)

    def _go_to_first(self) -> None:
        text = self.search.text()
        for name in self._finder.find(text)[:1]:
            self.open_section(name)
            first = self._finder.first(name, text) or next(
                iter(reachable(self._finder.section(name))), None
            )
            if first is not None:
                first.setFocus()

    def _open_backend(self) -> None:
        self.open_section("backend")

    def _open(self, at: int) -> None:
        self._stack.setCurrentIndex(at)
        self._reveal()
        self.section_opened.emit(self._names[at])

    def _reveal(self) -> None:
        self._area.ensureWidgetVisible(self._group.button(self._stack.currentIndex()))

    def _add(self, name: str, words: str, picture: str, section: Section, called: str) -> None:
        at = len(self._names)
        self._names.append(name)
        button = Button(words, "nav", picture)
        button.setCheckable(True)
        self._group.addButton(button, at)
        self._nav.insertWidget(at, button)
        self._finder.add(name, section, f"{words} {called}")
        section.setMaximumWidth(_WIDEST)
        area = scroller(section)
        area.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._stack.addWidget(area)
