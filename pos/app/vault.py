"""Secrets as the running till uses them: asked of the keyring once, then remembered."""

from __future__ import annotations

from threading import Lock, Thread
from time import monotonic

from pos.services.secrets import BackEnd, SecretStore

_PATIENCE_S = 1.0
"""More than a keyring needs that asks nobody; what a cashier waits for one that does, once."""


class Vault:
    """A `SecretStore` in front of another: the keyring may be slow, or ask a person.

    Safe from any thread; `get` of a name that was seen before never waits.
    """

    def __init__(self, store: SecretStore) -> None:
        self._store = store
        self._seen: dict[str, str | None] = {}
        self._lock = Lock()  # around the store alone; what was seen is read without it
        self._asked: dict[str, tuple[Thread, float]] = {}

    def get(self, name: str) -> str | None:
        if name in self._seen:
            return self._seen[name]
        with self._lock:
            if name not in self._seen:
                self._seen[name] = self._store.get(name)
            return self._seen[name]

    def soon(self, name: str) -> str | None:
        """Return what `get` does, or None as long as the keyring waits for a person.

        For the threads that sell: nobody may be there to unlock it.
        """
        if name not in self._seen:
            thread, until = self._asked.get(name) or self._ask(name)
            thread.join(max(0.0, until - monotonic()))
        return self._seen.get(name)

    def _ask(self, name: str) -> tuple[Thread, float]:
        thread = Thread(target=self.get, args=(name,), name="keyring", daemon=True)
        asked = self._asked[name] = thread, monotonic() + _PATIENCE_S
        thread.start()
        return asked

    def set(self, name: str, value: str) -> bool:
        with self._lock:
            kept = self._store.set(name, value)
            self._seen[name] = value
            return kept

    def delete(self, name: str) -> None:
        with self._lock:
            self._seen[name] = None
            self._store.delete(name)

    @property
    def store(self) -> SecretStore:
        """What is behind it, to be asked anew."""
        return self._store

    def back_end(self) -> BackEnd:
        with self._lock:
            return self._store.back_end()

    def problem(self) -> str | None:
        with self._lock:
            return self._store.problem()
