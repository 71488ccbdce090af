"""Faults in what is on the disk when, and in what holds together."""

from __future__ import annotations

from tests.simulation.mutants.engine import Edit, Mutant

_TERMINAL = "pos.terminal.stripe_terminal:StripeTerminal"
_DRIVER = "pos.terminal.refund_driver:RefundDriver"
_CHECKOUT = "pos.services.checkout.service:CheckoutService"
_STORES = "tests.simulation.stores"
_WRITE = "yield RunTx(rows, self._disk)"

JOURNAL = (
    Mutant(
        "sent without a journal row",
        "journal",
        "P3: no row, no send",
        (
            Edit(
                f"{_TERMINAL}._send",
                "journalled = self._store.save(attempt, journalled)",
                "journalled = replace(journalled)",
            ),
        ),
    ),
    Mutant(
        "journal row written after the send",
        "journal",
        "P3: the row first",
        (
            Edit(
                f"{_TERMINAL}._send",
                "journalled = self._store.save(attempt, journalled)",
                "wanted = journalled",
            ),
            Edit(
                f"{_TERMINAL}._send",
                "self._heard(answer)",
                "self._heard(answer)\n    journalled = self._store.save(attempt, wanted)",
            ),
        ),
    ),
    Mutant(
        "answer not journalled",
        "journal",
        "P3: what was answered is known after a crash",
        (
            Edit(
                f"{_TERMINAL}._send",
                "return self._store.save(journalled, answered)",
                "return answered",
            ),
        ),
    ),
    Mutant(
        "read of the PaymentIntent not kept",
        "journal",
        "case 47: PAID is durable before it is shown",
        (
            Edit(
                f"{_TERMINAL}._look",
                "return replace(self._store.save(attempt, seen), view=seen.view)",
                "return seen",
            ),
        ),
    ),
    Mutant(
        "refund sent without a journal row",
        "journal",
        "P3: no row, no send",
        (
            Edit(
                f"{_DRIVER}._send",
                "self._save(r, refund_machine.sending(r, action.op, self._context()))",
                "refund_machine.sending(r, action.op, self._context())",
            ),
        ),
    ),
    Mutant(
        "answer to a refund not journalled",
        "journal",
        "P3: what was answered is known after a crash",
        (
            Edit(
                f"{_DRIVER}._send",
                "return self._save(journalled, answered)",
                "return answered",
            ),
        ),
    ),
    Mutant(
        "outbox row of an order outside its transaction",
        "journal",
        "I1: the backend hears of every sale",
        (
            Edit(
                f"{_STORES}:RunTx.commit",
                "outbox.enqueue_order(rows, rows.orders[run.id], now)",
                "pass",
            ),
            Edit(
                f"{_STORES}:Runs.write",
                _WRITE,
                "known = set(rows.orders)\n"
                f"        {_WRITE}\n"
                "    for run_id in rows.orders.keys() - known:\n"
                "        with self._disk.transaction() as later:\n"
                "            outbox.enqueue_order(later, later.orders[run_id], self._disk.u.now)",
            ),
        ),
    ),
    Mutant(
        "outbox row of a refund outside its transaction",
        "journal",
        "I1: the backend hears of every refund",
        (
            Edit(
                "pos.services.refunds.service:RefundService._reserve",
                "after_settling(tx, new.id, RefundState.SUCCEEDED, now)",
                "pass",
            ),
            Edit(
                "pos.services.refunds.service:RefundService.request",
                "return self._reserve(tx, ask)",
                "made = self._reserve(tx, ask)\n"
                "        with self._store.write() as tx:\n"
                "            if tx.refund(made).provider_id == CASH:\n"
                "                after_settling(tx, made, RefundState.SUCCEEDED, self._clock())\n"
                "        return made",
            ),
        ),
    ),
    Mutant(
        "order committed twice",
        "journal",
        "I2: one order per cart",
        (
            Edit(
                f"{_CHECKOUT}._commit_if_paid",
                "if run.is_committed or run.finished_at is not None or not sessions:",
                "if not sessions:",
            ),
            Edit(
                f"{_CHECKOUT}._commit_if_paid",
                "if not run.is_committed:\n            self._commit(tx, run, taken)",
                "self._commit(tx, run, taken)",
            ),
        ),
    ),
    Mutant(
        "receipt number taken before the commit",
        "journal",
        "I6: no gap",
        (
            Edit(
                f"{_STORES}:RunTx.commit",
                "rows.last_receipt += 1",
                "self._disk.rows.last_receipt += 1\n"
                "    rows.last_receipt = self._disk.rows.last_receipt",
            ),
        ),
    ),
    Mutant(
        "receipt number counted outside the transaction",
        "journal",
        "I6: no number twice",
        (
            Edit(f"{_STORES}:RunTx.commit", "rows.last_receipt += 1", "pass"),
            Edit(
                f"{_STORES}:RunTx.commit",
                "number=rows.last_receipt,",
                "number=rows.last_receipt + 1,",
            ),
            Edit(
                f"{_STORES}:Runs.write",
                _WRITE,
                "known = len(rows.orders)\n"
                f"        {_WRITE}\n"
                "    if len(rows.orders) > known:\n"
                "        with self._disk.transaction() as later:\n"
                "            later.last_receipt += 1",
            ),
        ),
    ),
)
