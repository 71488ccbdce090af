"""What this till speaks to: the clock, the reader and the backend, each asked for real."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from pos.app.build import Clock
from pos.app.links import backend_said, explained
from pos.backend.client import BackendClient
from pos.backend.wire import SettingsOut
from pos.config import Config
from pos.errors import CashierError, RefusedError, UnreachableError
from pos.models.base import new_id
from pos.models.states import OpKind
from pos.services.doctor import Check, Finding, Stop, Trouble
from pos.services.doctor.file import Links, links, unusable
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, SecretStore
from pos.terminal.operations import Answer, Operation, Outcome
from pos.terminal.stripe_gateway import API_VERSION, StripeGateway

Alone = Callable[[Callable[[], Finding]], Finding | None]
"""Does the work while no payment of this till can be on its way to the reader; None: not now."""

LONGEST = 10.0
"""Seconds for one answer; a payment waits for a reader three times as long."""
OFF, FAR_OFF = timedelta(seconds=10), timedelta(minutes=5)
"""From which the clock is worth a warning, and from which it is wrong."""

_HALF = timedelta(seconds=0.5)  # a Date header has whole seconds, cut off
_SET_CLOCK = "Let the system set the clock by itself (network time), then check again."
_KEY_FIRST = "Enter a restricted Stripe key in Settings, Keys."


@dataclass(frozen=True, slots=True)
class Patient:
    """The till that is looked at."""

    config: Config
    secrets: SecretStore
    clock: Clock
    alone: Alone


# --- the clock --------------------------------------------------------------


def clock(patient: Patient, stop: Stop) -> Finding:
    """Compare this computer's clock with the backend's and with Stripe's."""
    asked = {"the backend": _backend_ahead, "Stripe": _stripe_ahead}
    found: dict[str, timedelta | None] = {}
    for name, ask in asked.items():
        try:
            found[name] = ask(patient, stop)
        except LookupError:  # not set up
            continue
    if not found:
        words = "Neither a backend nor Stripe is set up, so there is nothing to compare with."
        return Finding(Check.CLOCK, Trouble.NOT_SET_UP, words, _KEY_FIRST, "no_clock")
    known = {name: ahead for name, ahead in found.items() if ahead is not None}
    if not known:
        words = f"Nobody could be asked: {' and '.join(found)} did not answer."
        return Finding(Check.CLOCK, Trouble.WARN, words, "Check the internet.", "clock_unknown")
    words = ", ".join(f"{_in_words(ahead)} {name}" for name, ahead in known.items())
    furthest = max(abs(ahead) for ahead in known.values())
    if furthest <= OFF:
        return Finding(Check.CLOCK, Trouble.OK, f"{words}.")
    state = Trouble.BAD if furthest > FAR_OFF else Trouble.WARN
    return Finding(Check.CLOCK, state, f"{words}.", _SET_CLOCK, "clock_wrong")


def _in_words(ahead: timedelta) -> str:
    seconds = round(abs(ahead).total_seconds())
    if not seconds:
        return "The same as"
    return f"{seconds:,} s {'ahead of' if ahead > timedelta(0) else 'behind'}"


def _backend_ahead(patient: Patient, stop: Stop) -> timedelta | None:
    """Tell how far this clock is ahead of the backend's; None: it did not answer."""
    url, token = _backend_at(patient, stop)
    if not (url and token):
        raise LookupError
    with BackendClient(url, token) as line, stop.calling(line.hang_up):
        before = patient.clock()
        _settings(line)
        return _ahead(before, patient.clock(), line.server_date)


def _stripe_ahead(patient: Patient, stop: Stop) -> timedelta | None:
    if patient.secrets.get(STRIPE_KEY) is None:
        raise LookupError
    with _stripe(patient, stop) as stripe:
        before = patient.clock()
        answer = stripe.readers()
        return _ahead(before, patient.clock(), answer.server_date)


