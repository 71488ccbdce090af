"""What several incidents need: what the screen said, a till with its backend, two tills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

from pos.backend.client import BackendClient
from pos.services.secrets import BACKEND_TOKEN
from pos.services.sync import Sync, SyncStatus
from pos.terminal.attempt import Situation
from tests.support.backend import TOKEN, BackendProcess
from tests.support.invariants import violations
from tests.support.simulator import READER
from tests.support.world import World

PROCESS = r"process_payment_intent$"
CREATE = r"payment_intents$"
CANCEL_ACTION = r"cancel_action$"
CANCEL_INTENT = r"payment_intents/[^/]+/cancel$"
REFUND = r"/v1/refunds$"
OVER = frozenset({Situation.DECLINED, Situation.CANCELED, Situation.REFUSED})
"""What tells the cashier that the customer was not charged."""


class Said:
    """Every situation that was put on the screen of a run."""

    def __init__(self, world: World) -> None:
        self.situations: dict[UUID, list[Situation]] = {}
        tick = world.tick

        def heard():
            done = tick()
            for step in done.runs:
                self.situations.setdefault(step.run.run_id, []).append(step.progress.situation)
            return done

        world.tick = heard

    def of(self, run: UUID) -> set[Situation]:
        return set(self.situations.get(run, ()))


class Pair:
    """Two tills on one reader."""

    def __init__(self, left: World, right: World) -> None:
        self.left = left
        self.right = right

    def violations(self) -> list[str]:
        """Everything wrong with either, but for requests that were the other one's."""
        both = {id(w): {e.about for e in w.witness.events} for w in (self.left, self.right)}
        found = []
        for mine, other in ((self.left, self.right), (self.right, self.left)):
            theirs = both[id(other)]
            found += [v for v in violations(mine) if not any(k and k in v for k in theirs)]
        return found


def keys(world: World, kind: Any) -> list[str]:
    """The numbers of the keys that arrived at Stripe, for one kind of call."""
    return [p["key"].rpartition(":")[2] for p in world.posts(kind)]


def leave(world: World, run: UUID) -> None:
    """Go back to the cart after a cancel, and empty it."""
    world.till.checkout.back(run)
    for line in world.till.cart.current().lines:
        world.till.cart.remove(line.id)


def show_a_cart(stripe: Any, n: int = 1) -> None:
    """What a keep-warm ping did: put a cart on the reader's display."""
    cart = {"type": "cart", "cart": {"currency": "usd", "total": 1, "line_items": []}}
    options = {"idempotency_key": f"foreign:display{n}"}
    stripe.terminal.readers.set_reader_display(READER, cart, options)


def pair_up(world: World, backend: BackendProcess) -> None:
    """Enrol a till that has not sold anything yet."""
    world.secrets.set(BACKEND_TOKEN, TOKEN)
    world.till.secrets.set(BACKEND_TOKEN, TOKEN)
    world.till.settings.set_backend_url(backend.url)
    world.till.link.connect(world.till.sync)
    drain(world.till.sync, world.clock)


def drain(sync: Sync, clock: Any, ticks: int = 400) -> SyncStatus:
    """Tick, moving the clock as far as each tick asks, until nothing waits."""
    for _ in range(ticks):
        status = sync.tick()
        if not status.waiting and status.delay > 1 and not status.code:
            return status
        clock.advance(seconds=status.delay)
    raise AssertionError(f"still {sync.status()}")


@contextmanager
def syncing(db: Any, clock: Any, backend: BackendProcess, **more: Any) -> Iterator[Sync]:
    """A sender of its own on a till's database."""
    with BackendClient(backend.url, TOKEN) as client:
        yield Sync(db, clock, client, jitter=lambda: 1.0, **more)


def at_once(*acts: Callable[[], object]) -> list[Any]:
    """Do all of them at the same instant; what each returned or raised."""
    line, found = Barrier(len(acts)), [None] * len(acts)

    def act(n: int) -> None:
        line.wait(10)
        try:
            found[n] = acts[n]()
        except Exception as error:  # noqa: BLE001 - the caller looks at what it was
            found[n] = error

    threads = [Thread(target=act, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found
