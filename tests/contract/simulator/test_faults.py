"""What the official library makes of each fault: the table of payments.md section 3."""

from __future__ import annotations

import threading

import pytest
import stripe

from tests.contract.simulator.helpers import code_of, create, error_of, process, read, refund
from tests.support.simulator import close_client

CONNECTION, API = stripe.APIConnectionError, stripe.APIError
# kind: exception, http_status, error.code, should_retry, was it done, does the key replay
TABLE = {
    "close_before": (CONNECTION, None, None, True, False, False),
    "rst_before": (CONNECTION, None, None, True, False, False),
    "close_after": (CONNECTION, None, None, True, True, True),
    "rst_after": (CONNECTION, None, None, None, True, True),
    "truncate": (CONNECTION, None, None, False, True, True),
    "garbage": (API, 200, None, None, True, True),
    "html_502": (API, 502, None, None, False, False),
    "unavailable_503": (API, 503, None, None, False, False),
    "error_500": (API, 500, None, None, False, False),
    "rate_limit": (stripe.RateLimitError, 429, "rate_limit", None, False, False),
    "lock_timeout": (stripe.RateLimitError, 429, "lock_timeout", None, False, False),
    "in_use": (API, 409, "idempotency_key_in_use", None, False, False),
    "unauthorized": (stripe.AuthenticationError, 401, None, None, False, False),
    "forbidden": (stripe.PermissionError, 403, None, None, False, False),
}


@pytest.mark.parametrize("kind", TABLE)
def test_a_fault_reaches_the_library_as_the_table_says(client, sim, kind):
    exception, status, code, retry, done, replays = TABLE[kind]
    sim.fault(kind, path="/v1/payment_intents$")
    error = error_of(create, client)
    assert type(error) is exception
    assert (error.http_status, code_of(error), error.code) == (status, code, None)
    if retry is not None:
        assert error.should_retry is retry
    assert len(sim.ledger()["payment_intents"]) == done
    again = create(client)
    assert (again.last_response.headers.get("Idempotent-Replayed") == "true") is replays
    assert len(sim.ledger()["payment_intents"]) == 1


@pytest.mark.parametrize(("kind", "done"), [("error_500_executed", 1), ("error_500_stored", 0)])
def test_a_stored_500_is_replayed_whether_or_not_it_was_done(client, sim, kind, done):
    sim.fault(kind)
    for _ in range(2):
        error = error_of(create, client)
        assert type(error) is API
        assert error.http_status == 500
    assert len(sim.ledger()["payment_intents"]) == done
    assert [r["replayed"] for r in sim.requests()] == [0, 1]


def test_a_slow_execution_makes_the_key_in_use_and_goes_through_in_the_end(open_client, sim):
    hasty, patient = open_client(read_timeout=0.2), open_client()
    sim.fault("delay", seconds=30)
    timed_out = error_of(create, hasty)
    assert type(timed_out) is CONNECTION
    assert timed_out.should_retry is True
    second = error_of(create, patient)
    assert (type(second), second.http_status, second.code) == (API, 409, None)
    assert code_of(second) == "idempotency_key_in_use"
    sim.clear_faults()  # lets the slow one go on
    intent = _settled(patient)
    assert intent.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(sim.ledger()["payment_intents"]) == 1


def _settled(client):
    done = threading.Event()
    for _ in range(200):
        try:
            return create(client)
        except stripe.APIError:
            done.wait(0.02)
    raise AssertionError("the key stayed in use")


def test_a_late_answer_hides_a_deed_already_done(open_client, sim):
    hasty, patient = open_client(read_timeout=0.2), open_client()
    sim.fault("delay", seconds=30, after=True)
    assert type(error_of(create, hasty)) is CONNECTION
    assert create(patient).last_response.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(("kind", "done"), [("hang", 0), ("hang_after", 1)])
def test_a_hanging_request_ends_in_a_timeout(open_client, sim, kind, done):
    sim.fault(kind)
    error = error_of(create, open_client(read_timeout=0.2))
    assert type(error) is CONNECTION
    assert len(sim.ledger()["payment_intents"]) == done


def test_a_rule_strikes_only_what_it_matches_and_only_so_often(client, sim):
    sim.fault("rate_limit", path="/cancel$", count=2, skip=1)
    intent = create(client)
    others = [create(client, f"create:{n}") for n in (2, 3, 4)]
    client.v1.payment_intents.cancel(intent.id)
    for other in others[:2]:
        assert code_of(error_of(client.v1.payment_intents.cancel, other.id)) == "rate_limit"
    client.v1.payment_intents.cancel(others[2].id)


def test_a_rule_without_count_strikes_until_cleared_and_get_can_be_struck(client, sim):
    intent = create(client)
    sim.fault("unavailable_503", "GET", count=0)
    for _ in range(3):
        assert error_of(read, client, intent).http_status == 503
    assert sim.faults()[0]["hits"] == 3
    sim.clear_faults()
    assert read(client, intent).id == intent.id


def test_a_header_can_overrule_the_library(client, sim):
    sim.fault("error_500", headers={"Stripe-Should-Retry": "false"})
    assert error_of(create, client).headers["Stripe-Should-Retry"] == "false"


def test_an_outage_takes_the_whole_of_stripe_away_but_not_the_controls(client, sim):
    intent = create(client)
    sim.outage()
    for call in (create, lambda c: read(c, intent)):
        assert type(error_of(call, client)) is CONNECTION
    assert sim.reader()["outage"] is True
    sim.outage(on=False)
    assert read(client, intent).id == intent.id


def test_a_killed_simulator_refuses_the_connection(fresh_simulator):
    client = fresh_simulator.client()
    fresh_simulator.kill()
    error = error_of(create, client)
    assert (type(error), error.should_retry) == (CONNECTION, True)
    fresh_simulator.start()
    assert create(client).status == "requires_payment_method"
    close_client(client)


def test_every_post_kind_can_be_executed_and_lose_its_answer(client, sim):
    sim.fault("close_after", count=0)
    error_of(create, client)
    sim.clear_faults()
    intent = create(client)
    sim.fault("close_after", count=0)
    assert type(error_of(process, client, intent)) is CONNECTION
    assert sim.reader()["phase"] == "waiting"
    sim.present_card()
    assert type(error_of(refund, client, intent, 500)) is CONNECTION
    assert [r["amount"] for r in sim.ledger()["refunds"]] == [500]
