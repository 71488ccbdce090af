"""A 5 ms heartbeat in the GUI thread of the real till while everything else is busy."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

from bench.goods import Good, as_written, goods
from bench.heartbeat import BEAT_MS, TABLE, Gaps
from bench.heartbeat_scenes import LONGEST_DRAIN_S, MESSAGES, PAYMENTS, PRODUCTS, Scenes, Stage
from bench.report import Goal, write_section
from pos.app.build import build
from pos.app.processes import announced, running
from pos.app.run import run
from pos.config import Config
from pos.services import shop
from pos.services.catalogue import import_file
from pos.services.secrets import STRIPE_KEY, MemorySecrets

NOTE = f"""
The program as it runs in a shop (offscreen), against the reference backend and the
simulator of Stripe in processes of their own on the same two cores: from the first paint
to the first sale (the late imports, the file's checks, the screens), at rest, while
{PRODUCTS:,} products come in with new prices, while {MESSAGES:,} orders leave, and while
{PAYMENTS} cards are taken at the reader, one after another. A beat is due every {BEAT_MS} ms;
what counts is the time between two. The floor is the same window at rest.

Memory is the process's at the end of it all, against a window with the same imports and
nothing behind it (`bench/floors/heartbeat.py`)."""
CAUSE_STALL = (
    "making one screen is a single piece of work in the GUI thread, and on two cores the other"
    " processes take their turn"
)
CAUSE_MEMORY = "the screens, SQLite's page caches of each thread's connection and what a sync read"
TOKEN = "token-of-the-bench-till"  # noqa: S105  # guards nothing but this run's own processes


def main() -> int:
    """Measure, print and write the table; returns 0."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        (folder / "token").write_text(TOKEN, "utf-8")
        maker = get_context("spawn").Process(target=make_stock, args=(folder,))
        maker.start()  # in a process of its own: its memory is not the till's
        maker.join()
        stripe = stack.enter_context(running(announced(_simulator(folder))))
        backend = stack.enter_context(running(announced(_backend(folder))))
        stage = Stage(folder, stripe.url, backend.url, TOKEN)
        scenes = Scenes(stage)
        secrets = MemorySecrets({STRIPE_KEY: "rk_test_tillkeep"}, problem=None)
        run(scenes.load, secrets=secrets, prepare=scenes.prepare)
    bare = int(subprocess.check_output([sys.executable, "-m", "bench.floors.heartbeat"]))
    seen = scenes.heart.seen()
    table = TABLE + "\n".join(each.line() for each in seen)
    memory = (
        f"Memory: {scenes.memory / 2**20:.0f} MB, a bare window {bare / 2**20:.0f} MB. After at"
        f" most {LONGEST_DRAIN_S} s {scenes.left:,} orders were still to leave."
    )
    goals = _goals(seen, scenes.memory / max(bare, 1))
    write_section("heartbeat", "Heartbeat", f"{NOTE.strip()}\n\n{table}\n\n{memory}", goals)
    return 0


def _goals(seen: list[Gaps], memory: float) -> list[Goal]:
    whole = seen[-1]
    return [
        Goal("5. heartbeat, p99.9", whole.p999, 16.7, "ms", CAUSE_STALL),
        Goal("5. heartbeat, longest", whole.longest, 50, "ms", CAUSE_STALL),
        Goal("5. memory against a bare window", memory, 1.2, cause=CAUSE_MEMORY),
    ]


def _simulator(folder: Path) -> list[str]:
    words = ["simulator", "--data", str(folder / "stripe.db"), "--authorise-seconds", "0.5"]
    return [*words, "--token", TOKEN, "--until-stdin-closes"]


def _backend(folder: Path) -> list[str]:
    words = ["server", "--port", "0", "--database", str(folder / "backend.db"), "--seed", "demo"]
    return [*words, "--catalogue", str(folder / "new.csv"), "--token-file", str(folder / "token")]


def _csv(file: Path, stock: list[Good], more_minor: int) -> Path:
    rows = [f"{it.code},{it.name},{as_written(it.price_minor + more_minor)}" for it in stock]
    file.write_text("\n".join(["barcode,name,price", *rows]), "utf-8")
    return file


def make_stock(folder: Path) -> None:
    """Give the till products at yesterday's prices, and write a file of today's."""
    till = build(Config(data_dir=folder / "till"), secrets=MemorySecrets(), preset=shop.DEMO)
    made = goods(PRODUCTS)
    import_file(_csv(folder / "old.csv", made, 0), till.shop().currency, till.catalogue)
    _csv(folder / "new.csv", made, 1)
    till.close()


if __name__ == "__main__":
    raise SystemExit(main())
