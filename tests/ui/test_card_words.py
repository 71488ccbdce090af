"""Every situation of a card payment, in the words of screens.md, D2, and never a dead end."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from pos.models.states import SessionStatus
from pos.terminal.api import Progress
from pos.terminal.attempt import Choice, Notice, Situation
from pos.terminal.facts import CardFacts
from pos.ui.controllers.card_words import Moment, canceled_banner, card_page, decline_reason
from pos.ui.tokens import Tone

S, C = Situation, Choice
NOW = datetime(2025, 3, 14, 9, 30, tzinfo=UTC)
SAFE = "Customer was not charged."
MAYBE = "The customer may have been charged"
RETRY, OTHER = ("!retry", "Try again (same payment)"), ("other", "Other method")
CANCEL, CHECK = ("cancel", "Cancel payment"), ("!check", "Check again")
PARK = ("park", "Set aside as unresolved")
_IDLE = "The reader is not asking for a card"

# situation: choices and delay as the machine gives them, then call, banner's title and buttons
TABLE = {
    S.SENDING: ((C.CANCEL,), 0.0, "Sending to reader", "", (CANCEL,)),
    S.WAITING_FOR_CARD: (
        (C.CANCEL,),
        1.0,
        "Ask the customer to tap, insert or swipe",
        "",
        (("cancel", "Cancel on reader"),),
    ),
    S.PROCESSING: ((), 1.0, "Processing \N{EN DASH} do not remove card", "", ()),
    S.CONFIRMING: ((), 1.0, "Approved \N{EN DASH} confirming", "", ()),
    S.APPROVED: ((), None, "Approved · Visa ·· 4242", "", ()),
    S.DECLINED: (
        (C.RETRY, C.CANCEL),
        None,
        "Declined",
        "Declined \N{EN DASH} insufficient funds.",
        (RETRY, OTHER),
    ),
    S.CUSTOMER_CANCELED: (
        (C.RETRY, C.CANCEL),
        None,
        "Canceled",
        "The customer canceled on the reader.",
        (RETRY, OTHER),
    ),
    S.READER_FAILED: (
        (C.RETRY, C.CANCEL),
        None,
        "Declined",
        "Declined \N{EN DASH} insufficient funds.",
        (RETRY, OTHER),
    ),
    S.DISPLACED: (
        (C.RETRY, C.CANCEL),
        None,
        _IDLE,
        "Another payment took the reader.",
        (RETRY, OTHER),
    ),
    S.NOT_DELIVERED: (
        (C.RETRY, C.CANCEL),
        None,
        _IDLE,
        "The reader did not get the payment.",
        (RETRY, OTHER),
    ),
    S.READER_OFFLINE: (
        (C.RETRY, C.CANCEL),
        None,
        _IDLE,
        "The reader is offline.",
        (RETRY, OTHER),
    ),
    S.READER_BUSY: (
        (C.CANCEL,),
        2.0,
        "Sending to reader",
        "The reader is busy with another payment.",
        (CANCEL,),
    ),
    S.CANCELLING: ((), 1.0, "Canceling on the reader", "", ()),
    S.CANCELED: ((), None, "Canceled", "Canceled on the reader.", ()),
    S.REFUSED: ((), None, "Not started", "insufficient funds", ()),
    S.UNREACHABLE: (
        (C.CHECK, C.CANCEL),
        4.0,
        "Opening the payment",
        "Stripe cannot be reached.",
        (CHECK, CANCEL),
    ),
    S.UNKNOWN: (
        (C.CHECK, C.PARK),
        4.0,
        "Checking with Stripe\N{HORIZONTAL ELLIPSIS}",
        "We could not confirm this payment. The customer may have been charged.",
        (CHECK,),
    ),
    S.RESUME: (
        (C.RESUME, C.CANCEL),
        None,
        _IDLE,
        "This payment was interrupted.",
        (("!resume", "Continue on the reader"), CANCEL),
    ),
    S.KEY_REFUSED: (
        (C.CHECK, C.CANCEL),
        15.0,
        "Not started",
        "Stripe refused this register's key.",
        (CHECK, CANCEL),
    ),
    S.FOREIGN_ACCOUNT: (
        (C.CHECK, C.PARK, C.CLOSE),
        15.0,
        "Needs a check",
        "This payment was begun with another Stripe account.",
        (CHECK, PARK),
    ),
    S.NEEDS_CHECK: (
        (C.CHECK, C.PARK, C.CLOSE),
        None,
        "Needs a check",
        "This payment needs a check by a manager.",
        (CHECK, PARK),
    ),
    S.CLOSED: ((), None, "Not started", "insufficient funds", ()),
}
SETTLED = {S.APPROVED, S.CANCELED, S.REFUSED, S.CLOSED}
WITHOUT_A_CHARGE = {
    *(S.DECLINED, S.CUSTOMER_CANCELED, S.READER_FAILED, S.DISPLACED, S.NOT_DELIVERED),
    *(S.READER_OFFLINE, S.READER_BUSY, S.UNREACHABLE, S.CANCELED, S.REFUSED),
}


def progress(situation, **more):
    choices, delay, *_ = TABLE[situation]
    known = {
        "session_id": uuid4(),
        "status": SessionStatus.PENDING,
        "situation": situation,
        "choices": choices,
        "delay": delay,
        "notice": Notice("insufficient_funds", "Your card has insufficient funds."),
        "settled": situation in SETTLED,
        "card": CardFacts("visa", "4242") if situation is S.APPROVED else CardFacts(),
    }
    return Progress(**(known | more))


def page(situation, *, since=7, heard=0, **more):
    moment = Moment(
        "$5.23",
        "Front desk reader",
        NOW - timedelta(seconds=since),
        NOW - timedelta(seconds=heard),
        NOW,
    )
    return card_page(progress(situation, **more), moment)


def test_the_table_knows_every_situation():
    assert set(TABLE) == set(Situation)


@pytest.mark.parametrize("situation", Situation)
def test_what_is_said_and_offered(situation):
    _, _, call, title, actions = TABLE[situation]
    view = page(situation)
    assert view.amount == "$5.23"
    assert view.call == call
    assert (view.banner.title if view.banner else "") == title
    assert view.actions == actions


@pytest.mark.parametrize("situation", sorted(set(Situation) - SETTLED))
def test_no_situation_is_a_dead_end(situation):
    """Either something can be pressed, or it goes on by itself; and it says what it waits for."""
    _, delay, *_ = TABLE[situation]
    view = page(situation)
    assert view.actions or delay is not None
    assert view.call or view.banner


@pytest.mark.parametrize("situation", Situation)
def test_every_choice_of_the_machine_but_closing_can_be_pressed_in_the_end(situation):
    """Closing is a manager's and stands with the purchase; parking waits for two minutes."""
    choices = set(TABLE[situation][0]) - {C.CLOSE}
    pressed = {key.removeprefix("!") for key, _ in page(situation, since=121).actions}
    assert pressed == {
        ("other" if c is C.CANCEL and C.RETRY in choices else str(c)) for c in choices
    }


