"""What a person types or pastes into any field: taken, or refused in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select

from pos.errors import CashierError
from pos.models.people import Profile
from pos.pricing import DiscountKind
from pos.services.cart.service import CartService
from pos.services.cart.typed import discount_from_text, price_from_text, quantity_from_text
from pos.services.catalogue import Catalogue
from pos.services.customers.service import CustomerService
from pos.services.settings import SettingsService, rate_from_text
from tests.proof.fuzz.engine import Target, in_words
from tests.proof.fuzz.texts import any_text, shown_safely
from tests.support.till import START, FakeClock, make_db, make_shop

_TEXTS = st.tuples(any_text, any_text, any_text)
Texts = tuple[str, str, str]


def _told(act: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """Do it; a refusal has words, and anything else that is raised is a finding."""
    try:
        return act(*args, **more)
    except CashierError as error:
        in_words(error)
        return None


def _numbers(text: str) -> None:
    """Read amounts, quantities and rates: bounded integers or a refusal."""
    for value in (
        _told(price_from_text, text, "usd"),
        _told(price_from_text, text, "krw"),
        _told(quantity_from_text, text),
        _told(rate_from_text, text),
        *(
            getattr(_told(discount_from_text, kind, text, "usd"), "value", 0)
            for kind in DiscountKind
        ),
    ):
        assert value is None or (type(value) is int and 0 <= value <= 10**15)


@contextmanager
def _fields(folder: Path) -> Iterator[Callable[[Texts], None]]:
    """Type into every field of the counter and of the settings, then read it back."""
    db, clock = make_db(folder), FakeClock(START)
    make_shop(db, clock=clock)
    catalogue = Catalogue.open(folder / "catalogue.db")
    cart = CartService(db, catalogue, clock)
    customers = CustomerService(db, clock)
    settings = SettingsService(db, clock)

    def check(given: Texts) -> None:
        one, two, three = given
        for text in given:
            _numbers(text)
        _counter(cart, given)
        made = _told(customers.create, one, two, three)
        if made is not None:
            assert shown_safely(customers.get(made.id).name)
        _told(settings.rename_owner, one)
        _told(settings.update_shop, name=one, location=two, address=three, receipt_footer=one)
        _told(settings.set_backend_url, two)
        _told(settings.set_refund_policy, three, popup=False)
        _told(settings.add_tax, one, 1000)
        with db.reader.begin() as read:
            read.execute(select(Profile.name)).all()
        _forget(db)

    yield check
    catalogue.close()
    db.close()


def _counter(cart: CartService, given: Texts) -> None:
    one, two, three = given
    _told(cart.scan, one)
    found = _told(cart.add_open_item, two, 100)
    if found is not None and found.lines:
        _told(cart.note_line, found.lines[-1].id, three)
    _told(cart.note, three)
    _told(cart.set_receipt_email, one)
    view = _told(cart.current)
    assert view is not None
    for line in view.lines:
        assert shown_safely(line.name), ascii(line.name)
        _told(cart.remove, line.id)


def _forget(db: Any) -> None:
    """Keep the tables short: a thousand taxes are another test's business."""
    with db.engine.begin() as write:
        write.exec_driver_sql("DELETE FROM tax_rate WHERE code NOT IN ('sales')")
        write.exec_driver_sql("DELETE FROM profile_payment_data")
        write.exec_driver_sql("DELETE FROM profile")


TARGETS = {
    "fields": Target("fields: any text typed or pasted", _TEXTS, _fields, 1_500),
}
