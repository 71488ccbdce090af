"""Choosing and entering customers."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from pos.ui.screens.customers import SIZE, CustomersScreen
from pos.ui.shell import Shell
from pos.ui.threads import Calls
from tests.gallery.sale import on_sale
from tests.gallery.scene import scene
from tests.ui import fakes

# customers


@scene("customer-chooser")
def with_chooser(calls: Calls) -> Shell:
    """The chooser over the sale."""
    chooser = fakes.chooser(calls)
    return on_sale(calls, lambda shell, _screen: shell.open_overlay(chooser, SIZE))


@scene("customer-form")
def _form(calls: Calls) -> QWidget:
    shell = with_chooser(calls)
    shell.overlay.content.open_form()
    shell.overlay.content.form.show_duplicates(fakes.CUSTOMERS[:2])
    return shell


@scene("customer-form-wrong")
def _form_wrong(calls: Calls) -> QWidget:
    shell = with_chooser(calls)
    shell.overlay.content.open_form()
    form = shell.overlay.content.form
    form.email.setText("nobody")
    form._save()
    return shell


@scene("customers")
def _customers(calls: Calls) -> QWidget:
    screen = CustomersScreen(calls)
    screen.chooser.table.rows.show_source(fakes.customer_count, fakes.customer_page)
    return fakes.shell_with("customers", screen)


@scene("customers-none")
def _no_customers(calls: Calls) -> QWidget:
    screen = CustomersScreen(calls)
    screen.chooser.table.rows.show_source(fakes.none, fakes.no_page)
    return fakes.shell_with("customers", screen)
