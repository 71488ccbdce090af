"""Idempotency keys: payments.md section 4.4."""

from __future__ import annotations

import pytest
import stripe

from tests.contract.simulator.helpers import (
    SALE,
    code_of,
    create,
    error_of,
    paid,
    process,
    read,
    refund,
)
from tests.support.simulator import OTHER_KEY, close_client


def replayed(answer) -> bool:
    return answer.last_response.headers.get("Idempotent-Replayed") == "true"


def test_the_same_key_and_parameters_replay_the_first_answer(client, sim):
    first, second = create(client), create(client)
    assert first.id == second.id
    assert (replayed(first), replayed(second)) == (False, True)
    original = second.last_response.headers["Original-Request"]
    assert original == first.last_response.headers["Request-Id"]
    assert len(sim.ledger()["payment_intents"]) == 1


def test_the_replay_shows_the_old_body_not_the_state_of_now(client):
    intent = create(client)
    client.v1.payment_intents.cancel(intent.id)
    assert create(client).status == "requires_payment_method"
    assert read(client, intent).status == "canceled"


def test_other_parameters_under_the_key_are_refused(client):
    create(client)
    error = error_of(create, client, amount=1300)
    assert type(error) is stripe.IdempotencyError
    assert (error.http_status, error.code, code_of(error)) == (400, None, None)
    assert "can only be used with the same parameters" in error.user_message


def test_another_endpoint_under_the_key_is_refused(client):
    intent = create(client)
    cancel = client.v1.payment_intents.cancel
    error = error_of(cancel, intent.id, None, {"idempotency_key": "create:1"})
    assert type(error) is stripe.IdempotencyError
    assert f"('/v1/payment_intents/{intent.id}/cancel' vs '/v1/payment_intents')" in str(error)


def test_a_refused_parameter_does_not_use_the_key_up(client):
    without = {name: value for name, value in SALE.items() if name != "amount"}
    options = {"idempotency_key": "create:1"}
    error = error_of(client.v1.payment_intents.create, without, options)
    assert (type(error), error.code) == (stripe.InvalidRequestError, "parameter_missing")
    assert not replayed(create(client))


def test_a_refusal_while_executing_is_kept(client, sim):
    intent = create(client)
    sim.busy()
    assert error_of(process, client, intent).code == "terminal_reader_busy"
    sim.busy(on=False)
    again = error_of(process, client, intent)
    assert again.code == "terminal_reader_busy"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert process(client, intent, "process:2").action.status == "in_progress"


def test_after_a_decline_the_old_key_replays_while_the_reader_sits_idle(client, sim):
    """Matrix case 26: the trap for which every attempt needs its own key."""
    intent = create(client)
    process(client, intent)
    sim.decline()
    trap = process(client, intent)
    assert trap.action.status == "in_progress"
    assert sim.reader()["phase"] == "idle"
    assert len(sim.ledger()["prompts"]) == 1
    process(client, intent, "process:2")
    assert sim.reader()["phase"] == "waiting"


def test_kept_answers_outlive_a_killed_simulator(fresh_simulator):
    client = fresh_simulator.client()
    fresh_simulator.sim.fault("close_after")
    error_of(create, client)
    fresh_simulator.restart()
    assert replayed(create(client))
    assert len(fresh_simulator.sim.ledger()["payment_intents"]) == 1
    close_client(client)


def test_a_key_executes_again_once_it_is_24_hours_old(client, sim):
    first = create(client)
    sim.advance(24 * 3600 - 60)
    assert create(client).id == first.id
    sim.advance(120)
    assert create(client).id != first.id
    assert len(sim.ledger()["payment_intents"]) == 2


def test_a_refund_under_an_old_key_pays_twice(client, sim):
    """Why nothing is resent past 20 hours without looking first."""
    intent = paid(client, sim)
    refund(client, intent, 500)
    sim.advance(25 * 3600)
    refund(client, intent, 500)
    assert sum(r["amount"] for r in sim.ledger()["refunds"]) == 1000


def test_keys_of_another_account_are_other_keys(client, open_client):
    assert not replayed(create(client))
    assert not replayed(create(open_client(OTHER_KEY)))


def test_a_key_of_256_characters_is_refused(client):
    assert create(client, "k" * 255).id
    assert error_of(create, client, "k" * 256).http_status == 400


def test_a_get_takes_no_notice_of_a_key(client):
    intent = create(client)
    options = {"idempotency_key": "create:1"}
    assert client.v1.payment_intents.retrieve(intent.id, None, options).id == intent.id


def test_the_library_invents_a_key_for_each_call_unless_it_is_given_one(client, sim):
    for _ in range(2):
        client.v1.payment_intents.create(SALE)
    assert len(sim.ledger()["payment_intents"]) == 2
    assert len({r["key"] for r in sim.requests()}) == 2


@pytest.mark.parametrize("compared", [True, False])
def test_whether_the_version_belongs_to_the_parameters_can_be_set(open_client, sim, compared):
    sim.settings(version_in_fingerprint=compared)
    create(open_client())
    newer = open_client(version="2026-11-30.endive")
    if compared:
        assert type(error_of(create, newer)) is stripe.IdempotencyError
    else:
        assert replayed(create(newer))
