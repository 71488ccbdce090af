"""Secrets as the running till uses them: asked of the keyring once, then remembered."""

from __future__ import annotations

from threading import Lock

from pos.services.secrets import BackEnd, SecretStore


class Vault:
    """A `SecretStore` in front of another: the keyring may be slow, or ask a person.

    Safe from any thread; `get` of a name that was seen before never waits.
    """

    def __init__(self, store: SecretStore) -> None:
        self._store = store
        self._seen: dict[str, str | None] = {}
        self._lock = Lock()  # around the store alone; what was seen is read without it

    def get(self, name: str) -> str | None:
        if name in self._seen:
            return self._seen[name]
        with self._lock:
            if name not in self._seen:
                self._seen[name] = self._store.get(name)
            return self._seen[name]

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
