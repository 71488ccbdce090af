"""Plays one till from a line of JSON, as `tests.crash.driver` does, and kills it in more ways.

A job of the role ``strike`` says how its process dies: at step ``kill``, at the
point ``when`` of a POST of ``kind``, or by its parent's hand ``after`` so many
seconds of the flow.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from sqlalchemy import select

from pos.app.build import Till
from pos.models.checkout import CheckoutRun
from pos.models.states import OpKind
from pos.terminal import stripe_gateway
from tests.crash import driver as crash
from tests.crash.driver import Job
from tests.crash.steps import Steps
from tests.proof.processes.mortal import Mortal, die, unplug
from tests.proof.processes.teller import Teller
from tests.support.simulator import SimControl
from tests.support.witness import BEFORE_SEND

stripe_gateway.TIMEOUT = (2, 0.5)  # so that a slow answer is late soon


class Clock(crash.Clock):
    """The first ``real`` seconds that are skipped pass for Stripe, too: a slow call goes on."""

    def __init__(self, real: float) -> None:
        super().__init__()
        self._real = real

    def skip(self, seconds: float) -> None:
        waited = min(seconds, self._real)
        self._real -= waited
        time.sleep(waited)  # noqa: TID251 - a slow answer arrives in real time
        super().skip(seconds - waited)


def strike(till: Till, teller: Teller, job: Job) -> Job:
    """Play a flow until death, or to its end: how long it took and which steps."""
    teller.before(job["flow"])
    steps = Steps(job["kill"])
    if job["when"]:
        _arm(teller._witness, job)
    elif job["after"] is None:
        steps.watch(till)
    os.write(job["ready"], b".")
    began = time.perf_counter()
    teller.play(job["flow"])
    took = time.perf_counter() - began
    if job["after"] is not None:
        signal.pause()  # the parent's hand comes late, but it comes
    return {"took": took, "steps": steps.names}


def _arm(mortal: Mortal, job: Job) -> None:
    kind = OpKind(job["kind"])
    mortal.at(job["when"], kind, die)
    if job["unplug"]:
        mortal.at(BEFORE_SEND, kind, partial(unplug, job["unplug"], job["stripe"]))


def finish(till: Till, teller: Teller, job: Job) -> Job:
    """Start after the blow and end what was begun: how each checkout ended. Then sell once more."""
    teller.recover(job["flow"])
    with till.db.reader.begin() as db:
        states = [state.value for state in db.scalars(select(CheckoutRun.state))]
    teller.cash()
    teller.sync()
    return {"states": states}


ROLES = {
    "prepare": crash.prepare,
    "warm": crash.warm,
    "strike": strike,
    "finish": finish,
}


def work(job: Job) -> Job:
    clock = Clock(job["real"])
    till = crash.open_till(job, clock)
    control = SimControl(job["stripe"], job["sim_token"])
    mortal = Mortal(Path(job["data"]))
    mortal.watch(till)
    teller = Teller(till, (control, mortal), clock, job["policy"])
    said = ROLES[job["role"]](till, teller, job)
    till.close()
    mortal.close()
    return said


def life(job: Job) -> Job:
    """Fork one till, and kill it when its time has come."""
    begun, ready = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(begun)
        crash.child(job | {"ready": ready}, work)
    os.close(ready)
    if job["after"] is not None and os.read(begun, 1):
        time.sleep(job["after"])  # noqa: TID251 - the random instant
        os.kill(pid, signal.SIGKILL)
    said = crash.ended(pid, job)
    os.close(begun)
    return said


def serve() -> None:
    crash.share_what_children_would_make_anew()
    for line in sys.stdin:
        job = json.loads(line)
        if job["role"] in {"prepare", "warm"}:  # here, so that every child starts from it
            work(job)
            gc.collect()
            gc.freeze()
            crash.answer({"signal": 0})
        else:
            crash.answer(life(job))


if __name__ == "__main__":
    serve()
