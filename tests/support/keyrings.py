"""Keyrings that the real library loads by name, through ``PYTHON_KEYRING_BACKEND``."""

from __future__ import annotations

import json
import os

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class Told(KeyringBackend):
    """Holds what the variable ``TILLKEEP_TEST_SECRETS`` says: JSON, names to secrets."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        kept = json.loads(os.environ.get("TILLKEEP_TEST_SECRETS", "{}"))
        return kept.get(username.partition(":")[2])

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    delete_password = set_password


class Locked(Told):
    """Its owner is not there to unlock it; the system's own words quote a secret."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(os.environ.get("TILLKEEP_TEST_SECRETS", ""))


class PlaintextKeyring(Told):
    """Keeps secrets where everybody can read them: not allowed."""


class Broken(Told):
    """Fails as nothing of its kind should, and quotes a secret in doing so."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyError(os.environ.get("TILLKEEP_TEST_SECRETS", ""))
