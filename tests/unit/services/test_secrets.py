"""Secrets are in the keyring or in memory, and never shown."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keyring.errors
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from pos.errors import CashierError
from pos.services.secrets import (
    BACKEND_TOKEN,
    STRIPE_KEY,
    KeyringSecrets,
    MemorySecrets,
    validate_stripe_key,
)

ROOT = Path(__file__).parents[3]
CANARY = "rk_test_" + "canary51Hq0000000000"


class Vault(KeyringBackend):
    """A store that keeps what it is given, as the system's does."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("No such password!")


class Broken(Vault):
    """A store that answers every request with one error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service, username):
        raise self.error

    def set_password(self, service, username, password):
        raise self.error

    def delete_password(self, service, username):
        raise self.error


class PlaintextKeyring(Vault):
    """Named as the one in keyrings.alt."""


class Chain(Vault):
    """What keyring hands out when several stores are usable."""

    def __init__(self, *backends: KeyringBackend) -> None:
        super().__init__()
        self.backends = list(backends)


def test_a_secret_survives_a_restart_in_the_keyring():
    vault = Vault()
    assert KeyringSecrets("till-1", backend=vault).set(STRIPE_KEY, CANARY)
    again = KeyringSecrets("till-1", backend=vault)
    assert again.get(STRIPE_KEY) == CANARY
    assert again.problem() is None
    assert again.get(BACKEND_TOKEN) is None


def test_two_tills_of_one_user_do_not_read_each_other():
    vault = Vault()
    KeyringSecrets("till-1", backend=vault).set(BACKEND_TOKEN, "first")
    assert KeyringSecrets("till-2", backend=vault).get(BACKEND_TOKEN) is None


def test_forgetting_is_final_and_may_be_repeated():
    vault = Vault()
    store = KeyringSecrets("till-1", backend=vault)
    store.set(STRIPE_KEY, CANARY)
    store.delete(STRIPE_KEY)
    store.delete(STRIPE_KEY)
    assert store.get(STRIPE_KEY) is None
    assert not vault.kept


def locked() -> Exception:
    return keyring.errors.KeyringLocked("Failed to unlock the collection!")


def dismissed() -> Exception:
    return keyring.errors.InitError("Failed to create the collection: Prompt dismissed")


def bus_gone() -> Exception:
    return ConnectionResetError("the bus went away")


@pytest.mark.parametrize("failure", [locked, dismissed, bus_gone])
def test_a_keyring_that_fails_means_asking_at_each_start(failure):
    store = KeyringSecrets("till-1", backend=Broken(failure()))
    assert store.get(STRIPE_KEY) is None
    assert "ask for it again" in store.problem()
    assert store.set(STRIPE_KEY, CANARY) is False
    assert store.get(STRIPE_KEY) == CANARY, "kept for this session"


def test_a_secret_that_may_still_be_in_the_keyring_is_said_so():
    store = KeyringSecrets("till-1", backend=Broken(locked()))
    with pytest.raises(CashierError) as caught:
        store.delete(STRIPE_KEY)
    assert caught.value.code == "secret_not_deleted"
    assert store.get(STRIPE_KEY) is None, "this till does not use it any more"


@pytest.mark.parametrize("backend", [null.Keyring, fail.Keyring, PlaintextKeyring])
def test_a_store_that_forgets_or_writes_plaintext_is_refused(backend):
    store = KeyringSecrets("till-1", backend=backend())
    assert store.problem() == (
        "This computer has no keyring that Tillkeep trusts. "
        "Tillkeep will ask for it again at the next start."
    )
    assert store.set(STRIPE_KEY, CANARY) is False
    assert not getattr(store._backend, "kept", {})
    store.delete(STRIPE_KEY)
    assert store.get(STRIPE_KEY) is None


def test_a_chain_is_used_from_its_first_trusted_store_on():
    plain, vault = PlaintextKeyring(), Vault()
    store = KeyringSecrets("till-1", backend=Chain(plain, vault))
    assert store.set(STRIPE_KEY, CANARY)
    assert vault.kept
    assert not plain.kept


def test_a_store_that_silently_keeps_nothing_is_noticed():
    class Forgetful(Vault):
        def set_password(self, service, username, password):
            """Say yes and do nothing."""

    store = KeyringSecrets("till-1", backend=Forgetful())
    assert store.set(STRIPE_KEY, CANARY) is False
    assert "did not keep" in store.problem()


def test_a_machine_without_a_keyring_sells_on_with_memory(tmp_path):
    """In a process of its own, with what keyring really chooses there."""
    script = (
        "from pos.services.secrets import KeyringSecrets as K; s = K('till-1')\n"
        "print(s.problem() is not None, s.set('a', 'b'), s.get('a'), s.get('c'))"
    )
    for backend in ({}, {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}):
        environment = {"HOME": str(tmp_path), "PATH": os.defpath, **backend}
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=environment if os.name == "posix" else {**os.environ, **backend},
            capture_output=True,
            text=True,
            check=True,
        )
        if sys.platform == "linux" or backend:
            assert done.stdout == "True False b None\n"
    assert not list(tmp_path.rglob("*keyring*pass*"))


def test_nothing_prints_a_secret():
    vault = Vault()
    store = KeyringSecrets("till-1", backend=vault)
    store.set(STRIPE_KEY, CANARY)
    memory = MemorySecrets({STRIPE_KEY: CANARY})
    assert CANARY not in f"{store!r} {store} {memory!r} {memory}"
    failing = KeyringSecrets("till-1", backend=Broken(RuntimeError(CANARY)))
    failing.set(STRIPE_KEY, CANARY)
    assert CANARY not in failing.problem()


@pytest.mark.parametrize("value", ["", "a\nb", "x" * 1001, "a\x00"])
def test_a_malformed_secret_is_refused_before_it_is_stored(value):
    vault = Vault()
    with pytest.raises(CashierError, match="secret_malformed"):
        KeyringSecrets("till-1", backend=vault).set(STRIPE_KEY, value)
    assert not vault.kept


@pytest.mark.parametrize("mode", ["test", "live"])
def test_a_restricted_key_is_accepted_without_its_blanks(mode):
    key = f"rk_{mode}_51HqLkACanary"
    assert validate_stripe_key(f"  {key}\n") == key


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sk_live_51HqLkACanary", "stripe_key_full_secret"),
        ("sk_test_51HqLkACanary", "stripe_key_full_secret"),
        ("pk_test_51HqLkACanary", "stripe_key_publishable"),
        ("whsec_51HqLkACanary", "stripe_key_webhook"),
        ("rk_test_", "stripe_key_damaged"),
        ("rk_live_51Hq LkACanary", "stripe_key_damaged"),
        ("rk_test_51HqLkACanary\u202e", "stripe_key_damaged"),
        ("", "stripe_key_unknown"),
        ("hunter2-Canary", "stripe_key_unknown"),
    ],
)
def test_any_other_key_is_refused_with_the_way_out_and_without_the_key(text, code):
    with pytest.raises(CashierError) as caught:
        validate_stripe_key(text)
    assert caught.value.code == code
    assert "restricted key" in caught.value.remedy
    assert "Canary" not in f"{caught.value!r} {caught.value} {caught.value.remedy}"
