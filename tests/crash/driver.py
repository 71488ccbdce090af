"""Plays one till from a line of JSON; every job runs in a child forked from this warm process.

    driver.py < jobs     one answer a line: how the child ended, and what it had to say

A job names the data folder, the simulator, the backend, the ``role`` (prepare,
sell or finish), the ``flow`` and the step at which to die.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

# the whole program before the first fork: a child starts warm
import stripe  # noqa: F401  imported for its warmth
from alembic import command  # noqa: F401  imported for its warmth
from httpx._transports import default as transports
from sqlalchemy import Engine

from pos.app.build import Till, build
from pos.config import Config
from pos.models import database
from pos.services import shop
from pos.services.catalogue import import_file
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from tests.crash.cashier import SHELF, Cashier
from tests.crash.diary import Diary
from tests.crash.steps import Steps
from tests.support.simulator import KEY, READER, SimControl

PATIENCE = 30
"""Seconds after which a child is taken for stuck."""
GOODS = f"""barcode,name,price,stock
4006381333931,Mat,18.00,{SHELF // 1000}
4006381333948,Block,9.99,
"""

Job = dict[str, Any]


class Clock:
    """The real time, moved ahead instead of waiting."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def skip(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


def open_till(job: Job, clock: Clock) -> Till:
    secrets = {STRIPE_KEY: KEY}
    if job["backend"]:
        secrets[BACKEND_TOKEN] = job["backend_token"]
    config = Config(
        data_dir=Path(job["data"]), stripe_url=job["stripe"], backend_url=job["backend"]
    )
    return build(config, secrets=MemorySecrets(secrets), clock=clock, preset=shop.DEMO)


def prepare(till: Till, cashier: Cashier, job: Job) -> Job:
    """Set up a shop that has met its backend, has goods on the shelf and one sale behind it."""
    till.settings.choose_reader(READER, "Front desk")
    goods = Path(job["data"]) / "goods.csv"
    goods.write_text(GOODS)
    import_file(goods, "usd", till.catalogue)
    goods.unlink()
    cashier.sync()
    cashier.cash()
    cashier.sync()
    return {}


def warm(_till: Till, cashier: Cashier, _job: Job) -> Job:
    """Walk every path once, so that no child is the first to import, compile or connect."""
    cashier.recover("decline")
    cashier.declined_card()
    cashier.refund()
    cashier.sync()
    return {}


def sell(till: Till, cashier: Cashier, job: Job) -> Job:
    """Run one flow and, if it is not killed, say which steps it took."""
    steps = Steps(job["kill"])
    cashier.before(job["flow"])
    steps.watch(till)
    cashier.play(job["flow"])
    steps.armed = False
    return {"steps": steps.names}


def finish(till: Till, cashier: Cashier, job: Job) -> Job:
    """Start after a crash, end what was begun, sell once more, tell the backend everything."""
    if job["kill"]:  # to die again before it is through
        Steps(job["kill"]).watch(till)
    cashier.recover(job["flow"])
    if not job["kill"]:
        cashier.cash()
        cashier.sync()
    return {}


ROLES = {"prepare": prepare, "warm": warm, "sell": sell, "finish": finish}


def work(job: Job) -> Job:
    clock = Clock()
    till = open_till(job, clock)
    control = SimControl(job["stripe"], job["sim_token"])
    diary = Diary(Path(job["data"]))
    diary.watch(till)
    said = ROLES[job["role"]](till, Cashier(till, (control, diary), clock, job["policy"]), job)
    till.close()
    diary.close()
    return said


def child(job: Job, play: Callable[[Job], Job] = work) -> None:
    """Be the forked process: play the job, leave word of it, and end."""
    signal.alarm(PATIENCE)
    said: Job = {}
    try:
        said = play(job)
    except BaseException:  # noqa: BLE001  the parent must hear of anything
        said = {"error": traceback.format_exc()}
    Path(job["answer"]).write_text(json.dumps(said))
    os._exit(1 if "error" in said else 0)


def share_what_children_would_make_anew() -> None:
    """Keep certificates (nobody here speaks TLS) and compiled statements across forks."""
    transports.create_ssl_context = functools.cache(transports.create_ssl_context)
    make, first = database.create_engine, []

    def create_engine(*args: Any, **kwargs: Any) -> Engine:
        engine = make(*args, **kwargs)
        first.append(engine)
        engine.dialect, engine._compiled_cache = first[0].dialect, first[0]._compiled_cache
        return engine

    database.create_engine = create_engine


def serve() -> None:
    share_what_children_would_make_anew()
    for line in sys.stdin:
        job = json.loads(line)
        if job["role"] in {"prepare", "warm"}:  # here, so that every child starts from it
            work(job)
            gc.collect()
            gc.freeze()
            answer({"signal": 0})
            continue
        pid = os.fork()
        if pid == 0:
            child(job)
        answer(ended(pid, job))


def ended(pid: int, job: Job) -> Job:
    """Wait for a child; the signal that killed it, or what it had to say."""
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status)}
    said: Job = json.loads(Path(job["answer"]).read_text())
    return {"signal": 0} | said


def answer(said: Job) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
