"""Faults in giving money back."""

from __future__ import annotations

from tests.simulation.mutants.engine import Edit, Mutant

_MACHINE = "pos.terminal.refund_machine"
_SERVICE = "pos.services.refunds.service:RefundService"
_STORES = "tests.simulation.refund_stores"
_RESERVED = "reserve(self._rows, new.id, RefundState.CANCELED, RefundState.PLANNED)"

REFUNDS = (
    Mutant(
        "refund sent before its reservation",
        "refunds",
        "I4: the amount is reserved first",
        (Edit(f"{_STORES}:RefundTx.reserve", _RESERVED, "pass"),),
    ),
    Mutant(
        "new refund key without a listing",
        "refunds",
        "P5, case 59: adopt it if it is there",
        (
            Edit(
                f"{_MACHINE}:_unanswered",
                "if r.view.absent else",
                "if r.view.absent or is_old(op, c.now, c.server_now) else",
            ),
            Edit(f"{_MACHINE}:_absent", "twice = r.view", "twice = True or r.view"),
        ),
    ),
    Mutant(
        "new refund key after one listing",
        "refunds",
        "case 58: absent twice, ten minutes apart",
        (
            Edit(
                f"{_MACHINE}:_absent_twice",
                "and at - r.absent_since >= ABSENT_TWICE",
                "and at >= r.absent_since",
            ),
        ),
    ),
    Mutant(
        "one listing and the clock count as two",
        "refunds",
        "case 58: absent twice, ten minutes apart",
        (
            Edit(
                f"{_MACHINE}:_absent",
                "_absent_twice(r, r.view.absent_at)",
                "_absent_twice(r, _stripe_time(c))",
            ),
        ),
    ),
    Mutant(
        "old absence counts after a new sending",
        "refunds",
        "case 58: absent since the last sending",
        (Edit(f"{_MACHINE}:sending", "absent_since=None, ", ""),),
    ),
    Mutant(
        "any refund of the payment adopted",
        "refunds",
        "fact 9: matched by metadata.refund",
        (
            Edit(
                f"{_MACHINE}:absorb_list",
                '(body.get("metadata") or {}).get("refund") == str(r.id)',
                "True",
            ),
        ),
    ),
    Mutant(
        "no metadata on refunds",
        "refunds",
        "fact 9: matched by metadata.refund",
        (Edit(f"{_MACHINE}:_operation", '{"refund": str(r.id)}', "{}"),),
    ),
    Mutant(
        "reservation kept after a failure",
        "refunds",
        "I4: a definite failure releases it",
        (
            Edit(
                f"{_STORES}:reserve",
                "(after not in _RELEASED and after is not done)",
                "(after is not RefundState.CANCELED and after is not done)",
            ),
        ),
    ),
    Mutant(
        "reservation released while unknown",
        "refunds",
        "I4: unknown counts against what is left",
        (
            Edit(
                f"{_STORES}:reserve",
                "(after not in _RELEASED and after is not done)",
                "(after not in {*_RELEASED, RefundState.UNKNOWN} and after is not done)",
            ),
            Edit(
                f"{_STORES}:reserve",
                "before not in _RELEASED and before is not done",
                "before not in {*_RELEASED, RefundState.UNKNOWN} and before is not done",
            ),
        ),
    ),
    Mutant(
        "pending counted as done",
        "refunds",
        "case 61: Stripe may still fail it",
        (
            Edit(
                f"{_MACHINE}:_seen",
                '.get(str(body.get("status")), RefundState.PENDING)',
                '.get(str(body.get("status")), RefundState.SUCCEEDED)',
            ),
        ),
    ),
    Mutant(
        "pending never looked at",
        "refunds",
        "case 61: polled until it ends",
        (
            Edit(
                f"{_MACHINE}:decide",
                "if seen else LookRefund()",
                "",
            ),
        ),
    ),
    Mutant(
        "no answer to a refund taken as a failure",
        "refunds",
        "P8: unknown is not repeated",
        (
            Edit(
                f"{_MACHINE}:absorb_post",
                "return replace(r, state=RefundState.UNKNOWN)",
                "return replace(r, state=RefundState.FAILED)",
            ),
        ),
    ),
    Mutant(
        "refusal believed while an earlier key is open",
        "refunds",
        "case 58: the earlier one may be why it is refused",
        (
            Edit(
                f"{_MACHINE}:absorb_post",
                'any(o.is_open for o in r.ops) or op.code == "idempotency_error"',
                'op.code == "idempotency_error"',
            ),
        ),
        equivalent=(
            "A second fence: a new key leaves only after two listings, ten minutes apart, "
            "did not show the refund; by then no earlier sending is on its way any more "
            "that could be why the new one is refused."
        ),
    ),
    Mutant(
        "over-refund checks off",
        "refunds",
        "I4: never more than was paid",
        (
            Edit("pos.services.refunds.plan:_check_amount", "if amount > remaining:", "if False:"),
            Edit(
                f"{_STORES}:reserve",
                "if payment.reserved < 0 or payment.refunded + payment.reserved > payment.amount:",
                "if False:",
            ),
        ),
    ),
    Mutant(
        "over-refund not checked before the reservation",
        "refunds",
        "I4: never more than was paid",
        (Edit("pos.services.refunds.plan:_check_amount", "if amount > remaining:", "if False:"),),
        equivalent=(
            "One of two fences: the row's CHECK refuses the reservation, nothing is sent; only the"
            " words to the manager are worse. Both off is killed."
        ),
    ),
    Mutant(
        "two open refunds of one payment",
        "refunds",
        "case 56: the second waits",
        (
            Edit(
                f"{_STORES}:reserve",
                "r.payment_id == payment.id and r.is_open for r",
                "False for r",
            ),
        ),
    ),
    Mutant(
        "withdrawn after it was sent",
        "refunds",
        "section 2: cancellable until sent",
        (
            Edit(
                f"{_SERVICE}.withdraw",
                "if not tx.move(refund_id, RefundState.PLANNED, RefundState.CANCELED, now):",
                "states = (RefundState.PLANNED, RefundState.SENT, RefundState.UNKNOWN)\n"
                "        if not any(\n"
                "            tx.move(refund_id, state, RefundState.CANCELED, now)\n"
                "            for state in states\n"
                "        ):",
            ),
        ),
    ),
    Mutant(
        "a person may repeat a refund that is on its way",
        "refunds",
        "P5: only what failed, or is missing twice",
        (
            Edit(
                f"{_MACHINE}:approve_again",
                "not (failed or (r.state is RefundState.UNKNOWN and missing))",
                "r.state is RefundState.SUCCEEDED",
            ),
        ),
    ),
    Mutant(
        "a failed refund of an earlier key adopted",
        "refunds",
        "case 62: a failed one is no answer to the next key",
        (
            Edit(
                f"{_MACHINE}:absorb_list",
                'if ours and body.get("status") not in {"failed", "canceled"}:',
                "if ours:",
            ),
        ),
    ),
)
