"""Counts what a till does to the world and kills its process, for real, at one of those steps.

A step is: before and after every COMMIT that can write; before a request's
bytes leave, after they left, and after its answer was read.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

import urllib3.connection
from sqlalchemy import Connection, Engine, event

from pos.app.build import Till
from pos.backend.client import BackendClient
from pos.terminal.stripe_gateway import StripeGateway


class Steps:
    """``kill`` is the number of the step that is never finished; 0 lives to the end."""

    def __init__(self, kill: int = 0) -> None:
        self.kill = kill
        self.names: list[str] = []
        self.armed = False

    def take(self, name: str) -> None:
        """Reach one step."""
        if not self.armed:
            return
        self.names.append(name)
        if len(self.names) == self.kill:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, till: Till) -> None:
        """Count from now on; the process is forked for this one till and ends with it."""
        self._commits(till.db.engine)
        self._stripe()
        self._backend()
        self.armed = True

    def _commits(self, engine: Engine) -> None:
        writing = []
        commit = engine.dialect.do_commit

        def before(connection: Connection) -> None:
            if connection.get_execution_options().get("begin", "IMMEDIATE") == "IMMEDIATE":
                writing.append(connection)
                self.take("before COMMIT")

        def do_commit(dbapi: Any) -> None:
            commit(dbapi)
            if writing:
                writing.clear()
                self.take("after COMMIT")

        event.listen(engine, "commit", before)
        engine.dialect.do_commit = do_commit  # type: ignore[method-assign]  # the only hook after it

    def _stripe(self) -> None:
        ask = StripeGateway._ask
        getresponse = urllib3.connection.HTTPConnection.getresponse

        def counted(gateway: StripeGateway, call: Callable[[Any], Any]) -> Any:
            self.take("before asking Stripe")
            answer = ask(gateway, call)
            self.take("after Stripe's answer")
            return answer

        def in_flight(connection: Any) -> Any:
            self.take("asked Stripe")
            return getresponse(connection)

        StripeGateway._ask = counted  # type: ignore[method-assign]  # this process only
        urllib3.connection.HTTPConnection.getresponse = in_flight  # type: ignore[method-assign]  # likewise

    def _backend(self) -> None:
        answered, on_line = BackendClient._answered, BackendClient._on_line

        def heard(client: BackendClient, event: str, info: Mapping[str, Any]) -> None:
            if event == "http11.send_request_body.complete":
                self.take("told the backend")
            on_line(client, event, info)

        def counted(client: BackendClient, request: Any) -> bytes:
            self.take("before telling the backend")
            answer = answered(client, request)
            self.take("after the backend's answer")
            return answer

        BackendClient._on_line = heard  # type: ignore[method-assign]  # this process only
        BackendClient._answered = counted  # type: ignore[method-assign]  # likewise
