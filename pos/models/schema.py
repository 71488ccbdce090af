"""Registers every table of till.db and names this release's schema."""

from __future__ import annotations

from pos.models import cart, checkout, order, people, shop, sync, totals
from pos.models.base import Base

metadata = Base.metadata

TABLES = (shop, people, cart, checkout, order, sync, totals)