@pytest.mark.parametrize("situation", sorted(WITHOUT_A_CHARGE))
def test_nobody_was_charged_is_said_where_it_is_certain(situation):
    assert page(situation).banner.charged == SAFE


@pytest.mark.parametrize("situation", [S.UNKNOWN, S.FOREIGN_ACCOUNT, S.NEEDS_CHECK])
def test_and_never_where_it_is_not(situation):
    view = page(situation)
    said = f"{view.banner.title} {view.banner.charged}"
    assert MAYBE in said
    assert SAFE not in said
    assert view.banner.tone is Tone.WARN
    assert "cancel" not in dict(view.actions)


def test_the_unknown_payment_in_full():
    view = page(S.UNKNOWN, heard=4)
    assert view.banner.charged == (
        "We are checking with Stripe \N{EN DASH} please do not take another payment."
    )
    assert "checked 4 s ago" in view.detail
    assert PARK not in view.actions, "not before two minutes"
    assert PARK in page(S.UNKNOWN, since=121).actions
    assert not any("done" in words.lower() for _, words in page(S.UNKNOWN, since=999).actions)


def test_the_countdown_while_the_card_is_waited_for():
    view = page(S.WAITING_FOR_CARD, deadline=NOW + timedelta(seconds=113))
    assert view.detail == "Front desk reader · waiting 0:07 · 1:53 left"


def test_a_decline_is_said_in_plain_words_and_accuses_nobody():
    assert decline_reason("lost_card", "x") == decline_reason("stolen_card", "y")
    assert decline_reason("brand_new_code", "Ask your bank.") == "Ask your bank."
    assert decline_reason("", "") == "the bank said no"


def test_after_a_cancel_it_says_why():
    assert canceled_banner(progress(S.CANCELED, notice=Notice("no_card_presented"))).title == (
        "Nobody presented a card for two minutes."
    )
    plain = canceled_banner(progress(S.CANCELED, notice=Notice()))
    assert (plain.title, plain.charged) == ("The card payment was canceled.", SAFE)
