"""The first run, page by page."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from pos.services.countries import countries
from pos.services.setup import PAGES, SetupState
from pos.ui.controllers import setup_words
from pos.ui.screens.settings_views import (
    BackendSettings,
    PreviewLine,
    PreviewView,
    ReaderRow,
    SecretView,
    StateView,
    TryView,
)
from pos.ui.screens.setup import SetupScreen
from pos.ui.screens.setup_views import SummaryRow
from pos.ui.threads import Calls
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView
from tests.gallery.scene import Make, scene
from tests.ui import fake_settings, fakes

_REFUSED = BannerView(
    "This is a full secret key. Whoever takes it from this till could empty the account.",
    remedy="Make a restricted key in the Stripe dashboard and paste it here.",
    code="stripe_key_full_secret",
    tone=Tone.BAD,
)
_PREVIEW = PreviewView(
    "winter goods.csv",
    (("Will be imported", "1,204"), ("Will be left out", "2")),
    (
        PreviewLine(2, "Oolong tea, 100 g", "9520000000011", "$12.40"),
        PreviewLine(
            3, "A merino pullover with a very long name · Large / Forest", "MP-L", "$89.00"
        ),
    ),
    (PreviewLine(4, "The price 'free' is not an amount", "952,Mat,free", "left out"),),
    "These are the first rows. All rows that are left out are listed after the import.",
    1204,
)


def first_run(calls: Calls, page: str, skipped: tuple[str, ...] = ("owner",)) -> SetupScreen:
    """Build the screen at a page, filled in."""
    screen = SetupScreen(calls)
    screen.language.offer([("en", "English")], [("US", "United States")])
    screen.language.show_chosen("en", "US", "$1,234.50   ·   November 21, 2026")
    shop = {"name": "Harbour Studio", "location": "Front desk", "address": "1 Pier Road"}
    screen.shop.show_values(shop)
    known = [(each.code, each.name) for each in countries().all]
    screen.country.offer(known, setup_words.source_words())
    screen.country.show_country("FR")
    screen.country.show_terms(setup_words.terms_of(countries().get("FR")))
    screen.owner.show_values({"name": "Mina Kang"})
    screen.owner.show_pin(there=False)
    screen.key.show_state(SecretView(StateView("Not stored", Tone.NEUTRAL, "Cash can be taken.")))
    readers = [ReaderRow("tmr_1", "Front desk reader", "Ready", Tone.OK, chosen=True)]
    screen.reader.show_readers(readers)
    screen.reader.form.show_countries(known, "FR")
    rows = [
        SummaryRow(each.name, each.words, "Harbour Studio, Front desk", each.name in skipped)
        for each in setup_words.page_views(SetupState("done", skipped))[:-1]
    ]
    screen.done.show_summary(rows)
    screen.show_pages(setup_words.page_views(SetupState(page, skipped)), page)
    return screen


def _in_window(screen: SetupScreen) -> QWidget:
    shell = fakes.shell_with("setup", screen)
    shell.header.hide()
    return shell


def _page(name: str) -> Make:
    def make(calls: Calls) -> QWidget:
        return _in_window(first_run(calls, name))

    return make


for _name in PAGES:
    scene(f"first-run-{_name}")(_page(_name))


@scene("first-run-refused-key")
def _refused(calls: Calls) -> QWidget:
    screen = first_run(calls, "payments")
    screen.payments.show_way("key")
    screen.key.say(_REFUSED)
    return _in_window(screen)


@scene("first-run-backend")
def _backend(calls: Calls) -> QWidget:
    screen = first_run(calls, "payments")
    screen.payments.show_way("backend")
    screen.backend.show_settings(BackendSettings("https://example.com", StateView("Online")))
    screen.backend.show_token(SecretView(StateView("No token is stored.")))
    return _in_window(screen)


@scene("first-run-preview")
def _preview(calls: Calls) -> QWidget:
    screen = first_run(calls, "catalogue")
    screen.catalogue.show_preview(_PREVIEW)
    return _in_window(screen)


@scene("first-run-imported")
def _imported(calls: Calls) -> QWidget:
    screen = first_run(calls, "catalogue")
    screen.catalogue.show_report(fake_settings.REPORT)
    return _in_window(screen)


@scene("first-run-imported-whole")
def _whole(calls: Calls) -> QWidget:
    screen = first_run(calls, "catalogue")
    counts = (("New products", "1,204"), ("Updated", "96"), ("Left out", "0"))
    screen.catalogue.show_report(replace(fake_settings.REPORT, counts=counts, rejected=()))
    return _in_window(screen)


@scene("first-run-test-payment")
def _trying(calls: Calls) -> QWidget:
    screen = first_run(calls, "reader")
    words = "Asks a test card for $1.00, holds it and lets it go: no real money moves."
    state = "Hold a test card to the reader"
    screen.reader.trial.show_try(
        TryView("Make a test payment", words, state, Tone.INFO, running=True)
    )
    return _in_window(screen)
