"""The Stripe simulator in its own process, and its controls as plain methods."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import requests
import stripe

ROOT = Path(__file__).resolve().parents[2]
READER = "tmr_sim_frontdesk"
KEY = "rk_test_tillkeep"
OTHER_KEY = "rk_test_other"
VERSION = "2026-10-28.endive"
DECLINED = "4000000000009995"
Json = dict[str, Any]


class SimError(Exception):
    """The control refused; ``status`` is 409 when it cannot be done in this state."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status}: {body.get('error')}")
        self.status = status


class SimControl:
    """The hands at the reader and the fault plane. Every method is one HTTP call."""

    def __init__(self, url: str, token: str) -> None:
        self._host = urlsplit(url).netloc
        self._token = token

    def call(self, method: str, name: str, body: Json | None = None, query: str = "") -> Json:
        connection = http.client.HTTPConnection(self._host, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {self._token}"}
            data = json.dumps(body) if body is not None else None
            connection.request(method, f"/_sim/{name}{query}", data, headers)
            answer = connection.getresponse()
            told: Json = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise SimError(answer.status, told)
        return told

    def _hand(self, name: str, reader: str, **given: Any) -> Json:
        return self.call("POST", f"reader/{name}", {"reader": reader, **given})

    # hands at the reader

    def present_card(
        self,
        number: str = "4242424242424242",
        read_method: str = "tap",
        tip: int = 0,
        reader: str = READER,
        **given: Any,
    ) -> Json:
        """Tap, insert or swipe; the bank answers at once unless told to be slow."""
        return self._hand(
            "present", reader, number=number, read_method=read_method, tip=tip, **given
        )

    def decline(self, number: str = DECLINED, reader: str = READER) -> Json:
        """Present a card that is declined (insufficient funds)."""
        return self._hand("present", reader, number=number)

    def begin_authorisation(
        self,
        number: str = "4242424242424242",
        status: str = "processing",
        reader: str = READER,
    ) -> Json:
        """Present a card; the bank thinks until told. ``status=""``: Stripe knows nothing yet."""
        return self._hand("begin", reader, number=number, status=status)

    def finish_authorisation(self, outcome: str = "", reader: str = READER) -> Json:
        """Let the bank answer; ``approve``, a decline code, or as the card says."""
        return self._hand("finish", reader, outcome=outcome)

    def customer_cancel(self, reader: str = READER) -> Json:
        return self._hand("customer_cancel", reader)

    def unplug(self, *, noticed: bool = False, reader: str = READER) -> Json:
        """Cut the power. ``noticed``: Stripe already says offline (else after 2 minutes)."""
        return self._hand("power", reader, on=False, noticed=noticed)

    def plug_in(self, reader: str = READER) -> Json:
        return self._hand("power", reader, on=True)

    def network(self, *, on: bool, noticed: bool = True, reader: str = READER) -> Json:
        """Cut or restore the reader's network; ``noticed`` as for :meth:`unplug`."""
        return self._hand("network", reader, on=on, noticed=noticed)

    def lose_ack(self, *, delivered: bool, count: int = 1, reader: str = READER) -> Json:
        """Answer the next commands terminal_reader_timeout, whether the reader got them or not."""
        return self._hand("tune", reader, lost_acks=count, lost_delivered=delivered)

    def connection_error(self, mode: str, reader: str = READER) -> Json:
        """End the next card as connection_error: ``authorised`` or ``not_authorised``."""
        return self._hand("tune", reader, link_error=mode)

    def busy(self, on: bool = True, reader: str = READER) -> Json:  # noqa: FBT001, FBT002 - reads well
        return self._hand("tune", reader, busy=on)

    def hold(self, on: bool = True, reader: str = READER) -> Json:  # noqa: FBT001, FBT002 - reads well
        """Make authorisations last until :meth:`finish_authorisation`."""
        return self._hand("tune", reader, hold=on)

    def authorise_seconds(self, seconds: float, reader: str = READER) -> Json:
        return self._hand("tune", reader, authorise_seconds=seconds)

    def reader(self, reader: str = READER) -> Json:
        """Stripe's reader object plus the device: phase, power, network, prompts, ..."""
        return self.call("GET", "reader", query="?" + urlencode({"reader": reader}))

    def wait_for_phase(self, phase: str, timeout: float = 10, reader: str = READER) -> Json:
        """Poll until the reader is idle, waiting or authorising."""
        deadline = time.monotonic() + timeout
        while (seen := self.reader(reader))["phase"] != phase:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the reader is {seen['phase']}, not {phase}")
            time.sleep(0.01)  # noqa: TID251 - a test polls
        return seen

    # the wire

    def fault(
        self, kind: str, method: str = "POST", path: str = r".*", count: int = 1, **given: Any
    ) -> Json:
        """Spoil the next ``count`` matching requests (0: all); see faults.PLANS for kinds."""
        return self.call(
            "POST",
            "faults",
            {"kind": kind, "method": method, "path": path, "count": count, **given},
        )

    def faults(self) -> list[Json]:
        found: list[Json] = self.call("GET", "faults")["faults"]
        return found

    def clear_faults(self) -> None:
        self.call("POST", "faults/clear", {})

    def outage(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - reads well
        """Close every Stripe connection without an answer."""
        self.call("POST", "outage", {"on": on})

    # the world

    def now(self) -> float:
        return float(self.call("GET", "clock")["now"])

    def set_clock(self, to: float) -> None:
        self.call("POST", "clock", {"set": to})

    def advance(self, seconds: float) -> None:
        self.call("POST", "clock", {"advance": seconds})

    def settings(self, **given: Any) -> Json:
        return self.call("POST", "settings", given)

    def revoke_key(self, key: str = KEY) -> None:
        self.call("POST", "keys", {"key": key, "revoked": True})

    def deny(self, *permissions: str, key: str = KEY) -> None:
        """Take permissions (as ``refunds_write``) from a restricted key; none: all is back."""
        self.call("POST", "keys", {"key": key, "missing": list(permissions)})

    def restore_key(self, key: str = KEY) -> None:
        self.call("POST", "keys", {"key": key})

    def settle_refund(self, refund: str, status: str = "succeeded", reason: str = "") -> Json:
        """Move a refund to its later status: ``succeeded``, ``failed`` or ``canceled``."""
        return self.call("POST", "refund", {"refund": refund, "status": status, "reason": reason})

    def ledger(self) -> Json:
        """payment_intents, charges, refunds, readers, balance_transactions, prompts, requests."""
        return self.call("GET", "ledger")

    def requests(self, method: str = "POST") -> list[Json]:
        """Stripe requests that arrived, oldest first."""
        return [r for r in self.ledger()["requests"] if r["method"] == method]

    def reset(self) -> None:
        self.call("POST", "reset", {})


class SimulatorProcess:
    """One simulator process on a free port; ``restart`` keeps its data and its port."""

    def __init__(self, data: Path | None = None, *options: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tillkeep-sim-") if not data else None
        self.data = data or Path(self._folder.name) / "simulator.db"  # type: ignore[union-attr]  # set just above
        self.token = secrets.token_hex(8)
        self.url = ""
        self._options = options
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self._folder:
            self._folder.cleanup()

    def start(self) -> None:
        command = [sys.executable, "-m", "pos.terminal.simulator", "--data", str(self.data)]
        command += ["--token", self.token, "--port", str(self._port), "--until-stdin-closes"]
        self._process = subprocess.Popen(
            [*command, *self._options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        line = self._process.stdout.readline()
        self.url = json.loads(line)["url"]
        self._port = urlsplit(self.url).port or 0

    @property
    def sim(self) -> SimControl:
        return SimControl(self.url, self.token)

    def stop(self) -> int:
        """End it politely; its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: connections to its port are refused from now on."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Kill, and start again with the same data on the same port."""
        self.kill()
        self.start()

    def _end(self, number: int) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.send_signal(number)
        code = process.wait(10)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        return code

    def client(
        self, key: str = KEY, *, read_timeout: float = 30, version: str = VERSION
    ) -> stripe.StripeClient:
        """The official library, set up as the till sets it up."""
        return stripe_client(self.url, key, read_timeout=read_timeout, version=version)


def stripe_client(
    url: str, key: str = KEY, *, read_timeout: float = 30, version: str = VERSION
) -> stripe.StripeClient:
    """The official library against a simulator; close it with :func:`close_client`."""
    session = requests.Session()
    session.trust_env = False
    client = stripe.StripeClient(
        key,
        base_addresses={"api": url},
        stripe_version=version,
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=(5, read_timeout), session=session),
    )
    client.session_for_tests = session  # type: ignore[attr-defined]  # so that it can be closed
    return client


def close_client(client: stripe.StripeClient) -> None:
    """Close the sockets of a client made by :func:`stripe_client`."""
    client.session_for_tests.close()  # type: ignore[attr-defined]  # set above
