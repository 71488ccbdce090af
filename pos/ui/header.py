"""The header: shop, tabs, states, the person at the till."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from pos.ui.i18n import tr
from pos.ui.tokens import GRID
from pos.ui.views import ShopView, StatusView
from pos.ui.widgets.buttons import Choice
from pos.ui.widgets.pill import Pill
from pos.ui.widgets.text import ElidedLabel, Label, centred, set_tip

HEIGHT = 56
_SHOP = 180
"""Pixels that the shop's name keeps where the place's gives way."""


class Header(QFrame):
    """The strip on top of every screen."""

    tab_chosen = Signal(str)
    status_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "header")
        self.setFixedHeight(HEIGHT)
        self._shop, self._place = _name("heading"), _name("muted")
        self._training = Label(tr("TRAINING"), "strong")
        self._training.set_tone("warn")
        self._tabs = Choice("tab", GRID)
        self._tabs.chosen.connect(self.tab_chosen)
        self._badge = centred("", "badge")
        self._badge.setFixedSize(36, 36)
        self._pills: dict[str, Pill] = {}
        self._lay_out()

    def _lay_out(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 0, 16, 0)
        line.setSpacing(3 * GRID)
        line.addWidget(self._shop)
        line.addWidget(self._place)
        line.addSpacing(2 * GRID)
        line.addWidget(self._tabs, 1)
        line.addWidget(self._training)
        self._states = QHBoxLayout()
        self._states.setSpacing(3 * GRID)
        line.addLayout(self._states)
        line.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_shop(self, view: ShopView) -> None:
        """Name the shop, the place and the person."""
        self._shop.setText(view.shop)
        self._shop.setMinimumWidth(min(self._shop.sizeHint().width(), _SHOP))
        self._place.setText(view.place)
        self._badge.setText(view.initials[:2].upper())
        set_tip(self._badge, view.person)
        self._training.setVisible(view.training)

    def show_tabs(self, tabs: Sequence[tuple[str, str]], current: str) -> None:
        """Offer the destinations that exist."""
        self._tabs.show_choices(tabs, current)

    def show_statuses(self, views: Sequence[StatusView]) -> None:
        """Show one pill a state, in the order given."""
        for key in self._pills.keys() - {view.key for view in views}:
            self._pills.pop(key).deleteLater()
        for view in views:
            self._pill(view.key).show_state(view.text, view.tone)

    def pill(self, key: str) -> Pill | None:
        """Return the pill of a state that is shown."""
        return self._pills.get(key)

    def _pill(self, key: str) -> Pill:
        if key not in self._pills:
            made = Pill()
            made.setProperty("key", key)
            made.clicked.connect(self._clicked)
            self._pills[key] = made
            self._states.addWidget(made)
        return self._pills[key]

    def _clicked(self) -> None:
        self.status_chosen.emit(str(self.sender().property("key")))


def _name(role: str) -> ElidedLabel:
    """Return words that take their room and give it up first."""
    made = ElidedLabel("", role)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
    return made
