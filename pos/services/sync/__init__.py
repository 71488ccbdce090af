"""Telling the backend what happened here, and listening to what changed there."""

from pos.services.sync.bodies import Sold, read_sold
from pos.services.sync.outbox import enqueue_order, enqueue_refund
from pos.services.sync.status import ParkedItem, SyncStatus
from pos.services.sync.sync import Sync

__all__ = [
    "ParkedItem",
    "Sold",
    "Sync",
    "SyncStatus",
    "enqueue_order",
    "enqueue_refund",
    "read_sold",
]
