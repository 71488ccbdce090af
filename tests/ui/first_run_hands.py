"""What a person does and reads in the first run of a real window."""

from pos.ui.widgets.text import Label
from tests.ui.front_fixture import idle, open_front
from tests.ui.hands import press

PIN = "40712"


def fresh(folder, **more):
    return open_front(folder, preset=None, goods="", **more)


def wizard(front):
    return front.settings.first_run.page.screen


def go(front, page):
    wizard(front).page_asked.emit(page)
    idle(front)
    return wizard(front).section(page)


def go_on(front):
    wizard(front).next.click()
    idle(front)
    return wizard(front).page


def texts(section):
    return " | ".join(each.text() for each in section.findChildren(Label))


def register(front, code):
    form = wizard(front).reader.form
    form.code.setText(code)
    form.place.choose("new")
    form.street.setText("Pier 1")
    form.city.setText("Hamburg")
    form.postal.setText("20457")
    form.country.choose("DE")
    press(wizard(front).reader, "Register reader")
    idle(front)
