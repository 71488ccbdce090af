"""A cashier's hands on the real window: keys and touches arrive as the platform sends them."""

from __future__ import annotations

from contextlib import ExitStack
from time import monotonic

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QWidget
from sqlalchemy import func, select

from pos.app.front import Front
from pos.models.base import Base
from pos.terminal.attempt import Situation
from pos.ui.screens.cart_line import stepper_box
from pos.ui.screens.checkout_views import Page
from pos.ui.tokens import TOUCH
from pos.ui.widgets.text import Label
from tests.support.simulator import SimControl
from tests.ui.front_fixture import PATIENCE, idle, till_of, turn, until

TEA, MAT_BLUE, CORK, GIFT = "4006381333931", "9521000079199", "9521000316768", "4012345678901"
TWICE, UNKNOWN = "5901234123457", "5000112637922"
GOODS = f"""product,option,barcode,sku,name,price,category,kind,tax,stock
,,{TEA},TEA-1,Green tea,4.80,Drinks,goods,,40
mat,Ocean blue,{MAT_BLUE},MAT-OB,Yoga mat,42.00,Gear,goods,,5
mat,Forest green,9521000158382,MAT-FG,,42.00,,,,4
,,{CORK},CORK-1,Cork block,14.50,Gear,goods,,31
,,{GIFT},GIFT,Gift card,open,Passes,goods,none,
,,,CL-100,Private session,100.00,Classes,service,none,
,,,CL-50,Group session,50.00,Classes,service,none,
,,9521000999999,TEA-BOX,Box for {TEA},3.00,Drinks,goods,,3
apple,,{TWICE},A-1,Apple,0.50,Drinks,goods,,3
apricot,,{TWICE},A-2,Apricot,0.70,Drinks,goods,,3
"""
"""With the demo's 8.875 % tax on goods: a tea is 5.23, a cork block 15.79."""
_PERSON_MS, _SCANNER_MS = 300, 8


