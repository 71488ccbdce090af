"""A checkout run as screens see it: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pos.models.states import RunState
from pos.terminal.api import Progress


@dataclass(frozen=True, slots=True)
class TenderOffer:
    """A way to pay that is enabled here; ``reason`` says why it cannot be used now."""

    provider_id: str
    available: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One line of the sale being paid. ``total_minor`` is before exclusive tax, as on the cart."""

    name: str
    option_name: str
    quantity_milli: int
    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """Where a checkout stands; amounts in minor units of ``currency``.

    ``provider_id`` and ``session_id`` name the tender that is running, if any.
    """

    run_id: UUID
    cart_id: UUID
    state: RunState
    currency: str
    total_minor: int
    tax_minor: int
    discount_minor: int
    customer_name: str
    lines: tuple[RunLine, ...]
    provider_id: str = ""
    session_id: UUID | None = None
    blocks: bool = False
    parked: bool = False
    order_id: UUID | None = None
    receipt_number: str = ""
    tendered_minor: int = 0
    change_minor: int = 0
    card_brand: str = ""
    card_last4: str = ""
    created_at: datetime | None = None

    @property
    def is_paid(self) -> bool:
        """The order is on the disk."""
        return self.order_id is not None

    @property
    def is_free(self) -> bool:
        """Nothing is due: it completes as "no charge" and asks no provider."""
        return self.total_minor == 0


@dataclass(frozen=True, slots=True)
class RunProgress:
    """What one step did to a run."""

    run: RunView
    progress: Progress


def lines_of(frozen: dict[str, Any]) -> tuple[RunLine, ...]:
    """Return the lines of a frozen cart as a screen shows them."""
    inclusive = frozen["prices_include_tax"]
    return tuple(
        RunLine(
            line["name"],
            line["option_name"],
            line["quantity_milli"],
            line["total_minor"] if inclusive else line["total_minor"] - line["tax_minor"],
        )
        for line in frozen["lines"]
    )
