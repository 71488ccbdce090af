"""The till's window, opened and closed as often as a step wants, and the ordinary touches."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from pos import logs
from pos.app.build import Till, build
from pos.app.demo import prepare
from pos.app.front import Front
from pos.app.pages import Pages
from pos.app.tour.hands import Hands
from pos.app.tour.waiting import TourError, turn, until
from pos.config import Config
from pos.services import shop
from pos.services.secrets import SecretStore
from pos.ui.shell import Shell


class Watch(QObject):
    """Remembers a bug in a service thread: the window goes on, the tour must not."""

    def __init__(self) -> None:
        super().__init__()
        self.bugs: list[Exception] = []

    @Slot(object)
    def note(self, bug: Exception) -> None:
        self.bugs.append(bug)


@dataclass(slots=True)
class Window:
    """An open till with its window."""

    till: Till
    front: Front
    watch: Watch

    @property
    def pages(self) -> Pages:
        return self.front.pages

    @property
    def shell(self) -> Shell:
        return self.front.shell


class Seat:
    """Sits at one data folder; ``look`` is the theme of its window, else the one kept."""

    def __init__(
        self, config: Config, secrets: SecretStore, app: QApplication, look: str = ""
    ) -> None:
        self._config, self._secrets, self._app, self._look = config, secrets, app, look
        self._window: Window | None = None

    def open(self) -> None:
        """Start the till as `run` does, and wait until selling can begin."""
        till = build(self._config, secrets=self._secrets, preset=shop.DEMO)
        logs.configure(self._config.logs)
        prepare(till)
        if self._look:
            till.settings.set_theme(self._look)
        front, watch = Front(till, self._app), Watch()
        self._window = Window(till, front, watch)
        for source in (front.writes, front.reads, front.background):
            source.crashed.connect(watch.note)
        ready = _Once()
        front.ready.connect(ready.note)
        front.shell.show()
        front.shell.activateWindow()
        until("the window to have the keyboard", front.shell.isActiveWindow)
        front.start()
        until("the till to look through what an earlier run left", lambda: ready.told)
        self.idle()

    def close(self) -> None:
        """Close window and till; harmless when they are closed."""
        window, self._window = self._window, None
        if window is None:
            return
        ended = window.front.close()
        window.shell.close()
        window.shell.deleteLater()
        window.front.deleteLater()
        turn()
        window.till.close()
        logs.close()
        if not ended:
            raise TourError("a service thread did not end")

    @property
    def window(self) -> Window:
        """The open window; raises `TourError` while there is none."""
        if self._window is None:
            raise TourError("the till is not open")
        return self._window

    @property
    def is_open(self) -> bool:
        return self._window is not None

    @property
    def pages(self) -> Pages:
        return self.window.pages

    @property
    def shell(self) -> Shell:
        return self.window.shell

    @property
    def hands(self) -> Hands:
        return Hands(self.shell)

    def idle(self) -> None:
        """Wait until every call of the window has come back; raises for a bug on the way."""
        front = self.window.front
        until("the window's calls", lambda: not (front.writes.pending or front.reads.pending))
        if self.window.watch.bugs:
            raise TourError(f"a bug in a thread: {self.window.watch.bugs[0]!r}")

    # the ordinary touches

    def go(self, tab: str) -> None:
        """Open a tab of the header."""
        self.hands.press(tab, self.shell.header)
        self.idle()

    def scan(self, code: str, lines: int) -> None:
        """Scan a code and wait until the cart shows so many lines."""
        self.hands.scan(code)
        self.cart_has(lines)

    def cart_has(self, lines: int) -> None:
        """Wait until the cart shows so many lines."""
        shown = self.pages.sale_screen.panel.lines.cart
        until(f"{lines} lines in the cart", lambda: len(shown.lines) == lines)

    def pay(self, times: int = 1) -> None:
        """Touch Charge and wait for the checkout."""
        self.hands.click(self.pages.sale_screen.panel.pay, times)
        until("the checkout", lambda: self.shell.page == "checkout")
        until("the ways to pay", lambda: self._offers() and not self._busy())

    def _offers(self) -> bool:
        view = self.pages.checkout_screen.view
        return view is not None and bool(view.tenders)

    def _busy(self) -> bool:
        view = self.pages.checkout_screen.view
        return view is None or view.locked


class _Once(QObject):
    """Whether a signal came."""

    def __init__(self) -> None:
        super().__init__()
        self.told = False

    @Slot()
    def note(self) -> None:
        self.told = True
