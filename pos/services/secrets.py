"""Where secrets live: the system's keyring, or nowhere but memory.

There is no plaintext fallback. Without a usable keyring a secret is kept until
the program ends and a person is asked for it at the next start. A keyring may
wait for a person to unlock it, so nothing here belongs on the GUI thread.
"""

from __future__ import annotations

import configparser
import contextlib
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pos.errors import CashierError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

STRIPE_KEY = "stripe_key"
BACKEND_TOKEN = "backend_token"  # noqa: S105  # the name of a secret, not a secret

LONGEST = 1000
"""Characters accepted for one secret; Windows' store ends at 1,280."""

_STRIPE_KEY = re.compile(r"rk_(test|live)_[A-Za-z0-9_]{8,240}")
_ASKED = "Tillkeep will ask for it again at the next start."

# What the system stores raise besides keyring's own errors; each is there on one system only.
_SYSTEM_FAILURES = (
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("win32ctypes.pywin32.pywintypes", "error"),
)


@dataclass(frozen=True, slots=True)
class BackEnd:
    """What keeps the secrets, by its class; empty: nothing that may. ``refused``: the rest."""

    name: str
    refused: tuple[str, ...] = ()


class SecretStore(Protocol):
    """Names to secrets. Implementations never show a value in `repr`, a log or an error."""

    def get(self, name: str) -> str | None:
        """Return the secret, or None when it must be asked for."""
        ...

    def set(self, name: str, value: str) -> bool:
        """Keep a secret; True when it will still be there after a restart."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret; forgetting an unknown one is fine.

        Raises `CashierError` when a copy may have stayed in the keyring.
        """
        ...

    def problem(self) -> str | None:
        """Say in plain words why secrets are not kept across restarts; None when they are."""
        ...

    def back_end(self) -> BackEnd:
        """Name what keeps the secrets, and what was there but may not."""
        ...


class MemorySecrets:
    """Secrets until the program ends: the demo, tests, and a machine without a keyring."""

    def __init__(
        self, values: dict[str, str] | None = None, problem: str | None = "No keyring is used."
    ) -> None:
        self._values = {name: _checked(value) for name, value in (values or {}).items()}
        self._problem = problem

    def __repr__(self) -> str:
        return f"<MemorySecrets holding {sorted(self._values)}>"

    def get(self, name: str) -> str | None:
        return self._values.get(name)

    def set(self, name: str, value: str) -> bool:
        self._values[name] = _checked(value)
        return False

    def delete(self, name: str) -> None:
        self._values.pop(name, None)

    def problem(self) -> str | None:
        return self._problem

    def back_end(self) -> BackEnd:
        return BackEnd("memory")


class KeyringSecrets:
    """The system keyring, with memory as the answer to a keyring that fails.

    ``account`` sets apart the tills of one user of one computer (by their
    data folder). ``backend`` is for tests; otherwise keyring chooses, at first use.
    """

    def __init__(
        self, account: str, service: str = "tillkeep", backend: KeyringBackend | None = None
    ) -> None:
        self._account = account
        self._service = service
        self._backend = backend
        self._session = MemorySecrets()
        self._forgotten: set[str] = set()
        self._problem: str | None = None

    def __repr__(self) -> str:
        return f"<KeyringSecrets of {self._account}>"

    def get(self, name: str) -> str | None:
        kept = self._session.get(name)
        if kept is not None or name in self._forgotten:
            return kept
        try:
            found = self._keyring().get_password(self._service, self._user(name))
        except _failures() as error:
            self._problem = _why(error)
            return None
        self._problem = None
        return found

    def set(self, name: str, value: str) -> bool:
        self._session.set(name, value)
        self._forgotten.discard(name)
        try:
            self._keyring().set_password(self._service, self._user(name), value)
            kept = self._keyring().get_password(self._service, self._user(name)) == value
        except _failures() as error:
            self._problem = _why(error)
            return False
        self._problem = None if kept else f"The system keyring did not keep the secret. {_ASKED}"
        return kept

    def delete(self, name: str) -> None:
        self._session.delete(name)
        self._forgotten.add(name)
        if self._still_stored(name):
            raise CashierError(
                "secret_not_deleted",
                "The system keyring did not confirm that the secret is gone.",
                "Unlock the keyring and try again, or remove the entry 'tillkeep' in your "
                "system's password program.",
            )

    def problem(self) -> str | None:
        try:
            self._keyring()
        except _failures() as error:
            return _why(error)
        return self._problem

    def back_end(self) -> BackEnd:
        try:
            found = list(self._candidates())
        except _failures():
            return BackEnd("")
        names = [f"{type(each).__module__}.{type(each).__qualname__}" for each in found]
        refused = {name for name, each in zip(names, found, strict=True) if _refused(each)}
        allowed = (name for name in names if name not in refused)
        return BackEnd(next(allowed, ""), tuple(sorted(refused)))

    def _still_stored(self, name: str) -> bool:
        """Delete, then look: stores raise the same error for 'no such entry' and for 'cannot'."""
        from keyring.errors import NoKeyringError, PasswordDeleteError  # noqa: PLC0415  # lazy

        user = self._user(name)
        try:
            with contextlib.suppress(PasswordDeleteError):
                self._keyring().delete_password(self._service, user)
            return self._keyring().get_password(self._service, user) is not None
        except NoKeyringError:
            return False
        except _failures() as error:
            self._problem = _why(error)
            return True

    def _user(self, name: str) -> str:
        return f"{self._account}:{name}"

    def _keyring(self) -> KeyringBackend:
        """Return a store that really keeps secrets; raises `NoKeyringError` without one."""
        from keyring.errors import NoKeyringError  # noqa: PLC0415  # lazy

        for candidate in self._candidates():
            if not _refused(candidate):
                return candidate
        raise NoKeyringError("no secure store")

    def _candidates(self) -> Iterator[KeyringBackend]:
        """Name every store that keyring offers here, in its order."""
        if self._backend is None:
            self._backend = _chosen()
        yield from getattr(self._backend, "backends", [self._backend])