class Windows(QObject):
    """Notes every window of its own that is shown: a part shown before it has a parent is one."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        QApplication.instance().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            plain = watched.windowType() in (Qt.WindowType.Window, Qt.WindowType.Widget)
            if plain and watched.isWindow() and not isinstance(watched, QMainWindow):
                self.shown.append(repr(watched))
        return False

    def close(self) -> None:
        QApplication.instance().removeEventFilter(self)


class Counter:
    """The window, what it shows, and the person in front of it."""

    def __init__(self, front: Front, sim: SimControl | None, opened: ExitStack) -> None:
        self.front, self._sim, self._opened = front, sim, opened
        self.shell, self.till = front.shell, till_of(front)
        self.pages = front.pages
        self.sale, self.checkout = self.pages.sale_screen, self.pages.checkout_screen
        self.purchases = self.pages.purchases_screen
        self.seen, self._clock = [], 1_000_000
        front.background.desk_moved.connect(self.seen.append)
        self.shell.activateWindow()
        until(self.shell.isActiveWindow)
        until(lambda: self.sale.grid.products.total)

    def close(self) -> None:
        """Close the window and the till, as at the end of a day."""
        self._opened.close()

    @property
    def sim(self) -> SimControl:
        assert self._sim is not None, "this counter has no reader"
        return self._sim

    # hands

    def scan(self, code: str) -> None:
        """Let the scanner type a code and Enter, faster than any person."""
        self.burst(code)
        self._send(Qt.Key.Key_Return, "\r", _SCANNER_MS)

    def burst(self, text: str) -> None:
        """Press printable keys one right after the other."""
        for sign in text:
            self._send(Qt.Key(ord(sign.upper())), sign, _SCANNER_MS)

    def type(self, text: str) -> None:
        """Type like a person; the last key is shown when the scanner has fallen silent."""
        for sign in text:
            self._send(Qt.Key(ord(sign.upper())), sign, _PERSON_MS)
        until(lambda: not self.front.scanner._buffer.holding)

    def enter(self, after: int = 0) -> None:
        """Press Enter, like a person or ``after`` so many milliseconds."""
        self._send(Qt.Key.Key_Return, "\r", after or _PERSON_MS)

    def _send(self, key: Qt.Key, text: str, gap: int) -> None:
        """Send a key to the window, stamped by a clock that no busy machine can slow down."""
        self._clock += gap
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
            event.setTimestamp(self._clock)
            QApplication.sendEvent(self.shell.windowHandle(), event)

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier):
        QTest.keyClick(self.shell.windowHandle(), key, held)

    def touch(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Touch the window where ``widget`` is: what lies above it gets the touch."""
        turn()  # what is new has its place only once it was laid out
        self._clock += _PERSON_MS
        place = widget.mapTo(self.shell, at or widget.rect().center())
        QTest.mouseClick(self.shell.windowHandle(), Qt.MouseButton.LeftButton, pos=place)

    def touch_twice(self, widget: QWidget) -> None:
        """Touch twice within a double click."""
        place = widget.mapTo(self.shell, widget.rect().center())
        QTest.mouseDClick(self.shell.windowHandle(), Qt.MouseButton.LeftButton, pos=place)

    def button(self, words: str) -> QAbstractButton:
        """Wait for the button with these words in the overlay or, without one, in the window."""
        return until(lambda: self._button(words) or turn())

    def _button(self, words: str) -> QAbstractButton | None:
        front = self.shell.overlay.content if self.shell.overlay else self.shell
        for made in front.findChildren(QAbstractButton):
            if made.isVisible() and words in (made.text().strip(), made.accessibleName()):
                return made
        return None

    def tap(self, words: str) -> None:
        """Touch the button with these words."""
        self.touch(self.button(words))

    def step(self, row: int, what: str) -> None:
        """Touch minus, the figure or plus of a line of the cart."""
        lines = self.sale.panel.lines
        box = stepper_box(lines.visualRect(lines.cart.index(row)))
        across = {"minus": TOUCH // 2, "figure": box.width() // 2, "plus": box.width() - TOUCH // 2}
        self.touch(lines.viewport(), box.topLeft() + QPoint(across[what], box.height() // 2))

    def know_jiwoo(self):
        """Add a customer to the till."""
        return self.till.customers.create("Ji-woo Park", "+82 10-5550-0199", "jiwoo@example.com")

    def rest(self) -> None:
        """Wait until every call of the window has come back."""
        idle(self.front)

    # what is shown

    @property
    def lines(self) -> list[tuple[str, int]]:
        """Names and pieces in the cart, as painted."""
        shown = self.sale.panel.lines.cart.lines
        return [(line.name, line.quantity_milli // 1000) for line in shown]

    def holds(self, *lines: tuple[str, int]) -> None:
        """Wait until the cart shows exactly this."""
        deadline = monotonic() + PATIENCE
        while self.lines != list(lines) and monotonic() < deadline:
            turn()
        assert self.lines == list(lines)

    @property
    def total(self) -> str:
        """What the button to pay says."""
        return self.sale.panel.pay.accessibleName()

    @property
    def found(self) -> list[str]:
        """The names on the tiles."""
        grid = self.sale.grid.products
        rows = [grid.row_at(at) for at in range(grid.total)]
        return [row.name for row in rows if row]

    def reads(self, text: str) -> bool:
        """Tell whether a text stands on the screen."""
        return any(
            text in label.text() for label in self.shell.findChildren(Label) if label.isVisible()
        )

    @property
    def said(self) -> str:
        """The title of the banner above every screen."""
        view = self.shell._banner.view
        return view.title if view else ""

    @property
    def situation(self) -> Situation | None:
        """Where the card payment at the counter stands."""
        at = self.pages.checkout._at
        return at.progress.situation if at and at.progress else None

    # longer moves

    def charge(self) -> None:
        """Open the checkout."""
        self.touch(self.sale.panel.pay)
        until(lambda: self.shell.page == "checkout" and self.checkout.view.tenders)

    def pay_exactly(self) -> None:
        """Pay the cart with the exact amount in cash."""
        self.charge()
        self.touch(self.checkout.cash.exact)
        self.paid()

    def paid(self) -> None:
        """Wait for the last page of the checkout."""
        until(lambda: self.checkout.view.page is Page.DONE)

    def pay_by_card(self) -> None:
        """Go as far as the reader asking for the card."""
        self.charge()
        until(lambda: self.tender("Card reader").isEnabled())
        self.touch(self.tender("Card reader"))
        self.until(Situation.WAITING_FOR_CARD)

    def tender(self, words: str) -> QAbstractButton:
        """Find a way to pay by its first line."""
        for made in self.checkout._group.buttons():
            if made.text().split("\n")[0] == words:
                return made
        raise AssertionError(f"{words} is not offered")

    def until(self, situation: Situation) -> None:
        """Wait until the card payment stands there, on the screen too."""
        until(lambda: self.situation is situation)

    def next_sale(self) -> None:
        """Leave the last page."""
        self.touch(self.checkout.done.next)
        until(lambda: self.shell.page == "sale" and self.lines == [])

    def open_purchases(self) -> None:
        """Go to the purchases, with the newest one open."""
        self.tap("Purchases")
        self.rest()
        until(lambda: self.purchases._stack.currentIndex() == 1)

    # what is on the disk

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        with self.till.db.reader.begin() as db:
            rows = Base.metadata.tables[table]
            return db.scalar(select(func.count()).select_from(rows))

    def ask(self, query: str) -> list:
        """Read rows."""
        with self.till.db.reader.begin() as db:
            return [tuple(row) for row in db.exec_driver_sql(query)]

    def dead_ends(self) -> list[Situation]:
        """Situations that offered neither a choice nor a next step by itself."""
        moved = [run.progress for tick in self.seen for run in tick.runs]
        return [p.situation for p in moved if not (p.settled or p.choices or p.delay is not None)]
