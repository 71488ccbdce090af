"""Forms, unknown parameters, versions, keys, modes, lists, expansion."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urlsplit

import pytest
import stripe

from tests.contract.simulator.helpers import SALE, code_of, create, error_of, paid, process, refund
from tests.support.simulator import KEY, OTHER_KEY, READER, VERSION, close_client

OLD = "2026-09-30.dahlia"


def raw(simulator, method, path, params=None, **headers):
    """One request by hand; status, headers and the decoded body."""
    connection = http.client.HTTPConnection(simulator.url.removeprefix("http://"), timeout=10)
    sent = {"Authorization": f"Bearer {KEY}", "Stripe-Version": VERSION, **headers}
    connection.request(method, path, urlencode(params) if params else None, sent)
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, answer.headers, body


def test_the_removed_parameter_is_refused_with_the_documented_code(client):
    error = error_of(create, client, payment_method_types=["card_present"])
    assert type(error) is stripe.InvalidRequestError
    assert (error.code, error.http_status) == ("payment_method_types_no_longer_supported", 400)


def test_an_older_version_takes_it_and_does_not_know_the_new_one(open_client):
    old = open_client(version=OLD)
    params = {n: v for n, v in SALE.items() if n != "allowed_payment_method_types"}
    params["payment_method_types"] = ["card_present"]
    assert old.v1.payment_intents.create(params).payment_method_types == ["card_present"]
    assert error_of(create, old).code == "parameter_unknown"


@pytest.mark.parametrize(
    ("extra", "name"),
    [({"wonder": 1}, "wonder"), ({"process_config": {"wonder": 1}}, "process_config[wonder]")],
)
def test_unknown_parameters_are_refused_by_name(client, extra, name):
    intent = create(client)
    call = client.v1.terminal.readers.process_payment_intent
    error = error_of(call, READER, {"payment_intent": intent.id, **extra})
    assert (error.code, error.param) == ("parameter_unknown", name)
    assert name in error.user_message


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"amount": -5}, "parameter_invalid_integer", "amount"),
        ({"amount": "12.50"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49}, "amount_too_small", "amount"),
        ({"amount": 100_000_000}, "amount_too_large", "amount"),
        ({"currency": "xxx"}, None, "currency"),
        ({"capture_method": "later"}, None, "capture_method"),
        ({"allowed_payment_method_types": ["cash"]}, None, "allowed_payment_method_types"),
    ],
)
def test_bad_values_are_refused(client, given, code, param):
    error = error_of(create, client, **given)
    assert type(error) is stripe.InvalidRequestError
    assert (error.code, error.param) == (code, param)


def test_arrays_come_in_both_spellings(simulator):
    for name in ("allowed_payment_method_types[0]", "allowed_payment_method_types[]"):
        params = {"amount": 700, "currency": "eur", name: "card_present", "metadata[a b]": "ü&="}
        status, _, body = raw(simulator, "POST", "/v1/payment_intents", params)
        assert status == 200
        assert body["allowed_payment_method_types"] == ["card_present"]
        assert body["metadata"] == {"a b": "ü&="}


@pytest.mark.parametrize("name", ["a[", "a[b]c", "[x]", "a[b][c"])
def test_crooked_names_are_refused(simulator, name):
    status, _, body = raw(simulator, "POST", "/v1/payment_intents", {name: "1"})
    assert (status, body["error"]["type"]) == (400, "invalid_request_error")


def test_headers_are_those_of_stripe(client, sim):
    headers = create(client).last_response.headers
    assert headers["Request-Id"].startswith("req_")
    assert headers["Stripe-Version"] == VERSION
    assert headers["Idempotency-Key"] == "create:1"
    sim.advance(86_400)
    date = parsedate_to_datetime(create(client, "create:2").last_response.headers["Date"])
    assert abs(date.timestamp() - time.time() - 86_400) < 10


def test_an_unknown_path_and_a_bad_version_say_so(simulator):
    status, _, body = raw(simulator, "GET", "/v1/wonders")
    assert status == 404
    assert "Unrecognized request URL (GET: /v1/wonders)" in body["error"]["message"]
    assert raw(simulator, "GET", "/v1/charges", **{"Stripe-Version": "new"})[0] == 400


def test_basic_auth_works_like_bearer_and_nothing_else_does(simulator):
    def status(header):
        return raw(simulator, "GET", "/v1/charges", Authorization=header)[0]

    assert status("Basic " + base64.b64encode(f"{KEY}:".encode()).decode()) == 200
    assert status("Basic %%%") == 401
    assert status("Digest x") == 401


@pytest.mark.parametrize("key", ["rk_test_nobody", "pk_test_tillkeep", "sesame"])
def test_unknown_keys_are_401_and_not_told_in_full(open_client, key):
    error = error_of(create, open_client(key))
    assert (type(error), error.http_status) == (stripe.AuthenticationError, 401)
    assert key not in str(error)


def test_a_revoked_key_is_401_until_it_is_restored(client, sim):
    sim.revoke_key()
    assert type(error_of(create, client)) is stripe.AuthenticationError
    assert sim.ledger()["payment_intents"] == []
    sim.restore_key()
    assert create(client).id


def test_a_restricted_key_lacks_what_it_was_not_granted(client, sim):
    intent = paid(client, sim)
    sim.deny("refunds_write")
    error = error_of(refund, client, intent)
    assert (type(error), error.http_status) == (stripe.PermissionError, 403)
    assert "rak_refunds_write" in error.user_message
    assert client.v1.refunds.list().data == []
    sim.deny()
    assert refund(client, intent).status == "succeeded"


def test_any_key_of_the_account_is_good_and_the_log_holds_none(open_client, simulator, sim):
    create(open_client(KEY + "_till2"))
    assert KEY not in json.dumps(sim.ledger())
    assert KEY.encode() not in simulator.data.read_bytes()


def test_objects_of_another_account_are_404(client, open_client):
    intent = create(client)
    error = error_of(open_client(OTHER_KEY).v1.payment_intents.retrieve, intent.id)
    assert (type(error), error.http_status) == (stripe.InvalidRequestError, 404)
    assert error.code == "resource_missing"


def test_live_and_test_mode_do_not_see_each_other(client, open_client):
    live = open_client("rk_live_tillkeep")
    intent = create(live)
    assert (intent.livemode, create(client).livemode) == (True, False)
    error = error_of(client.v1.payment_intents.retrieve, intent.id)
    assert error.code == "resource_missing"
    assert "a similar object exists in live mode" in error.user_message


def test_lists_are_newest_first_and_page_both_ways(client):
    made = [create(client, f"create:{n}").id for n in range(7)]
    first = client.v1.payment_intents.list({"limit": 3})
    assert [body.id for body in first.data] == made[:3:-1]
    assert first.has_more is True
    rest = client.v1.payment_intents.list({"limit": 5, "starting_after": first.data[-1].id})
    assert [body.id for body in rest.data] == made[3::-1]
    assert rest.has_more is False
    back = client.v1.payment_intents.list({"limit": 2, "ending_before": rest.data[0].id})
    assert [body.id for body in back.data] == [made[5], made[4]]
    assert [body.id for body in first.auto_paging_iter()] == made[::-1]


def test_a_created_window_bounds_a_list(client, sim):
    early = create(client, "create:1")
    sim.advance(1000)
    late = create(client, "create:2")
    window = {"created": {"gte": late.created - 10}}
    assert [b.id for b in client.v1.payment_intents.list(window).data] == [late.id]
    window = {"created": {"lt": late.created}}
    assert [b.id for b in client.v1.payment_intents.list(window).data] == [early.id]


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"starting_after": "pi_none"}])
def test_bad_pages_are_refused(client, params):
    assert type(error_of(client.v1.payment_intents.list, params)) is stripe.InvalidRequestError


def test_expansion_reaches_through_lists_and_names_what_it_cannot_expand(client, sim):
    intent = paid(client, sim)
    listed = client.v1.payment_intents.list({"expand": ["data.latest_charge.balance_transaction"]})
    assert listed.data[0].latest_charge.balance_transaction.amount == intent.amount
    error = error_of(client.v1.payment_intents.retrieve, intent.id, {"expand": ["wonder"]})
    assert error.user_message == "This property cannot be expanded (wonder)."


def test_search_lags_as_stripe_warns(client, sim):
    create(client)
    query = {"query": "metadata['attempt']:'a1' AND status:'requires_payment_method'"}
    assert client.v1.payment_intents.search(query).data == []
    sim.advance(61)
    assert len(client.v1.payment_intents.search(query).data) == 1
    assert client.v1.payment_intents.search({"query": "status:'canceled'"}).data == []


def test_events_and_balance_transactions_tell_the_story(client, sim):
    intent = paid(client, sim)
    refund(client, intent, 250)
    types = [event.type for event in client.v1.events.list({"limit": 50}).data]
    for kind in ("payment_intent.succeeded", "charge.refunded", "refund.created"):
        assert kind in types
    only = client.v1.events.list({"types": ["terminal.reader.action_succeeded"]})
    assert [e.data.object["id"] for e in only.data] == [READER]
    entries = client.v1.balance_transactions.list()
    assert [(e.type, e.amount) for e in entries.data] == [("refund", -250), ("charge", 1250)]


def test_the_library_sends_the_given_key_whatever_netrc_says(simulator, sim, tmp_path, monkeypatch):
    """Matrix case 71."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    client = simulator.client()
    create(client)
    assert [r["auth"] for r in sim.requests()] == ["Bearer"]
    close_client(client)


