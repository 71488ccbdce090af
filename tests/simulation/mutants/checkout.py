"""Faults in the run of a checkout."""

from __future__ import annotations

from tests.simulation.mutants.engine import Edit, Mutant

_MODULE = "pos.services.checkout.service"
_CHECKOUT = f"{_MODULE}:CheckoutService"
_ANSWERS = "pos.terminal.card_answers"

CHECKOUT = (
    Mutant(
        "second tender allowed while one is live",
        "checkout",
        "P8: another tender only after canceled",
        (
            Edit(
                f"{_MODULE}:_is_taken",
                "return held or run.is_committed",
                "return run.is_committed and held",
            ),
        ),
    ),
    Mutant(
        "back allowed while a tender is live",
        "checkout",
        "I2b: only after canceled",
        (
            Edit(
                f"{_CHECKOUT}.back",
                "if _blocking(tx, run_id) or _authorized(tx, run_id):",
                "if _authorized(tx, run_id):",
            ),
        ),
    ),
    Mutant(
        "a second run for the same cart",
        "checkout",
        "one run per cart, never started twice",
        (Edit(f"{_CHECKOUT}.begin", "run = tx.by_cart(cart_id)", "run = None"),),
    ),
    Mutant(
        "parking only hides the payment",
        "checkout",
        "I3b: what was set aside is put away",
        (Edit(f"{_ANSWERS}:_parked", "parked=True, wish=wish", "parked=True"),),
    ),
    Mutant(
        "parking loses the session",
        "checkout",
        "I3b: what was set aside is put away",
        (
            Edit(
                f"{_CHECKOUT}.choose",
                "self._pass_on(run_id, choice)",
                "if choice is not Choice.PARK:\n        self._pass_on(run_id, choice)",
            ),
        ),
    ),
    Mutant(
        "a parked run that is paid is dropped",
        "checkout",
        "I1: what is paid is sold",
        (
            Edit(
                f"{_CHECKOUT}._commit_if_paid",
                "if run.is_committed or ",
                "if run.is_committed or run.parked_at or ",
            ),
            Edit(f"{_CHECKOUT}._end_parked", "s.is_live or s.is_authorized", "s.is_live"),
        ),
    ),
    Mutant(
        "authorised is not committed",
        "checkout",
        "section 2: after authorised the way on is the commit",
        (
            Edit(
                f"{_CHECKOUT}._settle",
                "if progress.status is SessionStatus.AUTHORIZED:\n"
                "        self._commit_if_paid(run_id)",
                "if progress.status is SessionStatus.AUTHORIZED:\n        return",
            ),
        ),
    ),
    Mutant(
        "shown as paid when authorised",
        "checkout",
        "I3: paid means durable",
        (
            Edit(
                "tests.simulation.stores:RunTx.view",
                "order = self._rows.orders.get(run_id)",
                "paid = any(s.is_authorized for s in self.sessions(run_id))\n"
                "    run = self.get(run_id)\n"
                "    guess = Order(id=run_id, cart_id=run.cart_id, number=0, total=0)\n"
                "    order = self._rows.orders.get(run_id) or (guess if paid else None)",
            ),
        ),
        equivalent=(
            "Nobody can look in between: one step of the desk sees the payment authorised "
            "and commits the order, and after a crash between the two the start commits "
            "before the counter shows anything."
        ),
    ),
    Mutant(
        "a run that was left can be paid",
        "checkout",
        "I16: its cart may have changed",
        (
            Edit(
                "pos.services.checkout.opening:refuse_left",
                "if run.state in _LEFT or run.parked_at is not None:",
                "if False:",
            ),
        ),
    ),
    Mutant(
        "closed without a word in the journal",
        "checkout",
        "P8: an override is logged",
        (
            Edit(
                f"{_CHECKOUT}.close_unresolved",
                'tx.record(Event("payment_closed", str(run_id), data, actor), self._clock())',
                "del data",
            ),
        ),
    ),
    Mutant(
        "closed although nothing needs a check",
        "checkout",
        "P8: only what needs a check",
        (
            Edit(
                f"{_ANSWERS}:choose",
                "return replace(a, phase=CardPhase.CLOSED) if a.phase is CardPhase.NEEDS_CHECK"
                " else a",
                "return replace(a, phase=CardPhase.CLOSED)",
            ),
        ),
    ),
    Mutant(
        "another account's payments are worked on",
        "checkout",
        "P4, case 69: wait for the right key",
        (
            Edit(
                "pos.terminal.card_machine:_without_the_key",
                "if all(op.account == c.account for op in a.ops):",
                "if c.account:",
            ),
        ),
    ),
    Mutant(
        "another account's refunds are worked on",
        "checkout",
        "P4, case 69: wait for the right key",
        (
            Edit(
                "pos.terminal.refund_machine:decide",
                "if not c.account or any(op.account != c.account for op in r.ops):",
                "if not c.account:",
            ),
        ),
    ),
)
