"""What the customer screens show and hand back: plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CustomerView:
    """One row; ``credit`` and ``classes`` are ready to read, empty means none."""

    id: str
    name: str
    phone: str = ""
    email: str = ""
    credit: str = ""
    classes: str = ""
    synced: bool = True


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer as entered; only the name is needed."""

    name: str
    phone: str = ""
    email: str = ""
    tax_id: str = ""