def test_the_ledger_tells_the_exact_bytes_of_each_request(client, sim):
    intent = create(client)
    process(client, intent)
    create(client)
    first, second, third = sim.requests()
    assert first["body"] == third["body"]
    assert (first["executed"], third["executed"], third["replayed"]) == (1, 0, 1)
    assert second["path"].endswith("/process_payment_intent")
    assert code_of(error_of(create, client, amount=1)) is None


def test_locations_readers_and_tokens(client):
    address = {"line1": "1 High Street", "country": "US"}
    shop = client.v1.terminal.locations.create({"display_name": "Annex", "address": address})
    assert client.v1.terminal.locations.retrieve(shop.id).display_name == "Annex"
    assert len(client.v1.terminal.locations.list().data) == 2
    given = {"registration_code": "simulated-wpe", "location": shop.id, "label": "Annex"}
    reader = client.v1.terminal.readers.create(given)
    assert (reader.device_type, reader.status) == ("simulated_wisepos_e", "online")
    assert error_of(client.v1.terminal.readers.create, {**given, "registration_code": "x"})
    client.v1.terminal.readers.update(reader.id, {"label": "Door"})
    listed = client.v1.terminal.readers.list({"location": shop.id})
    assert [(r.id, r.label) for r in listed.data] == [(reader.id, "Door")]
    assert client.v1.terminal.readers.delete(reader.id).deleted is True
    assert client.v1.terminal.connection_tokens.create().secret
    seeded = client.v1.terminal.readers.retrieve(READER)
    assert seeded.label == "Front desk"
    assert abs(seeded.last_seen_at / 1000 - time.time()) < 10


def test_half_a_request_of_a_client_that_died_has_not_arrived(simulator):
    """Stripe runs what it has whole: a key with half a body is neither executed nor stored."""
    url = urlsplit(simulator.url)
    head = (
        "POST /v1/payment_intents HTTP/1.1\r\nHost: here\r\nIdempotency-Key: half\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n"
    )
    with socket.create_connection((url.hostname, url.port), timeout=5) as line:
        line.sendall(head.encode() + b"amount=500")
        line.shutdown(socket.SHUT_WR)
        assert line.recv(1) == b""
    assert simulator.sim.requests() == []
