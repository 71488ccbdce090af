"""``expand[]``: an id in the answer is replaced by the object it names."""

from __future__ import annotations

from typing import Any

from pos.terminal.simulator.problems import Json, invalid
from pos.terminal.simulator.views import public
from pos.terminal.simulator.world import Merchant

_MAX_DEPTH = 4
_KNOWN = ("pi_", "ch_", "re_", "txn_", "tml_", "tmr_", "pm_")


def expand(merchant: Merchant, body: Json, paths: list[Any]) -> Json:
    """Return the body with every path expanded; raises ApiError on an unknown one."""
    for path in paths:
        parts = str(path).split(".")
        if len(parts) > _MAX_DEPTH:
            raise invalid("You cannot expand more than 4 levels of a property", param="expand")
        _along(merchant, body, parts, str(path))
    return body


def _along(merchant: Merchant, node: Any, parts: list[str], path: str) -> None:
    if isinstance(node, list):
        for item in node:
            _along(merchant, item, parts, path)
    elif parts and isinstance(node, dict):
        name = parts[0]
        if name not in node:
            raise invalid(f"This property cannot be expanded ({path}).", param="expand")
        node[name] = _expanded(merchant, node[name], path)
        _along(merchant, node[name], parts[1:], path)


def _expanded(merchant: Merchant, value: Any, path: str) -> Any:
    if not isinstance(value, str):
        return value
    body = merchant.world.store.body(value) if value.startswith(_KNOWN) else None
    if body is None:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    return public(body, merchant.now)
