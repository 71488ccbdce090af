"""Between till and Stripe: every call that the till makes there, spoiled in every way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from pos.app.links import outside
from pos.errors import CashierError
from pos.models.states import RefundState
from pos.terminal.api import Progress
from pos.terminal.attempt import Choice, Situation
from tests.proof.network.cases import Case, Endpoint, Turnstile, arm, struck
from tests.proof.network.proxy import Proxy
from tests.support.invariants import violations
from tests.support.simulator import SimControl, SimulatorProcess
from tests.support.world import World

_AGAIN = (Choice.RETRY, Choice.RESUME)
_TRIES = 400
_LOOKS = {"intent": "GET intent", "reader": "GET reader", "refund": "GET refund"}
_LISTS = {"intents_since": "GET intents", "refunds_of": "GET refunds"}


class Through:
    """The simulator as a `World` sees it, behind the proxy; its controls are reached directly."""

    def __init__(self, url: str, sim: SimControl) -> None:
        self.url = url
        self.sim = sim


class Counter:
    """A till with a cashier who gets every sale to its end. ``cancels``: to a canceled one."""

    def __init__(self, world: World, turnstile: Turnstile) -> None:
        self.world = world
        self.turnstile = turnstile
        self.cancels = ""
        self.wanted: dict[UUID, bool] = {}
        gateway = world.till.gateway
        turnstile.guard(gateway, "post", lambda op: str(op.kind))
        for method, name in (_LOOKS | _LISTS).items():
            turnstile.guard(gateway, method, lambda _about, name=name: name)

    def sale(self, cancels: str = "") -> UUID:
        """Sell by card. ``cancels``: ``early`` as soon as it may be, ``late`` at the reader."""
        world, self.cancels = self.world, cancels
        run = world.begin()
        self._patiently(lambda: world.pay_card(run))
        self.attend(run)
        self.wanted[run] = not cancels
        if cancels:
            world.till.checkout.back(run)
            world.till.cart.clear()
        else:
            world.till.checkout.receipt_done(run)
        return run

    def _patiently(self, act: Callable[[], object]) -> None:
        """Do as the cashier who is told to try again; the window's own probe runs meanwhile."""
        for _ in range(_TRIES):
            try:
                act()
            except CashierError:
                self.world.till.stripe.probe()
                self.world.tick()
            else:
                return
        raise AssertionError("the till never took a card again")

    def attend(self, run: UUID) -> None:
        """Tick and answer what the till asks, until the tender is settled."""
        world, session = self.world, self.world.view(run).session_id
        for _ in range(_TRIES):
            world.tick()
            last = world.last.get(run)
            if last is None or last.session_id != session:
                continue  # an earlier tender of the same cart is being put away
            if last.settled or not last.blocks:
                return
            if world.view(run).blocks and last.delay != 0:
                self._answer(run, last)
        raise AssertionError(f"never settled: {world.last.get(run)}")

    def _answer(self, run: UUID, shown: Progress) -> None:
        at_reader = shown.situation is Situation.WAITING_FOR_CARD
        again = next((choice for choice in _AGAIN if choice in shown.choices), None)
        may_cancel = Choice.CANCEL in shown.choices
        if self.cancels and may_cancel and (at_reader or again or self.cancels == "early"):
            self.world.choose(run, Choice.CANCEL)
        elif at_reader and self.world.sim.reader()["phase"] == "waiting":
            self.world.sim.present_card()
        elif again is not None:
            self.world.choose(run, again)

    def give_back(self, run: UUID, amount: int) -> None:
        """Refund a part and wait for its end, the manager at hand."""
        world = self.world
        refund = world.request_refund(run, amount)
        for _ in range(_TRIES):
            world.tick()
            seen = world.refunded.get(refund)
            if seen is not None and seen.state in {RefundState.SUCCEEDED, RefundState.FAILED}:
                break
            if seen is not None and seen.code == "needs_manager":
                world.till.refunds.approve_again(refund)
                world.till.desk.wake()
            if seen is not None and seen.code == "pending":
                self._bank_settles()
                world.pass_time(3700)
        assert world.refunded[refund].state is RefundState.SUCCEEDED, world.refunded[refund]

    def _bank_settles(self) -> None:
        """Let what the bank was slow with succeed; the till has looked at it once."""
        for refund in self.world.sim.ledger()["refunds"]:
            if refund["status"] == "pending":
                self.world.sim.settle_refund(refund["id"])


def _pays(counter: Counter, times: int) -> None:
    for _ in range(times):
        counter.sale()


def _gives_up(counter: Counter, times: int) -> None:
    for _ in range(times):
        counter.sale("early")


def _cancels(counter: Counter, times: int) -> None:
    for _ in range(times):
        counter.sale("late")


