"""The owner's PIN: asked before the settings open, kept as a salted slow hash only.

Ten thousand PINs of four digits are soon tried by whoever has the file and a
computer; the PIN keeps cashiers out of the settings, and the computer's own
account keeps strangers out of the file. So a lost PIN is no disaster either:
``tillkeep reset-pin`` takes it away, run by whoever may use that account.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Any

from sqlalchemy import Connection, select, update

from pos.config import told_command
from pos.errors import CashierError
from pos.models.database import Database
from pos.models.shop import Staff
from pos.models.states import Role
from pos.services.journal import Event, record
from pos.services.shop import Clock, Shop, load

FREE_TRIES = 3
"""Wrong PINs in a row that cost no wait."""
LONGEST_WAIT = timedelta(minutes=15)
_FIRST_WAIT = timedelta(seconds=5)

_PIN = re.compile(r"[0-9]{4,8}")
_COST, _BLOCK, _LANES, _LENGTH = 2**15, 8, 1, 32
"""scrypt's n, r, p and key length: about 0.1 s and 32 MB for one PIN (RFC 7914)."""
_MEMORY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Known:
    staff_id: Any
    hash: str
    tries: int
    not_before: datetime | None


class PinDesk:
    """Sets, asks and removes the owner's PIN.

    Every method takes a tenth of a second or more where a PIN is hashed: never
    on the GUI thread. All raise `CashierError`.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def check(self, pin: str) -> None:
        """Return if it is the PIN, or if there is none.

        The try is counted on the disk before the PIN is looked at, so that a
        killed program counts it too. Raises ``pin_wrong``, and ``pin_wait``
        while wrong PINs have to be waited for.
        """
        known = self._begin_try()
        if known.hash and not _is_right(pin.strip(), known.hash):
            raise self._refused(known)
        if known.tries or known.not_before:
            self._write(known.staff_id, pin_tries=0, pin_not_before=None)

    def set(self, pin: str, again: str, current: str = "") -> Shop:
        """Set or change the PIN; with one set, ``current`` must be it.

        Raises ``pin_malformed``, ``pin_differs`` besides what `check` raises.
        """
        if not _PIN.fullmatch(pin.strip()):
            raise CashierError(
                "pin_malformed", "This is not a PIN.", "Use 4 to 8 digits, such as 2580."
            )
        if pin.strip() != again.strip():
            raise CashierError(
                "pin_differs", "The two PINs are not the same.", "Type the new PIN twice."
            )
        self.check(current)
        return self._keep(_hashed(pin.strip()), "pin_set")

    def remove(self, current: str) -> Shop:
        """Ask for no PIN any more; raises what `check` raises."""
        self.check(current)
        return self._keep("", "pin_removed")

    def forget(self) -> bool:
        """Take a lost PIN away without asking for it; False where there was none.

        For the command line only: whoever may run it owns the computer's account.
        """
        there = self._known().hash != ""
        if there:
            self._keep("", "pin_reset")
        return there

    def _begin_try(self) -> _Known:
        known, now = self._known(), self._clock()
        if not known.hash:
            return known
        left = known.not_before - now if known.not_before else timedelta()
        if timedelta() < left <= LONGEST_WAIT:  # else the clock was turned back: begin anew
            raise _wait(left)
        tries = known.tries + 1
        self._write(known.staff_id, pin_tries=tries, pin_not_before=now + _pause(tries))
        return _Known(known.staff_id, known.hash, tries, known.not_before)

    def _refused(self, known: _Known) -> CashierError:
        with self._db.engine.begin() as db:
            event = Event("pin_refused", str(known.staff_id), {"tries": known.tries})
            record(db, event, self._clock())
        left = _pause(known.tries)
        if left:
            return _wait(left)
        return CashierError("pin_wrong", "This is not the PIN.", "Try again.")

    def _keep(self, hashed: str, kind: str) -> Shop:
        with self._db.engine.begin() as db:
            known = _read(db)
            values = {"pin_hash": hashed, "pin_tries": 0, "pin_not_before": None}
            db.execute(update(Staff).where(Staff.id == known.staff_id).values(**values))
            record(db, Event(kind, str(known.staff_id), {}), self._clock())
            return load(db)

    def _known(self) -> _Known:
        with self._db.reader.begin() as db:
            return _read(db)

    def _write(self, staff_id: Any, **values: Any) -> None:
        with self._db.engine.begin() as db:
            db.execute(update(Staff).where(Staff.id == staff_id).values(**values))


def _read(db: Connection) -> _Known:
    columns = (Staff.id, Staff.pin_hash, Staff.pin_tries, Staff.pin_not_before)
    owner = select(*columns).where(Staff.active, Staff.role == Role.OWNER).limit(1)
    return _Known(*db.execute(owner).one())


def _pause(tries: int) -> timedelta:
    """5 s after the third wrong PIN in a row, doubled for each more, 15 minutes at most."""
    if tries < FREE_TRIES:
        return timedelta()
    return min(_FIRST_WAIT * (1 << min(tries - FREE_TRIES, 8)), LONGEST_WAIT)


def _wait(left: timedelta) -> CashierError:
    seconds = max(1, round(left.total_seconds()))
    shown = f"{seconds} seconds" if seconds < 60 else f"{-(-seconds // 60)} minutes"  # noqa: PLR2004  a minute
    return CashierError(
        "pin_wait",
        f"The PIN was wrong too often. Wait {shown}, then try again.",
        f"If it is lost: close Tillkeep and type {told_command('reset-pin')} in a terminal, on "
        "Windows in the program's folder.",
    )


def _hashed(pin: str) -> str:
    salt = token_bytes(16)
    shown = [b64encode(part).decode() for part in (salt, _scrypt(pin, salt, _COST))]
    return f"scrypt${_COST}${shown[0]}${shown[1]}"


def _is_right(pin: str, kept: str) -> bool:
    try:
        _, cost, salt, key = kept.split("$")
        made = _scrypt(pin, b64decode(salt), int(cost))
        return hmac.compare_digest(made, b64decode(key))
    except ValueError:  # a hash that turned over on the disk fits no PIN
        return False


def _scrypt(pin: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(
        pin.encode(), salt=salt, n=cost, r=_BLOCK, p=_LANES, maxmem=_MEMORY, dklen=_LENGTH
    )
