"""One process of its own with both servers, both proxies, and a share of the cases."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from unittest import mock

import httpx

from pos.backend import client
from pos.terminal import stripe_gateway
from tests.proof.network.backend_side import BackendSide
from tests.proof.network.cases import Case, Result
from tests.proof.network.proxy import Proxy
from tests.proof.network.stripe_side import StripeSide
from tests.support.backend import BackendProcess
from tests.support.simulator import SimulatorProcess
from tests.support.world import make_template

PACKET, WHOLE = 0.25, 1.0
"""Seconds that the till waits for a packet and for an answer, here; in the shop 30 and 45."""
_MEMORY = Path("/dev/shm")  # noqa: S108  fsync costs nothing there


@contextmanager
def impatient() -> Iterator[None]:
    """Make both clients give up early."""
    quick = httpx.Timeout(PACKET, connect=2 * PACKET)
    with (
        mock.patch.object(stripe_gateway, "TIMEOUT", (2 * PACKET, PACKET)),
        mock.patch.object(stripe_gateway, "LONGEST_ANSWER", WHOLE),
        mock.patch.object(client, "_TIMEOUT", quick),
        mock.patch.object(client, "_LONGEST_ANSWER", WHOLE),
    ):
        yield


def play(cases: Sequence[Case]) -> tuple[list[Result], int]:
    """Play cases one after another; also returns by how many MiB the process grew."""
    with ExitStack() as stack:
        stack.enter_context(impatient())
        place = _MEMORY if _MEMORY.is_dir() else None
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=place)))
        sides = {
            "stripe": _stripe(stack, work, any(c.side == "stripe" for c in cases)),
            "backend": _backend(stack, work, any(c.side == "backend" for c in cases)),
        }
        before = _peak()
        return [_one(sides[case.side], case) for case in cases], _peak() - before


def _one(side: StripeSide | BackendSide | None, case: Case) -> Result:
    assert side is not None
    started = monotonic()
    try:
        wrong = side.run(case)
    except Exception as error:  # noqa: BLE001  a case that breaks is a result
        wrong = f"{type(error).__name__}: {error}"
    return Result(case, wrong, monotonic() - started, side.turnstile.longest)


def _stripe(stack: ExitStack, work: Path, wanted: bool) -> StripeSide | None:  # noqa: FBT001  asked once
    if not wanted:
        return None
    simulator = stack.enter_context(SimulatorProcess(work / "simulator.db"))
    proxy = stack.enter_context(Proxy(simulator.url))
    return StripeSide(make_template(work / "template"), work, simulator, proxy)


def _backend(stack: ExitStack, work: Path, wanted: bool) -> BackendSide | None:  # noqa: FBT001  asked once
    if not wanted:
        return None
    backend = stack.enter_context(BackendProcess(work))
    proxy = stack.enter_context(Proxy(backend.url))
    side = BackendSide(work, backend, proxy)
    stack.callback(side.close)
    return side


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