def _chosen() -> KeyringBackend:
    """Let keyring choose; raises `InitError` where it is set to a store that is not there."""
    import keyring  # noqa: PLC0415  # 0.1 s that the first paint does not wait for
    from keyring.errors import InitError  # noqa: PLC0415  # lazy

    try:
        return keyring.get_keyring()
    except (ImportError, AttributeError, ValueError, TypeError, configparser.Error) as error:
        raise InitError("its settings name no store that could be loaded") from error


def validate_stripe_key(text: str) -> str:
    """Return a restricted Stripe key without surrounding blanks.

    Raises `CashierError` for every other kind of key. A full secret key may do
    anything to the account, so it is refused on a till. The text is not repeated.
    """
    key = text.strip()
    if _STRIPE_KEY.fullmatch(key):
        return key
    for prefix, (code, message) in _WRONG_KEYS.items():
        if key.startswith(prefix):
            raise CashierError(code, message, _MAKE_RESTRICTED)
    raise CashierError(
        "stripe_key_unknown", "This is not a Stripe key for a till.", _MAKE_RESTRICTED
    )


_MAKE_RESTRICTED = (
    "Make a restricted key in the Stripe dashboard (Developers, API keys) with write access to "
    "PaymentIntents, Refunds and Terminal, and paste it here. It begins with rk_test_ or rk_live_."
)
_WRONG_KEYS = {
    "sk_": (
        "stripe_key_full_secret",
        "This is a full secret key. Whoever takes it from this till could empty the account.",
    ),
    "pk_": (
        "stripe_key_publishable",
        "This is a publishable key; it cannot take payments on a reader.",
    ),
    "whsec_": ("stripe_key_webhook", "This is a webhook's signing secret, not a key."),
    "rk_": ("stripe_key_damaged", "This restricted key is incomplete or has foreign characters."),
}


def _checked(value: str) -> str:
    if not value or len(value) > LONGEST or not value.isprintable():
        raise CashierError(
            "secret_malformed",
            "The secret is empty, too long or has control characters.",
            "Copy it again, whole and on its own.",
        )
    return value


def _refused(backend: KeyringBackend) -> bool:
    """Say whether a backend forgets, always fails, or writes files of its own."""
    kind = type(backend)
    return (
        kind.__module__ in {"keyring.backends.null", "keyring.backends.fail"}
        or kind.__module__.startswith("keyrings.alt")
        or "plaintext" in kind.__name__.lower()
    )


def _failures() -> tuple[type[Exception], ...]:
    from keyring.errors import KeyringError  # noqa: PLC0415  # lazy

    found: list[type[Exception]] = [KeyringError, OSError, RuntimeError]
    for module, name in _SYSTEM_FAILURES:
        try:
            found.append(getattr(importlib.import_module(module), name))
        except (ImportError, AttributeError):
            continue
    return tuple(found)


def _why(error: Exception) -> str:
    """Sort a failure for a person; its own text may quote a secret and is dropped."""
    known = {
        "NoKeyringError": "This computer has no keyring that Tillkeep trusts.",
        "KeyringLocked": "The system keyring is locked.",
        "InitError": "The system keyring could not be opened.",
    }
    text = known.get(type(error).__name__, f"The system keyring failed ({type(error).__name__}).")
    return f"{text} {_ASKED}"
