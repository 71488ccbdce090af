"""The shop and its links, put into the words of the settings."""

from __future__ import annotations

from collections.abc import Sequence

from pos.services.links import BackendFound, ReaderChoice, SecretState
from pos.services.shop import Shop
from pos.services.sync import SyncStatus
from pos.terminal.api import NO_CHARGE
from pos.ui import wording
from pos.ui.i18n import tr
from pos.ui.screens.settings_views import (
    BackendSettings,
    PriceSettings,
    ReaderRow,
    SecretView,
    StateView,
    TaxRow,
    TenderRow,
)
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView

_REFUSING = frozenset({"unauthorized", "wrong_register"})


def price_settings(shop: Shop) -> PriceSettings:
    """Say how prices are meant."""
    taxes = tuple(
        TaxRow(
            tax.code, tax.name, wording.percent(tax.rate_ppm), tax.applies_to_services, tax.active
        )
        for tax in shop.taxes
    )
    return PriceSettings(shop.currency, shop.prices_include_tax, taxes)


def tender_rows(shop: Shop) -> tuple[TenderRow, ...]:
    """List what can be offered; an order that costs nothing needs no choice."""
    return tuple(
        TenderRow(it.id, wording.tender(it.id), it.is_enabled)
        for it in shop.providers
        if it.is_installed and it.id != NO_CHARGE
    )


def tender_banner(rows: Sequence[TenderRow]) -> BannerView | None:
    """Warn where nothing can be paid any more."""
    if any(row.on for row in rows):
        return None
    return BannerView(
        tr("No way to pay is offered."), remedy=tr("Offer at least one, or nothing can be sold.")
    )


def key_view(state: SecretState) -> SecretView:
    """Say whether there is a Stripe key and what it is good for."""
    if not state.stored:
        detail = tr("Cards cannot be taken. Cash can.")
        shown = StateView(tr("Not stored"), Tone.NEUTRAL, detail)
    elif state.mode == "live":
        shown = StateView(tr("Stored"), Tone.OK, tr("Restricted key, live: real cards are charged"))
    else:
        shown = StateView(tr("Stored"), Tone.OK, tr("Restricted key, test mode: no real money"))
    return SecretView(shown, state.stored, _problem(state))


def token_view(state: SecretState) -> SecretView:
    """Say whether there is a register's token."""
    text = tr("The register's token is stored.") if state.stored else tr("No token is stored.")
    problem = _problem(state) if state.stored else None
    return SecretView(StateView(text), state.stored, problem)


def _problem(state: SecretState) -> BannerView | None:
    if not state.problem:
        return None
    return BannerView(
        state.problem,
        remedy=tr("Unlock or install a keyring (GNOME Keyring, KWallet) to keep it for good."),
        code="no_keyring",
    )


def reader_rows(found: Sequence[ReaderChoice], shop: Shop) -> tuple[ReaderRow, ...]:
    """List the readers; the chosen one is there even when Stripe does not name it."""
    rows = [_reader(one, shop.reader_id) for one in found]
    if shop.reader_id and not any(row.chosen for row in rows):
        label = shop.reader_label or shop.reader_id
        rows.append(ReaderRow(shop.reader_id, label, tr("Not seen"), Tone.WARN, chosen=True))
    return tuple(rows)


def _reader(one: ReaderChoice, chosen: str) -> ReaderRow:
    text, tone = (tr("Ready"), Tone.OK) if one.online else (tr("Offline"), Tone.BAD)
    return ReaderRow(one.id, one.label, text, tone, chosen=one.id == chosen)


def backend_settings(shop: Shop, status: SyncStatus | None, default: str) -> BackendSettings:
    """Say where the backend is and how the talk with it goes."""
    facts = _sync_facts(status) if status is not None and status.code != "no_backend" else ()
    return BackendSettings(shop.backend_url, _backend_state(status), default or "https://", facts)


def _sync_facts(status: SyncStatus) -> tuple[tuple[str, str], ...]:
    heard = status.last_ok_at
    last = f"{heard.astimezone():%Y-%m-%d %H:%M:%S}" if heard else tr("Never")
    facts = [(tr("Waiting to be sent"), str(status.waiting)), (tr("Last sync"), last)]
    if status.parked:
        facts.append((tr("Refused, for a person"), str(len(status.parked))))
    return tuple(facts)


def _backend_state(status: SyncStatus | None) -> StateView:
    if status is None or (status.online is None and not status.code):
        return StateView(tr("Connecting"))
    if status.code == "no_backend":
        return StateView(tr("Not set up"), Tone.NEUTRAL, tr("Sales are kept on this computer."))
    if status.code in _REFUSING:
        return StateView(tr("Refused"), Tone.BAD, status.reason)
    if not status.online:
        return StateView(tr("Offline"), Tone.WARN, status.reason)
    if status.code:
        return StateView(tr("Online"), Tone.WARN, status.reason)
    heard = f"{status.last_ok_at.astimezone():%H:%M:%S}" if status.last_ok_at else ""
    detail = tr("Last contact {time}").format(time=heard) if heard else ""
    return StateView(tr("Online"), Tone.OK, detail)


def found_banner(found: BackendFound) -> BannerView:
    """Say who the backend takes this till for."""
    words = tr("Connected. This till is {register} of {location}, {business}.")
    title = words.format(register=found.register, location=found.location, business=found.business)
    return BannerView(title, tone=Tone.OK)
