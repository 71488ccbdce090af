"""Faults in what PAID is concluded from."""

from __future__ import annotations

from tests.simulation.mutants.engine import Edit, Mutant

_PAYING = "pos.terminal.card_paying"
_ANSWERS = "pos.terminal.card_answers"
_CHECKOUT = "pos.services.checkout.service"
_TOLD = "(taken, facts.amount, facts.currency, facts.attempt)"

TRUTH = (
    Mutant(
        "PAID from the reader's action",
        "truth",
        "P6, fact 3: the reader is a hint",
        (
            Edit(
                f"{_PAYING}:_not_collecting",
                "return Pause(Situation.CONFIRMING, (), 1.0)",
                "return Turn(replace(a, phase=CardPhase.SUCCEEDED))",
            ),
        ),
    ),
    Mutant(
        "PAID from the reader while Stripe is silent",
        "truth",
        "P6, case 42: approved is not yet paid",
        (
            Edit(
                "pos.terminal.card_machine:_cannot_see",
                "return Pause(Situation.CONFIRMING, (Choice.CHECK, Choice.PARK), look_pause(a))",
                "return Turn(replace(a, phase=CardPhase.SUCCEEDED))",
            ),
        ),
    ),
    Mutant(
        "PAID from process 200",
        "truth",
        "P6: an acknowledgement is no payment",
        (
            Edit(
                f"{_ANSWERS}:absorb_post",
                "return _told(a, answer)",
                "done = op.kind is OpKind.PROCESS and op.state is OpState.OK\n"
                "    return replace(a, phase=CardPhase.SUCCEEDED) if done else _told(a, answer)",
            ),
        ),
    ),
    Mutant(
        "PAID without the amount check",
        "truth",
        "case 45: books equal Stripe",
        (
            Edit(
                f"{_ANSWERS}:_seen",
                "if a.released or _mismatch(a, facts, facts.amount_received):",
                "if a.released:",
            ),
        ),
    ),
    Mutant(
        "what was received is not compared",
        "truth",
        "case 45: books equal Stripe",
        (Edit(f"{_ANSWERS}:_mismatch", _TOLD, _TOLD.replace("taken", "facts.amount", 1)),),
    ),
    Mutant(
        "currency not compared",
        "truth",
        "I16: amount and currency agree",
        (Edit(f"{_ANSWERS}:_mismatch", _TOLD, _TOLD.replace("facts.currency", "a.currency")),),
    ),
    Mutant(
        "attempt not compared",
        "truth",
        "case 45: paid for this attempt and no other",
        (Edit(f"{_ANSWERS}:_mismatch", _TOLD, _TOLD.replace("facts.attempt", "str(a.id)")),),
    ),
    Mutant(
        "sale committed before the card is read as paid",
        "truth",
        "P6: only an authorised session is committed",
        (
            Edit(
                f"{_CHECKOUT}:CheckoutService.advance",
                "if progress.settled:",
                "if progress.settled or progress.status is SessionStatus.REQUIRES_MORE:",
            ),
            Edit(
                f"{_CHECKOUT}:CheckoutService._settle",
                "if progress.status is SessionStatus.AUTHORIZED:",
                "if progress.status is not SessionStatus.CANCELED:",
            ),
            Edit(
                f"{_CHECKOUT}:_authorized",
                "if s.is_authorized",
                "if s.is_authorized or s.phase == CardPhase.DISPATCHED",
            ),
        ),
    ),
    Mutant(
        "decline believed on one reading",
        "truth",
        "case 41: the PaymentIntent is read again after the reader",
        (Edit(f"{_PAYING}:_not_collecting", "if not a.view.again:", "if False:"),),
    ),
    Mutant(
        "other PaymentIntents in a refusal believed",
        "truth",
        "P6: only our own",
        (
            Edit(
                f"{_ANSWERS}:_told",
                'or facts.status == "succeeded"',
                "",
            ),
        ),
        equivalent=(
            "A refusal carries the PaymentIntent it is about, whole, so it is a read (P6); it is"
            " read again only because it has no card for the receipt."
        ),
    ),
    Mutant(
        "commit without the check of the sum",
        "truth",
        "W11: what was taken is what was due",
        (
            Edit(
                f"{_CHECKOUT}:CheckoutService._commit",
                "if paid != run.total_minor:",
                "if False:",
            ),
        ),
        equivalent=(
            "A second fence: a session is opened for the run's frozen total, Stripe's amount is"
            " compared with it before PAID, and only one session of a run may be live."
        ),
    ),
)
