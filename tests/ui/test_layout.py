"""Every screen at both sizes and in every theme: nothing clipped, nothing too small to hit."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QWidget

from pos.ui import theme
from pos.ui.screens.checkout import CheckoutScreen
from pos.ui.screens.customers import SIZE, CustomersScreen
from pos.ui.tokens import THEMES, TOUCH
from pos.ui.widgets.text import ElidedLabel, Label
from tests.ui import fake_settings, fakes
from tests.ui.shoot import SIZES, settle


def checkout(view):
    def make(_calls):
        screen = CheckoutScreen()
        screen.show_view(view)
        return fakes.shell_with("checkout", screen)

    return make


def sale(calls, dress=None):
    shell = fakes.Shell()
    shell.show_shop(fakes.SHOP)
    shell.show_statuses(fakes.OFFLINE)
    screen = fakes.sale(calls, shell)
    shell.add_page("sale", screen, "Sale")
    for key, words in fakes.TABS:
        shell.add_page(key, QWidget(), words)
    shell.show_page("sale")
    if dress:
        dress(shell, screen)
    return shell


def with_chooser(calls):
    chooser = fakes.chooser(calls)

    def dress(shell, _screen):
        shell.open_overlay(chooser, SIZE)

    return sale(calls, dress)


def with_form(calls):
    shell = with_chooser(calls)
    shell.overlay.content.open_form()
    shell.overlay.content.form.show_duplicates(fakes.CUSTOMERS[:2])
    return shell


def unknown_code(calls):
    return sale(calls, lambda _shell, screen: screen.say_unknown("4006381333931"))


def discount(calls):
    return sale(calls, lambda _shell, screen: screen.open_order_discount())


def customers(calls):
    return fakes.shell_with("customers", CustomersScreen(calls))


def purchase(calls):
    screen = fakes.purchases(calls)
    screen.show_detail(fakes.DETAIL)
    return fakes.shell_with("purchases", screen)


def refund(calls):
    screen = fakes.purchases(calls)
    screen.show_refund(fakes.REFUND)
    return fakes.shell_with("purchases", screen)


def settings(section):
    def make(calls):
        screen = fake_settings.settings(calls, section)
        screen.imports.show_report(fake_settings.REPORT)
        return fakes.shell_with("settings", screen)

    return make


SCREENS = {
    "sale": sale,
    "unknown": unknown_code,
    "discount": discount,
    "chooser": with_chooser,
    "form": with_form,
    "cash": checkout(fakes.CASH),
    "waiting": checkout(fakes.card("waiting", since_s=7)),
    "unknown-payment": checkout(fakes.card("unknown", since_s=130)),
    "declined": checkout(fakes.card("declined", reason="insufficient funds", code="x")),
    "done": checkout(fakes.DONE),
    "customers": customers,
    "purchase": purchase,
    "refund": refund,
    **{
        f"set-{name}": settings(name)
        for name in ("shop", "taxes", "key", "reader", "backend", "import")
    },
}


@pytest.fixture
def shown(qtbot, calls):
    def make(name, size):
        shell = SCREENS[name](calls)
        qtbot.addWidget(shell)
        shell.resize(*size)
        shell.show()
        settle(30)
        return shell

    return make


def clipped(shell):
    labels = [x for x in shell.findChildren(Label) if not isinstance(x, ElidedLabel)]
    wide = {
        x.text(): (x.sizeHint().width(), x.width())
        for x in labels
        if x.isVisible() and not x.wordWrap() and x.sizeHint().width() > x.width() + 1
    }
    flat = {
        x.text(): (x.fontMetrics().height(), x.height())
        for x in labels
        if x.isVisible() and x.text() and x.height() < x.fontMetrics().height() - 1
    }
    return wide | flat


def too_small(shell):
    buttons = [x for x in shell.findChildren(QAbstractButton) if x.isVisible()]
    return {x.text() or x.accessibleName(): x.size() for x in buttons if x.height() < TOUCH}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", SCREENS)
def test_nothing_is_clipped_or_too_small(shown, name, size):
    shell = shown(name, size)
    assert (shell.width(), shell.height()) == size
    assert clipped(shell) == {}
    assert too_small(shell) == {}


@pytest.mark.parametrize("look", THEMES)
@pytest.mark.parametrize("name", ["sale", "declined", "refund"])
def test_every_theme_draws(qapp, shown, name, look):
    theme.apply(qapp, look)
    shell = shown(name, SIZES[0])
    image = shell.grab().toImage()
    assert clipped(shell) == {}
    assert image.pixelColor(8, 762).name() == THEMES[look].background
    theme.apply(qapp)
