"""One check after another, each bounded in time, whatever state the till is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from threading import Event, Thread

from pos.app.build import Clock, account_of, hold, utc_now
from pos.app.doctor import outside, program
from pos.app.doctor.outside import Alone, Patient
from pos.config import Config
from pos.errors import CashierError
from pos.services.bundle import Bundle, collect
from pos.services.doctor import Check, Finding, Stop, Trouble, database, disk
from pos.services.doctor.keyring import keyring
from pos.services.secrets import KeyringSecrets, SecretStore

_LIMITS = {
    Check.DATABASE: 300.0,
    Check.JOURNAL: 600.0,
    Check.TOTALS: 600.0,
    Check.BACKUP: 300.0,
    Check.READER: 40.0,
}
_LIMIT = 20.0
"""Seconds for a check; a large file takes longer to look through."""
_PARTING = 1.0
_OUTSIDE = frozenset({Check.CLOCK, Check.READER, Check.BACKEND})


class Examination:
    """Makes the checks of one till. ``look`` from one thread at a time, ``stop`` from any.

    ``alone`` commands the reader only while no payment can be on its way to it.
    """

    def __init__(
        self,
        config: Config,
        secrets: SecretStore | None = None,
        *,
        clock: Clock = utc_now,
        alone: Alone | None = None,
    ) -> None:
        kept = secrets or KeyringSecrets(account_of(config))
        self.config = config
        self._patient = Patient(config, kept, clock, alone or holding(config))
        self._stop = Stop()
        self._given_up = Event()
        self._halted = Event()

    def ready(self) -> None:
        """Let checks be made again after `stop`."""
        self._halted.clear()

    def look(self, check: Check) -> Finding:
        """Make one check; it says so when it takes too long or is stopped."""
        self._stop, self._given_up = stop, done = Stop(), Event()
        if self._halted.is_set():  # before it began
            return _unfinished(check, stopped=True)
        run = _Run(partial(self._made, check, stop), done)
        run.start()
        limit = _LIMITS.get(check, _LIMIT)
        in_time = done.wait(limit)
        if not in_time:
            stop.end()
            done.wait(_PARTING)
        if run.finding is not None and in_time:
            return run.finding
        return _late(check, limit) if not in_time else _unfinished(check, stopped=stop.ended)

    def stop(self) -> None:
        """End the check under way, and every later one until `ready`; nothing is left half done."""
        self._halted.set()
        self._stop.end()
        self._given_up.set()

    def bundle(self, findings: Iterable[Finding]) -> Bundle:
        """Gather what support needs, with these findings; reads files, asks nobody."""
        return collect(self.config, findings, program.numbers(), self._patient.clock())

    def _made(self, check: Check, stop: Stop) -> Finding:
        config, patient = self.config, self._patient
        makes: dict[Check, Callable[[], Finding]] = {
            Check.SETTINGS: partial(program.settings_file, config),
            Check.FOLDER: partial(disk.folder, config),
            Check.SPACE: partial(disk.space, config),
            Check.DATABASE: partial(database.database, config, stop),
            Check.JOURNAL: partial(database.journal_chain, config, stop),
            Check.TOTALS: partial(database.running_totals, config, stop),
            Check.BACKUP: partial(database.backup, config, patient.clock()),
            Check.KEYRING: partial(keyring, patient.secrets),
            Check.CLOCK: partial(outside.clock, patient, stop),
            Check.READER: partial(outside.reader, patient, stop),
            Check.BACKEND: partial(outside.backend, patient, stop),
            Check.OUTBOX: partial(database.outbox, config, stop, patient.clock()),
            Check.VERSIONS: program.versions,
        }
        return makes[check]()


class _Run(Thread):
    """One check in a thread that nobody has to wait for: a keyring may ask a person."""

    def __init__(self, make: Callable[[], Finding], done: Event) -> None:
        super().__init__(name="doctor", daemon=True)
        self._make, self._done = make, done
        self.finding: Finding | None = None

    def run(self) -> None:
        try:
            self.finding = self._make()
        finally:
            self._done.set()


def holding(config: Config) -> Alone:
    """Return how the reader is had alone where no till runs: by keeping one from starting."""

    def alone(work: Callable[[], Finding]) -> Finding | None:
        try:
            lock = hold(config)
        except CashierError:
            return None
        try:
            return work()
        finally:
            lock.release()

    return alone


def _late(check: Check, limit: float) -> Finding:
    remedy = "Check the disk; a very large file takes longer than this."
    if check in _OUTSIDE:
        remedy = "Check the network, then check again."
    elif check is Check.KEYRING:
        remedy = "It may be waiting for its password: look for a window that asks for it."
    found = f"No answer within {limit:.0f} seconds."
    return Finding(check, Trouble.BAD, found, remedy, "no_answer")


def _unfinished(check: Check, *, stopped: bool) -> Finding:
    if stopped:
        return Finding(check, Trouble.WARN, "Stopped before it ended.", "Check again.", "stopped")
    remedy = "Send a support file: the logs say where this program failed."
    return Finding(check, Trouble.BAD, "This check failed inside Tillkeep.", remedy, "bug")
