"""A whole till on disk that sells for cash, to be damaged and put right."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pos.app.build import Till, build
from pos.config import Config
from pos.services import shop
from pos.services.checkout import RunView
from pos.services.secrets import MemorySecrets
from pos.terminal.api import CASH
from tests.support.catalogue import Item
from tests.support.till import FakeClock


class Shop:
    """Opens the till in its folder again and again; sells one mat at a time."""

    def __init__(self, folder: Path) -> None:
        self.config = Config(data_dir=folder)
        self.clock = FakeClock()

    def open(self) -> Till:
        self.clock.advance(minutes=1)
        preset = shop.DEMO
        return build(self.config, secrets=MemorySecrets(), clock=self.clock, preset=preset)

    def sell(self, till: Till) -> RunView:
        cart = till.cart.add_variant(Item("mat", "Mat", 1800))
        run = till.checkout.begin(cart.cart_id)
        paid = till.checkout.pay(run.run_id, CASH, 5000)
        till.checkout.receipt_done(run.run_id)
        till.keeper.mark()
        return paid

    def sells(self, count: int) -> list[str]:
        """Open, sell, close; the receipt numbers."""
        till = self.open()
        numbers = [self.sell(till).receipt_number for _ in range(count)]
        till.close()
        return numbers

    def copies(self) -> list[Path]:
        return sorted(self.config.backups.glob("till-daily-*.db"))


@pytest.fixture(scope="session")
def _sold(tmp_path_factory) -> Path:
    """Three sales and a copy of them."""
    made = Shop(tmp_path_factory.mktemp("sold") / "data")
    till = made.open()
    for _ in range(3):
        made.sell(till)
    till.keeper.keep()
    till.close()
    return made.config.data_dir


@pytest.fixture
def place(_sold, tmp_path) -> Shop:
    """A shop with three sales and a copy of them."""
    shutil.copytree(_sold, tmp_path / "data")
    return Shop(tmp_path / "data")