def _ahead(before: datetime, after: datetime, server: datetime | None) -> timedelta | None:
    return None if server is None else before + (after - before) / 2 - server - _HALF


def _unread(patient: Patient, check: Check) -> Finding | None:
    """Say why the file does not tell what is set up; None where it does, or nothing is yet."""
    found = unusable(patient.config, check)
    return None if found is None or found.state is Trouble.NOT_SET_UP else found


# --- the backend ------------------------------------------------------------


def backend(patient: Patient, stop: Stop) -> Finding:
    """Ask the backend who this till is."""
    url, token = _backend_at(patient, stop)
    if not url:
        words, remedy = "No backend is set up.", "Enter its address in Settings, Backend."
        none = Finding(Check.BACKEND, Trouble.NOT_SET_UP, words, remedy, "no_backend")
        return _unread(patient, Check.BACKEND) or none
    if not token:
        words = "Its address is set, and no register token is stored."
        remedy = "Enter this register's token in Settings, Backend."
        return Finding(Check.BACKEND, Trouble.BAD, words, remedy, "backend_no_token")
    began = monotonic()
    with BackendClient(url, token) as line, stop.calling(line.hang_up):
        told = _settings(line)
    if isinstance(told, SettingsOut):
        return _known(patient, stop, told, monotonic() - began)
    said = backend_said(url, told)
    remedy = said.remedy.replace("below", "in Settings, Backend")
    support = f"The backend did not take this till ({said.code})."
    return Finding(Check.BACKEND, Trouble.BAD, said.message, remedy, said.code, support)


def _known(patient: Patient, stop: Stop, told: SettingsOut, seconds: float) -> Finding:
    here = links(patient.config, stop)
    answered = f"It answered in {seconds:.1f} s and takes this till's token"
    if here is not None and here.register_id not in {None, told.register.id}:
        words = (
            f"{answered}, but as another register: {told.register.name} of {told.business.name}."
        )
        remedy = "Enter the token of this register in Settings, Backend."
        support = f"{answered}, but as another register."
        return Finding(Check.BACKEND, Trouble.BAD, words, remedy, "wrong_register", support)
    words = f"{answered}: {told.register.name} of {told.business.name}."
    return Finding(Check.BACKEND, Trouble.OK, words, told=f"{answered}.")


def _backend_at(patient: Patient, stop: Stop) -> tuple[str, str]:
    here = links(patient.config, stop)
    url = (here.backend_url if here else "") or patient.config.backend_url
    return url, (patient.secrets.get(BACKEND_TOKEN) or "") if url else ""


def _settings(line: BackendClient) -> SettingsOut | UnreachableError | RefusedError:
    try:
        return line.get_settings()
    except (UnreachableError, RefusedError) as error:
        return error


# --- the reader -------------------------------------------------------------


def reader(patient: Patient, stop: Stop) -> Finding:
    """Have the reader do something harmless: whether it is "online" proves nothing.

    ``cancel_action`` with nothing in progress changes nothing and comes back only
    when the reader itself has answered (payments.md, section 4.2). It would end a
    payment, so it is sent only while this till can start none, and only when
    neither the till's rows nor Stripe know of anything in progress. Another till
    on the same reader could still begin in the tenth of a second between look and
    command; its payment is then offered again there, and nobody is charged.
    """
    here = links(patient.config, stop)
    if here is None or not here.reader_id:
        words, remedy = "No card reader is chosen.", "Choose one in Settings, Card reader."
        none = Finding(Check.READER, Trouble.NOT_SET_UP, words, remedy, "no_reader")
        return _unread(patient, Check.READER) or none
    if patient.secrets.get(STRIPE_KEY) is None:
        words = "No Stripe key is stored."
        return Finding(Check.READER, Trouble.NOT_SET_UP, words, _KEY_FIRST, "no_key")
    with _stripe(patient, stop) as stripe:
        command = partial(_command, patient, stripe, here.reader_id, stop)
        found = None if here.paying else patient.alone(command)
        return found or _left_alone(stripe, here)


