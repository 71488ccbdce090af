"""The settings: sections at the left, one of them at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout

from pos.ui.i18n import tr
from pos.ui.screen import Screen
from pos.ui.screens.import_section import ImportSection
from pos.ui.screens.settings_links import BackendSection, KeySection, ReaderSection
from pos.ui.screens.settings_sections import LookSection, Section, ShopSection, TenderSection
from pos.ui.screens.tax_section import TaxSection
from pos.ui.threads import Calls
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.panels import frame, scroller

_WIDEST = 760
_LEFT = 240


class SettingsScreen(Screen):
    """Holds the sections; connect to their own signals, and to `section_opened`."""

    section_opened = Signal(str)

    def __init__(self, calls: Calls, turn: Callable[[], object] = bool) -> None:
        """``turn`` is called between two sections, as the whole takes a tenth of a second."""
        super().__init__()
        self.shop, self.taxes, self.tenders = ShopSection(), TaxSection(), TenderSection()
        turn()
        self.key, self.reader, self.backend = KeySection(), ReaderSection(), BackendSection()
        turn()
        self.imports, self.look = ImportSection(calls), LookSection()
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self._names: list[str] = []
        self._nav = QVBoxLayout()
        self._nav.setSpacing(GRID)
        self._lay_out(turn)
        self._group.idClicked.connect(self._open)

    def _lay_out(self, turn: Callable[[], object]) -> None:
        sections: tuple[tuple[str, str, str, Section], ...] = (
            ("shop", tr("Shop"), "store", self.shop),
            ("taxes", tr("Prices and taxes"), "percent", self.taxes),
            ("tenders", tr("Ways to pay"), "banknote", self.tenders),
            ("key", tr("Card payments"), "credit-card", self.key),
            ("reader", tr("Card reader"), "smartphone-nfc", self.reader),
            ("backend", tr("Backend"), "server", self.backend),
            ("import", tr("Import"), "upload", self.imports),
            ("look", tr("Look"), "settings", self.look),
        )
        for name, words, picture, section in sections:
            turn()
            self._add(name, words, picture, section)
        self._nav.addStretch()
        left, right = frame("card"), frame("card")
        left.setFixedWidth(_LEFT)
        inner = QVBoxLayout(left)
        inner.setContentsMargins(12, 12, 12, 12)
        inner.addLayout(self._nav)
        body = QVBoxLayout(right)
        body.setContentsMargins(1, 1, 1, 1)
        body.addWidget(self._stack)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 16, 16, 16)
        line.setSpacing(16)
        line.addWidget(left)
        line.addWidget(right, 1)
        self.open_section("shop")

    @property
    def section(self) -> str:
        """The name of the section in front."""
        return self._names[self._stack.currentIndex()]

    def open_section(self, name: str) -> None:
        """Bring a section to the front by the name it was laid out under."""
        at = self._names.index(name)
        self._group.button(at).setChecked(True)
        self._open(at)

    def _open(self, at: int) -> None:
        self._stack.setCurrentIndex(at)
        self.section_opened.emit(self._names[at])

    def _add(self, name: str, words: str, picture: str, section: Section) -> None:
        at = len(self._names)
        self._names.append(name)
        button = Button(words, "nav", picture)
        button.setCheckable(True)
        self._group.addButton(button, at)
        self._nav.addWidget(button)
        section.setMaximumWidth(_WIDEST)
        area = scroller(section)
        area.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._stack.addWidget(area)
