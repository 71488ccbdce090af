"""The invariants themselves: every one of these tampered books must be caught."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from pos.models.states import OpKind
from tests.support.invariants import violations
from tests.support.simulator import close_client
from tests.support.witness import Event

_TAMPER = {
    "P3": "DELETE FROM stripe_operation WHERE kind = 'process'",
    "P4": "UPDATE stripe_operation SET params = replace(params, '1960', '2960')",
    "P1 run": "UPDATE payment SET amount_minor = 960, amount_refunded_minor = 0",
    "P1 payment": "UPDATE payment SET amount_minor = 1961",
    "P2": "UPDATE payment_session SET id = randomblob(16)",
    "P6 payment": "UPDATE payment SET reference = 'pi_other'",
    "P7": "UPDATE stripe_operation SET state = 'no' WHERE kind = 'process'",
    "P8": "UPDATE payment_session SET is_live = 1",
    "I16": "UPDATE payment_session SET amount_minor = 1959",
    "I6": "UPDATE register SET last_receipt = 7",
    "I3": "DELETE FROM outbox",
    "I4 payment": "UPDATE payment SET amount_refunded_minor = 4",
    "I4 refund": "UPDATE refund SET amount_minor = 501",
    "I10": "DELETE FROM outbox WHERE kind = 'refund'",
}


@pytest.fixture
def sold(bare_world):
    run = bare_world.paid_by_card()
    bare_world.refund(run, 500)
    assert violations(bare_world) == []
    return bare_world


def _tamper(world, *statements):
    with closing(sqlite3.connect(world.folder / "till.db")) as db, db:
        for statement in statements:
            db.execute(statement)


@pytest.mark.parametrize(("what", "statement"), _TAMPER.items(), ids=_TAMPER)
def test_tampered_rows_are_caught(sold, what, statement):
    _tamper(sold, statement)
    assert [v for v in violations(sold) if v.startswith(what)], violations(sold)


def test_a_changed_journal_is_caught(sold):
    _tamper(sold, "DROP TRIGGER journal_no_update", "UPDATE journal SET data = '{}' WHERE seq = 3")
    assert any("journal breaks" in v for v in violations(sold))


def test_a_missing_journal_entry_is_caught(sold):
    _tamper(sold, "DROP TRIGGER journal_no_delete", "DELETE FROM journal WHERE kind LIKE 'card_s%'")
    assert any(v.startswith("I8 session") for v in violations(sold))


def test_a_second_charge_and_a_second_intent_are_caught(sold):
    client = sold.simulator.client()
    intent = sold.intents()[0]
    metadata = dict(intent["metadata"])
    params = {
        "amount": 1960,
        "currency": "usd",
        "allowed_payment_method_types": ["card_present"],
        "capture_method": "automatic",
        "metadata": metadata,
    }
    options = {"idempotency_key": "foreign:1"}
    second = client.v1.payment_intents.create(params, options)
    found = violations(sold)
    assert any(v.startswith("P1") and "requires_payment_method" in v for v in found)
    assert any(v.startswith("P2 session") for v in found)
    client.v1.terminal.readers.process_payment_intent(
        "tmr_sim_frontdesk", {"payment_intent": second.id}, {"idempotency_key": "foreign:2"}
    )
    sold.sim.present_card()
    assert any("taken 3920" in v for v in violations(sold))
    close_client(client)


def test_a_second_refund_is_caught(sold):
    client = sold.simulator.client()
    refund = sold.sim.ledger()["refunds"][0]
    params = {"payment_intent": refund["payment_intent"], "amount": 500}
    params["metadata"] = refund["metadata"]
    client.v1.refunds.create(params, {"idempotency_key": "foreign:1"})
    assert any("given 2 times" in v for v in violations(sold))
    close_client(client)


def test_a_post_beside_the_journal_is_caught(sold):
    client = sold.simulator.client()
    client.v1.terminal.readers.cancel_action("tmr_sim_frontdesk")
    assert any(v.startswith("P3") and "has no row" in v for v in violations(sold))
    close_client(client)


def test_paid_without_a_read_is_caught(sold):
    sold.witness.reads.clear()
    assert any(v.startswith("P6 session") for v in violations(sold))


def test_a_new_key_without_an_answer_is_caught(bare_world):
    """The second process key is made to look as if it followed an unanswered first."""
    bare_world.sim.busy()
    run = bare_world.begin()
    bare_world.pay_card(run)
    bare_world.drive(lambda: len(bare_world.posts(OpKind.PROCESS)) > 1, "asked twice")
    bare_world.cancel(run)
    assert violations(bare_world) == []
    events = bare_world.witness.events
    first = next(e for e in events if e.what == "send" and e.about.endswith(":1")).about
    session = bare_world.last[run].session_id
    key = f"process:{session}:1"
    assert first
    bare_world.witness.events = [
        Event(e.what, e.about, "unknown" if e.about == key else e.outcome) for e in events
        if e.what not in {"intent", "reader"}
    ]  # fmt: skip
    assert any(v.startswith("P5") for v in violations(bare_world))


def test_a_reader_woken_by_a_start_is_caught(bare_world):
    run = bare_world.begin()
    bare_world.till.checkout.pay(run, "stripe_terminal")
    bare_world.witness.fall_asleep()
    bare_world.ticks(6)
    assert any("woken without a click" in v for v in violations(bare_world))
    bare_world.cancel(run)
