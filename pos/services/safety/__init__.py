"""The till's file looked after: checked at every start, copied every day, restored by a person."""

from pos.services.safety.copies import Copy, newest_good, opened
from pos.services.safety.keeper import Keeper, Looked, look_through, refuse_missing
from pos.services.safety.restore import DAMAGED, go_on_with, restore

__all__ = [
    "DAMAGED",
    "Copy",
    "Keeper",
    "Looked",
    "go_on_with",
    "look_through",
    "newest_good",
    "opened",
    "refuse_missing",
    "restore",
]
