"""Faults in what time is allowed to decide."""

from __future__ import annotations

from tests.simulation.mutants.engine import Edit, Mutant

_OPS = "pos.terminal.operations"
_IS_OLD = "return min(ages) < timedelta(minutes=-5) or max(ages) > RESEND_LIMIT"

TIMING = (
    Mutant(
        "sent again after 24 h",
        "time",
        "P4, fact 10: past 20 h look first",
        (Edit(f"{_OPS}:is_old", _IS_OLD, "return False"),),
    ),
    Mutant(
        "age by the local clock only",
        "time",
        "case 70: measured by the later of both",
        (Edit(f"{_OPS}:is_old", "if op.server_at and server_now:", "if False:"),),
    ),
    Mutant(
        "age counted from the last sending",
        "time",
        "P4: Stripe counts from the first",
        (
            Edit(f"{_OPS}:Operation.sent", "self.first_sent_at or now", "now"),
            Edit(f"{_OPS}:Operation.sent", "self.server_at or server_now", "server_now"),
        ),
    ),
    Mutant(
        "a clock that ran backwards proves youth",
        "time",
        "case 70: doubt counts as old",
        (Edit(f"{_OPS}:is_old", "min(ages) < timedelta(minutes=-5) or ", ""),),
        equivalent=(
            "A second fence: no key leaves, first or again, before Stripe's clock is known, "
            "and that clock tells the age; the till's own is asked beside it, in case a "
            "computer slept."
        ),
    ),
    Mutant(
        "age trusted without Stripe's clock",
        "time",
        "case 70: read it first",
        (
            Edit(
                "pos.terminal.card_machine:_open_again",
                "(a.view.not_listed or c.server_now is not None)",
                "True",
            ),
        ),
    ),
    Mutant(
        "created before Stripe's clock was known",
        "time",
        "P4, case 70: no key whose age nobody can prove",
        (
            Edit(
                "pos.terminal.card_machine:_clock_first",
                "c.server_now is None and a.view.reader is None",
                "False",
            ),
        ),
    ),
    Mutant(
        "refunded before Stripe's clock was known",
        "time",
        "P4, case 70: no key whose age nobody can prove",
        (
            Edit(
                "pos.terminal.refund_machine:decide",
                "c.server_now is None and not r.view.absent",
                "False",
            ),
        ),
    ),
    Mutant(
        "waits ignored",
        "time",
        "case 7: back off",
        (
            Edit(
                "pos.terminal.card_waits:not_yet",
                "return left if 0 < left <= _LONGEST_WAIT else 0.0",
                "return 0.0 * left",
            ),
        ),
    ),
    Mutant(
        "waits for ever after the clock was set back",
        "time",
        "I12: no wait of ours is over a minute",
        (
            Edit(
                "pos.terminal.card_waits:not_yet",
                "return left if 0 < left <= _LONGEST_WAIT else 0.0",
                "return max(left, 0.0)",
            ),
        ),
    ),
    Mutant(
        "waits for a card for ever after the clock was set back",
        "time",
        "I12: no decision reads a clock that was set",
        (
            Edit(
                "pos.terminal.card_paying:_wait_for_card",
                "if waited < timedelta():",
                "if False:",
            ),
        ),
    ),
    Mutant(
        "no pause between sendings",
        "time",
        "case 7: back off",
        (
            Edit(
                f"{_OPS}:Operation.answered",
                "now + pause(self.sends)",
                "now",
            ),
        ),
    ),
)
