"""S14 to S19: what a Stripe Terminal plug-in for a web shop went through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pos.errors import CashierError
from pos.models.states import OpKind, OpState
from pos.terminal import card_paying
from pos.terminal.attempt import Choice, Send, Situation
from pos.terminal.card_operations import cancel_action, process
from tests.proof.incidents.floor import PROCESS, show_a_cart
from tests.support.catalogue import Item
from tests.support.invariants import assert_invariants, violations
from tests.support.simulator import READER

_CARDS = (
    "4000000000000002",
    "4000000000009995",
    "4000000000009987",
    "4000000000000069",
    "4000000000000119",
)


@pytest.mark.parametrize("delivered", [True, False])
def test_s14_wcpos_22_the_command_times_out(world, delivered):
    """The reader worked once after each restart, and then every command timed out.

    Here a timeout is no answer: what arrived is adopted, what did not is sent
    again to the same PaymentIntent, and the till is never restarted.
    """
    world.sim.lose_ack(delivered=delivered, count=1 if delivered else 2)
    run = world.card_sale()
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert len(world.intents()) == len(world.prompts()) == len(world.charges()) == 1


def test_s14_wcpos_27_a_dead_reader_that_stripe_calls_online(world):
    """As S14: the reader hangs, Stripe says online; canceled in time, and the next sale works."""
    run = world.card_sale()
    world.sim.network(on=False, noticed=False)
    world.pass_time(121)
    assert world.settle(run).situation is Situation.CANCELED
    world.sim.network(on=True)
    again = world.till.checkout.begin(world.view(run).cart_id).run_id
    world.pay_card(again)
    world.until(again, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(again).situation is Situation.APPROVED
    assert len(world.charges()) == 1


@pytest.mark.parametrize("stage", ["waiting", "declined", "unknown"])
def test_s15_wcpos_0_0_20_the_cart_is_edited_beside_an_attempt(world, stage):
    """The total of before an edit was charged.

    Here the cart is closed to edits while an attempt lives; after the cancel
    it is edited, and a new PaymentIntent asks for the new total.
    """
    run = world.card_sale()
    if stage == "declined":
        world.sim.decline()
        world.until(run, Situation.DECLINED)
    elif stage == "unknown":
        world.sim.outage()
        world.until(run, Situation.UNKNOWN)
    with pytest.raises(CashierError, match="cart_is_paying"):
        world.till.cart.add_variant(Item("b", "Block", 500))
    world.sim.outage(on=False)
    assert world.cancel(run).situation is Situation.CANCELED
    world.till.checkout.back(run)
    cart = world.till.cart.add_variant(Item("b", "Block", 500))
    run = world.till.checkout.begin(cart.cart_id).run_id
    world.pay_card(run)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert [(pi["amount"], pi["status"]) for pi in world.intents()] == [
        (1960, "canceled"),
        (2460, "succeeded"),
    ]
    assert world.view(run).total_minor == 2460


def _outcomes():
    yield from ((f"card {number}", lambda w, n=number: w.sim.decline(n)) for number in _CARDS)
    yield "customer cancels", lambda w: w.sim.customer_cancel()
    yield "no connection", _no_connection
    for status in ("processing", "requires_action", "requires_confirmation"):
        yield status, lambda w, s=status: w.sim.begin_authorisation(status=s)
    yield "reader unplugged", lambda w: w.sim.unplug(noticed=True)
    yield "canceled elsewhere", _canceled_elsewhere
    yield "line dead", lambda w: w.sim.outage()


def _no_connection(world):
    world.sim.connection_error("not_authorised")
    world.sim.present_card()


def _canceled_elsewhere(world):
    client = world.simulator.client()
    intent = world.intents()[0]["id"]
    client.v1.payment_intents.cancel(intent, {}, {"idempotency_key": "foreign:1"})
    client.session_for_tests.close()


@pytest.mark.parametrize("outcome", [o[1] for o in _outcomes()], ids=[o[0] for o in _outcomes()])
def test_s16_wcpos_50_only_succeeded_is_paid(world, outcome):
    """A declined card approved the order: any answer counted as success.

    Here every other outcome leaves no order, no payment and no receipt number.
    """
    run = world.card_sale()
    outcome(world)
    world.ticks(15)
    assert not world.view(run).is_paid
    assert world.till.purchases.page(offset=0, limit=9) == []
    assert world.charges() == []
    world.sim.outage(on=False)
    if world.sim.reader()["phase"] == "authorising":
        world.sim.finish_authorisation("insufficient_funds")
    assert world.cancel(run).situation is Situation.CANCELED


def test_s17_wcpos_spec_two_tills_one_reader(two_tills):
    """Canceling at one counter would kill the live payment of another.

    Here a till compares before it cancels: the displaced one puts away its own
    PaymentIntent and leaves the reader alone; each sale is charged for itself.
    """
    left, right = two_tills.left, two_tills.right
    lost = left.card_sale(700)
    live = right.card_sale(300)  # Stripe lets it replace a payment that has not begun
    assert left.until(lost, Situation.DISPLACED).choices == (Choice.RETRY, Choice.CANCEL)
    assert left.cancel(lost).situation is Situation.CANCELED
    assert left.posts(OpKind.CANCEL_ACTION) == []
    right.until(live, Situation.WAITING_FOR_CARD)
    left.sim.begin_authorisation()
    busy = left.till.checkout.begin(left.view(lost).cart_id).run_id
    left.pay_card(busy)
    left.until(busy, Situation.READER_BUSY)
    left.sim.finish_authorisation("approve")
    assert right.settle(live).situation is Situation.APPROVED
    left.until(busy, Situation.WAITING_FOR_CARD)
    left.sim.present_card()
    assert left.settle(busy).situation is Situation.APPROVED
    assert [c["amount"] for c in left.charges()] == [300, 700]
    assert two_tills.violations() == []


@pytest.mark.parametrize("stage", ["created", "waiting", "authorising", "declined"])
def test_s18_wcpos_0_0_27_something_is_put_on_the_display(world, stripe, stage):
    """A keep-warm ping showed a cart on the reader and so killed the payment on it.

    Here the till never sends one; somebody else's is seen as what it is, and
    the sale goes on on the same PaymentIntent, charged once.
    """
    run = world.begin()
    world.pay_card(run)
    if stage == "created":
        world.drive(lambda: world.intents() != [], "created")
        show_a_cart(stripe)
        world.until(run, Situation.WAITING_FOR_CARD)  # ours replaces what it shows
    elif stage == "authorising":
        world.until(run, Situation.WAITING_FOR_CARD)
        world.sim.begin_authorisation()
        with pytest.raises(Exception, match="busy"):
            show_a_cart(stripe)
        world.sim.finish_authorisation("approve")
    else:
        _covered(world, run, stripe, stage)
    if stage != "authorising":
        world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert len(world.intents()) == len(world.charges()) == 1
    assert not [p for p in world.posts() if "display" in p["path"] and "foreign" not in p["key"]]


def _covered(world, run, stripe, stage):
    world.until(run, Situation.WAITING_FOR_CARD)
    if stage == "declined":
        world.sim.decline()
        world.until(run, Situation.DECLINED)
    show_a_cart(stripe)
    world.till.desk.wake()
    world.until(run, Situation.DECLINED if stage == "declined" else Situation.DISPLACED)
    world.choose(run, Choice.RETRY)
    world.until(run, Situation.WAITING_FOR_CARD)


def _cancel_and_send_again(a, c, op):
    """What the plug-in did on any text with "timeout": clear the reader, send once more."""
    tries = [o for o in a.ops if o.kind is OpKind.CANCEL_ACTION]
    if len(tries) < op.n:
        return Send(cancel_action(a, c, op.n))
    return Send(process(a, c, op.n + 1))


def _resend_on_timeout(_world, monkeypatch):
    """Mutant 1: any timeout cancels the reader's action and sends again, without a look."""
    decide = card_paying.decide

    def mutant(a, c):
        op = a.last(OpKind.PROCESS)
        if op is not None and op.state is OpState.UNKNOWN and op.n < 3:
            return _cancel_and_send_again(a, c, op)
        return decide(a, c)

    monkeypatch.setattr(card_paying, "decide", mutant)


