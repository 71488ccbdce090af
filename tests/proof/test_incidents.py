"""The incident suite: every incident has its tests, and its report can fail."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tests.proof.incidents import HERE, INCIDENTS, WAITING, read, run
from tests.proof.part import Scale

_REPORT = """<testsuites><testsuite>
<testcase name="test_s05_woocommerce_ios_10673_a[x]"/>
<testcase name="test_s05_woocommerce_ios_10673_b"><failure message="twice"/></testcase>
<testcase name="test_s06_woocommerce_a"><skipped/></testcase>
</testsuite></testsuites>"""


def test_every_incident_of_the_list_is_replayed_or_waits():
    assert sorted({*INCIDENTS, *WAITING}) == list(range(1, 36))
    assert not set(INCIDENTS) & set(WAITING)
    tests = Counter(name[5:8] for name in _tests())
    assert sorted(tests) == [f"s{number:02}" for number in sorted(INCIDENTS)]


def _tests():
    for file in HERE.glob("test_*.py"):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                assert ast.get_docstring(node), f"{node.name} does not say what happened"
                yield node.name


def test_a_failed_or_skipped_schedule_is_not_survived(tmp_path):
    (tmp_path / "report.xml").write_text(_REPORT)
    assert read(tmp_path / "report.xml") == {5: [True, False], 6: [False]}


@pytest.mark.timeout(120)
def test_a_slice_of_the_incidents(tmp_path):
    part = run(Scale(tmp_path, share=0.04))
    assert part.holds, part
    assert [row[4] for row in part.table] == ["here", "survived"]
