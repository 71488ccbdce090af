"""The reference backend as a process: ``pos.server.main.main(argv)``.

Prints one line, ``{"url": ...}``, once it answers; SIGTERM and SIGINT end it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from pos.server.app import build
from pos.server.calls import Store
from pos.server.database import SchemaError, open_engine, reader
from pos.server.demo_catalogue import read_catalogue
from pos.server.fault_admin import build_admin
from pos.server.faults import FaultyApp, Plane
from pos.server.idempotency import Runner
from pos.server.seed import DEMO, enrol, fill_catalogue, is_seeded


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to stop; returns 0, or 2 when it cannot start."""
    options = _parser().parse_args(argv)
    try:
        engine = open_engine(options.database)
    except (SchemaError, SQLAlchemyError) as error:
        return _fail(f"cannot open the database: {str(error).splitlines()[0]}")
    try:
        return _serve(options, engine)
    except (OSError, ValueError) as error:
        return _fail(str(error))
    finally:
        engine.dispose()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tillkeep server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="default: this machine only")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one")
    parser.add_argument(
        "--database", default="backend.db", help="a SQLite file or a postgresql:// URL"
    )
    parser.add_argument("--seed", choices=["demo"], help="create the demo business")
    parser.add_argument("--catalogue", type=Path, help="CSV for the demo business")
    token = parser.add_mutually_exclusive_group()
    token.add_argument("--token", help="token of register 1; others on this machine can see it")
    token.add_argument("--token-file", type=Path, help="file that holds the token")
    parser.add_argument("--lease-seconds", type=float, default=30.0)
    parser.add_argument("--test-faults", metavar="TOKEN", help="opens /_test/: never in earnest")
    return parser


def _fail(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return 2


def _serve(options: argparse.Namespace, engine: Engine) -> int:
    _seed(options, engine)
    plane = Plane()
    runner = Runner(engine, _now, timedelta(seconds=options.lease_seconds), plane.at)
    runner.prune()
    app = build(Store(engine, reader(engine), _now, runner))
    if options.test_faults:
        app = FaultyApp(app, plane, options.test_faults, build_admin(plane, engine))
    with socket.create_server((options.host, options.port), backlog=128) as listener:
        # else the second half of an answer waits 40 ms for the first's acknowledgement
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = _Server(app, listener)
        server.run(sockets=[listener])
    return 0 if server.started else 2


def _seed(options: argparse.Namespace, engine: Engine) -> None:
    token = _token(options)
    if options.seed and not token:
        raise ValueError("--seed needs --token or --token-file")
    if token:
        enrol(engine, DEMO, token)
    if options.catalogue:
        fill_catalogue(engine, read_catalogue(options.catalogue))
    if not is_seeded(engine):
        raise ValueError("no register is enrolled: start with --seed demo and a token")


def _token(options: argparse.Namespace) -> str:
    if options.token_file:
        text: str = options.token_file.read_text(encoding="utf-8")
        return text.strip()
    return (options.token or "").strip()


def _now() -> datetime:
    return datetime.now(UTC)


class _Server(uvicorn.Server):
    """Says where it listens, and leaves on a signal with a clean exit code."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        host, port = listener.getsockname()[:2]
        self._url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=3,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(json.dumps({"url": self._url}) + "\n")
        sys.stdout.flush()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals; uvicorn's own raises them again when done, and would end in -15."""
        taken = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, self.handle_exit) for number in taken}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
