"""Wire the till: one function, the outside world as arguments, a frozen object back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from uuid import UUID

from filelock import FileLock, Timeout
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from pos.app.vault import Vault
from pos.backend.client import BackendClient, prepare
from pos.config import Config
from pos.errors import CashierError, PosError
from pos.models import migrate
from pos.models.database import Database
from pos.models.states import RefundState
from pos.services import shop
from pos.services.cart.service import CartService
from pos.services.catalogue import Catalogue
from pos.services.checkout import CheckoutService
from pos.services.checkout.runs import SqlRuns
from pos.services.checkout.watch import journal_attempts
from pos.services.customers.service import CustomerService
from pos.services.desk import PaymentDesk
from pos.services.pins import PinDesk
from pos.services.popularity import sold_lately
from pos.services.purchases import Purchases
from pos.services.refunds import RefundService
from pos.services.refunds.rows import SqlRefunds
from pos.services.refunds.service import after_settling
from pos.services.safety import Keeper, refuse_missing
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, KeyringSecrets, SecretStore
from pos.services.settings import SettingsService
from pos.services.setup import SetupService
from pos.services.stock import StockService
from pos.services.sync import Sync, enqueue_order, enqueue_refund
from pos.services.sync.feed import CatalogueFeed
from pos.terminal.api import NO_CHARGE, PaymentProvider
from pos.terminal.cash import Cash
from pos.terminal.store import RefundWatch, SqlAttempts
from pos.terminal.stripe_gateway import StripeGateway
from pos.terminal.stripe_terminal import StripeTerminal

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Everything a screen may use, already wired. `close` it."""

    config: Config
    clock: Clock
    lock: FileLock
    db: Database
    keeper: Keeper
    catalogue: Catalogue
    stock: StockService
    settings: SettingsService
    setup: SetupService
    pins: PinDesk
    secrets: Vault
    cart: CartService
    customers: CustomerService
    checkout: CheckoutService
    refunds: RefundService
    purchases: Purchases
    desk: PaymentDesk
    stripe: StripeTerminal
    gateway: StripeGateway
    sync: Sync
    link: BackendLink

    def shop(self) -> shop.Shop:
        """Read the shop as it is now."""
        return shop.current(self.db)

    def hang_up(self) -> None:
        """End every call to the outside, now and from now on; from any thread."""
        self.gateway.hang_up()
        self.link.hang_up()

    def close(self) -> None:
        """Let go of files and connections; whatever is unfinished is durable."""
        with suppress(PosError):  # a failing disk keeps nobody from leaving
            self.keeper.mark()
        self.link.close()
        self.gateway.close()
        self.catalogue.close()
        self.db.close()
        self.lock.release()


class BackendLink:
    """Connects sync to the backend that the settings name now."""

    def __init__(self, config: Config, db: Database, secrets: Vault) -> None:
        self._config = config
        self._db = db
        self._secrets = secrets
        self._client: BackendClient | None = None

    def connect(self, sync: Sync) -> None:
        """Speak to the address of the settings, else of the configuration; or to nobody."""
        url = shop.current(self._db).backend_url or self._config.backend_url
        token = self._secrets.get(BACKEND_TOKEN)
        self.close()
        self._client = BackendClient(url, token) if url and token else None
        sync.connect(self._client)

    def prepare(self) -> None:
        """Load what an https address needs; it stops every thread, so before a window shows."""
        prepare(shop.current(self._db).backend_url or self._config.backend_url)

    def hang_up(self) -> None:
        """End the call under way; from any thread."""
        client = self._client
        if client is not None:
            client.hang_up()

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._client is not None:
            self._client.close()
            self._client = None


def utc_now() -> datetime:
    """Tell the time, aware and in UTC."""
    return datetime.now(UTC)


def build(
    config: Config,
    *,
    secrets: SecretStore | None = None,
    clock: Clock = utc_now,
    preset: shop.Preset | None = None,
    timer: Callable[[], float] = monotonic,
) -> Till:
    """Open the data folder and wire everything on it; ``timer`` counts the seconds of waits.

    Raises `CashierError` for what a person can mend: a folder that cannot be
    written, a second instance, a damaged or newer database, a full disk.
    """
    lock = hold(config)
    try:
        return _wire(config, lock, secrets, (clock, timer), preset)
    except BaseException:
        lock.release()
        raise


