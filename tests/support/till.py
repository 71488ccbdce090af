"""A till's database on disk, with a shop in it, for tests of the services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pos.models.database import Database
from pos.models.migrate import upgrade
from pos.services import shop

START = datetime(2025, 3, 14, 9, 30, tzinfo=UTC)


class FakeClock:
    """Tells the time it was set to; call it like a function."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> datetime:
        """Move on by ``timedelta(**span)``, which may be negative."""
        self.now += timedelta(**span)
        return self.now


def make_db(tmp_path: Path) -> Database:
    """Build till.db with this program's own migrations; the caller closes it."""
    path = tmp_path / "till.db"
    upgrade(path, tmp_path / "backups")
    return Database(path)


@contextmanager
def open_db(tmp_path: Path) -> Iterator[Database]:
    """`make_db`, closed at the end."""
    db = make_db(tmp_path)
    try:
        yield db
    finally:
        db.close()


def make_shop(
    db: Database,
    currency: str = "usd",
    *,
    clock: FakeClock | None = None,
    taxes: tuple[shop.ShopTax, ...] = shop.DEMO.taxes,
    prices_include_tax: bool = False,
    providers: tuple[str, ...] = ("cash", "stripe_terminal"),
) -> shop.Shop:
    """Seed a shop like the demo's and enable ``providers``."""
    preset = shop.Preset(
        business="Harbour Studio",
        location="Front desk",
        currency=currency,
        taxes=taxes,
        prices_include_tax=prices_include_tax,
        owner="Mina Kang",
    )
    shop.bootstrap(db, clock or FakeClock(), preset=preset)
    shop.register_providers(db, providers, enable=providers)
    return shop.current(db)
