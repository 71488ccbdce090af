"""Stripe's lists: newest first, a cursor either way, at most 100 at a time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from pos.terminal.simulator.problems import Json, invalid
from pos.terminal.simulator.world import Call

_DEFAULT, _MOST = 10, 100
_FAR = 2**62


def page(call: Call, kind: str, keep: Callable[[Json], bool] = lambda _body: True) -> Json:
    """One page of the caller's objects of this kind that ``keep`` accepts."""
    params = call.params
    limit = _limit(params)
    backward = "ending_before" in params
    at, seq = _cursor(call, kind, params)
    low, high = _window(params.get("created", {}))
    where = {
        "kind": kind,
        "account": call.merchant.account,
        "livemode": int(call.merchant.livemode),
        "low": low,
        "high": high,
        "at": at,
        "seq": seq,
    }
    found = filter(keep, call.store.page(where, newer_first=not backward))
    rows = list(islice(found, limit + 1))
    data = rows[:limit]
    return wrap(data[::-1] if backward else data, call.path, more=len(rows) > limit)


def wrap(data: list[Json], url: str, *, more: bool) -> Json:
    """Put bodies into Stripe's list object."""
    return {"object": "list", "url": url, "has_more": more, "data": data}


def _limit(params: Json) -> int:
    limit: int = params.get("limit", _DEFAULT)
    if not 1 <= limit <= _MOST:
        raise invalid(
            f"This value must be between 1 and {_MOST}.", "parameter_invalid_integer", "limit"
        )
    return limit


def _cursor(call: Call, kind: str, params: Json) -> tuple[int, int]:
    if "starting_after" in params and "ending_before" in params:
        raise invalid("Only one of starting_after and ending_before.", param="starting_after")
    for name in ("starting_after", "ending_before"):
        if name in params:
            call.merchant.find(kind, params[name], name)
            row = call.store.row(params[name])
            return (row["created"], row["seq"]) if row else (_FAR, _FAR)
    return _FAR, _FAR


def _window(created: Json) -> tuple[int, int]:
    low = max(created.get("gte", 0), created.get("gt", -1) + 1)
    high = min(created.get("lte", _FAR), created.get("lt", _FAR + 1) - 1)
    return low, high
