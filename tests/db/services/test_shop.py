"""An empty database gets a shop once; providers come and go."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from pos.errors import CashierError
from pos.models.checkout import LocationProvider, PaymentProvider
from pos.models.shop import Register, Staff
from pos.models.states import Role
from pos.models.sync import JournalEntry
from pos.services import journal, shop
from tests.support.till import FakeClock, make_shop, open_db


@pytest.fixture
def db(tmp_path):
    with open_db(tmp_path) as opened:
        yield opened


def test_an_empty_database_gets_a_shop_that_can_sell(db):
    made = shop.bootstrap(db, FakeClock())
    assert (made.name, made.register_name, made.currency) == ("My shop", "Register 1", "usd")
    assert made.taxes == ()
    assert made.providers == ()


def test_the_demo_is_the_shop_of_the_pictures(db):
    made = shop.bootstrap(db, FakeClock(), preset=shop.DEMO)
    assert (made.name, made.location_name) == ("Harbour Studio", "Front desk")
    assert (made.staff_name, made.staff_initials) == ("Mina Kang", "MK")
    [tax] = made.taxes
    assert (tax.rate_ppm, tax.applies_to_services, made.prices_include_tax) == (
        88_750,
        False,
        False,
    )


def test_a_second_start_leaves_the_shop_alone(db):
    first = shop.bootstrap(db, FakeClock(), preset=shop.DEMO)
    assert shop.bootstrap(db, FakeClock()) == first
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Register)) == 1
        assert session.scalar(select(Staff.role)) is Role.OWNER
        assert session.scalars(select(JournalEntry.kind)).all() == ["shop_created"]
        assert journal.first_broken(session) is None


def test_a_database_without_a_shop_says_so(db):
    with pytest.raises(CashierError, match="no_shop"):
        shop.current(db)


@pytest.mark.parametrize(
    ("name", "badge"),
    [("Mina Kang", "MK"), ("Ana", "A"), ("ana de la cruz", "AC"), ("", ""), ("(x) Bo", "B")],
)
def test_initials(name, badge):
    assert shop.initials(name) == badge


def test_a_provider_that_is_gone_stays_for_history_and_cannot_be_used(db):
    made = make_shop(db, providers=("cash", "stripe_terminal"))
    assert made.usable_providers == ("cash", "stripe_terminal")
    shop.register_providers(db, ["cash"])
    assert shop.current(db).usable_providers == ("cash",)
    with db.read() as session:
        assert session.get(PaymentProvider, "stripe_terminal").is_installed is False
    shop.register_providers(db, {"cash": "Cash", "stripe_terminal": "Card"})
    assert shop.current(db).usable_providers == ("cash", "stripe_terminal")


def test_a_new_provider_waits_until_it_is_enabled_and_a_disabled_one_stays_so(db):
    make_shop(db, providers=("cash",))
    with db.write.begin() as session:
        session.execute(LocationProvider.__table__.delete())
    shop.register_providers(db, ["cash", "plugin"])
    assert shop.current(db).usable_providers == ()
    assert [it.id for it in shop.current(db).providers] == ["cash", "plugin"]


def test_somebody_who_left_is_not_the_owner_on_the_badge(db):
    made = make_shop(db)
    with db.write.begin() as session:
        session.execute(update(Staff).values(active=False))
        session.add(Staff(business_id=made.business_id, name="Bo Lee", role=Role.OWNER))
    assert shop.current(db).staff_initials == "BL"
