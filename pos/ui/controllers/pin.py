"""The owner's PIN: asked in front of the settings, set and removed in their section."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from pos.errors import PosError
from pos.services.pins import PinDesk
from pos.services.shop import Shop
from pos.ui.controllers.section_calls import SectionCalls
from pos.ui.i18n import tr
from pos.ui.screens.settings import SettingsScreen
from pos.ui.threads import Calls
from pos.ui.widgets.banner import banner_for
from pos.ui.widgets.buttons import mark


class PinController(QObject):
    """Locks the settings whenever they are left, if a PIN is set. The PIN is kept nowhere here."""

    changed = Signal(object)
    opened = Signal()

    def __init__(self, screen: SettingsScreen, pins: PinDesk, writes: Calls) -> None:
        super().__init__(screen)
        self._screen, self._pins, self._writes = screen, pins, writes
        self._has_pin = False
        self._owner = SectionCalls(screen.owner, writes)
        screen.unlocked.connect(self._on_given)
        screen.owner.pin_given.connect(self._on_new)
        screen.owner.pin_removed.connect(self._on_removed)
        self._owner.done.connect(self._done)

    def show_shop(self, shop: Shop) -> None:
        """Show whether a PIN is set; one that was just set locks at the next leaving."""
        self._has_pin = shop.has_pin
        self._screen.owner.show_pin(there=shop.has_pin)

    def enter(self) -> bool:
        """Open the settings, or ask for the PIN; returns whether they are open."""
        self._screen.show_locked(locked=self._has_pin)
        if self._has_pin:
            self._screen.lock.pin.setFocus()
        return not self._has_pin

    def _on_given(self, pin: str) -> None:
        mark(self._screen.lock.open, busy=True)
        self._writes.submit(self._pins.check, pin, then=self._right, failed=self._wrong)

    def _right(self, _nothing: object) -> None:
        mark(self._screen.lock.open, busy=False)
        self._screen.show_locked(locked=False)
        self.opened.emit()

    def _wrong(self, error: PosError) -> None:
        mark(self._screen.lock.open, busy=False)
        self._screen.lock.say(banner_for(error))

    def _on_new(self, pin: str, again: str, current: str) -> None:
        said = tr("The PIN is set. It is asked when Settings are opened.")
        self._owner.submit(self._pins.set, pin, again, current, said=said)

    def _on_removed(self, current: str) -> None:
        self._owner.submit(self._pins.remove, current, said=tr("The PIN is removed."))

    def _done(self, shop: Shop) -> None:
        self._screen.owner.forget()
        self.changed.emit(shop)