def _command(patient: Patient, stripe: StripeGateway, reader_id: str, stop: Stop) -> Finding:
    seen = stripe.reader(reader_id)
    if seen.outcome is not Outcome.OK or seen.body is None:
        return _refused(seen)
    here = links(patient.config, stop)  # anew: a payment may have begun meanwhile, and goes first
    if here is None or here.paying or here.reader_id != reader_id or _at_work(seen.body):
        return _busy()
    began = monotonic()
    answer = stripe.post(_cancel_action(reader_id, stripe.account))
    if answer.outcome is not Outcome.OK:
        return _refused(answer)
    told = f"The reader itself answered in {monotonic() - began:.1f} s."
    return Finding(Check.READER, Trouble.OK, f"{_name(here)}: {told}", told=told)


def _at_work(body: Mapping[str, Any]) -> bool:
    return (body.get("action") or {}).get("status") == "in_progress"


def _cancel_action(reader_id: str, account: str) -> Operation:
    """Return the command; it moves no money, so no row has to outlive it."""
    kind = OpKind.CANCEL_ACTION
    return Operation(new_id(), kind, 1, reader_id, "{}", account, API_VERSION)


def _left_alone(stripe: StripeGateway, here: Links) -> Finding:
    """Say only what Stripe thinks of it: the reader is not touched."""
    if here.paying:
        return _busy()
    seen = stripe.reader(here.reader_id)
    if seen.outcome is not Outcome.OK or seen.body is None:
        return _refused(seen)
    if _at_work(seen.body):
        return _busy()
    told = f"It was left alone, as the till is at work; Stripe heard from it {_since(seen.body)}."
    remedy = "Check again from Settings, Check this till, while no payment is under way."
    words = f"{_name(here)}: {told}"
    return Finding(Check.READER, Trouble.WARN, words, remedy, "reader_not_asked", told)


def _busy() -> Finding:
    words = "A payment is on the reader, or it shows something: it was left alone."
    remedy = "Check again when it is done; a payment that hangs is listed in Purchases."
    return Finding(Check.READER, Trouble.WARN, words, remedy, "reader_in_use")


def _refused(answer: Answer) -> Finding:
    known = {
        "terminal_reader_offline": ("The reader is offline.", _PLUG),
        "terminal_reader_timeout": ("The reader did not answer.", _PLUG),
        "terminal_reader_hardware_fault": (
            "The reader reports a fault.",
            "Restart the reader; if it stays, take another one.",
        ),
        "resource_missing": (
            "Stripe does not know this reader.",
            "Choose the reader again in Settings, Card reader; the key may be another account's.",
        ),
    }
    if answer.code == "terminal_reader_busy":
        return _busy()
    if answer.code in known:
        words, remedy = known[answer.code]
        return Finding(Check.READER, Trouble.BAD, words, remedy, answer.code)
    said: CashierError = explained(answer)
    return Finding(Check.READER, Trouble.BAD, said.message, said.remedy, said.code)


_PLUG = "Check that it has power and is on the network, wait a minute, then check again."


def _name(here: Links) -> str:
    return here.reader_label or here.reader_id


def _since(body: Mapping[str, Any]) -> str:
    """Read ``last_seen_at``, which is in milliseconds."""
    at = body.get("last_seen_at")
    if not isinstance(at, int) or at <= 0:
        return "at a time it does not tell"
    return f"at {datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


@contextmanager
def _stripe(patient: Patient, stop: Stop) -> Iterator[StripeGateway]:
    made = StripeGateway(
        lambda: patient.secrets.get(STRIPE_KEY), patient.config.stripe_url, longest=LONGEST
    )
    try:
        with stop.calling(made.hang_up):
            yield made
    finally:
        made.close()
