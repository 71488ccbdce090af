"""Messages about money: in the panel, there until solved."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from pos.errors import CashierError, PosError, RefusedError
from pos.ui import theme
from pos.ui.i18n import tr
from pos.ui.icons import pixmap
from pos.ui.tokens import GRID, Tone
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.flow import Flow
from pos.ui.widgets.panels import clear, row
from pos.ui.widgets.text import ElidedLabel, picture, restyle, wrapped

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_PICTURES = {
    Tone.OK: "circle-check",
    Tone.WARN: "triangle-alert",
    Tone.BAD: "octagon-alert",
    Tone.INFO: "info",
    Tone.NEUTRAL: "info",
}


@dataclass(frozen=True, slots=True)
class BannerView:
    """What happened, whether the customer is charged, what to do, and a code to quote.

    ``actions`` are (key, words) pairs; their keys come back through `Banner.acted`.
    """

    title: str
    charged: str = ""
    remedy: str = ""
    code: str = ""
    tone: Tone = Tone.WARN
    actions: tuple[tuple[str, str], ...] = ()


def banner_for(error: PosError, charged: str = "") -> BannerView:
    """Say an expected error in the four parts; never shows a traceback."""
    if isinstance(error, CashierError):
        return BannerView(error.message, charged, error.remedy, error.code, Tone.BAD)
    if isinstance(error, RefusedError):
        return BannerView(error.message or tr("Refused"), charged, "", error.code, Tone.BAD)
    title = tr("No answer. It may or may not have worked.")
    return BannerView(title, charged, tr("Check the connection and try again."), "", Tone.WARN)


def dismiss() -> tuple[tuple[str, str], ...]:
    """Return the one action of a message that only has to be read."""
    return (("dismiss", tr("Dismiss")),)


class Banner(QFrame):
    """Shows one `BannerView`, or nothing at all."""

    acted = Signal(str)
    copied = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self.view: BannerView | None = None
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 12, 12, 12)
        line.setSpacing(3 * GRID)
        self._icon = picture(pixmap("info", theme.tokens().text))
        self._body = QVBoxLayout()
        self._body.setSpacing(GRID)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(self._body, 1)
        self.hide()

    def show_view(self, view: BannerView | None) -> None:
        """Show a message, or take it away with None; the same message again changes nothing."""
        if view == self.view:
            return
        self.view = view
        clear(self._body)
        if view is not None:
            self._build(view)
        self.setVisible(view is not None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "view", None) is not None:
            self._tint()

    def _tint(self) -> None:
        if self.view is not None:
            ink, _ = theme.tokens().tone(self.view.tone)
            self._icon.setPixmap(pixmap(_PICTURES[self.view.tone], ink, 22))

    def _build(self, view: BannerView) -> None:
        restyle(self, tone=str(view.tone))
        self._tint()
        title = wrapped(view.title, "strong")
        title.set_tone(str(view.tone))
        self._body.addWidget(title)
        for text in (view.charged, view.remedy):
            if text:
                self._body.addWidget(wrapped(text))
        if view.actions:
            self._body.addSpacing(GRID)
            self._body.addLayout(self._buttons(view))
        if view.code:
            self._body.addLayout(self._code(view.code))

    def _buttons(self, view: BannerView) -> Flow:
        made = Flow()
        for key, words in view.actions:
            button = Button(words)
            button.setProperty("key", key)
            button.clicked.connect(self._act)
            made.addWidget(button)
        return made

    def _code(self, code: str) -> QHBoxLayout:
        copy = Button(tr("Copy"), "link", "copy")
        copy.clicked.connect(self._copy)
        words = ElidedLabel(tr("Code {code}").format(code=code), "muted")
        words.setAlignment(_RIGHT)
        line = row(words, copy)
        line.setStretch(0, 1)
        return line

    def _act(self) -> None:
        self.acted.emit(str(self.sender().property("key")))

    def _copy(self) -> None:
        if self.view is not None:
            QGuiApplication.clipboard().setText(self.view.code)
            self.copied.emit(self.view.code)
