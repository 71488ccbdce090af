"""What a person does and reads in the Settings tab of a real window."""

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from pos.ui.widgets.buttons import Button
from pos.ui.widgets.text import Label
from tests.ui.front_fixture import idle, until

TEA = "4006381333931"


def settings_of(front, section):
    front.shell.show_page("settings")
    front.settings.screen.open_section(section)
    idle(front)
    return front.settings.screen


def code_of(section):
    return section.banner.view.code if section.banner.view else ""


def said_by(section):
    return section.banner.view.title if section.banner.view else ""


def press(section, words, nth=0):
    def shown():
        found = [each for each in section.findChildren(Button) if each.words() == words]
        return [each for each in found if each.isVisibleTo(section)]

    until(lambda: len(shown()) > nth)  # a row that was just made is shown by the next layout
    shown()[nth].click()


def everything_shown(front):
    shown = [each.text() for each in front.shell.findChildren(Label)]
    for edit in front.shell.findChildren(QLineEdit):
        shown += [edit.text(), edit.displayText()]
    shown += [each.toPlainText() for each in front.shell.findChildren(QPlainTextEdit)]
    return " ".join(shown)


def sell_tea(front):
    front.pages.sale.scan(TEA)
    idle(front)
    return front.pages.sale.cart
