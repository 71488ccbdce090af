"""The window wears what the shop has chosen, now and at the next first paint."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from pos import look
from pos.errors import CashierError
from pos.look import Look
from pos.services.shop import Shop
from pos.ui import i18n, theme
from pos.ui.controllers.checkout import CheckoutController
from pos.ui.i18n import tr
from pos.ui.shell import Shell
from pos.ui.threads import Calls
from pos.ui.widgets.banner import banner_for


class Wearing(QObject):
    """Follows the shop's theme, scale and language.

    A theme is worn at once. A scale counts for an application made anew: `restart`
    closes the window, and ``again`` says that it is to be opened again.
    """

    def __init__(self, app: QApplication, folder: Path, shop: Shop) -> None:
        """Dress the application; ``folder`` keeps the look."""
        super().__init__()
        self.again = False
        self._app, self._folder, self._shop = app, folder, shop
        self._shell: Shell | None = None
        self._checkout: CheckoutController | None = None
        theme.apply(app, shop.theme)
        i18n.load(app, shop.locale)

    def window(self, shell: Shell, checkout: CheckoutController) -> None:
        """Name what `restart` closes, and what it waits for."""
        self._shell, self._checkout = shell, checkout

    def follow(self, shop: Shop, writes: Calls) -> None:
        """Wear a new theme at once; keep the whole look for the next start."""
        before, self._shop = self._shop, shop
        if shop.theme != before.theme:
            theme.apply(self._app, shop.theme)
        writes.submit(look.write, self._folder, look_of(shop))

    def restart(self) -> None:
        """Close the window to open it at the chosen scale; the cart is kept.

        Refused while a payment is under way, in words above the screen.
        """
        if self._shell is None or self._checkout is None:
            return
        try:
            if self._checkout.run is not None:
                raise _busy()
            look.write(self._folder, look_of(self._shop))
        except CashierError as error:
            self._shell.show_banner(banner_for(error))
            return
        self.again = True
        self._shell.close()


def look_of(shop: Shop) -> Look:
    """Return what a shop's window wears."""
    return Look(shop.theme, shop.scale_percent, shop.locale)


def _busy() -> CashierError:
    message, remedy = tr("A payment is under way."), tr("Finish it first, then restart.")
    return CashierError("restart_later", message, remedy)
