"""The backend as a process: how it starts, what it refuses, how it ends."""

from __future__ import annotations

import csv
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pos.backend.api import BusyError
from pos.backend.client import BackendClient
from pos.services.catalogue.cells import Columns
from pos.services.catalogue.plain import PlainFormat
from tests.support.backend import FAULT_TOKEN, BackendProcess
from tests.support.wire_orders import frozen, make_order

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "resources" / "demo" / "catalogue.csv"
START = "import sys; from pos.server.main import main; sys.exit(main(sys.argv[1:]))"


def _run(*arguments):
    return subprocess.run(
        [sys.executable, "-c", START, "--port", "0", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_ends_cleanly_and_keeps_its_data(tmp_path):
    order = make_order()
    process = BackendProcess(tmp_path).start()
    with BackendClient(process.url, process.token) as client:
        client.send("purchase", "/purchases/", frozen(order), order["id"])
    url = process.url
    assert process.stop() == 0
    with process.start():
        assert process.url == url, "the same port, so that tills find it again"
        assert [p["sent"]["id"] for p in process.purchases()] == [order["id"]]
        assert process.kill() == -9
        process.start()
        assert len(process.purchases()) == 1
    assert "Traceback" not in process.log.read_text()


def test_it_listens_to_this_machine_only(tmp_path):
    with BackendProcess(tmp_path) as process:
        assert process.url.startswith("http://127.0.0.1:")
        name = socket.gethostname()
        others = {info[4][0] for info in socket.getaddrinfo(name, None, socket.AF_INET)}
        for address in others - {"127.0.0.1", "127.0.1.1"}:
            with socket.socket() as probe:
                probe.settimeout(2)
                assert probe.connect_ex((address, process.port)) != 0


def test_the_token_is_nowhere_in_its_files(tmp_path):
    with BackendProcess(tmp_path) as process:
        process.purchases()
    found = [path for path in tmp_path.rglob("*") if process.token.encode() in path.read_bytes()]
    assert found == []


def test_a_token_file_and_its_change(tmp_path):
    token, database = tmp_path / "token", tmp_path / "backend.db"
    process = BackendProcess(tmp_path, str(database))
    with process:
        pass
    token.write_text("fresh-token\n")
    failed = _run("--database", database, "--token-file", tmp_path / "missing")
    assert failed.returncode == 2
    assert "missing" in failed.stderr
    process.token = "fresh-token"  # noqa: S105 - a test's own
    with process.start(), process.http() as http:
        assert http.get("/settings/").status_code == 200
        assert http.get("/settings/", headers={"Authorization": "Bearer old"}).status_code == 401


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "no register is enrolled"),
        (["--seed", "demo"], "--seed needs --token"),
        (["--seed", "demo", "--token", "t", "--catalogue", "nowhere.csv"], "nowhere.csv"),
        (["--database", "/nowhere/at/all/backend.db"], "cannot open the database"),
    ],
)
def test_it_says_why_it_does_not_start(tmp_path, arguments, reason):
    done = _run("--database", tmp_path / "backend.db", *arguments)
    assert done.returncode == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_another_schema_or_no_database_is_left_alone(tmp_path):
    path = tmp_path / "backend.db"
    with BackendProcess(tmp_path, str(path)):
        pass
    connection = sqlite3.connect(path)
    connection.execute("UPDATE schema_version SET version = 99")
    connection.commit()
    connection.close()
    done = _run("--database", path, "--seed", "demo", "--token", "t")
    assert (done.returncode, "schema 99" in done.stderr) == (2, True)
    path.write_bytes(b"this is no database" * 100)
    before = path.read_bytes()
    done = _run("--database", path, "--seed", "demo", "--token", "t")
    assert (done.returncode, path.read_bytes()) == (2, before)
    assert "Traceback" not in done.stderr


def test_no_fault_plane_unless_asked_for(tmp_path):
    process = BackendProcess(tmp_path, test_faults=False)
    with process, process.http(FAULT_TOKEN) as http:
        assert http.post("/_test/faults", json={"mode": "drop"}).status_code == 404
        assert http.get("/health/").status_code == 200


def test_a_lost_lease_stops_the_slow_one(tmp_path):
    order, late = make_order(), []
    process = BackendProcess(tmp_path)
    process.lease_seconds = 0.2
    with process, BackendClient(process.url, process.token) as client:
        process.faults("hold", at="leased", delay_ms=3000)

        def slow():
            with process.http() as http:
                headers = {"Content-Type": "application/json", "Idempotency-Key": order["id"]}
                late.append(http.post("/purchases/", content=frozen(order), headers=headers))

        thread = threading.Thread(target=slow)
        thread.start()
        while not process.counts().get("POST /purchases/"):
            pass
        threading.Event().wait(0.5)
        for _ in range(50):
            try:
                client.send("purchase", "/purchases/", frozen(order), order["id"])
            except BusyError:
                threading.Event().wait(0.05)
            else:
                break
        thread.join()
        assert late[0].status_code == 409
        assert "taken over" in late[0].json()["message"]
        assert len(process.purchases()) == 1


def test_the_demo_catalogue_has_the_tills_own_keys(tmp_path):
    with (
        BackendProcess(tmp_path, catalogue=DEMO) as process,
        BackendClient(process.url, process.token) as client,
    ):
        page = client.catalogue()
        process.restart()
        assert client.catalogue(page.next_cursor).items == (), "seeded once"
    with DEMO.open(encoding="utf-8") as file:
        assert len(page.items) == sum(1 for _ in file) - 1
    items = {item.key: item for item in page.items}
    mat = items["yoga-mat-5-mm|Forest green"]
    assert (mat.product_key, mat.name, mat.price_minor) == ("yoga-mat-5-mm", "Yoga mat 5 mm", 4200)
    assert (mat.tracked, mat.stock_milli, mat.kind) == (True, 4000, "goods")
    assert items["sku:GIFT"].price_minor is None
    assert items["sku:CL-DROP"].tax_ids == ("none",)
    assert {item.key for item in _by_the_till(DEMO)} == items.keys()


def _by_the_till(path):
    header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    shape = PlainFormat(Columns(header), "usd")
    return [shape.item(fields) for fields in rows]
