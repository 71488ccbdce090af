"""Locations, connection tokens, events and balance transactions."""

from __future__ import annotations

from pos.terminal.simulator.lists import page
from pos.terminal.simulator.problems import Json, invalid
from pos.terminal.simulator.world import Call, Merchant, fresh_id

LOCATION = "terminal.location"
_ADDRESS = {"line1", "line2", "city", "state", "country", "postal_code"}


def write_location(merchant: Merchant, identity: str, name: str, address: Json) -> Json:
    """Open a location."""
    return merchant.create(
        {
            "id": identity,
            "object": LOCATION,
            "address": {part: address.get(part) for part in sorted(_ADDRESS)},
            "created": 0,
            "display_name": name,
            "metadata": {},
            "phone": None,
        }
    )


def create_location(call: Call) -> Json:
    """POST /v1/terminal/locations."""
    address = call.params.get("address")
    if not isinstance(address, dict) or not address.get("country"):
        raise invalid("Missing required param: address.", "parameter_missing", "address")
    unknown = next((part for part in address if part not in _ADDRESS), None)
    if unknown:
        name = f"address[{unknown}]"
        raise invalid(f"Received unknown parameter: {name}", "parameter_unknown", name)
    name = call.params["display_name"]
    location = write_location(call.merchant, fresh_id("tml"), name, address)
    location["metadata"] = call.params.get("metadata", {})
    call.merchant.save(location)
    return location


def location(call: Call) -> Json:
    """GET /v1/terminal/locations/:id."""
    return call.merchant.find(LOCATION, call.ids[0], "location")


def locations(call: Call) -> Json:
    """GET /v1/terminal/locations."""
    return page(call, LOCATION)


def token(call: Call) -> Json:
    """POST /v1/terminal/connection_tokens (only SDKs need one)."""
    told: Json = {"object": "terminal.connection_token", "secret": fresh_id("pst_test")}
    if "location" in call.params:
        call.merchant.find(LOCATION, call.params["location"], "location")
        told["location"] = call.params["location"]
    return told


def event(call: Call) -> Json:
    """GET /v1/events/:id."""
    return call.merchant.find("event", call.ids[0])


def events(call: Call) -> Json:
    """GET /v1/events."""
    types = set(call.params.get("types", []))
    if "type" in call.params:
        types.add(call.params["type"])
    return page(call, "event", lambda body: not types or _any(body["type"], types))


def _any(name: str, types: set[str]) -> bool:
    family = name.rpartition(".")[0] + ".*"
    return bool(types & {name, family, "*"})


def balance_transaction(call: Call) -> Json:
    """GET /v1/balance_transactions/:id."""
    return call.merchant.find("balance_transaction", call.ids[0])


def balance_transactions(call: Call) -> Json:
    """GET /v1/balance_transactions; nothing is ever paid out here, so no payout has any."""
    names = ("type", "source", "currency")
    wanted = {name: call.params[name] for name in names if name in call.params}
    if "payout" in call.params:
        return page(call, "balance_transaction", lambda _body: False)
    return page(
        call, "balance_transaction", lambda body: all(body[n] == v for n, v in wanted.items())
    )
