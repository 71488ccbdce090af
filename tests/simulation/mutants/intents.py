"""Faults around the one PaymentIntent of a tender, and when another tender may follow."""

from __future__ import annotations

from tests.simulation.mutants.engine import Edit, Mutant

_PAYING = "pos.terminal.card_paying"
_ANSWERS = "pos.terminal.card_answers"
_CARD = "pos.terminal.card_machine"
_BLOCKS = "return not (self.is_settled or self.released)"

INTENTS = (
    Mutant(
        "new PaymentIntent on retry",
        "intents",
        "P2, case 39: a decline goes on with the same one",
        (
            Edit(f"{_ANSWERS}:_again", "asked=asked, ", 'asked=asked, intent_id="", '),
            Edit(
                f"{_CARD}:_open_intent",
                "if op is None or op.state is OpState.NO:",
                "if op is None or not op.is_open:",
            ),
        ),
    ),
    Mutant(
        "other tender while unknown",
        "intents",
        "P8: unknown blocks",
        (
            Edit(
                "pos.terminal.attempt:CardAttempt.blocks",
                _BLOCKS,
                'unknown = any(op.state == "unknown" for op in self.ops)\n'
                "    return not (self.is_settled or self.released or unknown)",
            ),
        ),
    ),
    Mutant(
        "other tender as soon as cancel is clicked",
        "intents",
        "P2, case 31: only after canceled was read",
        (
            Edit(
                "pos.terminal.attempt:CardAttempt.blocks",
                _BLOCKS,
                'return not (self.is_settled or self.released or self.wish == "cancel")',
            ),
        ),
    ),
    Mutant(
        "released although the reader was asked",
        "intents",
        "P2: only where no process call ever left",
        (
            Edit(
                f"{_ANSWERS}:_cancel",
                "released=a.released or not left",
                "released=True",
            ),
        ),
    ),
    Mutant(
        "a decline frees the sale",
        "intents",
        "P2, fact 4: requires_payment_method does not prove non-payment",
        (
            Edit(
                "pos.terminal.session_row:columns_of",
                '"is_live": a.blocks,',
                '"is_live": a.blocks and a.phase is not CardPhase.DECLINED,',
            ),
        ),
    ),
    Mutant(
        "cancel believed without a read",
        "intents",
        "P6: not paid only from a read",
        (
            Edit(
                f"{_ANSWERS}:absorb_post",
                "return _told(a, answer)",
                "done = op.kind is OpKind.CANCEL_INTENT and op.state is OpState.OK\n"
                "    return replace(a, phase=CardPhase.CANCELED) if done else _told(a, answer)",
            ),
        ),
    ),
    Mutant(
        "lost answer to cancel taken as done",
        "intents",
        "case 34: ask what became of it",
        (
            Edit(
                f"{_ANSWERS}:absorb_post",
                "return _told(a, answer)",
                "done = op.kind is OpKind.CANCEL_INTENT and op.is_open\n"
                "    return replace(a, phase=CardPhase.CANCELED) if done else _told(a, answer)",
            ),
        ),
    ),
    Mutant(
        "refused cancel taken as done",
        "intents",
        "case 33: it may be refused because it is paid",
        (
            Edit(
                f"{_ANSWERS}:absorb_post",
                "return _told(a, answer)",
                "done = op.kind is OpKind.CANCEL_INTENT and op.state is OpState.NO\n"
                "    return replace(a, phase=CardPhase.CANCELED) if done else _told(a, answer)",
            ),
        ),
    ),
    Mutant(
        "404 taken as not paid",
        "intents",
        "case 69: it is never not paid",
        (
            Edit(
                f"{_ANSWERS}:absorb_intent",
                'return needs_check(a, Notice("resource_missing", answer.message))',
                "return replace(a, phase=CardPhase.CANCELED)",
            ),
        ),
    ),
    Mutant(
        "no answer taken as not paid",
        "intents",
        "case 29: never conclude from silence",
        (
            Edit(
                f"{_CARD}:_cannot_see",
                "if a.view.reader is None and not a.view.reader_unreachable:",
                "if a.looks > 2:\n"
                "        return Turn(replace(a, phase=CardPhase.CANCELED))\n"
                "    if a.view.reader is None and not a.view.reader_unreachable:",
            ),
        ),
    ),
    Mutant(
        "lost create taken as never opened",
        "intents",
        "case 3: learn what became of it and put it away",
        (
            Edit(
                f"{_CARD}:_open_intent",
                "op.state in {OpState.NO, OpState.HELD}",
                "op.state is not OpState.OK",
            ),
        ),
    ),
    Mutant(
        "any listed PaymentIntent adopted",
        "intents",
        "case 8: only one with our attempt in its metadata",
        (Edit(f"{_ANSWERS}:absorb_list", "facts.attempt == str(a.id) and ", ""),),
    ),
    Mutant(
        "strays left open",
        "intents",
        "case 8: a stray is canceled",
        (Edit(f"{_ANSWERS}:absorb_list", "strays=a.strays + strays", "strays=a.strays"),),
    ),
    Mutant(
        "listing taken from now on",
        "intents",
        "case 12: it has to reach back to the create",
        (
            Edit(
                f"{_CARD}:_since",
                "return min(a.created_at, sent) - max(ahead, timedelta())",
                "return a.created_at",
            ),
        ),
    ),
    Mutant(
        "an empty listing of an unknown time believed",
        "intents",
        "case 12: a wrong clock makes it look past the PaymentIntent",
        (
            Edit(
                f"{_ANSWERS}:absorb_list",
                "not_listed=not blind",
                "not_listed=True",
            ),
        ),
        equivalent=(
            "A second fence: no create leaves before Stripe's clock is known, so the time "
            "of its key at Stripe is on the disk, and every listing starts from there "
            "whatever the till's own clock says."
        ),
    ),
    Mutant(
        "nobody taps and it waits for ever",
        "intents",
        "case 38: canceled after two minutes",
        (
            Edit(
                f"{_PAYING}:_wait_for_card",
                "if waited > CARD_TIMEOUT:",
                "if waited > CARD_TIMEOUT * 1_000_000:",
            ),
        ),
    ),
)
