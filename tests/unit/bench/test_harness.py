"""The arithmetic behind every figure we publish."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bench.harness import Case, Row, Samples, measure, paired_ratio, publish, table
from bench.report import Goal

MS = 1_000_000


class Machine:
    """A clock that only work moves, and that a neighbour can slow down."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0
        self.slowness = 1
        self.log: list[str] = []

    def now(self) -> tuple[int, int]:
        return self.wall, self.cpu

    def work(self, name: str, wall: int, cpu: int):
        def call() -> None:
            self.log.append(name)
            self.wall += wall * self.slowness
            self.cpu += cpu

        return call


def row(**changes) -> Row:
    pair = (1.0, 2.0)
    values = {
        "name": "scan",
        "wall_ratio": 1.5,
        "cpu_ratio": 1.25,
        "wall": (1.5, 3.0),
        "floor_wall": pair,
        "cpu": pair,
        "floor_cpu": pair,
        "rounds": 15,
        "floor_moved": 1.1,
    }
    return Row(**(values | changes))


def test_a_ratio_is_the_median_over_the_rounds_not_of_the_sums():
    assert paired_ratio([2, 20, 900], [1, 10, 10]) == 2
    with pytest.raises(ValueError, match="shorter"):
        paired_ratio([1, 2], [1])


def test_percentiles_are_calls_that_happened():
    samples = Samples(wall=[[n * MS for n in range(1, 51)], [n * MS for n in range(51, 101)]])
    assert samples.percentile(0.5) == 50
    assert samples.percentile(0.99) == 99
    assert samples.percentile(1.0) == 100
    assert Samples(wall=[[7 * MS]]).percentile(0.99) == 7


def test_work_is_compared_with_its_floor_in_wall_and_cpu_time():
    machine = Machine()
    case = Case("scan", machine.work("a", 3 * MS, 2 * MS), machine.work("b", 2 * MS, MS), repeat=5)
    [result] = measure([case], rounds=15, now=machine.now)
    assert (result.wall_ratio, result.cpu_ratio) == (1.5, 2.0)
    assert (result.wall, result.floor_wall) == ((3.0, 3.0), (2.0, 2.0))
    assert (result.cpu, result.floor_cpu) == ((2.0, 2.0), (1.0, 1.0))
    assert result.floor_moved == 1
    assert result.rounds == 15
    assert len(machine.log) == 16 * 2 * 5, "one round of warming up, not counted"


def test_sides_alternate_in_a_shuffled_order():
    machine = Machine()
    case = Case("scan", machine.work("a", 1, 1), machine.work("b", 1, 1), repeat=1)
    measure([case], rounds=15, now=machine.now)
    pairs = ["".join(machine.log[i : i + 2]) for i in range(0, 32, 2)]
    assert set(pairs) == {"ab", "ba"}


def test_a_neighbour_that_slows_both_sides_changes_no_ratio_but_is_told():
    machine = Machine()
    bare = machine.work("b", 2 * MS, MS)

    def floor() -> None:
        bare()
        machine.slowness = 1 + len(machine.log) // 20

    case = Case("scan", machine.work("a", 4 * MS, MS), floor, repeat=1)
    [result] = measure([case], rounds=15, now=machine.now)
    assert result.wall_ratio == pytest.approx(2, abs=0.5)
    assert not measure([case], rounds=60, now=machine.now)[0].steady


def test_what_makes_ready_is_not_measured():
    machine = Machine()
    ready = (machine.work("empty", 9 * MS, 9 * MS), machine.work("empty", 5 * MS, 5 * MS))
    sides = (machine.work("a", 2 * MS, MS), machine.work("b", MS, MS))
    [result] = measure([Case("scan", *sides, repeat=3, ready=ready)], now=machine.now)
    assert result.wall_ratio == 2
    assert "".join(machine.log[:6]) in {"emptya" * 3, "emptyb" * 3}, "before every call"


def test_too_few_rounds_are_refused():
    with pytest.raises(ValueError, match="at least 15"):
        measure([], rounds=14)


def test_the_table_marks_an_unsteady_floor():
    calm, busy = row(), row(name="search", floor_moved=3.4)
    text = table([calm, busy])
    assert "| scan | 1.50 | 1.25 | 1.500 / 3.000 | 1.000 / 2.000 |" in text
    assert "search: the floor itself moved 3.4x" in text
    assert "scan: the floor" not in text


def test_a_bench_has_one_place_in_the_report(tmp_path, capsys):
    report = tmp_path / "docs" / "PERFORMANCE.md"
    publish("scan", "Scan", "First note.", [row()], report=report)
    publish("search", "Search", "Another.", [row(name="search")], report=report)
    publish("scan", "Scan", "Second note.", [row(wall_ratio=1.75)], report=report)
    text = report.read_text("utf-8")
    assert text.startswith("# Performance\n\n")
    assert text.index("<!-- bench:scan -->\n## Scan\n\nSecond note.") < text.index("## Search")
    assert text.count("## Scan") == text.count("## Search") == 1
    assert "| scan | 1.75 |" in text
    assert "First note" not in text
    assert f"{datetime.now(UTC):%Y-%m-%d}; `python3 dev.py bench scan`." in text
    assert "15 rounds, shuffled" in capsys.readouterr().out


def test_every_goal_stands_on_top_with_its_newest_figure(tmp_path):
    report = tmp_path / "PERFORMANCE.md"

    def bench(key: str, measured: float) -> None:
        goal = Goal(f"{key} at most twice", measured, 2.0, cause="it waits for the disk")
        publish(key, key.title(), "Note.", [row()], [goal], report)

    bench("scan", 3.0)
    bench("search", 1.5)
    bench("scan", 1.25)
    top, _, rest = report.read_text("utf-8").partition("<!-- /goals -->")
    assert top.count("| goal |") == 1
    assert "| scan at most twice | ≤ 2x | 1.25x | yes |  |\n| search at most twice |" in top
    assert "waits for the disk" not in top
    bench("scan", 2.5)
    text = report.read_text("utf-8")
    assert "| 2.5x | **no** | it waits for the disk |" in text.partition("<!-- /goals -->")[0]
    assert rest.count("## Scan") == text.count("## Scan") == 1
    assert text.startswith("# Performance\n\n")
