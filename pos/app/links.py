"""The questions that the settings ask of Stripe and of the backend."""

from __future__ import annotations

from typing import Any

from pos.app.build import Till
from pos.backend.api import UNAUTHORIZED, BusyError
from pos.backend.client import BackendClient
from pos.errors import CashierError, RefusedError, UnreachableError
from pos.services.links import BackendFound, Outside, ReaderChoice
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY
from pos.terminal.operations import Answer, Outcome
from pos.terminal.stripe_gateway import StripeGateway

_CARDS = "Open Settings, Keys"


def outside(till: Till) -> Outside:
    """Bind the questions to a till; they are asked with connections of their own."""
    asked = _Asked(till)
    return Outside(asked.readers, asked.backend, till.config.backend_url, asked.hang_up)


class _Asked:
    def __init__(self, till: Till) -> None:
        self._till = till
        self._line: StripeGateway | BackendClient | None = None

    def hang_up(self) -> None:
        """End the question under way: the window closes."""
        line = self._line
        if line is not None:
            line.hang_up()

    def readers(self) -> list[ReaderChoice]:
        """List the account's readers, those online first."""
        gateway = StripeGateway(
            lambda: self._till.secrets.get(STRIPE_KEY), self._till.config.stripe_url
        )
        self._line = gateway
        try:
            answer = gateway.readers()
        finally:
            self._line = None
            gateway.close()
        if answer.outcome is not Outcome.OK or answer.body is None:
            raise explained(answer)
        found = [reader_choice(one) for one in answer.body["data"] if isinstance(one, dict)]
        return sorted(found, key=lambda one: (not one.online, one.label, one.id))

    def backend(self) -> BackendFound:
        """Ask the backend who this till is."""
        url = self._till.shop().backend_url or self._till.config.backend_url
        token = self._till.secrets.get(BACKEND_TOKEN)
        if not url:
            raise CashierError(
                "backend_no_address", "No backend's address is saved.", "Write it below."
            )
        if not token:
            raise CashierError(
                "backend_no_token", "No register token is stored.", "Enter it below."
            )
        try:
            with BackendClient(url, token) as self._line:
                told = self._line.get_settings()
        except (UnreachableError, RefusedError) as error:
            raise backend_said(url, error) from error
        return BackendFound(told.business.name, told.location.name, told.register.name)


def reader_choice(body: dict[str, Any]) -> ReaderChoice:
    """Name a reader as Stripe tells of it."""
    identity = str(body.get("id"))
    return ReaderChoice(
        id=identity,
        label=str(body.get("label") or identity),
        online=body.get("status") == "online",
        device=str(body.get("device_type") or "").replace("_", " "),
    )


def explained(answer: Answer) -> CashierError:
    """Sort Stripe's answer; its own text may quote part of the key and is dropped."""
    if answer.code == "no_key":
        remedy = f"{_CARDS} and enter it, or go back to Payments in the first run."
        return CashierError("no_key", "No Stripe key is stored.", remedy)
    known = {
        401: ("stripe_key_refused", "Stripe refuses the stored key.", f"{_CARDS} and replace it."),
        403: (
            "stripe_key_lacks",
            "The stored key may not list card readers.",
            "Give the key write access to Terminal in the Stripe dashboard.",
        ),
        429: ("stripe_busy", "Stripe asks to wait.", "Look again in a moment."),
    }
    fallback = (
        "stripe_unreachable",
        "Stripe does not answer.",
        "Check the internet and look again. Cash can be taken meanwhile.",
    )
    return CashierError(*known.get(answer.status or 0, fallback))


def backend_said(url: str, error: UnreachableError | RefusedError) -> CashierError:
    """Sort what the backend, or whoever else is at its address, did not do."""
    if isinstance(error, RefusedError):
        wrong = error.code == UNAUTHORIZED
        return CashierError(
            f"backend_{error.code}",
            f"The backend refused: {error.message or error.code}",
            "Enter this register's token again." if wrong else "Ask whoever runs the backend.",
        )
    if "not our backend" in str(error) or "an answer that" in str(error):
        return CashierError(
            "backend_not_ours",
            f"Something answers at {url}, but not as this till's backend.",
            "Check the address; a guest network's login page can be in the way too.",
        )
    if isinstance(error, BusyError):
        return CashierError("backend_busy", "The backend asks to wait.", "Check again in a moment.")
    return CashierError(
        "backend_unreachable",
        f"Nobody answers at {url}.",
        "Check the address and the internet. Sales are kept and sent later.",
    )
