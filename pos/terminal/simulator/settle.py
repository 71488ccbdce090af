"""What has become due by the clock: authorisations, automatic cards, late refunds."""

from __future__ import annotations

from pos.terminal.simulator import refunds
from pos.terminal.simulator.machine import Reader
from pos.terminal.simulator.world import Merchant, World


def settle_due(world: World) -> None:
    """Let everything due happen; call it inside a transaction."""
    for identity in world.store.due(world.now()):
        row = world.store.row(identity)
        body = world.store.body(identity)
        if row is None or body is None:
            world.store.set_due(identity, None)
            continue
        merchant = Merchant(world, row["account"], bool(row["livemode"]))
        if row["kind"] == "refund":
            refunds.settle(merchant, body)
        else:
            Reader(merchant, body).settle_due()
