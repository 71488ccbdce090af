"""The table of mutants: what each breaks, which promise saw it, and after how many runs."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from tests.simulation.mutants.catalogue import MUTANTS
from tests.simulation.mutants.hunt import Row

HEADING = ("mutant", "kind", "what it breaks", "killed by", "median runs")


def lines(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    """Return the heading and a line for every hunt."""
    return (HEADING, *(_line(row) for row in rows))


def _line(row: Row) -> tuple[str, ...]:
    kinds = dict.fromkeys(MUTANTS[name].kind for name in row.names)
    breaks = "; ".join(MUTANTS[name].breaks for name in row.names)
    return (" + ".join(row.names), ", ".join(kinds), breaks, _fate(row), f"{row.runs:g}")


def _fate(row: Row) -> str:
    if row.equivalent and not any(kill.killed for kill in row.kills):
        return f"equivalent: {row.equivalent}"
    return row.promises if row.killed else "SURVIVED"


def summary(rows: Sequence[Row]) -> str:
    """Say in one line how many were killed, are equivalent, or ended otherwise than told."""
    killed = [row for row in rows if row.killed and not row.equivalent]
    wrong = [row for row in rows if not row.as_told]
    same = sum(bool(row.equivalent) and row.as_told for row in rows)
    middle = median(row.runs for row in killed) if killed else 0
    errors = sum(all(kill.error for kill in row.kills) for row in killed)
    return (
        f"{len(rows)} played: {len(killed)} killed ({errors} only by an error), {same} equivalent,"
        f" {len(wrong)} not as documented; median {middle:g} runs to kill"
    )
