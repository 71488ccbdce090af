"""Stripe key, card reader and backend, set up through the real window."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import select

from pos import logs
from pos.models.sync import JournalEntry
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from pos.ui.widgets.buttons import Button
from tests.support.backend import TOKEN
from tests.support.simulator import KEY, READER
from tests.ui.front_fixture import idle, open_front, till_of, until
from tests.ui.hands import code_of, everything_shown, press, said_by, sell_tea, settings_of

CANARY = "rk_test_canary7f3a91c2d8"


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


def test_the_journal_says_when_a_secret_came_and_went(tmp_path):
    with open_front(tmp_path) as front:
        key = settings_of(front, "key").key
        key.secret.edit.setText(CANARY)
        press(key, "Save")
        idle(front)
        press(key, "Remove key")
        idle(front)
        with till_of(front).db.reader.begin() as db:
            told = list(db.scalars(select(JournalEntry.data).order_by(JournalEntry.id)))[-2:]
        said = [(each["what"], each["stored"], each["mode"]) for each in map(json.loads, told)]
        assert said == [("stripe_key", True, "test"), ("stripe_key", False, "")]


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
        assert "No reader found" not in everything_shown(front), "nobody could be asked"
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
