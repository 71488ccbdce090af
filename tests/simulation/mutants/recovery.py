"""Faults in what a start of the program makes of what it finds."""

from __future__ import annotations

from tests.simulation.mutants.engine import Edit, Mutant

_ANSWERS = "pos.terminal.card_answers"
_CHECKOUT = "pos.services.checkout.service:CheckoutService"
_DESK = "pos.services.desk:PaymentDesk"
_WISH = "wish=Wish.ASK if a.wish is Wish.PAY else a.wish"
_COMMITS = "self._commit_if_paid(run_id)"
_LEFT = "sessions += self._checkout.uncommitted()"

RECOVERY = (
    Mutant(
        "recovery wakes the reader",
        "recovery",
        "P7: never without a person's click",
        (Edit(f"{_ANSWERS}:recovered", _WISH, "wish=a.wish"),),
    ),
    Mutant(
        "recovery forgets a cancel",
        "recovery",
        "case 31: what was being canceled goes on being canceled",
        (Edit(f"{_ANSWERS}:recovered", _WISH, "wish=Wish.PAY"),),
    ),
    Mutant(
        "recovery takes unknown as never sent",
        "recovery",
        "P5, P6: unknown is looked up",
        (
            Edit(
                f"{_ANSWERS}:recovered",
                "return replace(a, ",
                "return replace(a, ops=tuple("
                "replace(o, state=OpState.HELD) if o.is_open else o for o in a.ops), ",
            ),
        ),
    ),
    Mutant(
        "recovery drops what is unknown",
        "recovery",
        "P6: not paid only from a read",
        (
            Edit(
                f"{_ANSWERS}:recovered",
                "return replace(a, ",
                "if a.reader_was_asked and not a.is_settled:\n"
                "        return replace(a, phase=CardPhase.CANCELED)\n"
                "    return replace(a, ",
            ),
        ),
    ),
    Mutant(
        "released payments forgotten",
        "recovery",
        "case 3: put away in the background",
        (
            Edit(
                "tests.simulation.stores:Attempts.unsettled",
                "s.is_live or s.needs_step",
                "s.is_live",
            ),
        ),
    ),
    Mutant(
        "paid but not committed is left",
        "recovery",
        "case 47: paid on restart",
        (
            Edit(f"{_CHECKOUT}._take_up", _COMMITS, "pass"),
            Edit(f"{_DESK}.tick", _LEFT, "pass"),
        ),
    ),
    Mutant(
        "start does not commit what is paid",
        "recovery",
        "case 47: paid on restart",
        (Edit(f"{_CHECKOUT}._take_up", _COMMITS, "pass"),),
        equivalent=(
            "One of two ways: the payments desk asks for uncommitted sessions in every tick and"
            " commits them; without both, 'paid but not committed is left' is killed."
        ),
    ),
    Mutant(
        "desk does not commit what is paid",
        "recovery",
        "case 47: paid on restart",
        (Edit(f"{_DESK}.tick", _LEFT, "pass"),),
        equivalent=(
            "One of two ways: only a crash separates PAID from the commit, and the start commits;"
            " it serves a disk that is full at that moment, which this world does not have"
            " (the disk part of the proof does)."
        ),
    ),
    Mutant(
        "set aside, then forgotten by a crash",
        "recovery",
        "I3b: what was set aside is put away",
        (
            Edit(
                f"{_CHECKOUT}._take_up",
                "if view.parked and view.blocks and view.session_id:",
                "if False:",
            ),
        ),
    ),
    Mutant(
        "acts on what was read before the call",
        "recovery",
        "P5: after every call everything is read anew",
        (
            Edit(
                f"{_ANSWERS}:sending",
                "dispatched_at=dispatched, view=_EMPTY)",
                "dispatched_at=dispatched)",
            ),
            Edit(
                f"{_ANSWERS}:absorb_post",
                "for o in a.ops), view=_EMPTY)",
                "for o in a.ops))",
            ),
        ),
    ),
    Mutant(
        "nothing is read anew after a wait",
        "recovery",
        "I3b: after a wait everything is asked again",
        (Edit(f"{_ANSWERS}:rested", "return replace(a, view=_EMPTY)", "return a"),),
    ),
    Mutant(
        "set aside at a check, then kept for ever",
        "recovery",
        "I3b: what was set aside is put away",
        (
            Edit(
                f"{_ANSWERS}:_seen",
                "wish = Wish.CANCEL if a.parked else a.wish",
                "wish = a.wish",
            ),
        ),
    ),
    Mutant(
        "released payment at a check is never looked at again",
        "recovery",
        "I3b: it is on nobody's screen",
        (
            Edit(
                "pos.terminal.card_machine:_ask_a_person",
                "replace(_NEEDS_CHECK, seconds=_RELEASED_LOOK) if a.released else _NEEDS_CHECK",
                "_NEEDS_CHECK",
            ),
        ),
    ),
)
