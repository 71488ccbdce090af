"""A slice of the mutants in every test run; `python3 dev.py mutants` plays them all."""

import pytest

from tests.simulation.mutants.catalogue import MUTANTS
from tests.simulation.mutants.engine import Edit, Mutant, UnfitError, applied, find
from tests.simulation.mutants.hunt import hunt

QUICK = (
    "process key kept after a decline",
    "new PaymentIntent on retry",
    "released although the reader was asked",
    "cancel believed without a read",
    "PAID from process 200",
    "sent without a journal row",
    "answer not journalled",
    "recovery wakes the reader",
    "refund sent before its reservation",
    "waits ignored",
    "unreachable taken as refused",
    "back allowed while a tender is live",
)


@pytest.mark.parametrize("name", QUICK)
def test_a_fault_in_the_protocol_is_seen(name):
    assert hunt((name,), 0, 1_000).killed


@pytest.mark.parametrize("name", MUTANTS)
def test_every_mutant_fits_and_is_taken_back(name):
    functions = {edit.where: find(edit.where) for edit in MUTANTS[name].edits}
    before = {where: function.__code__ for where, function in functions.items()}
    with applied(MUTANTS[name]):
        assert all(functions[where].__code__ is not code for where, code in before.items())
    assert all(functions[where].__code__ is code for where, code in before.items())


def test_a_mutant_that_changes_nothing_is_refused():
    edit = Edit("pos.terminal.operations:pause", "text that is not there", "")
    with pytest.raises(UnfitError), applied(Mutant("idle", "none", "", (edit,))):
        pass
