"""Registering a reader and trying it out, in whatever section offers it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from pos.errors import PosError
from pos.services.countries import countries
from pos.services.links import ReaderChoice, SecretState
from pos.services.readers import NewReader, Place, ReaderDesk
from pos.services.settings import SettingsService
from pos.services.shop import Shop
from pos.terminal.registration import NewPlace
from pos.terminal.tryout import amount_minor
from pos.ui import wording
from pos.ui.controllers.section_calls import SectionCalls
from pos.ui.i18n import tr
from pos.ui.screens.settings_links import ReaderSection
from pos.ui.screens.settings_views import PlaceRow, ReaderInput, TryView
from pos.ui.threads import Calls
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import banner_for


class ReaderController(QObject):
    """``changed`` carries the shop with its new reader.

    ``registered`` asks to list the readers anew, and carries what to say then.
    """

    changed = Signal(object)
    registered = Signal(str)
    _told = Signal(str)

    def __init__(
        self,
        section: ReaderSection,
        service: SettingsService,
        desk: ReaderDesk,
        threads: tuple[Calls, Calls],
    ) -> None:
        """``threads`` write, and may wait long."""
        super().__init__(section)
        writes, away = threads
        self._section, self._service, self._desk, self._away = section, service, desk, away
        self._shop: Shop | None = None
        self._live = self._has_key = self._running = False
        self._state, self._tone, self._said = "", Tone.NEUTRAL, ""
        self._making = SectionCalls(section, away)
        self._choosing = SectionCalls(section, writes)
        self._wire()

    def _wire(self) -> None:
        section = self._section
        section.form.given.connect(self._on_given)
        section.trial.asked.connect(self._on_try)
        section.trial.stopped.connect(self._on_stop)
        self._making.done.connect(self._made)
        self._making.failed.connect(self._not_made)
        self._choosing.done.connect(self._chosen)
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)

    def show_shop(self, shop: Shop) -> None:
        """Show what can be tried, and propose the shop's own names."""
        before, self._shop = self._shop, shop
        if before is None or before.reader_id != shop.reader_id:
            self._state = ""
        self._section.form.suggest(f"{shop.name} {shop.location_name}", shop.register_name)
        if before is None or before.locale != shop.locale:
            known = [(each.code, each.name) for each in countries().all]
            self._section.form.show_countries(known, shop.locale[-2:])
        self._show()

    def show_key(self, state: SecretState) -> None:
        """Know whether a live key is stored: then no card is asked for."""
        new = state.stored and not self._has_key
        self._has_key, self._live = state.stored, state.mode == "live"
        if new and self._section.isVisible():
            self.look()
        self._show()

    def look(self) -> None:
        """Ask for the account's locations."""
        if self._has_key:
            self._away.submit(self._desk.places, then=self._placed, failed=self._not_placed)

    def _placed(self, places: list[Place]) -> None:
        self._section.form.show_places([PlaceRow(place.id, place.name) for place in places])

    def _not_placed(self, _error: PosError) -> None:
        """Leave the form with a new location; what is wrong is said where readers are listed."""

    # registering

    def _on_given(self, typed: ReaderInput) -> None:
        self._section.form.show_busy(busy=True)
        self._making.submit(self._desk.register, new_reader(typed))

    def _made(self, reader: ReaderChoice) -> None:
        self._section.form.show_busy(busy=False)
        self._section.form.clear_code()
        said = tr("{name} is registered, and cards are taken on it now.")
        self._said = said.format(name=reader.label)
        self._choosing.submit(self._service.choose_reader, reader.id, reader.label)

    def _chosen(self, shop: Shop) -> None:
        self.changed.emit(shop)
        self.registered.emit(self._said)

    def _not_made(self) -> None:
        self._section.form.show_busy(busy=False)

    # trying

    def _on_try(self) -> None:
        self._section.say(None)
        self._running, self._state, self._tone = True, tr("Asking Stripe"), Tone.INFO
        self._show()
        self._away.submit(
            self._desk.try_out, self._told.emit, then=self._tried, failed=self._not_tried
        )

    def _on_stop(self) -> None:
        self._desk.stop()

    def _on_told(self, _what: str) -> None:
        if self._running:
            self._state = tr("Hold a test card to the reader")
            self._show()

    def _tried(self, said: str) -> None:
        self._running, self._state, self._tone = False, said, Tone.OK
        self._show()

    def _not_tried(self, error: PosError) -> None:
        self._running, self._state = False, ""
        self._section.say(banner_for(error))
        self._show()

    def _show(self) -> None:
        shop = self._shop
        if shop is None or not shop.reader_id or not self._has_key:
            self._section.trial.show_try(TryView())
            return
        button, words = _live_words() if self._live else _test_words(shop)
        view = TryView(button, words, self._state, self._tone, self._running)
        self._section.trial.show_try(view)


def _live_words() -> tuple[str, str]:
    words = tr(
        "The stored key is live, so no test payment is made: even a held amount is real money "
        "on somebody's card. The reader shows a greeting instead."
    )
    return tr("Show a greeting on the reader"), words


def _test_words(shop: Shop) -> tuple[str, str]:
    amount = wording.money(amount_minor(shop.currency), shop.currency, shop.locale)
    words = tr(
        "Asks a test card for {amount}, holds it and lets it go: no real money moves. A reader "
        "without a device gets its test card by itself."
    )
    return tr("Make a test payment"), words.format(amount=amount)


def new_reader(typed: ReaderInput) -> NewReader:
    """Put what was typed as the service takes it."""
    if typed.place:
        return NewReader(typed.code, typed.label, typed.place)
    place = NewPlace(typed.name, typed.street, typed.city, typed.country, typed.postal, typed.state)
    return NewReader(typed.code, typed.label, "", place)