def _refunds(counter: Counter, times: int) -> None:
    run = counter.sale()
    for amount in (500, 700)[:times]:
        counter.give_back(run, amount)


def _lost_creates(counter: Counter, times: int) -> None:
    """A stored 500 can only be cleared up by a listing."""
    for _ in range(times):
        counter.world.sim.fault("error_500_executed", path=r"/v1/payment_intents$")
        counter.sale()


def _lost_refunds(counter: Counter, times: int) -> None:
    run = counter.sale()
    for amount in (500, 700)[:times]:
        counter.world.sim.fault("close_after", path=r"/v1/refunds$")
        counter.give_back(run, amount)


def _slow_refunds(counter: Counter, times: int) -> None:
    run = counter.sale()
    counter.world.sim.settings(refunds_pending=True)
    for amount in (500, 700)[:times]:
        counter.give_back(run, amount)


def _looks_for_readers(counter: Counter, times: int) -> None:
    """The settings ask; a failure is a sentence for a person, and asking again helps."""
    ask = outside(counter.world.till).list_readers
    answered = 0
    for _ in range(_TRIES):
        try:
            found = counter.turnstile.through("GET readers", ask)
        except CashierError:
            continue
        assert found, "no reader in a list that answered"
        answered += 1
        if answered > times:
            return
    raise AssertionError("the readers were never listed")


_INTENTS, _READERS = r"^/v1/payment_intents", r"^/v1/terminal/readers"
ENDPOINTS = {
    e.name: e
    for e in (
        Endpoint("create, pays", "create", "POST", _INTENTS + "$", _pays),
        Endpoint("create, gives up", "create", "POST", _INTENTS + "$", _gives_up),
        Endpoint("process, pays", "process", "POST", r"/process_payment_intent$", _pays),
        Endpoint("process, cancels", "process", "POST", r"/process_payment_intent$", _cancels),
        Endpoint("cancel_action", "cancel_action", "POST", r"/cancel_action$", _cancels),
        Endpoint("cancel_intent", "cancel_intent", "POST", _INTENTS + r"/\w+/cancel$", _cancels),
        Endpoint("refund", "refund", "POST", r"^/v1/refunds$", _refunds),
        Endpoint("intent, pays", "GET intent", "GET", _INTENTS + r"/\w+$", _pays),
        Endpoint("intent, cancels", "GET intent", "GET", _INTENTS + r"/\w+$", _cancels),
        Endpoint("reader, pays", "GET reader", "GET", _READERS + r"/\w+$", _pays),
        Endpoint("reader, cancels", "GET reader", "GET", _READERS + r"/\w+$", _cancels),
        Endpoint("intents", "GET intents", "GET", _INTENTS + "$", _lost_creates),
        Endpoint("refunds", "GET refunds", "GET", r"^/v1/refunds$", _lost_refunds),
        Endpoint("refund again", "GET refund", "GET", r"^/v1/refunds/\w+$", _slow_refunds),
        Endpoint("readers", "GET readers", "GET", _READERS + "$", _looks_for_readers),
    )
}


class StripeSide:
    """One simulator behind one proxy; a new till for every case."""

    def __init__(self, template: Path, work: Path, simulator: SimulatorProcess, proxy: Proxy):
        self._template, self._work, self._proxy = template, work, proxy
        self._simulator = simulator
        self.turnstile = Turnstile(proxy)

    def run(self, case: Case) -> str:
        """Play one case; returns what is wrong with it."""
        sim, proxy = self._simulator.sim, self._proxy
        sim.reset()
        folder = self._work / "till"
        world = World(self._template, folder, Through(proxy.url, sim))  # type: ignore[arg-type]  # it acts like one
        try:
            endpoint = ENDPOINTS[case.endpoint]
            counter = Counter(world, self.turnstile)
            arm(case, endpoint, proxy, self.turnstile)
            endpoint.play(counter, case.nth)
            proxy.calm()
            world.rest()
            wrong = struck(proxy, self.turnstile) + self._wrong(counter)
        finally:
            proxy.calm()
            world.close()
            shutil.rmtree(folder)
        return "; ".join(wrong)

    def _wrong(self, counter: Counter) -> list[str]:
        world = counter.world
        found = [line for line in violations(world) if not self._was_copied(line, world)]
        for run, paid in counter.wanted.items():
            if world.view(run).is_paid is not paid:
                found.append(f"run {run}: paid should be {paid}")
        return found

    def _was_copied(self, line: str, world: World) -> bool:
        """Tell whether more arrived than was sent only because the network made copies."""
        for key, extra in self._proxy.extra_copies().items():
            if key and line.startswith(f"P3 {key}: arrived "):
                arrived, sends = [int(word) for word in line.split() if word.isdigit()]
                return arrived - extra <= sends
        return False
