"""The simulator's command line."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from pos.terminal.simulator.seed import seed
from pos.terminal.simulator.server import Server
from pos.terminal.simulator.world import World

_ACCOUNTS = ("tillkeep", "other")


def main(argv: list[str]) -> int:
    """Serve until SIGTERM or SIGINT; prints one JSON line with the address when listening."""
    options = _parser().parse_args(argv)
    world = World(Path(options.data), _ACCOUNTS)
    with world.lock, world.store.transaction():
        seed(world)
        _apply(world, options)
    with Server((options.host, options.port), world, options.token) as server:
        _announce(server)
        _serve(server, watch_stdin=options.until_stdin_closes)
    with world.lock:
        world.store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tillkeep simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--data", required=True, help="file that keeps the simulator's state")
    parser.add_argument("--token", required=True, help="needed for everything under /_sim/")
    parser.add_argument("--auto", action="store_true", help="present a card by itself")
    parser.add_argument(
        "--authorise-seconds", type=float, default=None, help="how long the bank takes"
    )
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end with the process that started it"
    )
    return parser


def _apply(world: World, options: argparse.Namespace) -> None:
    chosen = dict(world.store.meta("settings", {}))
    if options.auto:
        chosen["auto"] = True
    if options.authorise_seconds is not None:
        chosen["authorise_seconds"] = options.authorise_seconds
    world.store.set_meta("settings", chosen)


def _announce(server: Server) -> None:
    host, port = server.server_address[:2]
    sys.stdout.write(json.dumps({"url": f"http://{host!s}:{port}"}) + "\n")
    sys.stdout.flush()


def _serve(server: Server, *, watch_stdin: bool) -> None:
    stopping = server.world.stopping
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stopping.set())
    if watch_stdin:
        threading.Thread(target=_watch_stdin, args=(stopping,), daemon=True).start()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    while not stopping.wait(0.5):
        pass
    server.shutdown()
    thread.join()


def _watch_stdin(stopping: threading.Event) -> None:
    # Unbuffered: a buffered read still waiting would abort the interpreter's shutdown.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stopping.set()
