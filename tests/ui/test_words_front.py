"""Words of the lists that depend on the day, and a list that is not left behind."""

from datetime import UTC, datetime, timedelta

from pos.ui import wording
from tests.ui.front_fixture import front, idle, till_of, until

__all__ = ["front"]
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_a_moment_is_said_as_a_person_would():
    assert wording.moment(NOW, NOW).startswith("Today ")
    before = NOW - timedelta(days=40)
    assert wording.moment(before, NOW) == f"2026-10-12 {wording.clock(before)}"
    assert wording.short_day(before, "en_US") == "Oct 12"
    assert wording.short_day(before, "de_DE") == "12. Okt."


def test_ways_to_pay_have_names():
    assert wording.tender("stripe_terminal", "4242") == "Card ·· 4242"
    assert wording.tender("cash") == "Cash"
    assert wording.tender("gift_voucher") == "Gift voucher"


def test_a_customer_added_during_a_sale_stands_in_the_list(front):
    rows = front.pages.customers_screen.chooser.table.rows
    assert rows.total == 0
    till_of(front).customers.create("Dana Ruiz", "+1 212 555 0107", "")
    front.shell.show_page("customers")
    until(lambda: rows.total == 1)
    idle(front)
