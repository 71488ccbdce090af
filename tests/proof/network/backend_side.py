"""Between till and backend: what is told and what is heard there, spoiled in every way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pos.app.build import Till, build
from pos.backend.wire import RefundIn, decode
from pos.config import Config
from pos.models.base import new_id
from pos.models.sync import OutboxEntry
from pos.services import shop
from pos.services.customers import DuplicateFound
from pos.services.secrets import BACKEND_TOKEN, MemorySecrets
from tests.proof.network.cases import Case, Endpoint, Turnstile, arm, struck
from tests.proof.network.proxy import Proxy
from tests.support.backend import TOKEN, BackendProcess
from tests.support.orders import add_order, add_refund
from tests.support.till import FakeClock

_TICKS = 400
_CUSTOMERS = "/choose_new_customer/"


class Shop:
    """One till that sells all day, and one backend, for all cases of a worker."""

    def __init__(
        self, work: Path, backend: BackendProcess, proxy: Proxy, turnstile: Turnstile
    ) -> None:
        self.clock = FakeClock(datetime.now(UTC))
        self.backend = backend
        config = Config(data_dir=work / "shop", backend_url=proxy.url)
        secrets = MemorySecrets({BACKEND_TOKEN: TOKEN})
        preset = shop.Preset(business="Harbour Studio", location="Front desk", owner="Mina Kang")
        self.till: Till = build(config, secrets=secrets, clock=self.clock, preset=preset)
        self.till.link.connect(self.till.sync)
        turnstile.guard(self.till.link._client, "_exchange", _column)
        self.expect: list[Callable[[], str]] = []
        self.sent: list[UUID] = []
        self._count = 0
        self.sync()

    def next(self) -> int:
        """Return a number that no case had before."""
        self._count += 1
        return self._count

    def sync(self) -> None:
        """Tick, moving the clock as far as asked, until all was told and all was heard."""
        self.clock.advance(seconds=31)
        for _ in range(_TICKS):
            status = self.till.sync.tick()
            if not status.waiting and status.delay > 1 and not status.code:
                return
            self.clock.advance(seconds=max(status.delay, 0.001))
        raise AssertionError(f"sync never came to rest: {self.till.sync.status()}")

    def there(self, path: str, **query: str) -> Any:
        """Ask the backend itself, past the proxy."""
        with self.backend.http() as http:
            answer = http.get(path, params=query)
            return answer.json() if answer.is_success else {}

    def change(self, method: str, path: str, body: object) -> None:
        """Change something at the backend itself."""
        with self.backend.http() as http:
            key = {"Idempotency-Key": str(new_id())}
            answer = http.request(method, path, json=body, headers=key)
            assert answer.is_success, answer.text


def _column(request: Any, _kind: Any) -> str:
    path = request.url.path
    named = {"/purchases/": "orders", "/settings/": "settings", "/catalogue/": "catalogue"}
    if path.startswith(_CUSTOMERS):
        return "new customers" if request.method == "POST" else "customers"
    return named.get(path, "order refunds")


def _orders(here: Shop, times: int) -> None:
    for _ in range(times + 1):
        here.sent.append(add_order(here.till.db, here.clock))
    here.sync()


def _refunds(here: Shop, times: int) -> None:
    for _ in range(times):
        order = add_order(here.till.db, here.clock)
        here.sent += [order, add_refund(here.till.db, here.clock, order)]
    here.sync()


def _new_customers(here: Shop, times: int) -> None:
    for _ in range(times):
        made = here.till.customers.create(f"Walk-in {here.next()}", force=True)
        assert not isinstance(made, DuplicateFound)
        here.sent.append(made.id)
    here.sync()


def _settings(here: Shop, times: int) -> None:
    for _ in range(times):
        footer = f"See you {here.next()}"
        told = here.there("/settings/")
        sent = {k: v for k, v in told.items() if k not in {"business", "location", "register"}}
        here.change("PUT", "/settings/", sent | {"receipt_footer": footer})
        here.sync()
    here.expect.append(lambda: _same(footer, here.till.shop().receipt_footer))


def _catalogue(here: Shop, times: int) -> None:
    key = f"net-{here.next()}"
    for price in (100, 250)[-times:]:
        item = {"key": key, "product_key": key, "name": f"Thing {key}", "price_minor": price}
        here.change("POST", "/catalogue/", {"items": [item]})
        here.sync()
    here.expect.append(lambda: _same(250, here.till.catalogue.variant(key).price_minor))


def _customers(here: Shop, times: int) -> None:
    for _ in range(times):
        profile, name = str(new_id()), f"Online {here.next()}"
        business = here.there("/settings/")["business"]["id"]
        here.change("POST", _CUSTOMERS, {"id": profile, "business_id": business, "name": name})
        here.sync()
        here.expect.append(
            lambda p=profile, n=name: _same(n, here.till.customers.get(UUID(p)).name)
        )


def _same(wanted: object, found: object) -> str:
    return "" if wanted == found else f"wanted {wanted}, found {found}"


ENDPOINTS = {
    e.name: e
    for e in (
        Endpoint("orders", "orders", "POST", r"^/purchases/$", _orders),
        Endpoint("order refunds", "order refunds", "POST", r"/refunds/$", _refunds),
        Endpoint("new customers", "new customers", "POST", rf"^{_CUSTOMERS}$", _new_customers),
        Endpoint("settings", "settings", "GET", r"^/settings/$", _settings),
        Endpoint("catalogue", "catalogue", "GET", r"^/catalogue/$", _catalogue),
        Endpoint("customers", "customers", "GET", rf"^{_CUSTOMERS}changes/$", _customers),
    )
}


class BackendSide:
    """Plays cases against one backend behind one proxy, and looks afterwards at both ends."""

    def __init__(self, work: Path, backend: BackendProcess, proxy: Proxy) -> None:
        self._proxy = proxy
        self.turnstile = Turnstile(proxy)
        proxy.arm(None)
        self.shop = Shop(work, backend, proxy, self.turnstile)

    def close(self) -> None:
        self.shop.till.close()

    def run(self, case: Case) -> str:
        """Play one case; returns what is wrong with it."""
        here, endpoint = self.shop, ENDPOINTS[case.endpoint]
        here.sent, here.expect = [], []
        arm(case, endpoint, self._proxy, self.turnstile)
        try:
            endpoint.play(here, case.nth)
        finally:
            self._proxy.calm()
        here.sync()
        wrong = struck(self._proxy, self.turnstile) + [look() for look in here.expect]
        return "; ".join(line for line in [*wrong, *self._told()] if line)

    def _told(self) -> list[str]:
        """Compare what the backend has with what was frozen here."""
        with self.shop.till.db.read.begin() as db:
            rows = db.scalars(select(OutboxEntry).where(OutboxEntry.sent_at.is_(None))).all()
            found = [f"left behind: {row.label}, {row.parked_code}" for row in rows]
            mine = select(OutboxEntry).where(OutboxEntry.key.in_(self.shop.sent))
            for row in db.scalars(mine).all():
                found += self._arrived(row)
        return found

    def _arrived(self, row: OutboxEntry) -> list[str]:
        body = bytes(row.body)
        came = self._proxy.bodies(str(row.key))
        found = [] if came == {body} else [f"{row.label}: {len(came)} bodies, not the frozen one"]
        return found + _CHECKS[row.kind](self.shop, row, body)


def _order_there(here: Shop, row: OutboxEntry, body: bytes) -> list[str]:
    told = here.there(f"/purchases/{row.key}")
    found = here.there("/purchases/", text=row.label)["items"]
    wrong = [] if told.get("sent") == json.loads(body) else [f"{row.label} is not what was sold"]
    return wrong + ([] if len(found) == 1 else [f"{row.label} is there {len(found)} times"])


def _refund_there(here: Shop, row: OutboxEntry, body: bytes) -> list[str]:
    mine = decode(body, RefundIn)
    found = here.there(f"/purchases/{row.aggregate_id}")["refunds"]
    seen = [(each["id"], each["amount_minor"]) for each in found]
    wanted = [(str(mine.id), mine.amount_minor)]
    return [] if seen == wanted else [f"refund of {row.label}: {seen}, not {wanted}"]


def _customer_there(here: Shop, row: OutboxEntry, body: bytes) -> list[str]:
    name = json.loads(body)["name"]
    found = [c for c in here.there(_CUSTOMERS, q=name)["items"] if c["name"] == name]
    return [] if [c["id"] for c in found] == [str(row.key)] else [f"{name}: {len(found)} times"]


_CHECKS = {"purchase": _order_there, "refund": _refund_there, "customer": _customer_there}
