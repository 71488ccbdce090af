"""What stands on every counter at the first start."""

from __future__ import annotations

from pos.terminal.simulator import places, readers
from pos.terminal.simulator.world import Merchant, World

READER = "tmr_sim_frontdesk"
_ADDRESS = {
    "line1": "1 Market Street",
    "city": "Springfield",
    "state": "IL",
    "country": "US",
    "postal_code": "62701",
}


def seed(world: World) -> None:
    """Give every account a location and a reader in each mode, unless it has them."""
    for index, account in enumerate(world.accounts):
        for livemode in (False, True):
            _counter(Merchant(world, account, livemode), _suffix(index, account, livemode=livemode))


def _suffix(index: int, account: str, *, livemode: bool) -> str:
    parts = [account] if index else []
    return "_".join(["sim", *parts, *(["live"] if livemode else [])])


def _counter(merchant: Merchant, suffix: str) -> None:
    location, reader = f"tml_{suffix}_shop", f"tmr_{suffix}_frontdesk"
    if merchant.world.store.row(reader) is None:
        places.write_location(merchant, location, "The shop", _ADDRESS)
        readers.write(merchant, reader, "Front desk", location)
