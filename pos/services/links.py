"""The till's links to the outside as the settings know them: secrets, readers, backend."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos.errors import CashierError
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, SecretStore, validate_stripe_key

_TOKEN = re.compile(r"[!-~]{8,1000}")  # what an HTTP header can carry


@dataclass(frozen=True, slots=True)
class SecretState:
    """Whether a secret is there, never the secret.

    ``mode`` is ``test`` or ``live`` for a Stripe key; ``problem`` says why
    secrets do not outlast this run of the program, None when they do.
    """

    stored: bool
    mode: str = ""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """A card reader of the Stripe account."""

    id: str
    label: str
    online: bool
    device: str = ""


@dataclass(frozen=True, slots=True)
class BackendFound:
    """Who the backend says this till is."""

    business: str
    location: str
    register: str


@dataclass(frozen=True, slots=True)
class Outside:
    """Questions to the outside; each blocks until answered and raises `CashierError`.

    ``default_backend`` is the address used while the settings name none;
    ``hang_up`` ends the question that is being asked, from any thread.
    """

    list_readers: Callable[[], list[ReaderChoice]]
    check_backend: Callable[[], BackendFound]
    default_backend: str = ""
    hang_up: Callable[[], None] = lambda: None


class Note(Protocol):
    """Journals that a secret is stored or not any more: its name, and of a key its mode."""

    def __call__(self, name: str, *, stored: bool, mode: str = "") -> object: ...


class SecretDesk:
    """Takes secrets in and tells only whether they are there; the journal says when they came.

    A keyring may wait for a person, so this belongs on a thread that nothing
    else needs. Every method raises `CashierError` and keeps what was.
    """

    def __init__(self, secrets: SecretStore, note: Note) -> None:
        self._secrets = secrets
        self._note = note

    def key(self) -> SecretState:
        """Say whether a Stripe key is stored."""
        kept = self._secrets.get(STRIPE_KEY)
        mode = "live" if (kept or "").startswith("rk_live_") else "test"
        return SecretState(kept is not None, mode if kept else "", self._secrets.problem())

    def token(self) -> SecretState:
        """Say whether the register's token is stored."""
        kept = self._secrets.get(BACKEND_TOKEN)
        return SecretState(kept is not None, "", self._secrets.problem())

    def store_key(self, text: str) -> SecretState:
        """Keep a restricted Stripe key; every other kind is refused with the reason."""
        self._secrets.set(STRIPE_KEY, validate_stripe_key(text))
        kept = self.key()
        self._note(STRIPE_KEY, stored=True, mode=kept.mode)
        return kept

    def store_token(self, text: str) -> SecretState:
        """Keep the register's token."""
        token = text.strip()
        if not _TOKEN.fullmatch(token):
            raise CashierError(
                "token_malformed",
                "This is not a register's token.",
                "Copy it again from the backend, whole and on its own.",
            )
        self._secrets.set(BACKEND_TOKEN, token)
        self._note(BACKEND_TOKEN, stored=True)
        return self.token()

    def remove_key(self) -> SecretState:
        """Forget the Stripe key."""
        self._secrets.delete(STRIPE_KEY)
        self._note(STRIPE_KEY, stored=False)
        return self.key()

    def remove_token(self) -> SecretState:
        """Forget the register's token."""
        self._secrets.delete(BACKEND_TOKEN)
        self._note(BACKEND_TOKEN, stored=False)
        return self.token()
