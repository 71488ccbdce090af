"""Every endpoint by every fault, over two processes, and what is said of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from random import Random
from time import monotonic

from tests.proof.network import backend_side, stripe_side
from tests.proof.network.cases import Case, Result
from tests.proof.network.faults import FAULTS
from tests.proof.network.worker import PACKET, WHOLE, play
from tests.proof.part import Figure, Part, Scale

_SIDES = {"stripe": stripe_side.ENDPOINTS, "backend": backend_side.ENDPOINTS}
_WORKERS = 2
_CHUNK = 120
_FEW = 60
"""Cases that are not worth a second process."""
_LONGEST = 3.0
"""Seconds beyond its limit that a call may take on a busy machine."""
_MEMORY_MIB = 96


def every_case() -> list[Case]:
    """List them all; the order is always the same."""
    return [
        Case(side, name, fault, nth)
        for side, endpoints in _SIDES.items()
        for name in endpoints
        for fault in FAULTS
        for nth in (1, 2)
    ]


def run(scale: Scale) -> Part:
    """Play this scale's share of the cases, chosen by its seed."""
    cases = every_case()
    Random(scale.seed).shuffle(cases)  # noqa: S311  a sample, not a secret
    chosen = cases[: scale.count(len(cases))]
    started = monotonic()
    results, grown = _all(chosen, scale)
    return _part(results, grown, monotonic() - started, scale)


def _all(cases: Sequence[Case], scale: Scale) -> tuple[list[Result], int]:
    if len(cases) <= _FEW:
        return play(cases)
    results: list[Result] = []
    grown = 0
    with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(play, chunk) for chunk in _chunks(cases)]
        for done in as_completed(waiting):
            some, more = done.result()
            results, grown = results + some, max(grown, more)
            scale.progress(f"network: {len(results)} of {len(cases)} cases")
    return results, grown


def _chunks(cases: Sequence[Case]) -> Iterator[Sequence[Case]]:
    for start in range(0, len(cases), _CHUNK):
        yield cases[start : start + _CHUNK]


def _part(results: list[Result], grown: int, seconds: float, scale: Scale) -> Part:
    bad = [result for result in results if result.wrong]
    for result in bad:
        scale.progress(f"network: {result.case}: {result.wrong}")
    longest = max(result.longest for result in results)
    return Part(
        title="Faulty network",
        figures=(
            _side("P1 to P8 after a spoiled call to Stripe", results, "stripe"),
            _side("Told once, byte for byte, nothing parked, after one to", results, "backend"),
            Figure(
                f"Longest that one call held its thread (limit set to {WHOLE} s)",
                f"{longest:.2f} s",
                f"at most {WHOLE + _LONGEST} s",
                longest <= WHOLE + _LONGEST,
            ),
            Figure(
                "Memory that oversized and unpacking answers took",
                f"{grown} MiB",
                f"at most {_MEMORY_MIB} MiB",
                grown <= _MEMORY_MIB,
            ),
        ),
        seeds=f"seed {scale.seed} of {len(every_case())} cases, {len(results)} played",
        notes=(
            f"{len(FAULTS)} faults; {seconds:.0f} s on {_WORKERS} processes",
            f"The till's patience was {PACKET} s a packet and {WHOLE} s an answer.",
            "The till's clock is virtual: its waits between two tries are not part of the time.",
        ),
        table=_table(results),
    )


def _side(what: str, results: list[Result], side: str) -> Figure:
    mine = [result for result in results if result.case.side == side]
    bad = sum(bool(result.wrong) for result in mine)
    name = what if side == "stripe" else f"{what} the backend"
    return Figure(name, f"{len(mine) - bad} of {len(mine)} cases", "all", not bad)


def _table(results: list[Result]) -> tuple[tuple[str, ...], ...]:
    """Rows are faults, columns endpoints; a cell counts good cases of all."""
    columns = list(dict.fromkeys(e.column for side in _SIDES.values() for e in side.values()))
    cells: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for result in results:
        case = result.case
        column = _SIDES[case.side][case.endpoint].column
        cells[case.fault, column].append(not result.wrong)
    rows = [(fault, *(_cell(cells[fault, column]) for column in columns)) for fault in FAULTS]
    return (("fault", *columns), *rows)


def _cell(good: list[bool]) -> str:
    return f"{sum(good)}/{len(good)}" if good else ""
