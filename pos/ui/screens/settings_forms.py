"""Sections of the settings that are a form: the shop, its place, this register, receipts."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.settings_sections import Section
from pos.ui.widgets.buttons import Button, Choice, action
from pos.ui.widgets.dialog import field, labelled
from pos.ui.widgets.panels import row, rule
from pos.ui.widgets.text import Label, wrapped

_LINES_HEIGHT = 92
_ASKED, _PRINTED = "asked", "printed"

Edit = QLineEdit | QPlainTextEdit


class FormSection(Section):
    """Fields with one Save; ``saved`` carries what was typed, by the fields' names.

    What is being typed stays when news come from elsewhere, and when a save is refused.
    """

    saved = Signal(object)

    def __init__(self, title: str, text: str = "") -> None:
        super().__init__(title, text)
        self.fields: dict[str, Edit] = {}
        self.save = action(tr("Save"))
        self._shown: dict[str, str] = {}
        self.save.clicked.connect(self._save)

    def line(self, name: str) -> QLineEdit:
        """Make the field of one line that is called ``name``."""
        made = field()
        made.returnPressed.connect(self._save)
        self.fields[name] = made
        return made

    def lines(self, name: str) -> QPlainTextEdit:
        """Make the field of several lines that is called ``name``."""
        made = QPlainTextEdit()
        made.setFixedHeight(_LINES_HEIGHT)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setTabChangesFocus(True)
        self.fields[name] = made
        return made

    def show_values(self, values: Mapping[str, str]) -> None:
        """Show what is kept."""
        before, self._shown = self._shown, dict(values)
        for name, edit in self.fields.items():
            if _text(edit) == before.get(name, ""):
                _put(edit, values[name])

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields now."""
        return {name: _text(edit) for name, edit in self.fields.items()}

    def taken(self) -> None:
        """Take what was typed for what is kept: it was saved, and comes back cleaned."""
        self._shown = self.typed

    def _save(self) -> None:
        self.saved.emit(self.typed)


def _text(edit: Edit) -> str:
    return edit.text() if isinstance(edit, QLineEdit) else edit.toPlainText()


def _put(edit: Edit, text: str) -> None:
    if _text(edit) != text:
        edit.setText(text) if isinstance(edit, QLineEdit) else edit.setPlainText(text)


class ShopSection(FormSection):
    """The name over every receipt, and the way back into the first run."""

    again_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Shop"), tr("The name stands on every receipt and in the header."))
        self.name = self.line("name")
        labelled(self.body, tr("Shop name"), self.name)
        self.body.addLayout(row(self.save, 1))
        self.body.addWidget(rule())
        self.body.addWidget(Label(tr("Set up again"), "heading"))
        self.body.addWidget(wrapped(_again_words(), "muted"))
        self.again = Button(tr("Set up again\N{HORIZONTAL ELLIPSIS}"), "secondary", "refresh-cw")
        self.again.clicked.connect(self.again_asked)
        self.end(self.again)


def _again_words() -> str:
    return tr(
        "Walks through all questions of the first run once more. What is set stays until a page "
        "is answered anew, and nothing that was sold is touched."
    )


class LocationSection(FormSection):
    """Where it is sold."""

    def __init__(self) -> None:
        super().__init__(tr("Location"), tr("Name and address stand on every receipt."))
        self.name, self.address = self.line("name"), self.lines("address")
        labelled(self.body, tr("Location name"), self.name)
        labelled(self.body, tr("Address"), self.address)
        self.end(self.save)


class RegisterSection(FormSection):
    """The name of this till among the others of the location."""

    def __init__(self) -> None:
        text = tr("The name of this till. Receipts are counted by its number, so that one stays.")
        super().__init__(tr("Register"), text)
        self.name = self.line("name")
        self.number = Label("", "strong")
        labelled(self.body, tr("Register name"), self.name)
        labelled(self.body, tr("Number on receipts"), self.number)
        self.end(self.save)

    def show_number(self, number: str) -> None:
        """Show the number that receipts begin with."""
        self.number.setText(number)


class ReceiptSection(FormSection):
    """What stands at the end of receipts."""

    def __init__(self) -> None:
        text = tr("Shop, location and address stand at the top of a receipt; these stand below.")
        super().__init__(tr("Receipt"), text)
        self.footer, self.policy = self.lines("footer"), self.lines("policy")
        self.popup = Choice("toggle")
        self._asked: bool | None = None
        labelled(self.body, tr("Receipt footer"), self.footer)
        labelled(self.body, tr("Refund policy"), self.policy)
        labelled(self.body, tr("The refund policy is"), self.popup)
        self.end(self.save)
        self.show_popup(asked=False)

    def show_popup(self, *, asked: bool) -> None:
        """Mark whether customers accept the policy before they pay."""
        if asked != self._asked:  # else a choice that is not saved yet would be lost
            self._asked = asked
            words = ((_PRINTED, tr("Printed only")), (_ASKED, tr("Accepted before paying")))
            self.popup.show_choices(words, _ASKED if asked else _PRINTED)

    @property
    def asks(self) -> bool:
        """Whether the policy shall be accepted before paying."""
        return self.popup.value == _ASKED


def reachable(section: QWidget) -> list[QWidget]:
    """Return the widgets of a section that take the keyboard, in their order."""
    kinds = (QLineEdit, QPlainTextEdit, Button)
    return [each for each in section.findChildren(QWidget) if isinstance(each, kinds)]
