"""The window: header, screens, overlays and the key map."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from pos.ui.frame import SIZE, SMALLEST
from pos.ui.header import Header
from pos.ui.i18n import tr
from pos.ui.screen import Screen
from pos.ui.status_panel import StatusPanel
from pos.ui.views import ShopView, StatusView
from pos.ui.widgets.banner import Banner, BannerView
from pos.ui.widgets.overlay import Overlay, PanelSize, Toast
from pos.ui.widgets.panels import column, page

KEYS = {
    "F2": "search",
    "F3": "customer",
    "F6": "line_discount",
    "F7": "quantity",
    "F8": "order_discount",
    "F9": "pay",
    "Ctrl+Return": "pay",
    "Ctrl+Enter": "pay",
    "Ctrl+Z": "undo",
    "Del": "remove_line",
    "Esc": "back",
}
"""Key to command. No printable key: the scanner's filter claims those."""


class Shell(QMainWindow):
    """One window for the whole program.

    The screen in front gets the key map's words (`Screen.on_command`, also the
    signal ``command``), printable keys that no widget wanted (`Screen.on_typed`)
    and codes (`Screen.on_scan`). An open overlay gets the keyboard and swallows
    every command but ``back``, which closes it; codes go to the screen beneath.
    """

    command = Signal(str)
    page_shown = Signal(str)
    retry_parked = Signal(str)
    discard_parked = Signal(str)
    check_status = Signal(str)
    banner_acted = Signal(str)
    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(tr("Tillkeep"))
        self.setMinimumSize(*SMALLEST)
        self.resize(*SIZE)
        self.header = Header()
        self._banner = Banner()
        self._stack = QStackedWidget()
        self._pages: dict[str, tuple[str, QWidget]] = {}
        self._statuses: dict[str, StatusView] = {}
        self._overlays: list[Overlay] = []
        self._lay_out()
        self._toast = Toast(self._body)
        self._wire()

    def _lay_out(self) -> None:
        central = page()
        outer = column(central, 0)
        outer.addWidget(self.header)
        self._body = QWidget()
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self._banner)
        inner.addWidget(self._stack, 1)
        outer.addWidget(self._body, 1)
        self.setCentralWidget(central)

    def _wire(self) -> None:
        self.header.tab_chosen.connect(self.show_page)
        self.header.status_chosen.connect(self._open_status)
        self._banner.acted.connect(self.banner_acted)
        self._banner.copied.connect(self.say_copied)
        for keys, word in KEYS.items():
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setProperty("command", word)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self._on_key)

    # screens

    def add_page(self, name: str, widget: QWidget, tab: str = "") -> None:
        """Register a screen; with ``tab`` it is a destination in the header."""
        self._pages[name] = (tab, widget)
        self._stack.addWidget(widget)
        self._show_tabs()

    def show_page(self, name: str) -> None:
        """Bring a screen to the front, closing overlays; raises `KeyError` for an unknown one."""
        self.close_overlays()
        self._stack.setCurrentWidget(self._pages[name][1])
        self._show_tabs()
        self._pages[name][1].setFocus()
        self.page_shown.emit(name)

    @property
    def page(self) -> str:
        """The name of the screen in front, empty before the first."""
        shown = self._stack.currentWidget()
        return next((name for name, (_, widget) in self._pages.items() if widget is shown), "")

    def _show_tabs(self) -> None:
        tabs = [(name, tab) for name, (tab, _) in self._pages.items() if tab]
        self.header.show_tabs(tabs, self.page)

    # the frame

    def show_shop(self, view: ShopView) -> None:
        """Name shop, place and person in the header."""
        self.header.show_shop(view)
        self.setWindowTitle(f"{view.shop} · {tr('Tillkeep')}" if view.shop else tr("Tillkeep"))

    def show_statuses(self, views: Sequence[StatusView]) -> None:
        """Show the pills; an open panel follows."""
        self._statuses = {view.key: view for view in views}
        self.header.show_statuses(views)
        for overlay in self._overlays:
            panel = overlay.content
            if isinstance(panel, StatusPanel) and panel.key in self._statuses:
                panel.show_view(self._statuses[panel.key])

    def show_banner(self, view: BannerView | None) -> None:
        """Say something above every screen until it is solved."""
        self._banner.show_view(view)

    def say_copied(self) -> None:
        """Confirm a copy to the clipboard."""
        self._toast.say(tr("Copied"))

    # overlays

    def open_overlay(
        self, content: QWidget, size: PanelSize | None = None, first: QWidget | None = None
    ) -> Overlay:
        """Put ``content`` over the screen; ``first`` gets the keyboard. Esc closes it."""
        overlay = Overlay(self._body, content, size or PanelSize())
        self._overlays.append(overlay)
        overlay.closed.connect(self._forget_closed)
        overlay.open(first)
        return overlay

    @property
    def overlay(self) -> Overlay | None:
        """The overlay in front, if any."""
        return self._overlays[-1] if self._overlays else None

    def close_overlays(self) -> None:
        """Close every overlay."""
        while self._overlays:
            self._overlays[-1].close_panel()

    def _forget_closed(self) -> None:
        self._overlays = [each for each in self._overlays if not each.isHidden()]

    def _open_status(self, key: str) -> None:
        if key not in self._statuses:
            return
        self.close_overlays()
        panel = StatusPanel(self._statuses[key])
        panel.retry.connect(self.retry_parked)
        panel.discard.connect(self.discard_parked)
        panel.check.connect(self.check_status)
        self.open_overlay(panel, PanelSize(440, side=True), panel.check_now)

    # keys

    def _on_key(self) -> None:
        word = str(self.sender().property("command"))
        overlay = self.overlay
        if overlay is None:
            self.command.emit(word)
            self._to_screen("on_command", word)
        elif word == "back":
            overlay.close_panel()

    def on_scan(self, code: str) -> None:
        """Hand a code to the screen in front; connect `Scanner.scanned` to this."""
        self._to_screen("on_scan", code)

    def _to_screen(self, method: str, text: str) -> None:
        shown = self._stack.currentWidget()
        if isinstance(shown, Screen):
            getattr(shown, method)(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if event.text().isprintable() and event.text() and not plain and self.overlay is None:
            self._to_screen("on_typed", event.text())
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)
