"""Every Stripe path the simulator answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pos.terminal.simulator import charges, intents, places, readers, refunds, schema
from pos.terminal.simulator.problems import ApiError, Json
from pos.terminal.simulator.schema import Spec
from pos.terminal.simulator.world import Call


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: who answers, what it takes, which permission a restricted key needs."""

    method: str
    pattern: str
    handler: Callable[[Call], Json]
    permission: str
    spec: Spec
    required: tuple[str, ...] = ()

    @property
    def regex(self) -> re.Pattern[str]:
        return re.compile("^/v1/" + self.pattern.replace(":id", "([A-Za-z0-9_]+)") + "$")


_PI, _CH, _RE = "payment_intents", "charges", "refunds"
_TMR, _TML = "terminal/readers", "terminal/locations"
_TEST = "test_helpers/terminal/readers/:id/present_payment_method"
_READ, _WRITE = "terminal_readers_read", "terminal_readers_write"

_ROUTES = (
    Route("GET", f"{_PI}/search", intents.search, f"{_PI}_read", schema.INTENT_SEARCH, ("query",)),
    Route(
        "POST",
        _PI,
        intents.create,
        f"{_PI}_write",
        schema.INTENT_CREATE,
        ("amount", "currency"),
    ),
    Route("GET", _PI, intents.listing, f"{_PI}_read", schema.INTENT_LIST),
    Route("GET", f"{_PI}/:id", intents.retrieve, f"{_PI}_read", schema.GET),
    Route("POST", f"{_PI}/:id", intents.update, f"{_PI}_write", schema.INTENT_UPDATE),
    Route("POST", f"{_PI}/:id/cancel", intents.cancel, f"{_PI}_write", schema.INTENT_CANCEL),
    Route("POST", f"{_PI}/:id/capture", intents.capture, f"{_PI}_write", schema.INTENT_CAPTURE),
    Route("GET", _CH, charges.listing, "charges_read", schema.CHARGE_LIST),
    Route("GET", f"{_CH}/:id", charges.retrieve, "charges_read", schema.GET),
    Route("POST", _RE, refunds.create, "refunds_write", schema.REFUND_CREATE),
    Route("GET", _RE, refunds.listing, "refunds_read", schema.REFUND_LIST),
    Route("GET", f"{_RE}/:id", refunds.retrieve, "refunds_read", schema.GET),
    Route("POST", _TMR, readers.create, _WRITE, schema.READER_CREATE, ("registration_code",)),
    Route("GET", _TMR, readers.listing, _READ, schema.READER_LIST),
    Route("GET", f"{_TMR}/:id", readers.retrieve, _READ, schema.GET),
    Route("POST", f"{_TMR}/:id", readers.update, _WRITE, schema.READER_UPDATE),
    Route("DELETE", f"{_TMR}/:id", readers.delete, _WRITE, schema.GET),
    Route(
        "POST",
        f"{_TMR}/:id/process_payment_intent",
        readers.process,
        _WRITE,
        schema.PROCESS,
        ("payment_intent",),
    ),
    Route(
        "POST", f"{_TMR}/:id/refund_payment", readers.refund_payment, _WRITE, schema.REFUND_PAYMENT
    ),
    Route("POST", f"{_TMR}/:id/cancel_action", readers.cancel_action, _WRITE, schema.GET),
    Route(
        "POST",
        f"{_TMR}/:id/set_reader_display",
        readers.set_display,
        _WRITE,
        schema.DISPLAY,
        ("type",),
    ),
    Route("POST", _TEST, readers.present, _WRITE, schema.PRESENT),
    Route(
        "POST",
        _TML,
        places.create_location,
        "terminal_locations_write",
        schema.LOCATION_CREATE,
        ("display_name",),
    ),
    Route("GET", _TML, places.locations, "terminal_locations_read", schema.LOCATION_LIST),
    Route("GET", f"{_TML}/:id", places.location, "terminal_locations_read", schema.GET),
    Route(
        "POST", "terminal/connection_tokens", places.token, "connection_tokens_write", schema.TOKEN
    ),
    Route("GET", "events", places.events, "events_read", schema.EVENT_LIST),
    Route("GET", "events/:id", places.event, "events_read", schema.GET),
    Route(
        "GET",
        "balance_transactions",
        places.balance_transactions,
        "balance_transactions_read",
        schema.BALANCE_LIST,
    ),
    Route(
        "GET",
        "balance_transactions/:id",
        places.balance_transaction,
        "balance_transactions_read",
        schema.GET,
    ),
)
_COMPILED = tuple((route, route.regex) for route in _ROUTES)


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """Return the endpoint and the ids in its path; raises ApiError 404 for an unknown path."""
    for route, regex in _COMPILED:
        match = regex.match(path) if route.method == method else None
        if match:
            return route, match.groups()
    raise ApiError(
        404,
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we "
        "can help at https://support.stripe.com/.",
        stored=False,
    )
