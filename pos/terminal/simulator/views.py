"""What Stripe shows of an object: without the simulator's own bookkeeping."""

from __future__ import annotations

from typing import Any

from pos.terminal.simulator.problems import Json

SILENCE = 120  # seconds without signal after which Stripe calls a reader offline


def public(value: Any, now: float) -> Any:
    """Strip ``sim`` and compute what depends on the clock, also inside lists."""
    if isinstance(value, list):
        return [public(item, now) for item in value]
    if not isinstance(value, dict):
        return value
    shown = {name: public(item, now) for name, item in value.items() if name != "sim"}
    if value.get("object") == "terminal.reader" and "sim" in value:
        shown |= _seen(value["sim"], now)
    return shown


def last_seen(sim: Json, now: float) -> float:
    """Seconds since 1970 of the reader's last sign of life."""
    silent: float | None = sim["silent_since"]
    return now if silent is None else silent


def _seen(sim: Json, now: float) -> Json:
    seen = last_seen(sim, now)
    status = "offline" if now - seen >= SILENCE else "online"
    return {"status": status, "last_seen_at": int(seen * 1000)}
