"""The first run in the real window: every page, skipping, leaving, coming back, bad input."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from sqlalchemy import select, text

from pos.models.sync import JournalEntry
from pos.services import shop as shops
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from pos.services.setup import PAGES
from pos.ui.widgets.panels import Figure
from pos.ui.widgets.pill import Pill
from pos.ui.widgets.text import Label
from tests.support.backend import TOKEN
from tests.support.simulator import KEY
from tests.ui.front_fixture import idle, open_front, till_of, until
from tests.ui.hands import TEA, code_of, everything_shown, press, said_by, settings_of

PIN = "40712"
ROWS = """barcode,name,price
3045320094084,Strawberry jam,3.20
5449000000996,Cola,free
4006381333931,Green tea,4.80
4006381333931,Green tea again,4.90
"""


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


def test_a_fresh_till_asks_everything_and_then_sells(tmp_path, simulator):
    secrets = MemorySecrets(problem=None)
    with fresh(tmp_path / "till", secrets=secrets, stripe_url=simulator.url) as front:
        assert (front.shell.page, wizard(front).page) == ("setup", "language")
        assert not front.shell.header.isVisibleTo(front.shell)
        answer_words(front)
        answer_products(front)
        answer_payments(front)
        finish(front)
        see_what_is_kept(front)
    with fresh(tmp_path / "till", secrets=secrets, stripe_url=simulator.url) as front:
        assert front.shell.page == "sale", "it is over"


def answer_words(front):
    screen = wizard(front)
    screen.language.region.choose("DE")
    idle(front)
    assert go_on(front) == "shop"
    screen.shop.fields["name"].setText("Teehaus")
    screen.shop.fields["location"].setText("Hafen")
    screen.shop.fields["address"].setPlainText("Pier 1\nHamburg")
    assert go_on(front) == "country"
    assert screen.country.country == "DE", "as the region says"
    assert screen.country.currency.text() == "EUR"
    screen.country.rates[1].rate.setText("7,5")
    assert go_on(front) == "owner"
    screen.owner.fields["name"].setText("Mina Kang")
    screen.owner.pin.setText(PIN)
    screen.owner.again.setText(PIN)
    assert go_on(front) == "catalogue"


def answer_products(front):
    catalogue = wizard(front).catalogue
    press(catalogue, "Use the demo catalogue")
    idle(front)
    assert go_on(front) == "catalogue", "what was looked at is imported first"
    assert "Imported catalogue.csv" in texts(catalogue)
    assert go_on(front) == "payments"


def answer_payments(front):
    screen = wizard(front)
    screen.payments.way.select("key")
    screen.key.secret.edit.setText(KEY)
    press(screen.key, "Save")
    idle(front)
    assert go_on(front) == "reader"
    register(front, "simulated-wpe")
    assert "is registered" in said_by(screen.reader)
    press(screen.reader, "Make a test payment")
    idle(front)
    assert "approved" in screen.reader.trial._state.text()


def finish(front):
    screen = wizard(front)
    assert go_on(front) == "done"
    assert "Teehaus, Hafen" in texts(screen.done)
    assert "EUR, USt 19 %" in texts(screen.done)
    screen.next.click()
    idle(front)
    assert front.shell.page == "sale"
    assert front.shell.header.isVisibleTo(front.shell)


def see_what_is_kept(front):
    shop = till_of(front).shop()
    assert (shop.name, shop.location_name, shop.staff_name) == ("Teehaus", "Hafen", "Mina Kang")
    assert (shop.currency, shop.prices_include_tax, shop.locale) == ("eur", True, "en_DE")
    assert [(t.name, t.rate_ppm, t.active) for t in shop.taxes] == [
        ("USt", 190_000, True),
        ("USt reduced", 75_000, False),
    ]
    assert shop.has_pin
    assert shop.reader_id.startswith("tmr_")
    assert till_of(front).catalogue.count()
    assert PIN not in everything_shown(front)
    until(lambda: front.pages.sale_screen.grid.products.total)


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


def test_every_page_can_be_skipped_and_the_end_says_so(tmp_path):
    with fresh(tmp_path) as front:
        screen, seen = wizard(front), []
        while screen.page != "done":
            seen.append(screen.page)
            screen.skip.click()
            idle(front)
        assert seen == list(PAGES[:-1])
        until(lambda: skipped_pills(screen) == 7)
        assert not screen.skip.isVisibleTo(screen)
        shop = till_of(front).shop()
        assert shop.name == shops.Preset().business, "nothing was changed"
        press(screen.done, "Change", nth=1)
        idle(front)
        assert screen.page == "shop"


def skipped_pills(screen):
    found = [each for each in screen.done.findChildren(Pill) if each.isVisibleTo(screen)]
    return [each.text() for each in found].count("Skipped")


def test_closing_in_the_middle_goes_on_at_the_page(tmp_path):
    with fresh(tmp_path) as front:
        go_on(front)
        wizard(front).shop.fields["name"].setText("Teehaus")
        go_on(front)
        wizard(front).skip.click()
        idle(front)
        assert wizard(front).page == "owner"
    with fresh(tmp_path) as front:
        screen = wizard(front)
        assert screen.page == "owner"
        assert till_of(front).shop().name == "Teehaus"
        screen.back.click()
        idle(front)
        assert screen.page == "country"
        assert till_of(front).setup.state().skipped == ()


def test_it_is_left_and_gone_on_with_from_the_settings(tmp_path):
    with fresh(tmp_path) as front:
        go_on(front)
        press(wizard(front), "Go on later")
        assert front.shell.page == "sale"
        shop = settings_of(front, "shop").shop
        press(shop, "Set up again\N{HORIZONTAL ELLIPSIS}")
        idle(front)
        assert (front.shell.page, wizard(front).page) == ("setup", "shop"), "where it was left"


def test_a_scan_begins_a_sale_all_the_same_and_then_it_does_not_come_back(tmp_path):
    with open_front(tmp_path, preset=None) as front:
        front.scans._on_scanned(TEA)
        idle(front)
        assert front.shell.page == "sale"
        assert front.pages.sale.cart.lines
        front.pages.checkout.begin(front.pages.sale.cart.cart_id)
        idle(front)
    with open_front(tmp_path, preset=None) as front:
        assert front.shell.page != "setup"


def test_a_till_with_a_preset_is_asked_nothing(front):
    assert front.shell.page == "sale"
    assert front.settings.first_run.page is None
    press(settings_of(front, "shop").shop, "Set up again\N{HORIZONTAL ELLIPSIS}")
    idle(front)
    screen = wizard(front)
    assert (front.shell.page, screen.page) == ("setup", "language")
    assert screen.shop.fields["name"].text() == "Harbour Studio"
    assert screen.country.rates[0].name.text() == "Tax", "what is set, not a proposal"


# bad input


@pytest.mark.parametrize(
    ("page", "spoil", "code"),
    [
        ("shop", lambda s: s.shop.fields["name"].setText(" "), "field_empty"),
        ("country", lambda s: s.country.currency.setText("XXY"), "currency_unknown"),
        ("country", lambda s: s.country.rates[0].rate.setText("nineteen"), "rate_invalid"),
        ("country", lambda s: s.country.rates[1].rate.setText("7"), "field_empty"),
        ("owner", lambda s: s.owner.pin.setText("12"), "pin_malformed"),
        ("owner", lambda s: (s.owner.pin.setText("1234"), s.owner.again.setText("4321")),
         "pin_differs"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_on_its_page_and_stays_typed(tmp_path, page, spoil, code):
    with fresh(tmp_path) as front:
        section = go(front, page)
        spoil(wizard(front))
        before = [edit.text() for edit in section.findChildren(QLineEdit)]
        assert go_on(front) == page, "nobody is taken on over what was refused"
        assert code_of(section) == code
        assert section.banner.view.remedy
        assert [edit.text() for edit in section.findChildren(QLineEdit)] == before
        assert wizard(front).next.isEnabled()


def test_a_full_secret_key_is_refused_with_what_to_do(tmp_path):
    with fresh(tmp_path) as front:
        go(front, "payments")
        screen = wizard(front)
        screen.payments.way.select("key")
        screen.key.secret.edit.setText("sk_test_" + "b" * 24)
        press(screen.key, "Save")
        idle(front)
        assert code_of(screen.key) == "stripe_key_full_secret"
        assert "Make a restricted key" in screen.key.banner.view.remedy
        assert till_of(front).secrets.get(STRIPE_KEY) is None
        assert "sk_test_" + "b" * 24 not in everything_shown(front)


def test_a_wrong_registration_code_is_said(tmp_path, simulator):
    secrets = MemorySecrets({STRIPE_KEY: KEY}, problem=None)
    with fresh(tmp_path, secrets=secrets, stripe_url=simulator.url) as front:
        go(front, "reader")
        register(front, "green-tall-lamp")
        assert code_of(wizard(front).reader) == "reader_code_unknown"
        assert wizard(front).reader.form.code.text() == "green-tall-lamp"


def test_a_backend_is_connected(tmp_path, backend):
    secrets = MemorySecrets({BACKEND_TOKEN: TOKEN}, problem=None)
    with fresh(tmp_path, secrets=secrets) as front:
        go(front, "payments")
        screen = wizard(front)
        screen.payments.way.select("backend")
        screen.backend.url.setText(backend.url)
        press(screen.backend, "Check connection")
        idle(front)
        assert said_by(screen.backend).startswith("Connected. This till is")


# a file


def test_a_file_is_shown_before_it_is_imported(tmp_path):
    file = tmp_path / "new goods.csv"
    file.write_text(ROWS, "utf-8")
    with fresh(tmp_path / "till") as front:
        section = go(front, "catalogue")
        section.take(file)
        idle(front)
        shown = texts(section)
        assert "Will be imported | 2" in shown
        assert "Will be left out | 2" in shown
        assert "Strawberry jam | 3045320094084 | $3.20" in shown
        assert "The price 'free' is not an amount" in shown
        assert "The row repeats line 4" in shown
        assert till_of(front).catalogue.count() == 0, "nothing is written yet"
        press(section, "Not this file")
        assert not section.pending
        section.take(file)
        idle(front)
        press(section, "Import 2 products")
        idle(front)
        assert till_of(front).catalogue.count() == 2
        assert section.rejected.rows.total == 2
        figures = [each for each in section.findChildren(Figure) if each.isVisibleTo(section)]
        told = {each.words.text(): each.figure.text() for each in figures}
        assert told == {"New": "2", "Updated": "0", "Unchanged": "0", "Left out": "2"}


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"a,b,c\n1,2,3\n", "import_unknown_format"), (b"PK\x03\x04", "import_not_text")],
)
def test_a_file_that_is_none_is_said(tmp_path, content, code):
    file = tmp_path / "odd.csv"
    file.write_bytes(content)
    with fresh(tmp_path / "till") as front:
        section = go(front, "catalogue")
        section.take(file)
        idle(front)
        assert code_of(section) == code
        assert not section.pending


# what is kept


def test_the_journal_has_every_answer_and_no_pin(tmp_path):
    with fresh(tmp_path) as front:
        go(front, "owner")
        screen = wizard(front)
        screen.owner.fields["name"].setText("Dana")
        screen.owner.pin.setText(PIN)
        QTest.keyClick(screen.owner.pin, Qt.Key.Key_Return)
        idle(front)
        assert code_of(screen.owner) == "pin_differs"
        screen.owner.again.setText(PIN)
        QTest.keyClick(screen.owner.again, Qt.Key.Key_Return)
        idle(front)
        assert screen.page == "catalogue"
        assert screen.owner.pin.text() == ""
        with till_of(front).db.reader.begin() as db:
            told = " ".join(db.scalars(select(JournalEntry.data)))
            kept = db.execute(text("SELECT pin_hash FROM staff")).scalar_one()
        assert "Dana" in told
        assert PIN not in told
        assert kept.startswith("scrypt$")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path.name for path in files if PIN.encode() in path.read_bytes()]
