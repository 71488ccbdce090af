"""The Settings tab through the real window: what is changed there counts at once."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from pos import logs
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from pos.ui import theme
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.text import Label
from tests.support.backend import TOKEN
from tests.support.simulator import KEY, READER
from tests.ui.front_fixture import idle, open_front, till_of, until

CANARY = "rk_test_canary7f3a91c2d8"
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
    found = [each for each in section.findChildren(Button) if each.words() == words]
    shown = [each for each in found if each.isVisibleTo(section)]
    shown[nth].click()


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


# shop, prices, tenders, look


def test_a_new_rate_prices_the_cart_anew_and_loses_no_line(front):
    assert sell_tea(front).totals.total_minor == 480 + 43
    taxes = settings_of(front, "taxes").taxes
    press(taxes, "Edit")
    taxes.rate.setText("50")
    press(taxes, "Save tax")
    idle(front)
    cart = front.pages.sale.cart
    assert (cart.lines[0].name, cart.totals.total_minor) == ("Green tea", 480 + 240)
    assert "Saved" in said_by(taxes)
    assert taxes.name.text() == ""


def test_taxes_are_added_switched_off_and_included(front):
    sell_tea(front)
    taxes = settings_of(front, "taxes").taxes
    taxes.name.setText("City")
    taxes.rate.setText("10")
    press(taxes, "Add tax")
    idle(front)
    assert front.pages.sale.cart.totals.total_minor == 480 + 43 + 48
    press(taxes, "Switch off", nth=0)
    idle(front)
    assert front.pages.sale.cart.totals.total_minor == 480 + 48
    taxes.mode.select("inclusive")
    idle(front)
    assert front.pages.sale.cart.totals.total_minor == 480
    assert [tax.active for tax in till_of(front).shop().taxes] == [False, True]


@pytest.mark.parametrize("rate", ["", "abc", "-1", "101", "8.87555"])
def test_a_rate_that_makes_no_sense_is_refused_in_its_section(front, rate):
    taxes = settings_of(front, "taxes").taxes
    taxes.name.setText("City")
    taxes.rate.setText(rate)
    press(taxes, "Add tax")
    idle(front)
    assert code_of(taxes) == "rate_invalid"
    assert taxes.name.text() == "City", "what was typed is there to be mended"
    assert len(till_of(front).shop().taxes) == 1
    assert front.shell._banner.view is None


def test_the_currency_stays_while_the_cart_holds_items(front):
    sell_tea(front)
    taxes = settings_of(front, "taxes").taxes
    taxes.currency.setText("eur")
    press(taxes, "Change")
    idle(front)
    assert code_of(taxes) == "currency_in_use"
    assert taxes.currency.text() == "USD"


def test_the_shop_is_renamed_everywhere_at_once_and_after_a_restart(tmp_path):
    with open_front(tmp_path) as front:
        shop = settings_of(front, "shop").shop
        shop.name.setText("  Pier   & Sons ")
        shop.location.setText("Back room")
        shop.owner.setText("Dana Ruiz")
        shop.address.setPlainText("1 Pier Road\nHarbour")
        press(shop, "Save")
        idle(front)
        assert front.shell.windowTitle().startswith("Pier & Sons")
        assert shop.name.text() == "Pier & Sons", "shown as it was kept"
    with open_front(tmp_path) as front:
        kept = till_of(front).shop()
        assert (kept.name, kept.location_name, kept.staff_name, kept.address) == (
            "Pier & Sons",
            "Back room",
            "Dana Ruiz",
            "1 Pier Road\nHarbour",
        )


def test_an_empty_shop_name_is_refused_and_what_was_typed_stays(front):
    shop = settings_of(front, "shop").shop
    shop.name.setText(" ")
    shop.address.setPlainText("1 Pier Road")
    press(shop, "Save")
    idle(front)
    assert code_of(shop) == "field_empty"
    assert shop.address.toPlainText() == "1 Pier Road"
    assert till_of(front).shop().name == "Harbour Studio"


def test_ways_to_pay_are_switched_and_none_at_all_is_warned_of(front):
    tenders = settings_of(front, "tenders").tenders
    assert set(tenders.choices) == {"cash", "stripe_terminal"}
    tenders.choices["stripe_terminal"].button("off").click()
    idle(front)
    assert till_of(front).shop().usable_providers == ("cash",)
    assert tenders.banner.view is None
    tenders.choices["cash"].button("off").click()
    idle(front)
    assert "No way to pay" in said_by(tenders)
    tenders.choices["cash"].button("on").click()
    idle(front)
    assert tenders.banner.view is None


def test_the_theme_is_worn_at_once_and_kept(tmp_path):
    with open_front(tmp_path) as front:
        look = settings_of(front, "look").look
        look.theme.button("dark").click()
        idle(front)
        assert theme.tokens().name == "dark"
    with open_front(tmp_path):
        assert theme.tokens().name == "dark"


# the key


def test_a_full_secret_key_is_refused_with_the_reason(front):
    key = settings_of(front, "key").key
    key.secret.edit.setText("sk_live_" + "a" * 24)
    press(key, "Save")
    idle(front)
    assert code_of(key) == "stripe_key_full_secret"
    assert "restricted key" in key.banner.view.remedy
    assert till_of(front).secrets.get(STRIPE_KEY) is None
    assert "sk_live_" + "a" * 24 not in everything_shown(front)


def test_a_key_is_stored_shown_nowhere_and_on_no_disk(tmp_path):
    folder = tmp_path / "till"
    logs.configure(folder / "logs")
    try:
        with open_front(folder) as front:
            key = settings_of(front, "key").key
            assert key.state.text() == "Not stored"
            key.secret.edit.setText(CANARY)
            press(key, "Save")
            idle(front)
            assert key.state.text() == "Stored"
            assert till_of(front).secrets.get(STRIPE_KEY) == CANARY
            assert CANARY not in everything_shown(front)
            assert holding(folder, CANARY) == []
            press(key, "Remove key")
            idle(front)
            assert key.state.text() == "Not stored"
            assert till_of(front).secrets.get(STRIPE_KEY) is None
    finally:
        logs.close()
    assert holding(folder, CANARY) == []
    assert holding(folder, "Harbour Studio"), "the search finds what is there"


def holding(folder, text):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if text.encode() in path.read_bytes()]


def test_a_till_without_a_keyring_says_what_that_means(tmp_path):
    with open_front(tmp_path, secrets=MemorySecrets()) as front:
        key = settings_of(front, "key").key
        assert key.problem.view.title == "No keyring is used."
        assert "keyring" in key.problem.view.remedy


# the reader


def test_a_reader_is_chosen_from_those_of_the_account(tmp_path, simulator):
    secrets = MemorySecrets(problem=None)
    with open_front(tmp_path, secrets=secrets, stripe_url=simulator.url) as front:
        screen = settings_of(front, "reader")
        assert code_of(screen.reader) == "no_key"
        screen.open_section("key")
        screen.key.secret.edit.setText(KEY)
        press(screen.key, "Save")
        idle(front)
        settings_of(front, "reader")
        press(screen.reader, "Use")
        idle(front)
        assert till_of(front).shop().reader_id == READER
        assert "In use" in [each.words() for each in screen.reader.findChildren(Button)]
        until(lambda: front.status._reader.text == "Reader ready")


def test_a_refused_key_and_a_silent_stripe_are_told_apart(tmp_path, simulator):
    secrets = MemorySecrets({STRIPE_KEY: CANARY}, problem=None)
    with open_front(tmp_path, secrets=secrets, stripe_url=simulator.url) as front:
        reader = settings_of(front, "reader").reader
        assert code_of(reader) == "stripe_key_refused"
        simulator.sim.outage()
        try:
            press(reader, "Look again")
            idle(front)
        finally:
            simulator.sim.outage(on=False)
        assert code_of(reader) == "stripe_unreachable"
        assert reader.refresh.isEnabled()
        assert CANARY not in everything_shown(front)
        assert sell_tea(front).lines


# the backend


def test_a_backend_is_set_up_and_checked(tmp_path, backend):
    with open_front(tmp_path / "till") as front:
        section = settings_of(front, "backend").backend
        assert section.state.text() in {"Not set up", "Connecting"}
        section.token.edit.setText(TOKEN)
        press(section, "Save")
        idle(front)
        section.url.setText(backend.url)
        press(section, "Check connection")
        idle(front)
        assert said_by(section).startswith("Connected. This till is")
        until(lambda: section.state.text() == "Online")
        assert till_of(front).secrets.get(BACKEND_TOKEN) == TOKEN
        assert TOKEN not in everything_shown(front)
        section.token.edit.setText("another-token-altogether")
        press(section, "Replace")
        idle(front)
        press(section, "Check connection")
        idle(front)
        assert code_of(section) == "backend_unauthorized"
        until(lambda: section.state.text() == "Refused")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://shop.example.com", "url_invalid"),
        ("http://shop.example.com", "url_not_safe"),
        ("http://127.0.0.1:9", "backend_unreachable"),
    ],
)
def test_an_address_that_is_none_is_said_in_its_section(tmp_path, url, code):
    secrets = MemorySecrets({BACKEND_TOKEN: TOKEN}, problem=None)
    with open_front(tmp_path, secrets=secrets) as front:
        section = settings_of(front, "backend").backend
        section.url.setText(url)
        press(section, "Check connection")
        idle(front)
        assert code_of(section) == code
        assert section.url.text() == url
        assert section.check.isEnabled()


def test_a_web_page_is_not_taken_for_a_backend(tmp_path, web_page):
    secrets = MemorySecrets({BACKEND_TOKEN: TOKEN}, problem=None)
    with open_front(tmp_path, secrets=secrets) as front:
        section = settings_of(front, "backend").backend
        section.url.setText(web_page)
        press(section, "Check connection")
        idle(front)
        assert code_of(section) == "backend_not_ours"
        assert "<" not in said_by(section)


@pytest.mark.parametrize(
    "token", ["short", "has blanks in it", "t\N{LATIN SMALL LETTER E WITH ACUTE}ken-token"]
)
def test_a_token_that_no_header_can_carry_is_refused(front, token):
    section = settings_of(front, "backend").backend
    section.token.edit.setText(token)
    press(section, "Save")
    idle(front)
    assert code_of(section) == "token_malformed"
    assert till_of(front).secrets.get(BACKEND_TOKEN) is None


@pytest.fixture
def web_page():
    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<h1>Welcome to the guest network</h1>")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
