"""Every resource in one table: it drives the router and the published OpenAPI alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pos.backend.wire import (
    CatalogueDone,
    CatalogueIn,
    CataloguePage,
    CheckoutIn,
    CheckoutOut,
    CustomerIn,
    CustomerOut,
    CustomersPage,
    PurchaseDetail,
    PurchaseIn,
    PurchaseOut,
    PurchasesPage,
    RefundIn,
    RefundOut,
    SettingsIn,
    SettingsOut,
    Wire,
)
from pos.server.answers import Answer
from pos.server.calls import Call
from pos.server.catalogue import get_catalogue, post_catalogue
from pos.server.checkout import get_checkout, post_checkout
from pos.server.customers import (
    changed_customers,
    erase_customer,
    post_customer,
    search_customers,
)
from pos.server.purchases import get_purchase, list_purchases, post_purchase
from pos.server.refunds import post_refund
from pos.server.settings import get_settings, put_settings


@dataclass(frozen=True, slots=True)
class Resource:
    """One method of one path; ``keyed`` ones need an Idempotency-Key."""

    method: str
    path: str
    handler: Callable[[Call], Answer]
    gives: type[Wire]
    takes: type[Wire] | None = None
    keyed: bool = False
    query: tuple[str, ...] = ()


_PLACE = ("after", "limit")
_CUSTOMERS = "/choose_new_customer/"

RESOURCES = (
    Resource("POST", "/purchases/", post_purchase, PurchaseOut, PurchaseIn, keyed=True),
    Resource(
        "GET",
        "/purchases/",
        list_purchases,
        PurchasesPage,
        query=("text", "from", "to", "register", *_PLACE),
    ),
    Resource("GET", "/purchases/{purchase}", get_purchase, PurchaseDetail),
    Resource(
        "POST", "/purchases/{purchase}/refunds/", post_refund, RefundOut, RefundIn, keyed=True
    ),
    Resource("GET", "/settings/", get_settings, SettingsOut),
    Resource("PUT", "/settings/", put_settings, SettingsOut, SettingsIn),
    Resource("POST", "/checkout/", post_checkout, CheckoutOut, CheckoutIn, keyed=True),
    Resource("GET", "/checkout/{cart}", get_checkout, CheckoutOut),
    Resource("POST", _CUSTOMERS, post_customer, CustomerOut, CustomerIn, keyed=True),
    Resource("GET", _CUSTOMERS, search_customers, CustomersPage, query=("q",)),
    Resource("GET", _CUSTOMERS + "changes/", changed_customers, CustomersPage, query=_PLACE),
    Resource("DELETE", _CUSTOMERS + "{customer}", erase_customer, CustomerOut),
    Resource("GET", "/catalogue/", get_catalogue, CataloguePage, query=_PLACE),
    Resource("POST", "/catalogue/", post_catalogue, CatalogueDone, CatalogueIn),
)
