"""The settings that reach outside: Stripe key, card reader, backend. Nothing echoes a secret."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance

from pos.services.links import BackendFound, Outside, ReaderChoice, SecretDesk, SecretState
from pos.services.settings import SettingsService
from pos.services.shop import Shop
from pos.services.sync import SyncStatus
from pos.ui.controllers.section_calls import SectionCalls
from pos.ui.controllers.settings_words import (
    backend_settings,
    found_banner,
    key_view,
    reader_rows,
    token_view,
)
from pos.ui.i18n import tr
from pos.ui.screens.settings_links import BackendSection, KeySection, ReaderSection
from pos.ui.threads import Calls

_READER = "reader"


class LinksScreen(Protocol):
    """A screen with these sections: the settings, and the first run."""

    section_opened: SignalInstance
    key: KeySection
    reader: ReaderSection
    backend: BackendSection


class LinksController(QObject):
    """Asks keyring, Stripe and backend on ``away``, a thread that may wait long.

    ``changed`` carries the shop as it is now; ``reconnect_wanted`` says that
    what the service threads hold on to is out of date; ``key_seen`` whether
    there is a key and what it is good for.
    """

    changed = Signal(object)
    reconnect_wanted = Signal()
    key_seen = Signal(object)

    def __init__(
        self,
        screen: LinksScreen,
        service: SettingsService,
        secrets: SecretDesk,
        outside: Outside,
        threads: tuple[Calls, Calls],
    ) -> None:
        super().__init__(screen.key)
        writes, away = threads
        self._screen, self._service, self._secrets = screen, service, secrets
        self._outside, self._away = outside, away
        self._shop: Shop | None = None
        self._status: SyncStatus | None = None
        self._found: list[ReaderChoice] | None = None
        self._has_token = False
        self._key = SectionCalls(screen.key, away)
        self._token = SectionCalls(screen.backend, away)
        self._check = SectionCalls(screen.backend, away)
        self._readers = SectionCalls(screen.reader, away)
        self._choice = SectionCalls(screen.reader, writes)
        self._address = SectionCalls(screen.backend, writes)
        self._wire()

    def _wire(self) -> None:
        screen = self._screen
        screen.section_opened.connect(self._on_opened)
        screen.key.key_entered.connect(self._on_key)
        screen.key.key_removed.connect(self._on_key_removed)
        screen.reader.refresh_asked.connect(self._list_again)
        screen.reader.reader_chosen.connect(self._on_reader)
        screen.backend.saved.connect(self._on_address)
        screen.backend.token_entered.connect(self._on_token)
        screen.backend.token_removed.connect(self._on_token_removed)
        screen.backend.check_asked.connect(self._check_backend)
        self._key.done.connect(self._key_changed)
        self._token.done.connect(self._token_changed)
        self._readers.done.connect(self._listed)
        self._readers.failed.connect(self._not_listed)
        self._choice.done.connect(self._shop_changed)
        self._address.done.connect(self._address_changed)
        self._check.done.connect(self._checked)
        self._check.failed.connect(self._not_checked)

    def look(self) -> None:
        """Look at the secrets anew: the settings were opened."""
        self._away.submit(self._secrets.key, then=self._show_key)
        self._away.submit(self._secrets.token, then=self._show_token)

    def show_shop(self, shop: Shop) -> None:
        """Show the reader and the backend that the shop names."""
        self._shop = shop
        self._show_backend()
        self._show_readers()

    def show_sync(self, status: SyncStatus) -> None:
        """Show how the talk with the backend goes."""
        self._status = status
        self._show_backend()

    def _on_opened(self, name: str) -> None:
        for section in (self._screen.key, self._screen.reader, self._screen.backend):
            section.say(None)
        if name == _READER:
            self.list_readers()

    # the key

    def _on_key(self, text: str) -> None:
        said = tr("The key is stored. Choose a reader next.")
        self._key.submit(self._secrets.store_key, text, said=said)

    def _on_key_removed(self) -> None:
        self._key.submit(self._secrets.remove_key, said=tr("The key is removed."))

    def _key_changed(self, state: SecretState) -> None:
        self._show_key(state)
        self._found = None  # readers of another account, perhaps
        self.reconnect_wanted.emit()

    def _show_key(self, state: SecretState) -> None:
        self._screen.key.show_state(key_view(state))
        self.key_seen.emit(state)

    # the reader

    def list_readers(self, said: str = "") -> None:
        """Ask Stripe for the readers of the account; ``said`` is what to say once they are here."""
        self._screen.reader.show_busy()
        self._readers.submit(self._outside.list_readers, said=said)

    def _list_again(self) -> None:
        self.list_readers()

    def _listed(self, found: list[ReaderChoice]) -> None:
        self._found = found
        self._show_readers()

    def _not_listed(self) -> None:
        """Claim nothing about readers that nobody could ask for; the banner says why."""
        self._found = None
        rows = reader_rows((), self._shop) if self._shop is not None else ()
        self._screen.reader.show_readers(rows)

    def _show_readers(self) -> None:
        if self._shop is not None and self._found is not None:
            empty = tr("No reader found. Register one below and look again.")
            self._screen.reader.show_readers(reader_rows(self._found, self._shop), empty)

    def _on_reader(self, reader_id: str, label: str) -> None:
        said = tr("Cards are taken on {name} now.").format(name=label)
        self._choice.submit(self._service.choose_reader, reader_id, label, said=said)

    def _shop_changed(self, shop: Shop) -> None:
        self.changed.emit(shop)
        self.reconnect_wanted.emit()

    # the backend

    def _on_address(self, url: str) -> None:
        said = tr("Saved. Enter this register's token next.")
        if not url or self._has_token:
            said = tr("Saved.") if url else tr("Saved. Sales are kept on this computer.")
        self._address.submit(self._service.set_backend_url, url, said=said)

    def _address_changed(self, shop: Shop) -> None:
        self._shop_changed(shop)
        self._check_if_complete(shop.backend_url)

    def _on_token(self, text: str) -> None:
        self._token.submit(self._secrets.store_token, text, said=tr("The token is stored."))

    def _on_token_removed(self) -> None:
        self._token.submit(self._secrets.remove_token, said=tr("The token is removed."))

    def _token_changed(self, state: SecretState) -> None:
        self._show_token(state)
        self.reconnect_wanted.emit()
        url = self._shop.backend_url if self._shop else ""
        self._check_if_complete(url or self._outside.default_backend)

    def _check_if_complete(self, url: str) -> None:
        if url and self._has_token:
            self._check_backend()

    def _show_token(self, state: SecretState) -> None:
        self._has_token = state.stored
        view = token_view(state)
        self._screen.backend.show_token(view)
        self._screen.key.show_token(view)

    def _check_backend(self) -> None:
        self._screen.backend.show_checking(busy=True)
        self._check.submit(self._outside.check_backend)

    def _checked(self, found: BackendFound) -> None:
        self._not_checked()
        self._screen.backend.say(found_banner(found))
        self.reconnect_wanted.emit()

    def _not_checked(self) -> None:
        self._screen.backend.show_checking(busy=False)

    def _show_backend(self) -> None:
        if self._shop is not None:
            view = backend_settings(self._shop, self._status, self._outside.default_backend)
            self._screen.backend.show_settings(view)
