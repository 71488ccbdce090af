"""A card reader to click on, for demonstrations: a window onto the Stripe simulator.

It runs as its own process and knows the simulator's address only; the till
neither sees it nor needs it.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QVBoxLayout, QWidget

from pos.ui import theme
from pos.ui.i18n import tr
from pos.ui.icons import pixmap
from pos.ui.tokens import DARK, GRID, LIGHT, Tone
from pos.ui.virtual_reader_link import ReaderLink
from pos.ui.virtual_reader_view import ReaderScreen, screen_of, unreachable
from pos.ui.widgets.buttons import Button, on_click
from pos.ui.widgets.text import Label, centred, restyle, wrapped

DEFAULT_READER = "tmr_sim_frontdesk"
DECLINED_CARD = "4000000000009995"
_SIZE = QSize(380, 700)
_PICTURE, _LIGHTS = 56, 4


class Lights(QWidget):
    """The four lights above the reader's screen."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(18)
        self._lit, self._colour = 0, ""

    def show_lit(self, lit: int, colour: str) -> None:
        """Light the first ``lit`` ones."""
        if (lit, colour) != (self._lit, self._colour):
            self._lit, self._colour = lit, colour
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        width, gap = 26.0, 14.0
        left = (self.width() - _LIGHTS * width - (_LIGHTS - 1) * gap) / 2
        for at in range(_LIGHTS):
            painter.setBrush(QColor(self._colour if at < self._lit else LIGHT.muted))
            box = QRectF(left + at * (width + gap), 6, width, 6)
            painter.drawRoundedRect(box, 3, 3)
        painter.end()