def _no_key_of_its_own(world, _monkeypatch):
    """Mutant 2: the library mints a key for each call; the till knows nothing of it."""
    true = world.till.gateway.post
    world.till.gateway.post = lambda op: true(replace(op, n=op.n + 100))


@pytest.mark.parametrize(
    ("mutant", "law"),
    [(_resend_on_timeout, "P5 process:"), (_no_key_of_its_own, "P3 ")],
    ids=["cancel and send again", "no durable key"],
)
def test_s19_wcpos_terminal_service_is_caught_as_a_mutant(bare_world, monkeypatch, mutant, law):
    """No key of its own, and on any "timeout" the reader is cleared and asked again.

    Each of the two is planted in this till: the invariants call it by name.
    """
    mutant(bare_world, monkeypatch)
    bare_world.sim.fault("close_after", path=PROCESS)
    run = bare_world.card_sale()
    bare_world.sim.present_card()
    bare_world.settle(run)
    found = violations(bare_world)
    assert any(v.startswith(law) for v in found), found


def test_s19_wcpos_the_real_core_under_the_same_fault(world):
    """As S19, without the mutant: nothing is found."""
    world.sim.fault("close_after", path=PROCESS)
    run = world.card_sale()
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert world.sim.reader(READER)["phase"] == "idle"
    assert_invariants(world)
