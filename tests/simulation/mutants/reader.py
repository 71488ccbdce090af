"""Faults in what is done to the reader."""

from __future__ import annotations

from tests.simulation.mutants.engine import Edit, Mutant

_PAYING = "pos.terminal.card_paying"
_ANSWERS = "pos.terminal.card_answers"
_CANCELLING = "pos.terminal.card_cancelling"
_CLEAR = (
    "from pos.terminal.card_operations import cancel_action\n"
    "        nth = sum(o.kind is OpKind.CANCEL_ACTION for o in a.ops) + 1\n"
    "        return Send(cancel_action(a, c, nth))"
)

READER = (
    Mutant(
        "a foreign action is canceled",
        "reader",
        "fact 11: never one that is not ours",
        (
            Edit(
                f"{_CANCELLING}:decide",
                'if is_ours(a, a.view.reader) and a.view.reader.status == "in_progress":',
                'if a.view.reader.status == "in_progress":',
            ),
        ),
    ),
    Mutant(
        "every payment on the reader is ours",
        "reader",
        "fact 11: compare the PaymentIntent first",
        (
            Edit(
                "pos.terminal.card_waits:is_ours",
                " and reader.intent == a.intent_id",
                "",
            ),
        ),
    ),
    Mutant(
        "asked again while the reader is asking",
        "reader",
        "P7, case 17: adopt it",
        (
            Edit(
                f"{_PAYING}:decide",
                'if is_ours(a, a.view.reader) and a.view.reader.status == "in_progress":',
                'if is_ours(a, a.view.reader) and a.view.reader.status == "in_progres":',
            ),
            Edit(
                f"{_PAYING}:_not_collecting",
                "ours = is_ours(a, reader)",
                'ours = is_ours(a, reader) and reader.status != "in_progress"',
            ),
        ),
    ),
    Mutant(
        "busy clears the reader",
        "reader",
        "case 22: a foreign payment is never touched",
        (Edit(f"{_PAYING}:_undelivered", "return _busy(a, c, op)", _CLEAR),),
    ),
    Mutant(
        "tries to free a dead reader for ever",
        "reader",
        "case 37: if it fails, cancel the PaymentIntent alone",
        (
            Edit(
                f"{_CANCELLING}:_gave_up_on_reader",
                "return sum(",
                "return tries == [0] and sum(",
            ),
        ),
    ),
    Mutant(
        "asks again by itself after a decline",
        "reader",
        "P7: the customer is asked when a person says so",
        (
            Edit(
                f"{_PAYING}:_offer",
                "return Pause(situation, _TRY_OR_LEAVE, late)",
                "return Turn(replace(a, asked=a.asked + 1))",
            ),
        ),
    ),
    Mutant(
        "a payment set aside may wake the reader",
        "reader",
        "section 2: the reader belongs to the next sale",
        (
            Edit(f"{_ANSWERS}:_parked", "parked=True, wish=wish", "parked=True"),
            Edit(f"{_ANSWERS}:_again", "if a.parked or a.released:", "if a.released:"),
        ),
    ),
    Mutant(
        "a released payment may wake the reader",
        "reader",
        "P2: another tender may have the money",
        (
            Edit(f"{_ANSWERS}:_again", "if a.parked or a.released:", "if a.parked:"),
            Edit(f"{_ANSWERS}:choose", " and a.wish is not Wish.CANCEL", ""),
        ),
    ),
    Mutant(
        "the second of two clicks wakes it again",
        "reader",
        "P7: only on a click that was offered",
        (
            Edit(
                "pos.terminal.stripe_terminal:StripeTerminal._fits",
                "return choice not in _WAKES_THE_READER or ",
                "return True or ",
            ),
        ),
    ),
)
