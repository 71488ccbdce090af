"""What a long proof keeps, so that it can go on where it stopped."""

from __future__ import annotations

import pytest

from tests.proof import kept
from tests.proof.part import Figure, Part


@pytest.fixture
def keeps(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "_FOLDER", tmp_path / "proof")

    def keep(*, holds=True, **changes):
        part = Part("Disk", (Figure("cuts", "1", "1", holds),), table=(("a",), ("b",)))
        facts = {"took": 1.5, "code": "abc", "share": 0.5, "seed": 1, "date": "today"}
        outcome = kept.Kept(part, **(facts | changes))
        kept.keep("disk", outcome)
        return outcome

    return keep


def test_a_part_stands_for_its_own_share_and_for_less(keeps):
    outcome = keeps()
    assert kept.find("disk", "abc", 0.5, 1) == outcome
    assert kept.find("disk", "abc", 0.1, 1) == outcome
    assert kept.find("disk", "abc", 1.0, 1) is None


@pytest.mark.parametrize("other", [("network", "abc", 1), ("disk", "abd", 1), ("disk", "abc", 2)])
def test_a_part_stands_for_no_other_code_seed_or_part(keeps, other):
    keeps()
    name, code, seed = other
    assert kept.find(name, code, 0.5, seed) is None


def test_a_broken_part_is_run_again(keeps):
    keeps(holds=False)
    assert kept.find("disk", "abc", 0.5, 1) is None


def test_the_codes_name_is_its_contents_own(tmp_path, monkeypatch):
    (tmp_path / "pos").mkdir()
    file = tmp_path / "pos" / "a.py"
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    file.write_text("a = 1")
    before = kept.code_of()
    assert kept.code_of() == before
    file.write_text("a = 2")
    assert kept.code_of() != before
