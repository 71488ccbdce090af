"""Faults in when a key is new and when it is the same."""

from __future__ import annotations

from tests.simulation.mutants.engine import Edit, Mutant

_PAYING = "pos.terminal.card_paying"
_ANSWERS = "pos.terminal.card_answers"
_CANCELLING = "pos.terminal.card_cancelling"
_CARD = "pos.terminal.card_machine"
_REFUND = "pos.terminal.refund_machine"

KEYS = (
    Mutant(
        "process key rotated after no answer",
        "keys",
        "P5, case 18: an unanswered call goes again under its own key",
        (
            Edit(
                f"{_PAYING}:_undelivered",
                "return Send(op)",
                "return Send(process(a, c, op.n + 1))",
            ),
        ),
    ),
    Mutant(
        "create key rotated after no answer",
        "keys",
        "P2, case 4: the PaymentIntent may be there",
        (Edit(f"{_CARD}:_open_again", "return Send(op)", "return Send(create(a, c, op.n + 1))"),),
    ),
    Mutant(
        "process key kept after a decline",
        "keys",
        "fact 6, case 26: the old key replays and the reader sits idle",
        (
            Edit(
                f"{_PAYING}:decide",
                "(op.n if op else 0) + 1",
                "op.n if op else 1",
            ),
        ),
    ),
    Mutant(
        "same key, other parameters",
        "keys",
        "P4: sent again byte for byte",
        (
            Edit(
                f"{_ANSWERS}:sending",
                "sent = op.sent(c.now, c.server_now)",
                "sent = op.sent(c.now, c.server_now)\n"
                '    sent = replace(sent, params=sent.params[:-1] + " " * op.sends + "}")',
            ),
        ),
    ),
    Mutant(
        "same refund key, other amount",
        "keys",
        "P4: sent again byte for byte",
        (
            Edit(
                f"{_REFUND}:sending",
                "sent = op.sent(c.now, c.server_now)",
                "sent = op.sent(c.now, c.server_now)\n"
                '    sent = replace(sent, params=sent.params[:-1] + " " * op.sends + "}")',
            ),
        ),
    ),
    Mutant(
        "no key reused after a crash",
        "keys",
        "P5, case 2: what was open at the start goes on under its key",
        (
            Edit(
                f"{_ANSWERS}:recovered",
                "return replace(a, ",
                "return replace(a, ops=tuple("
                "replace(o, state=OpState.NO) if o.is_open else o for o in a.ops), ",
            ),
        ),
    ),
    Mutant(
        "key numbers begin anew after a crash",
        "keys",
        "P3, P5: the journal of a payment is its memory",
        (Edit(f"{_ANSWERS}:recovered", "return replace(a, ", "return replace(a, ops=(), "),),
    ),
    Mutant(
        "one key for every kind of call",
        "keys",
        "P4: a key belongs to one call",
        (
            Edit(
                "pos.terminal.operations:Operation.key",
                '{self.kind}:{self.owner}:{self.n}"',
                '{self.owner}:{self.n}"',
            ),
        ),
    ),
    Mutant(
        "refund key rotated after no answer",
        "keys",
        "P5, case 55: the refund may be there",
        (
            Edit(
                f"{_REFUND}:_absent",
                "return SendRefund(op)",
                "return SendRefund(_operation(r, c, op.n + 1))",
            ),
        ),
    ),
    Mutant(
        "cancel key kept after a refusal",
        "keys",
        "P5: an answered key only replays its answer",
        (
            Edit(
                f"{_CANCELLING}:_cancel_intent",
                "return Send(cancel_intent(a, c, op.n + 1))",
                "return Send(cancel_intent(a, c, op.n))",
            ),
        ),
    ),
    Mutant(
        "cancel_action key kept after busy",
        "keys",
        "P5: an answered key only replays its answer",
        (
            Edit(
                f"{_CANCELLING}:_free_reader",
                "return Send(cancel_action(a, c, op.n + 1))",
                "return Send(cancel_action(a, c, op.n))",
            ),
        ),
    ),
    Mutant(
        "create repeats a stored 500 for ever",
        "keys",
        "case 8: a stored 500 only replays",
        (Edit(f"{_CARD}:_open_again", "op.replays_an_error or ", ""),),
    ),
    Mutant(
        "cancel repeats a stored 500 for ever",
        "keys",
        "I3b: a stored 500 only replays",
        (
            Edit(
                f"{_CANCELLING}:_cancel_intent",
                "not (op.replays_an_error or is_old(op, c.now, c.server_now))",
                "not is_old(op, c.now, c.server_now)",
            ),
        ),
    ),
    Mutant(
        "process repeats a stored 500 for ever",
        "keys",
        "case 27: a stored 500 only replays",
        (
            Edit(
                f"{_PAYING}:_undelivered",
                'spent = op.code == "terminal_reader_timeout" or op.replays_an_error',
                'spent = op.code == "terminal_reader_timeout"',
            ),
        ),
    ),
    Mutant(
        "timed-out call repeats its key",
        "keys",
        "case 19: the same payment under a new key",
        (
            Edit(
                f"{_PAYING}:_undelivered",
                'spent = op.code == "terminal_reader_timeout" or op.replays_an_error',
                "spent = op.replays_an_error",
            ),
        ),
    ),
    Mutant(
        "new refund key after a 500 without a manager",
        "keys",
        "case 58: only a person may allow it",
        (Edit(f"{_REFUND}:_absent", "if twice and op.n < r.approved_n:", "if twice:"),),
    ),
)
