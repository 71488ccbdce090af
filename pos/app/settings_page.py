"""The Settings tab: its screen, its controllers and the two threads only it needs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from pos.app.build import Till
from pos.app.first_run import FirstRun
from pos.app.links import outside
from pos.app.reader_desk import TillReaderDesk
from pos.services.links import SecretDesk
from pos.services.shop import Shop
from pos.services.sync import SyncStatus
from pos.ui.controllers.importing import ImportController
from pos.ui.controllers.links import LinksController
from pos.ui.controllers.pin import PinController
from pos.ui.controllers.reader import ReaderController
from pos.ui.controllers.settings import SettingsController
from pos.ui.controllers.settings_forms import FormsController
from pos.ui.i18n import tr
from pos.ui.screens.settings import SettingsScreen
from pos.ui.shell import Shell
from pos.ui.threads import Calls

SETTINGS = "settings"


class SettingsPage(QObject):
    """Tells the window what changed: the shop, the products, the links to the outside."""

    shop_changed = Signal(object)
    products_changed = Signal()
    reconnect_wanted = Signal()
    sync_wanted = Signal()
    restart_wanted = Signal()
    crashed = Signal(object)

    def __init__(
        self,
        till: Till,
        shell: Shell,
        threads: tuple[Calls, Calls],
        turn: Callable[[], object],
    ) -> None:
        """``threads`` write and read; ``turn`` is called between two sections."""
        super().__init__(shell)
        writes, reads = threads
        self.screen = SettingsScreen(reads, turn)
        turn()
        shell.add_page(SETTINGS, self.screen, tr("Settings"))
        self.away, self.bringing = Calls("outside", self), Calls("import", self)
        self._leaves: list[Callable[[], object]] = []
        self._brought: list[Calls] = []
        self._sync, self._outside, self._desk = till.sync, outside(till), TillReaderDesk(till)
        self.shop = SettingsController(self.screen, till.settings, writes)
        self.forms = FormsController(self.screen, till.settings, writes)
        self.pin = PinController(self.screen, till.pins, writes)
        self.links = LinksController(
            self.screen,
            till.settings,
            SecretDesk(till.secrets, till.settings.note_secret),
            self._outside,
            (writes, self.away),
        )
        self.readers = ReaderController(
            self.screen.reader, till.settings, self._desk, (writes, self.away)
        )
        self.imports = ImportController(self.screen.imports, till.catalogue, self.bringing)
        self.first_run = FirstRun(till, shell, threads, (self.away, self.bringing))
        self._wire(shell)

    def _wire(self, shell: Shell) -> None:
        shell.page_shown.connect(self._on_page)
        for part in (self.shop, self.forms, self.pin, self.links, self.readers):
            part.changed.connect(self.shop_changed)
        self.links.reconnect_wanted.connect(self.reconnect_wanted)
        self.links.key_seen.connect(self.readers.show_key)
        self.readers.changed.connect(self._on_reader)
        self.readers.registered.connect(self.links.list_readers)
        self.pin.opened.connect(self._look)
        self.screen.section_opened.connect(self._on_section)
        self.screen.backend.sync_asked.connect(self._on_sync)
        self.screen.look.restart_asked.connect(self.restart_wanted)
        self.screen.shop.again_asked.connect(self.first_run.again)
        self.first_run.shop_changed.connect(self.shop_changed)
        self.first_run.products_changed.connect(self.products_changed)
        self.first_run.reconnect_wanted.connect(self.reconnect_wanted)
        self.imports.imported.connect(self.products_changed)
        for calls in (self.away, self.bringing):
            calls.crashed.connect(self.crashed)

    def show_shop(self, shop: Shop) -> None:
        """Show the shop as it is now."""
        parts = (self.shop, self.forms, self.pin, self.links, self.readers, self.imports)
        for part in (*parts, self.first_run):
            part.show_shop(shop)

    def show_sync(self, status: SyncStatus) -> None:
        """Show how the talk with the backend goes."""
        self.links.show_sync(status)
        self.first_run.show_sync(status)

    def hang_up(self) -> None:
        """Break off an import and a check, and end the question that is being asked outside."""
        self.imports.leave()
        for leave in self._leaves:
            leave()
        self._outside.hang_up()
        self._desk.hang_up()
        self.first_run.hang_up()

    def threads(self) -> tuple[Calls, ...]:
        """Return what the window ends when it closes."""
        return self.bringing, self.away, *self._brought

    def join(self, leave: Callable[[], object], thread: Calls) -> None:
        """End another section's thread with the page; ``leave`` ends the work under way."""
        self._leaves.append(leave)
        self._brought.append(thread)
        thread.crashed.connect(self.crashed)

    def _on_page(self, name: str) -> None:
        if name == SETTINGS and self.pin.enter():
            self._look()

    def _look(self) -> None:
        self.links.look()
        self.screen.open_section(self.screen.section)

    def _on_section(self, name: str) -> None:
        if name == "reader":
            self.readers.look()

    def _on_reader(self, _shop: Shop) -> None:
        self.reconnect_wanted.emit()

    def _on_sync(self) -> None:
        self._sync.wake()
        self.sync_wanted.emit()
