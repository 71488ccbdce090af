"""One walk through the till, with what it is held against: books, ledgers, pictures."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from pos.app.demo import Stage
from pos.app.tour.books import Books, Sold
from pos.app.tour.camera import Camera
from pos.app.tour.outside import Outside
from pos.app.tour.seat import Seat
from pos.app.tour.waiting import TourError, until


class Walk(Seat):
    """A seat at the demo's till, with a view of everything around it."""

    def __init__(self, on: Stage, app: QApplication, camera: Camera, look: str) -> None:
        super().__init__(on.config, on.secrets, app, look)
        self.on, self.camera = on, camera
        self.outside = Outside(on)
        self.books = Books(on.config.till_db)

    def end(self) -> None:
        """Close everything."""
        self.close()
        self.outside.close()

    def seen(self) -> str:
        """Return what can be read in the window, and picture it: something is off."""
        if not self.is_open:
            return "no window"
        self.camera.take(self.shell, "off")
        return " | ".join(self.hands.words().split("\n"))

    def picture(self, name: str) -> None:
        """Take a picture once nothing is being read any more."""
        self.idle()
        self.camera.take(self.shell, name)

    def paid(self) -> Sold:
        """Wait for the end of the sale on the screen; returns the order that is in the file."""
        self.hands.reads("starts a new sale", self.pages.checkout_screen)
        sold = self.books.last()
        for text in (sold.receipt, f"Paid {sold.total}"):
            self.hands.reads(text, self.pages.checkout_screen)
        return sold

    def synced(self) -> None:
        """Wait until the pill says that the backend has everything."""
        until("the backend to have everything", lambda: not self.books.waiting())
        self.pill("sync", "All synced")

    def pill(self, key: str, words: str) -> None:
        """Wait for the words of a pill."""
        until(f"the pill “{words}”", lambda: words in self.pill_words(key))

    def pill_words(self, key: str) -> str:
        """Return what a pill says now."""
        found = self.shell.header.pill(key)
        return found.text() if found else ""

    def check_now(self, key: str) -> None:
        """Open a pill's panel and have it checked."""
        pill = self.shell.header.pill(key)
        if pill is None:
            raise TourError(f"no pill {key}")
        self.hands.click(pill)
        self.hands.press("Check now")
        self.shell.close_overlays()


Step = Callable[[Walk], str]
"""Does one part of the job; returns what was checked, raises `TourError` when it is off."""
