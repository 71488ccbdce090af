"""The first run in the window: its screen and what drives it, made when it is wanted."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from pos.app.build import Till
from pos.app.links import outside
from pos.app.reader_desk import TillReaderDesk
from pos.services.links import SecretDesk
from pos.services.setup import SetupState
from pos.services.shop import Shop
from pos.services.sync import SyncStatus
from pos.ui.controllers.importing import ImportController
from pos.ui.controllers.links import LinksController
from pos.ui.controllers.preview import PreviewController
from pos.ui.controllers.reader import ReaderController
from pos.ui.controllers.setup import SetupController
from pos.ui.screens.setup import SetupScreen
from pos.ui.shell import Shell
from pos.ui.threads import Calls

SETUP = "setup"


class SetupPage(QObject):
    """Tells the window what changed, as the settings do, and when it is over."""

    shop_changed = Signal(object)
    products_changed = Signal()
    reconnect_wanted = Signal()
    ended = Signal()

    def __init__(
        self, till: Till, shell: Shell, threads: tuple[Calls, Calls], slow: tuple[Calls, Calls]
    ) -> None:
        """``threads`` write and read; ``slow`` ask the outside and import."""
        super().__init__(shell)
        (writes, reads), (away, bringing) = threads, slow
        self._shell, self.screen = shell, SetupScreen(reads)
        shell.add_page(SETUP, self.screen)
        self._outside, self._desk = outside(till), TillReaderDesk(till)
        services = (till.setup, till.settings, till.pins)
        self.way = SetupController(self.screen, services, till.catalogue.count, threads)
        secrets = SecretDesk(till.secrets, till.settings.note_secret)
        self.links = LinksController(
            self.screen, till.settings, secrets, self._outside, (writes, away)
        )
        self.readers = ReaderController(
            self.screen.reader, till.settings, self._desk, (writes, away)
        )
        self.preview = PreviewController(self.screen.catalogue, bringing)
        self.imports = ImportController(self.screen.catalogue, till.catalogue, bringing)
        self._wire()

    def _wire(self) -> None:
        for part in (self.way, self.links, self.readers):
            part.changed.connect(self.shop_changed)
        self.way.ended.connect(self.ended)
        self.screen.section_opened.connect(self._on_section)
        self.links.reconnect_wanted.connect(self.reconnect_wanted)
        self.links.key_seen.connect(self.readers.show_key)
        self.links.key_seen.connect(self.way.show_key)
        self.readers.changed.connect(self._on_reader)
        self.readers.registered.connect(self.links.list_readers)
        self.imports.imported.connect(self.products_changed)
        self.imports.imported.connect(self.way.count_again)

    def open(self, state: SetupState) -> None:
        """Bring the page to the front at which it was left."""
        self.links.look()  # the key may be another since
        self._shell.show_page(SETUP)
        self.way.begin(state)

    def show_shop(self, shop: Shop) -> None:
        """Show the shop as it is now."""
        for part in (self.way, self.links, self.readers, self.preview, self.imports):
            part.show_shop(shop)

    def show_sync(self, status: SyncStatus) -> None:
        """Show how the talk with the backend goes."""
        self.links.show_sync(status)

    def hang_up(self) -> None:
        """Break off an import, and end the question that is being asked outside."""
        self.imports.leave()
        self._outside.hang_up()
        self._desk.hang_up()

    def _on_section(self, name: str) -> None:
        if name == "reader":
            self.readers.look()

    def _on_reader(self, _shop: Shop) -> None:
        self.reconnect_wanted.emit()