class Display(QFrame):
    """The reader's own screen."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._link = Label("", "caption")
        self._picture = centred()
        self._title = centred("", "title")
        self._amount = centred("", "display")
        self._hint = wrapped("", "soft")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * GRID, 3 * GRID, 4 * GRID, 5 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self._link, 0, Qt.AlignmentFlag.AlignRight)
        column.addStretch()
        for label in (self._picture, self._title, self._amount, self._hint):
            column.addWidget(label)
        column.addStretch()

    def show_screen(self, screen: ReaderScreen) -> None:
        """Show one moment."""
        tokens = theme.tokens()
        ink = tokens.tone(screen.tone)[0] if screen.power else LIGHT.surface
        self._picture.setPixmap(pixmap(screen.picture, ink, _PICTURE))
        self._title.setText(screen.title)
        self._title.set_tone(str(screen.tone) if screen.result else "")
        self._amount.setText(screen.amount)
        self._amount.setVisible(bool(screen.amount))
        self._hint.setText(screen.hint)
        self._hint.set_role("call" if screen.asks else "soft")
        self._link.setText(screen.link)
        restyle(self, dark=not screen.power)
        if not screen.power:
            for label in (self._title, self._hint, self._link):
                label.set_tone("dark")
        else:
            self._hint.set_tone("")
            self._link.set_tone("")


class VirtualReader(QWidget):
    """The reader, and below it what a customer or a cleaner can do to it."""

    def __init__(self, link: ReaderLink) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self.setWindowTitle(tr("Card reader (simulated)"))
        self.setMinimumSize(_SIZE)
        self._link = link
        self._lights, self._display = Lights(), Display()
        self._notice = wrapped("", "muted")
        self._notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._buttons = self._make_buttons()
        self._screen = unreachable()
        self._lay_out()
        link.changed.connect(self._changed)
        link.refused.connect(self._refused)
        self._show(self._screen)

    @property
    def screen_shown(self) -> ReaderScreen:
        """What the reader shows at this moment."""
        return self._screen

    def button(self, hand: str) -> Button:
        """Return the button of ``tap``, ``insert``, ``decline``, ``cancel``, ``power``, ..."""
        return self._buttons[hand]

    def _make_buttons(self) -> dict[str, Button]:
        made = {
            "tap": Button(tr("Tap card"), "action", "smartphone-nfc"),
            "insert": Button(tr("Insert card"), "secondary", "credit-card"),
            "decline": Button(tr("No funds"), "secondary", "circle-x"),
            "cancel": Button(tr("Cancel"), "secondary", "x"),
            "power": Button(tr("Unplug"), "secondary"),
            "network": Button(tr("Lose network"), "secondary", "wifi-off"),
        }
        slots = (self._tap, self._insert, self._decline, self._cancel, self._power, self._wire)
        for button, slot in zip(made.values(), slots, strict=True):
            on_click(button, slot)
            button.setMinimumHeight(48)
        return made

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*(4 * GRID,) * 4)
        column.setSpacing(3 * GRID)
        column.addWidget(self._case(), 1)
        column.addLayout(self._hands())
        column.addWidget(self._notice)

    def _case(self) -> QFrame:
        case = QFrame()
        case.setObjectName("case")
        inside = QVBoxLayout(case)
        inside.setContentsMargins(5 * GRID, 4 * GRID, 5 * GRID, 6 * GRID)
        inside.setSpacing(3 * GRID)
        inside.addWidget(self._lights)
        inside.addWidget(self._display, 1)
        return case

    def _hands(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(2 * GRID)
        for at, button in enumerate(self._buttons.values()):
            grid.addWidget(button, at // 2, at % 2)
        return grid

    @Slot(object)
    def _changed(self, state: dict[str, Any] | None) -> None:
        if state is not None and state["phase"] != "idle":
            self._notice.setText(_notice())
        self._show(unreachable() if state is None else screen_of(state))

    @Slot(str)
    def _refused(self, reason: str) -> None:
        self._notice.setText(reason)

    def _show(self, screen: ReaderScreen) -> None:
        self._screen = screen
        self._display.show_screen(screen)
        self._lights.show_lit(screen.lit, _light(screen.tone))
        self._notice.setText(self._notice.text() or _notice())
        for hand, button in self._buttons.items():
            button.setEnabled(hand in screen.hands)
        self._buttons["power"].set_text(tr("Unplug") if screen.power else tr("Plug in"))
        lost = tr("Lose network") if screen.network else tr("Restore network")
        self._buttons["network"].set_text(lost)

    # hands

    @Slot()
    def _tap(self) -> None:
        self._link.act("present", {"read_method": "tap"})

    @Slot()
    def _insert(self) -> None:
        self._link.act("present", {"read_method": "insert"})

    @Slot()
    def _decline(self) -> None:
        self._link.act("present", {"read_method": "insert", "number": DECLINED_CARD})

    @Slot()
    def _cancel(self) -> None:
        self._link.act("customer_cancel", {})

    @Slot()
    def _power(self) -> None:
        self._link.act("power", {"on": not self._screen.power, "noticed": True})

    @Slot()
    def _wire(self) -> None:
        self._link.act("network", {"on": not self._screen.network, "noticed": True})

    def closeEvent(self, event: QCloseEvent) -> None:
        self._link.stop()
        super().closeEvent(event)


def _notice() -> str:
    return tr("Simulated: no card is read and no money moves.")


def _light(tone: Tone) -> str:
    return DARK.tone(Tone.OK if tone is Tone.NEUTRAL else tone)[0]  # the case is dark


def run_virtual_reader(url: str, token: str, reader: str = DEFAULT_READER) -> int:
    """Show the reader of the simulator at ``url`` until its window is closed."""
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    theme.apply(app)
    window = VirtualReader(ReaderLink(url, token, reader))
    window.resize(_SIZE)
    window.show()
    return app.exec()


def main(argv: list[str]) -> int:
    """``--url URL --token TOKEN [--reader ID]``."""
    parser = argparse.ArgumentParser(prog="virtual reader", description=main.__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--reader", default=DEFAULT_READER)
    options = parser.parse_args(argv)
    return run_virtual_reader(options.url, options.token, options.reader)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