def _wire(
    config: Config,
    lock: FileLock,
    secrets: SecretStore | None,
    clocks: tuple[Clock, Callable[[], float]],
    preset: shop.Preset | None,
) -> Till:
    keeper = _sound(config, clocks[0])
    try:
        return _wire_on(keeper, config, lock, secrets, (*clocks, preset))
    except IntegrityError as error:
        keeper.db.close()
        raise CashierError(
            "database_damaged",
            f"The database contradicts itself: {error.orig}",
            "Restore the newest good copy.",
        ) from error
    except BaseException:
        keeper.db.close()
        raise


def _wire_on(
    keeper: Keeper,
    config: Config,
    lock: FileLock,
    secrets: SecretStore | None,
    given: tuple[Clock, Callable[[], float], shop.Preset | None],
) -> Till:
    clock, timer, preset = given
    db = keeper.db
    shop.bootstrap(db, clock, preset=preset)
    vault = Vault(secrets or KeyringSecrets(account_of(config)))
    levels = StockService(db, clock)
    sold = partial(sold_lately, db)
    catalogue = Catalogue.open(config.catalogue_db, sold=sold, stocked=levels.take_over)
    gateway = StripeGateway(lambda: vault.soon(STRIPE_KEY), config.stripe_url)
    parts = _Money(db, clock, gateway)
    keeper.mark()
    customers = CustomerService(db, clock)
    sync = Sync(db, clock, catalogue=CatalogueFeed(catalogue), customers=customers)
    return Till(
        config=config,
        clock=clock,
        lock=lock,
        db=db,
        keeper=keeper,
        catalogue=catalogue,
        stock=levels,
        settings=SettingsService(db, clock),
        setup=SetupService(db, clock),
        pins=PinDesk(db, clock),
        secrets=vault,
        cart=CartService(db, catalogue, clock),
        customers=customers,
        checkout=parts.checkout,
        refunds=parts.refunds,
        purchases=Purchases(db, clock),
        desk=PaymentDesk(parts.checkout, parts.refunds, parts.providers, timer),
        stripe=parts.stripe,
        gateway=gateway,
        sync=sync,
        link=BackendLink(config, db, vault),
    )


def _sound(config: Config, clock: Clock) -> Keeper:
    """Open a till.db of this version that is whole, or say what is wrong with it."""
    refuse_missing(config)
    migrate.upgrade(config.till_db, config.backups)
    keeper = Keeper(config, Database(config.till_db), clock)
    try:
        keeper.check()
    except BaseException:
        keeper.db.close()
        raise
    return keeper


class _Money:
    """The parts that handle money; they need one another."""

    def __init__(self, db: Database, clock: Clock, gateway: StripeGateway) -> None:
        providers: dict[str, PaymentProvider] = {}
        refunds = SqlRefunds(db, clock, enqueue_refund)
        self.refunds = RefundService(refunds, providers, clock)
        store = SqlAttempts(db, clock, journal_attempts(clock), _follow(refunds))
        self.stripe = StripeTerminal(store, gateway, clock, lambda: shop.current(db).reader_id)
        for provider in (Cash(db), self.stripe):
            providers[provider.id] = provider
        runs = SqlRuns(db, clock, enqueue_order)
        self.checkout = CheckoutService(runs, providers, clock)
        self.providers = providers
        shop.register_providers(db, [*providers, NO_CHARGE])


def _follow(refunds: SqlRefunds) -> RefundWatch:
    """Follow a card refund's changes in the transactions that make them."""

    def watch(db: Connection, refund_id: UUID, state: RefundState, at: datetime) -> None:
        after_settling(refunds.within(db), refund_id, state, at)

    return watch


def hold(config: Config) -> FileLock:
    """Take the data folder for this process alone; release it. Raises `CashierError`."""
    try:
        config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(config.lock, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise CashierError(
            "already_running",
            "Tillkeep is already running with this data folder.",
            "Switch to the window that is open, or close it first.",
        ) from error
    except OSError as error:
        raise CashierError(
            "data_read_only",
            f"The data folder cannot be used: {error.strerror or error}.",
            "Give this user the right to write to it, or make room on the disk.",
        ) from error
    return lock


def account_of(config: Config) -> str:
    """Set apart the tills of one user of one computer in their keyring."""
    return hashlib.sha256(str(config.data_dir.resolve()).encode()).hexdigest()[:12]
