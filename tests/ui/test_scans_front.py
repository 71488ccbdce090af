"""At start the scanner is held until what an earlier run left was looked through."""

from pos.app.front import Front
from pos.errors import CashierError
from pos.ui import sounds
from tests.ui.front_fixture import idle, open_till, turn, until
from tests.ui.hands import TEA


def opened(app, tmp_path, work):
    """Make a window, scan before it has started, start it, and run ``work``."""
    with open_till(tmp_path / "till") as till:
        front = Front(till, app)
        try:
            front.scanner._scan(TEA)
            work(front, till)
        finally:
            assert front.close()
            front.shell.deleteLater()
            front.deleteLater()
            turn()


def holds_tea(front):
    cart = front.pages.sale.cart
    return cart and [line.name for line in cart.lines] == ["Green tea"]


def test_a_scan_at_start_waits_for_recovery_and_is_sold(qapp, tmp_path):
    def work(front, till):
        idle(front)
        assert till.cart.current().is_empty
        front.start()
        until(lambda: holds_tea(front))

    opened(qapp, tmp_path, work)


def test_a_recovery_that_fails_still_gives_the_scanner_back(qapp, tmp_path, monkeypatch):
    def work(front, till):
        def refuse():
            raise CashierError("no", "Not recovered.", "Later.")

        monkeypatch.setattr(till.checkout, "recover", refuse, raising=False)
        front.start()
        until(lambda: holds_tea(front))
        assert front.shell._banner.view.title == "Not recovered."

    opened(qapp, tmp_path, work)


def test_one_beep_is_well_and_two_are_not(qapp, monkeypatch):
    heard = []
    monkeypatch.setattr(type(qapp), "beep", lambda: heard.append(1))
    sounds.good()
    assert len(heard) == 1
    sounds.bad()
    until(lambda: len(heard) == 3)
