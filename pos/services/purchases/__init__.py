"""What was sold here: found, listed and opened, with what is not resolved yet."""

from pos.services.purchases.service import Purchases
from pos.services.purchases.views import (
    BackendState,
    Period,
    PurchaseDetail,
    PurchaseFilter,
    PurchaseLine,
    PurchaseRefund,
    PurchaseRow,
    PurchaseStatus,
    PurchaseTender,
    TimelineItem,
)

__all__ = [
    "BackendState",
    "Period",
    "PurchaseDetail",
    "PurchaseFilter",
    "PurchaseLine",
    "PurchaseRefund",
    "PurchaseRow",
    "PurchaseStatus",
    "PurchaseTender",
    "Purchases",
    "TimelineItem",
]
