"""A slice of the fuzzing, and that it finds what is planted."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from pos.services.catalogue.writer import Writer
from tests.proof.fuzz import ATHERIS, HYPOTHESIS, SCHEMATHESIS, has_atheris, run
from tests.proof.fuzz.engine import Target, explore, stateless
from tests.proof.fuzz.orders import adds_up
from tests.proof.fuzz.paper import harmless
from tests.proof.fuzz.targets import TARGETS
from tests.proof.part import Scale
from tests.support.wire_orders import make_order

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("driver", [HYPOTHESIS, SCHEMATHESIS])
def test_a_slice_of_the_fuzzing(tmp_path, driver):
    part = run(Scale(tmp_path, share=0.005), (driver,))
    assert part.holds, "\n".join(part.notes)


@pytest.mark.skipif(not has_atheris(), reason="atheris has no wheel for this machine")
def test_a_slice_of_the_guided_fuzzing(tmp_path, monkeypatch):
    quick = {name: TARGETS[name] for name in ("codes", "config")}
    monkeypatch.setattr("tests.proof.fuzz.TARGETS", quick)
    part = run(Scale(tmp_path, share=0.005), (ATHERIS,))
    assert part.holds, "\n".join(part.notes)


def test_what_is_found_comes_with_the_smallest_input(tmp_path):
    def check(number):
        assert number < 1000

    outcome = explore(Target("planted", st.integers(), stateless(check), 100), 500, 1, tmp_path)
    assert outcome.found.endswith("with 1000")
    assert outcome.inputs


def test_a_half_imported_file_is_found(tmp_path, monkeypatch):
    """The planted offence: the importer commits after each batch."""
    write = Writer.write

    def early(self, items):
        done = write(self, items)
        self._db.execute("COMMIT")
        self._db.execute("BEGIN IMMEDIATE")
        return done

    monkeypatch.setattr(Writer, "write", early)
    outcome = explore(TARGETS["import-broken"], 200, 1, tmp_path)
    assert "part of a file was imported" in outcome.found


@pytest.mark.parametrize("text", ["\x1bp\x00", "a\x1dV", "\u202e10.00", "\ud800", "a\nb"])
def test_the_yardstick_of_receipts_knows_harm(text):
    assert not harmless(text)


@pytest.mark.parametrize("place", ["total_minor", "tax_minor", "subtotal_minor", "discount_minor"])
def test_the_yardstick_of_orders_knows_a_wrong_sum(place):
    order = make_order((1234, 1500), (5, 1))
    assert adds_up(order)
    assert not adds_up(order | {place: order[place] + 1})
