"""The reference backend as a real process, with its faults, for any test."""

from __future__ import annotations

import json
import os
import queue
import signal
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

import httpx

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "register-token-for-tests"  # noqa: S105 - guards nothing but a test's own process
FAULT_TOKEN = "fault-token-for-tests"  # noqa: S105 - likewise
_START = "import sys; from pos.server.main import main; sys.exit(main(sys.argv[1:]))"
_PATIENCE = 60
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Plain HTTP needs none; loading the world's certificates costs more than a request."""


class BackendProcess:
    """``start`` it (or use it as a context manager); its data survive ``stop`` and ``kill``."""

    def __init__(
        self,
        folder: Path,
        database: str = "",
        *,
        catalogue: Path | None = None,
        test_faults: bool = True,
    ) -> None:
        self.database = database or str(folder / "backend.db")
        self.token = TOKEN
        self.port = 0
        self.url = ""
        self.lease_seconds = 30.0
        self.log = folder / "backend.log"
        self._catalogue = catalogue
        self._test_faults = test_faults
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self if self._process else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Start on a free port first, and on the same one ever after."""
        assert self._process is None, "already started"
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, *self._arguments()],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )
        self.url = json.loads(self._first_line())["url"]
        self.port = int(self.url.rpartition(":")[2])
        return self

    def _arguments(self) -> list[str]:
        extra = ["--catalogue", str(self._catalogue)] if self._catalogue else []
        extra += ["--test-faults", FAULT_TOKEN] if self._test_faults else []
        return [
            *("--port", str(self.port)),
            *("--database", self.database),
            *("--seed", "demo"),
            *("--token", self.token),
            *("--lease-seconds", str(self.lease_seconds)),
            *extra,
        ]

    def _first_line(self) -> str:
        process = self._running()
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=lambda: lines.put(process.stdout.readline()), daemon=True).start()
        try:
            line = lines.get(timeout=_PATIENCE)
        except queue.Empty:
            line = ""
        if not line:
            self.kill()
            raise RuntimeError(f"the backend did not start: {self.log.read_text()}")
        return line

    def _running(self) -> subprocess.Popen[str]:
        assert self._process is not None, "not started"
        return self._process

    def stop(self) -> int:
        """End it as a service manager would; returns its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End it as a power cut would."""
        return self._end(signal.SIGKILL)

    def _end(self, number: int) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait until it has ended by itself (an ``exit`` fault)."""
        process = self._running()
        code = process.wait(_PATIENCE)
        process.stdout.close()
        self._process = None
        return code

    def restart(self) -> Self:
        """Stop and start on the same data and the same port."""
        self.stop()
        return self.start()

    def http(self, token: str = "") -> httpx.Client:
        """Open a client that speaks straight to it; close it."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return httpx.Client(
            base_url=self.url, headers=headers, trust_env=False, timeout=30, verify=_NO_TLS
        )

    def purchases(self) -> list[dict]:
        """Every order it has, newest first, each with its ``sent`` and ``refunds``."""
        with self.http() as http:
            items, after = [], ""
            while True:
                page = http.get("/purchases/", params={"after": after}).json()
                items += [http.get(f"/purchases/{item['id']}").json() for item in page["items"]]
                if not page["more"]:
                    return items
                after = page["next_cursor"]

    def faults(self, mode: str, **what: object) -> None:
        """Break what comes next; see `pos.server.faults.Fault` for modes and fields."""
        self._test("POST", "faults", {"mode": mode, **what})

    def clear_faults(self) -> None:
        """Forget faults and counts."""
        self._test("DELETE", "faults")

    def counts(self) -> dict[str, int]:
        """Requests seen, by method and path (ids as ``{id}``)."""
        return self._test("GET", "counts")

    def prune(self) -> int:
        """Forget every idempotency key, as if years had passed; returns how many."""
        return self._test("POST", "prune")["forgotten"]

    def enrol(self, token: str, business_id: str, location_id: str, register_id: str) -> None:
        """Add a register, of this business or of another."""
        ids = {"business_id": business_id, "location_id": location_id, "register_id": register_id}
        self._test("POST", "registers", {"token": token, **ids})

    def _test(self, method: str, what: str, body: object = None) -> dict:
        with self.http(FAULT_TOKEN) as http:
            answer = http.request(method, f"/_test/{what}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()
