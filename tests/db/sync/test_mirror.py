"""What the backend says ends in the real catalogue and the real list of customers."""

from __future__ import annotations

from contextlib import contextmanager

from sqlalchemy import select

from pos.backend.client import BackendClient
from pos.models.base import new_id
from pos.models.cart import StockLevel
from pos.models.order import Order
from pos.models.people import Profile
from pos.services.catalogue import Catalogue
from pos.services.customers import CustomerService
from pos.services.sync import Sync
from pos.services.sync.feed import CatalogueFeed
from tests.support.backend import TOKEN
from tests.support.orders import Item, add_order


@contextmanager
def mirrored(till, tmp_path, clock, server):
    catalogue = Catalogue.open(tmp_path / "catalogue.db")
    with BackendClient(server.url, TOKEN) as client:
        feed, people = CatalogueFeed(catalogue), CustomerService(till, clock)
        yield Sync(till, clock, client, catalogue=feed, customers=people), catalogue
    catalogue.close()


def settle(sync, clock):
    clock.advance(seconds=31)
    for _ in range(40):
        status = sync.tick()
        if status.delay > 1:
            break
        clock.advance(seconds=status.delay)
    assert (status.code, status.waiting) == ("", 0), status


def post(server, path, body):
    with server.http() as http:
        headers = {"Idempotency-Key": str(new_id())}
        answer = http.post(path, json=body, headers=headers)
    assert answer.is_success, answer.text


def item(key, **values):
    return {"key": key, "product_key": key, "name": f"Thing {key}", "price_minor": 250, **values}


def test_catalogue_stock_and_customers(till, tmp_path, clock, server):
    with mirrored(till, tmp_path, clock, server) as (sync, catalogue):
        settle(sync, clock)
        before = catalogue.count()
        barcodes = ["4006381333931"]
        first = item("mat", barcodes=barcodes, tracked=True, stock_milli=9_000)
        post(server, "/catalogue/", {"items": [first, item("tea")]})
        settle(sync, clock)
        assert catalogue.count() == before + 2
        assert [row.key for row in catalogue.lookup("4006381333931")] == ["mat"]

        add_order(till, clock, (Item("Thing mat", 250, 2000, (), key="mat"),))
        settle(sync, clock)  # sold there as well now
        post(server, "/catalogue/", {"items": [item("tea", deleted=True)]})
        settle(sync, clock)
        assert catalogue.count() == before + 1
        with till.read.begin() as session:
            assert session.get(StockLevel, "mat").on_hand_milli == 7_000

    (tmp_path / "catalogue.db").unlink()  # rebuilt: it all comes again
    for rest in tmp_path.glob("catalogue.db-*"):
        rest.unlink()
    with mirrored(till, tmp_path, clock, server) as (sync, catalogue):
        settle(sync, clock)
        assert catalogue.count() == before + 1


def test_customers_come_and_are_forgotten(till, tmp_path, clock, server):
    with mirrored(till, tmp_path, clock, server) as (sync, _):
        settle(sync, clock)
        with server.http() as http:
            business = http.get("/settings/").json()["business"]["id"]
        who = new_id()
        person = {"id": str(who), "business_id": business, "name": "Ji-woo Park"}
        post(server, "/choose_new_customer/", person | {"email": "ji@example.com"})
        settle(sync, clock)
        order_id = add_order(till, clock, customer_id=who, customer_name="Ji-woo Park")
        settle(sync, clock)
        with till.read.begin() as session:
            assert session.get(Profile, who).name == "Ji-woo Park"

        with server.http() as http:
            assert http.delete(f"/choose_new_customer/{who}").is_success
        settle(sync, clock)
        with till.read.begin() as session:
            assert session.get(Profile, who).name == ""
            name, total = session.execute(
                select(Order.customer_name, Order.total_minor).where(Order.id == order_id)
            ).one()
            assert name == ""
            assert total > 0
