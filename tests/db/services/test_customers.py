"""Customers are found from the first character, made offline, mirrored and forgotten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update

from pos.backend.wire import CustomerIn, CustomerOut, CustomersPage, decode
from pos.errors import CashierError
from pos.models.people import Profile, ProfilePaymentData
from pos.models.sync import JournalEntry, OutboxEntry
from pos.services.customers import CustomerService, DuplicateFound, finding
from tests.support.orders import add_order
from tests.support.till import FakeClock, make_shop, open_db


@pytest.fixture
def db(tmp_path):
    with open_db(tmp_path) as opened:
        make_shop(opened)
        yield opened


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def people(db, clock):
    return CustomerService(db, clock, actor="Mina Kang")


@pytest.fixture
def studio(people, clock):
    """The people of the pictures; returns their ids by name."""
    rows = [
        ("Ji-woo Park", "+82 10-5550-0199", "jiwoo@example.com", "KR-77"),
        ("Jin Park", "+1 415 555 0142", "jin@example.com", ""),
        ("Dana Parker", "+1 212 555 0107", "dana@example.com", ""),
        ("Jürgen Müller", "", "", ""),
        ("박지우", "", "", ""),
    ]
    made = {}
    for row in rows:
        made[row[0]] = people.create(*row).id
        clock.advance(minutes=1)
    return made


def names(found):
    return [view.name for view in found]


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("j", ["Ji-woo Park", "Jin Park", "Jürgen Müller"]),
        ("park", ["Dana Parker", "Ji-woo Park", "Jin Park"]),
        ("PARK ji", ["Ji-woo Park", "Jin Park"]),
        ("ji-woo", ["Ji-woo Park"]),
        ("woo", ["Ji-woo Park"]),
        ("jiw", ["Ji-woo Park"]),
        ("muller", ["Jürgen Müller"]),
        ("MÜLL", ["Jürgen Müller"]),
        ("dana@ex", ["Dana Parker"]),
        ("0142", ["Jin Park"]),
        ("415 555 01", ["Jin Park"]),
        ("010-5550-01", ["Ji-woo Park"]),
        ("jin 555", ["Jin Park"]),
        ("kr-7", ["Ji-woo Park"]),
        ("지우", ["박지우"]),
        ("ark", []),
        ("42", []),
        ("%", []),
        ("' OR 1=1 --", []),
        ('"jin"', []),
        ("jin*", []),
        ("jin AND park", []),
        ("search:jin", []),
        ("\ue000415", ["Jin Park"]),
        ("ji\0n", ["Jin Park"]),
        ("", []),
        ("   ", []),
    ],
)
def test_search(people, typed, expected):
    assert sorted(names(people.search(typed))) == sorted(expected)


@pytest.mark.usefixtures("studio")
def test_those_whose_name_begins_with_the_text_come_first(people):
    people.create("Park, Adele")
    assert names(people.search("park"))[0] == "Park, Adele"


def test_search_is_limited(people):
    for i in range(12):
        people.create(f"Kim {i}")
    assert len(people.search("kim", limit=5)) == 5


def test_of_very_many_the_newest_are_sorted(people, monkeypatch):
    monkeypatch.setattr(finding, "LOOKED_AT", 3)
    for name in ("Kim A", "Kim D", "Kim C", "Kim B"):
        people.create(name)
    assert names(people.search("kim")) == ["Kim B", "Kim C", "Kim D"]


def test_they_are_found_after_the_file_was_vacuumed(db, people, studio):
    with db.engine.begin() as connection:
        connection.execute(delete(ProfilePaymentData))
        connection.execute(delete(Profile).where(Profile.id == studio["Ji-woo Park"]))
    with closing(sqlite3.connect(db.path)) as raw:
        raw.execute("VACUUM")
    assert names(people.search("park")) == ["Dana Parker", "Jin Park"]


def test_a_list_shows_only_the_end_of_a_phone_number(people, studio):
    view = people.get(studio["Jin Park"])
    assert view.phone == "+1 415 555 0142"
    assert view.phone_masked == "+• ••• ••• 0142"


def test_recent_are_the_last_to_buy_or_to_be_created(db, people, studio, clock):
    assert names(people.recent(2)) == ["박지우", "Jürgen Müller"]
    clock.advance(hours=1)
    add_order(db, clock, customer_id=studio["Jin Park"])
    newest, *rest = people.recent()
    assert (newest.name, newest.last_purchase_at) == ("Jin Park", clock())
    assert len(rest) == 4
    assert all(view.last_purchase_at is None for view in rest)


def test_everybody_is_listed_in_pages_the_newest_first(people, studio):
    assert people.count() == len(studio)
    newest_first = [*studio][::-1]
    assert names(people.page(0, 2)) == newest_first[:2]
    assert names(people.page(2, 10)) == newest_first[2:]
    people.apply_delta([told(studio["박지우"], 2, erased=True)])
    assert people.count() == len(studio) - 1
    assert names(people.page(0, 1)) == ["Jürgen Müller"]


def test_a_new_customer_is_here_at_once_and_on_the_way_to_the_backend(db, people, clock):
    made = people.create("  Ann\tLee ", "+1 (415) 555-0100", "Ann@Example.com", "T1")
    assert (made.name, made.email, made.is_synced) == ("Ann Lee", "ann@example.com", False)
    with db.read() as session:
        entry = session.scalars(select(OutboxEntry)).one()
        assert session.get(ProfilePaymentData, made.id).account_balance_minor == 0
        business_id = session.get(Profile, made.id).business_id
    assert (entry.kind, entry.path) == ("customer", "/choose_new_customer/")
    assert entry.key == entry.aggregate_id == made.id
    assert entry.not_before == clock()
    assert decode(entry.body, CustomerIn) == CustomerIn(
        id=made.id,
        business_id=business_id,
        name="Ann Lee",
        phone="+1 (415) 555-0100",
        email="ann@example.com",
        tax_id="T1",
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": " \t"}, "field_empty"),
        ({"name": "x" * 256}, "field_too_long"),
        ({"name": "A", "phone": "12"}, "phone_invalid"),
        ({"name": "A", "phone": "call me 555 0100"}, "phone_invalid"),
        ({"name": "A", "phone": "1" * 16}, "phone_invalid"),
        ({"name": "A", "email": "ann"}, "email_invalid"),
        ({"name": "A", "email": "ann@host"}, "email_invalid"),
        ({"name": "A", "email": "a b@example.com"}, "email_invalid"),
        ({"name": "A", "tax_id": "9" * 65}, "field_too_long"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_stored(db, people, fields, code):
    with pytest.raises(CashierError) as refused:
        people.create(**fields)
    assert refused.value.code == code
    assert refused.value.remedy
    with db.read() as session:
        assert session.scalars(select(Profile)).all() == []
        assert session.scalars(select(OutboxEntry)).all() == []


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize(
    "typed",
    [
        {"phone": "415 555 0142"},
        {"phone": "+1-415-555-0142"},
        {"phone": "001 415 555 0142"},
        {"email": "JIN@example.com"},
    ],
)
def test_a_likely_duplicate_is_shown_instead(people, typed):
    answer = people.create("Jin P.", **typed)
    assert isinstance(answer, DuplicateFound)
    assert names(answer.existing) == ["Jin Park"]
    assert people.search("p.") == ()
    assert people.create("Jin P.", **typed, force=True).name == "Jin P."


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize("phone", ["+1 415 555 0143", "555 0142", "+44 415 555 0142"])
def test_another_number_is_another_person(people, phone):
    assert people.create("Somebody", phone).name == "Somebody"


@pytest.mark.usefixtures("studio")
def test_nobody_is_a_duplicate_by_having_nothing(people):
    assert people.create("Jin Park").name == "Jin Park"


def told(profile_id: UUID, version: int, **changes) -> CustomerOut:
    values = {
        "name": "Ada",
        "phone": "+1 415 555 0001",
        "email": "ada@example.com",
        "tax_id": "",
        "credit_balance_minor": 2500,
        "service_credits": 3,
        "erased": False,
    }
    return CustomerOut(id=profile_id, version=version, **(values | changes))


def test_the_backend_adds_and_changes_customers(people):
    ada = uuid4()
    page = CustomersPage(items=(told(ada, 1),), next_cursor="1", more=False)
    assert people.apply_changes(page) == 1
    [found] = people.search("ada")
    assert (found.credit_minor, found.service_credits, found.is_synced) == (2500, 3, True)
    assert people.apply_delta([told(ada, 2, name="Ada L.", credit_balance_minor=-5)]) == 1
    assert (people.get(ada).name, people.get(ada).credit_minor) == ("Ada L.", -5)
    assert names(people.search("0001")) == ["Ada L."]


def test_changed_words_are_found_and_the_old_ones_are_not(people):
    ada, name = uuid4(), "Пётр Иванович 임박"
    people.apply_delta([told(ada, 1)])
    people.apply_delta([told(ada, 2, name=name, phone="030 1234567", email="")])
    assert names(people.search("ada")) == names(people.search("0001")) == []
    for typed in ("петр", "иван", "ович", "박", "234", "030 1234"):
        assert names(people.search(typed)) == [name], typed


def test_an_old_or_repeated_page_changes_nothing(people):
    ada = uuid4()
    people.apply_delta([told(ada, 5), told(ada, 4, name="Older")])
    assert people.apply_delta([told(ada, 5, name="Again"), told(ada, 3, name="Old")]) == 0
    assert people.get(ada).name == "Ada"


def test_a_customer_that_waits_to_be_sent_keeps_its_words(db, people, clock):
    mine = people.create("Ann Lee", "+1 415 555 0100").id
    people.apply_delta([told(mine, 1, name="Other")])
    kept = people.get(mine)
    assert (kept.name, kept.phone, kept.credit_minor) == ("Ann Lee", "+1 415 555 0100", 2500)
    with db.write.begin() as session:
        session.execute(update(OutboxEntry).values(sent_at=clock()))
    people.apply_delta([told(mine, 2, name="Other")])
    assert people.get(mine).name == "Other"


def test_tax_exemption_survives_the_backend_and_is_in_the_journal(db, people):
    mine = people.create("School").id
    assert people.set_tax_exempt(mine, exempt=True).tax_exempt
    people.apply_delta([told(mine, 1)])
    assert people.get(mine).tax_exempt
    with db.read() as session:
        kinds = session.execute(select(JournalEntry.kind, JournalEntry.actor)).all()
    assert ("customer_tax_exempt", "Mina Kang") in [tuple(kind) for kind in kinds]


def test_an_unknown_customer_is_said_to_be_unknown(people):
    with pytest.raises(CashierError, match="customer_unknown"):
        people.get(uuid4())
