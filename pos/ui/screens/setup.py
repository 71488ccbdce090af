"""The first run: pages at the left, one of them at the right, and the way on below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from pos.ui.i18n import tr
from pos.ui.screen import Screen
from pos.ui.screens.catalogue_section import CatalogueSection
from pos.ui.screens.country_section import CountrySection
from pos.ui.screens.settings_links import BackendSection, KeySection, ReaderSection
from pos.ui.screens.settings_look import LanguageSection
from pos.ui.screens.settings_sections import Section
from pos.ui.screens.setup_pages import DonePage, OwnerPage, PaymentsPage, ShopPage
from pos.ui.screens.setup_views import PageView, Passed
from pos.ui.threads import Calls
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Button, action, mark, secondary
from pos.ui.widgets.panels import frame, scroller
from pos.ui.widgets.text import Label, restyle, wrapped

_LEFT, _WIDEST = 264, 820
_TYPED = frozenset({"shop", "owner"})  # pages that begin with a field
_PICTURES = {Passed.DONE: "circle-check", Passed.SKIPPED: "minus", Passed.OPEN: ""}


class SetupScreen(Screen):
    """Shows one page at a time; it decides nothing about the way.

    ``section_opened`` names the part that came to the front as the settings
    would, for what the two share: key, reader, backend.
    """

    continued = Signal()
    went_back = Signal()
    skipped = Signal()
    left = Signal()
    page_asked = Signal(str)
    section_opened = Signal(str)

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        welcome = tr("A few questions, each can be skipped and answered later in Settings.")
        self.language = LanguageSection(tr("Welcome to Tillkeep"), welcome)
        self.shop, self.country, self.owner = ShopPage(), CountrySection(), OwnerPage()
        self.catalogue, self.reader = CatalogueSection(calls), ReaderSection()
        self.key, self.backend = KeySection(), BackendSection()
        self.payments, self.done = PaymentsPage(self.key, self.backend), DonePage()
        self.next, self.back = action(tr("Continue")), secondary(tr("Back"))
        self.skip, self.later = Button(tr("Skip this")), Button(tr("Go on later"), "link")
        self._stack, self._group = QStackedWidget(), QButtonGroup(self)
        self._names: list[str] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self._lay_out()
        self._wire()

    def _pages(self) -> dict[str, Section]:
        return {
            "language": self.language,
            "shop": self.shop,
            "country": self.country,
            "owner": self.owner,
            "catalogue": self.catalogue,
            "payments": self.payments,
            "reader": self.reader,
            "done": self.done,
        }

    def _lay_out(self) -> None:
        """Put the frame together first: a tree that changes its parent is styled anew."""
        right = frame("card")
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 16, 16, 16)
        line.setSpacing(16)
        line.addWidget(self._left())
        line.addWidget(right, 1)
        body = QVBoxLayout(right)
        body.setContentsMargins(1, 1, 1, 1)
        body.setSpacing(0)
        body.addWidget(self._stack, 1)
        body.addWidget(self._foot())
        for name, page in self._pages().items():
            self._names.append(name)
            page.setMaximumWidth(_WIDEST)
            area = scroller(page)
            area.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            self._stack.addWidget(area)

    def _left(self) -> QWidget:
        left = frame("card")
        left.setFixedWidth(_LEFT)
        inner = QVBoxLayout(left)
        inner.setContentsMargins(12, 20, 12, 12)
        inner.setSpacing(3 * GRID)
        title = Label(tr("Set up this till"), "title")
        title.setContentsMargins(12, 0, 0, 0)
        inner.addWidget(title)
        inner.addLayout(self._list)
        inner.addStretch()
        inner.addWidget(wrapped(tr("Closing the window loses nothing: it goes on here."), "muted"))
        inner.addWidget(self.later)
        return left

    def _foot(self) -> QWidget:
        foot = frame("foot")
        line = QHBoxLayout(foot)
        line.setContentsMargins(24, 12, 24, 12)
        line.setSpacing(3 * GRID)
        line.addWidget(self.back)
        line.addStretch()
        line.addWidget(self.skip)
        line.addWidget(self.next)
        self.next.setMinimumWidth(160)
        return foot

    def _wire(self) -> None:
        self.next.clicked.connect(self.continued)
        self.back.clicked.connect(self.went_back)
        self.skip.clicked.connect(self.skipped)
        self.later.clicked.connect(self.left)
        self.done.page_asked.connect(self.page_asked)
        self._group.idClicked.connect(self._ask)
        for form in (self.shop, self.owner):
            form.saved.connect(self._enter)
        for button in (self.catalogue.choose, self.catalogue.bring, self.backend.save):
            restyle(button, role="secondary")  # the way on is the one primary action
        restyle(self.reader.form.register, role="secondary")

    def show_pages(self, pages: Sequence[PageView], at: str) -> None:
        """Bring a page to the front and show how the others stand."""
        while self._group.buttons():
            old = self._group.buttons()[0]
            self._group.removeButton(old)
            self._list.removeWidget(old)
            old.deleteLater()
        for number, page in enumerate(pages):
            self._list.addWidget(self._step(number, page, current=page.name == at))
        self._open(at)

    @property
    def page(self) -> str:
        """The name of the page in front."""
        return self._names[self._stack.currentIndex()]

    def section(self, name: str) -> Section:
        """Return a page by its name."""
        return self._pages()[name]

    def show_busy(self, *, busy: bool) -> None:
        """Hold the way on while a page is saved."""
        mark(self.next, busy=busy)

    def _step(self, number: int, page: PageView, *, current: bool) -> Button:
        picture = "chevron-right" if current else _PICTURES[page.passed]
        words = page.words if picture else f"{number + 1}   {page.words}"
        made = Button(words, "nav", picture)
        made.setCheckable(True)
        made.setChecked(current)
        made.setAccessibleDescription(page.passed)
        self._group.addButton(made, number)
        return made

    def _open(self, name: str) -> None:
        at = self._names.index(name)
        last = at == len(self._names) - 1
        self._stack.setCurrentIndex(at)
        self.back.setVisible(at > 0)
        self.skip.setVisible(not last)
        self.later.setVisible(not last)
        self.next.set_text(tr("Start selling") if last else tr("Continue"))
        self.section_opened.emit("key" if name == "payments" else name)
        first = self.section(name).findChild(QLineEdit)
        if name in _TYPED and first is not None:
            first.setFocus()
            first.selectAll()

    def _enter(self, _typed: object) -> None:
        if self.next.isEnabled():
            self.continued.emit()

    def _ask(self, at: int) -> None:
        self.page_asked.emit(self._names[at])
