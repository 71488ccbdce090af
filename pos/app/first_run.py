"""When the first run comes, goes on, and is over."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from pos.app.build import Till
from pos.app.pages import SALE
from pos.app.setup_page import SETUP, SetupPage
from pos.services.setup import SetupState
from pos.services.shop import Shop
from pos.services.sync import SyncStatus
from pos.ui.shell import Shell
from pos.ui.threads import Calls


class FirstRun(QObject):
    """Makes the pages of the first run only where they are wanted.

    It comes by itself at a start while it is unfinished and nothing was sold;
    after that, from the settings.
    """

    shop_changed = Signal(object)
    products_changed = Signal()
    reconnect_wanted = Signal()

    def __init__(
        self, till: Till, shell: Shell, threads: tuple[Calls, Calls], slow: tuple[Calls, Calls]
    ) -> None:
        """``threads`` write and read; ``slow`` ask the outside and import."""
        super().__init__(shell)
        self._till, self._shell, self._threads, self._slow = till, shell, threads, slow
        self.page: SetupPage | None = None
        shell.page_shown.connect(self._on_page)

    def open_if_due(self) -> None:
        """Open it where a fresh till needs it."""
        state = self._till.setup.state()
        if state.due:
            self._open(state)

    def again(self) -> None:
        """Go on where it was left, or ask everything once more."""
        writes, _ = self._threads
        writes.submit(self._resume, then=self._open)

    def show_shop(self, shop: Shop) -> None:
        """Show the shop as it is now."""
        if self.page is not None:
            self.page.show_shop(shop)

    def show_sync(self, status: SyncStatus) -> None:
        """Show how the talk with the backend goes."""
        if self.page is not None:
            self.page.show_sync(status)

    def hang_up(self) -> None:
        """End what it asks outside: the window closes."""
        if self.page is not None:
            self.page.hang_up()

    def _resume(self) -> SetupState:
        state = self._till.setup.state()
        return state if state.open else self._till.setup.again()

    def _open(self, state: SetupState) -> None:
        if self.page is None:
            self.page = self._made()
        self.page.open(state)

    def _made(self) -> SetupPage:
        page = SetupPage(self._till, self._shell, self._threads, self._slow)
        page.shop_changed.connect(self.shop_changed)
        page.products_changed.connect(self.products_changed)
        page.reconnect_wanted.connect(self.reconnect_wanted)
        page.ended.connect(self._leave)
        page.show_shop(self._till.shop())
        return page

    def _leave(self) -> None:
        self._shell.show_page(SALE)

    def _on_page(self, name: str) -> None:
        self._shell.header.setVisible(name != SETUP)
