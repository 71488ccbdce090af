"""The settings: sections at the left, one of them at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout

from pos.ui.i18n import tr
from pos.ui.screen import Screen
from pos.ui.screens.import_section import ImportSection
from pos.ui.screens.settings_links import BackendSection, KeySection, ReaderSection
from pos.ui.screens.settings_sections import Section, ShopSection, TaxSection
from pos.ui.threads import Calls
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.panels import frame, scroller

_WIDEST = 760


class SettingsScreen(Screen):
    """Holds the sections; connect to their own signals."""

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self.shop, self.taxes, self.key = ShopSection(), TaxSection(), KeySection()
        self.reader, self.backend = ReaderSection(), BackendSection()
        self.imports = ImportSection(calls)
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self._names: list[str] = []
        self._nav = QVBoxLayout()
        self._nav.setSpacing(GRID)
        self._lay_out()
        self._group.idClicked.connect(self._stack.setCurrentIndex)

    def _lay_out(self) -> None:
        sections: tuple[tuple[str, str, str, Section], ...] = (
            ("shop", tr("Shop"), "store", self.shop),
            ("taxes", tr("Taxes"), "percent", self.taxes),
            ("key", tr("Card payments"), "credit-card", self.key),
            ("reader", tr("Card reader"), "smartphone-nfc", self.reader),
            ("backend", tr("Backend"), "server", self.backend),
            ("import", tr("Import"), "upload", self.imports),
        )
        for name, words, picture, section in sections:
            self._add(name, words, picture, section)
        self._nav.addStretch()
        left, right = frame("card"), frame("card")
        left.setFixedWidth(240)
        inner = QVBoxLayout(left)
        inner.setContentsMargins(12, 12, 12, 12)
        inner.addLayout(self._nav)
        body = QVBoxLayout(right)
        body.setContentsMargins(1, 1, 1, 1)
        body.addWidget(self._stack)
        line = QHBoxLayout(self)
        line.setContentsMargins(20, 20, 20, 20)
        line.setSpacing(20)
        line.addWidget(left)
        line.addWidget(right, 1)
        self.open_section("shop")

    def open_section(self, name: str) -> None:
        """Bring a section to the front: shop, taxes, key, reader, backend, import."""
        at = self._names.index(name)
        self._stack.setCurrentIndex(at)
        self._group.button(at).setChecked(True)

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
