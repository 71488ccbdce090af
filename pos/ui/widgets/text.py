"""The one place that makes labels and message boxes: always plain text.

Qt guesses rich text from the content and then loads files named in it, so a
product title could read the disk. Nothing else in this program may create a
`QLabel` or a `QMessageBox`, or hang a tooltip on a widget; a test holds the
source to it.
"""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QSizePolicy, QWidget

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Label(QLabel):
    """Plain text in one of the style sheet's roles."""

    def __init__(self, text: str = "", role: str = "body", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setText(text)

    def set_role(self, role: str) -> None:
        """Change the look, for a label whose weight depends on its state."""
        restyle(self, role=role)

    def set_tone(self, tone: str) -> None:
        """Colour the text by state; the words must say the same."""
        restyle(self, tone=tone)


class ElidedLabel(Label):
    """One line that ends in an ellipsis when it does not fit; the tooltip has it all."""

    def __init__(self, text: str = "", role: str = "body", parent: QWidget | None = None) -> None:
        super().__init__(text, role, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        width = self.contentsRect().width()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)
        hint = self.text() if shown != self.text() else ""
        set_tip(self, hint)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment()), shown)
        painter.end()


def set_tip(widget: QWidget, text: str) -> None:
    """Say this while the pointer rests on a widget, letter by letter."""
    is_guessed = Qt.mightBeRichText(text)
    tip = "<qt>{}</qt>".format(escape(text).replace("\n", "<br>")) if is_guessed else text
    if tip != widget.toolTip():
        widget.setToolTip(tip)


def wrapped(text: str = "", role: str = "body") -> Label:
    """Return a label that breaks lines."""
    made = Label(text, role)
    made.setWordWrap(True)
    made.setMinimumWidth(40)
    return made


def amount(text: str = "", role: str = "body") -> Label:
    """Return a right-aligned figure."""
    made = Label(text, role)
    made.setAlignment(_RIGHT)
    return made


def centred(text: str = "", role: str = "body") -> Label:
    """Return text in the middle of its space."""
    made = Label(text, role)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made


def key_cap(key: str) -> Label:
    """Return the small box that names a key, such as F2."""
    made = Label(key, "key")
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def picture(pixmap: QPixmap) -> Label:
    """Return a label that shows a picture."""
    made = Label()
    made.setPixmap(pixmap)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def restyle(widget: QWidget, **properties: object) -> None:
    """Set dynamic properties and have the style sheet looked at again, if any changed."""
    changed = [key for key, value in properties.items() if widget.property(key) != value]
    for key in changed:
        widget.setProperty(key, properties[key])
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()


def message_box(title: str, message: str, remedy: str = "") -> QMessageBox:
    """Return a plain-text box for the moments before there is a window (not yet shown)."""
    box = QMessageBox()
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(title)
    box.setText(message)
    box.setInformativeText(remedy)
    for label in box.findChildren(QLabel):
        label.setTextFormat(Qt.TextFormat.PlainText)
    return box
