"""What the first run refuses and what it keeps, in the real window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from sqlalchemy import select, text

from pos.models.sync import JournalEntry
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from pos.ui.widgets.panels import Figure
from tests.support.backend import TOKEN
from tests.support.simulator import KEY, READER
from tests.ui.first_run_hands import PIN, fresh, go, go_on, register, texts, wizard
from tests.ui.front_fixture import idle, till_of, until
from tests.ui.hands import code_of, everything_shown, press, said_by, settings_of

ROWS = """barcode,name,price
3045320094084,Strawberry jam,3.20
5449000000996,Cola,free
4006381333931,Green tea,4.80
4006381333931,Green tea again,4.90
"""


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


def type_key(front, text):
    """Come to the payments page and type a key; nothing is saved yet."""
    go(front, "payments")
    screen = wizard(front)
    screen.payments.way.select("key")
    screen.key.secret.edit.setText(text)
    return screen


def test_a_full_secret_key_is_refused_with_what_to_do(tmp_path):
    with fresh(tmp_path) as front:
        screen = type_key(front, "sk_test_" + "b" * 24)
        press(screen.key, "Save")
        idle(front)
        assert code_of(screen.key) == "stripe_key_full_secret"
        assert "Make a restricted key" in screen.key.banner.view.remedy
        assert till_of(front).secrets.get(STRIPE_KEY) is None
        assert "sk_test_" + "b" * 24 not in everything_shown(front)


def test_a_key_that_is_typed_is_kept_before_the_next_page_comes(tmp_path):
    with fresh(tmp_path) as front:
        screen = type_key(front, "sk_live_" + "b" * 24)
        assert go_on(front) == "payments"
        assert code_of(screen.key) == "stripe_key_full_secret"
        screen.key.secret.edit.setText(KEY)
        assert go_on(front) == "payments", "what became of it is said first"
        assert till_of(front).secrets.get(STRIPE_KEY) == KEY
        assert go_on(front) == "reader"


def test_an_address_and_a_token_that_are_typed_are_kept_too(tmp_path, backend):
    with fresh(tmp_path) as front:
        go(front, "payments")
        screen = wizard(front)
        screen.payments.way.select("backend")
        screen.backend.url.setText(backend.url)
        screen.backend.token.edit.setText(TOKEN)
        assert go_on(front) == "payments"
        assert till_of(front).shop().backend_url == backend.url
        assert till_of(front).secrets.get(BACKEND_TOKEN) == TOKEN
        assert said_by(screen.backend).startswith("Connected. This till is")
        assert go_on(front) == "reader"


def test_a_key_that_was_replaced_meanwhile_is_known_when_it_is_gone_on_with(tmp_path, simulator):
    secrets = MemorySecrets({STRIPE_KEY: KEY}, problem=None)
    with fresh(tmp_path, secrets=secrets, stripe_url=simulator.url) as front:
        till_of(front).settings.choose_reader(READER, "Front desk")
        front.settings.shop_changed.emit(till_of(front).shop())
        press(wizard(front), "Go on later")
        till_of(front).secrets.set(STRIPE_KEY, "rk_live_" + "a1" * 12)
        front.settings.first_run.again()
        trial = wizard(front).reader.trial
        until(lambda: trial.begin.words() == "Show a greeting on the reader")


def test_the_places_of_the_account_are_offered_for_a_reader(tmp_path, simulator):
    with fresh(tmp_path, stripe_url=simulator.url) as front:
        go(front, "payments")
        wizard(front).payments.way.select("key")
        wizard(front).key.secret.edit.setText(KEY)
        go_on(front)
        assert go_on(front) == "reader"
        assert "tml_sim_shop" in wizard(front).reader.form.place._words


def test_the_reader_is_proposed_the_name_that_the_shop_was_given(tmp_path):
    with fresh(tmp_path) as front:
        shop = go(front, "shop")
        shop.fields["name"].setText("Teehaus")
        shop.fields["location"].setText("Hafen")
        go_on(front)
        form = wizard(front).reader.form
        assert form.name.text() == "Teehaus Hafen"
        form.name.setText("Pier 1")
        go(front, "shop").fields["name"].setText("Kaffeehaus")
        go_on(front)
        assert form.name.text() == "Pier 1", "what was typed stays"


def test_another_currency_says_what_becomes_of_the_prices(front):
    press(settings_of(front, "shop").shop, "Set up again\N{HORIZONTAL ELLIPSIS}")
    idle(front)
    go(front, "country")
    wizard(front).country.currency.setText("KRW")
    assert go_on(front) == "owner"
    assert "Import the catalogue again" in said_by(wizard(front).owner)
    assert go_on(front) == "catalogue"
    assert said_by(wizard(front).catalogue) == ""


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


def test_a_name_that_was_forgotten_is_typed_and_the_pin_is_still_taken(tmp_path):
    with fresh(tmp_path) as front:
        owner = go(front, "owner")
        owner.fields["name"].clear()
        owner.pin.setText(PIN)
        owner.again.setText(PIN)
        assert go_on(front) == "owner"
        assert code_of(owner) == "field_empty"
        assert not till_of(front).shop().has_pin, "nothing of a refused page is kept"
        owner.fields["name"].setText("Dana")
        assert go_on(front) == "catalogue", code_of(owner)
        shop = till_of(front).shop()
        assert (shop.staff_name, shop.has_pin) == ("Dana", True)


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
        press(section, "Import 2 rows")
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
