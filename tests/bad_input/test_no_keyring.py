"""Without a keyring, or without a key, the till sells for cash and says why (38, 39)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest

from pos.errors import CashierError
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, KeyringSecrets, MemorySecrets
from pos.terminal.api import CASH, STRIPE_TERMINAL
from tests.bad_input.conftest import MAT, sell
from tests.support.house import ROOT
from tests.support.simulator import KEY


class Locked(keyring.backends.null.Keyring):
    """A keyring whose owner does not unlock it."""

    def get_password(self, service, username):
        raise keyring.errors.KeyringLocked("secret words of the system")

    set_password = delete_password = get_password


def offers(till) -> dict[str, tuple[bool, str]]:
    return {it.provider_id: (it.available, it.reason) for it in till.checkout.tenders()}


@pytest.mark.parametrize(
    "backend",
    [keyring.backends.fail.Keyring(), keyring.backends.null.Keyring(), Locked()],
    ids=["none", "forgetful", "locked"],
)
def test_the_till_opens_and_sells_for_cash(data, start, backend):
    till = start(data, secrets=KeyringSecrets("account", backend=backend))
    assert offers(till)[CASH] == (True, "")
    available, reason = offers(till)[STRIPE_TERMINAL]
    assert not available
    assert "Stripe key" in reason
    assert till.secrets.problem()
    assert "secret words" not in till.secrets.problem()
    assert sell(till) == "R1-000002"


class Prompting(MemorySecrets):
    """A keyring that waits until a person unlocks it; not for ever, or a fault would hang."""

    def __init__(self) -> None:
        super().__init__({STRIPE_KEY: KEY})
        self.unlocked = threading.Event()
        self.gave_up = False

    def get(self, name):
        self.gave_up |= not self.unlocked.wait(30)
        return super().get(name)


def test_cash_is_taken_while_the_keyring_waits_to_be_unlocked(data, start, simulator):
    secrets = Prompting()
    till = start(data, simulator.url, secrets=secrets)
    assert not offers(till)[STRIPE_TERMINAL][0]
    assert sell(till) == "R1-000002"
    assert not secrets.gave_up
    secrets.unlocked.set()
    assert till.secrets.get(STRIPE_KEY) == KEY
    assert offers(till)[STRIPE_TERMINAL] == (True, "")


def test_a_key_typed_in_lasts_until_the_end(data, start, simulator):
    """Asked at each start, kept in memory, written nowhere."""
    till = start(data, simulator.url, secrets=KeyringSecrets("a", backend=_none()))
    assert till.secrets.set(STRIPE_KEY, KEY) is False
    assert offers(till)[STRIPE_TERMINAL] == (True, "")
    till.close()
    again = start(data, simulator.url, secrets=KeyringSecrets("a", backend=_none()))
    assert not offers(again)[STRIPE_TERMINAL][0]
    files = [path for path in data.rglob("*") if path.is_file()]
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


def _none():
    return keyring.backends.fail.Keyring()


def test_a_card_is_refused_even_when_asked_for(data, start):
    till = start(data, secrets=MemorySecrets())
    till.cart.scan(MAT)
    run = till.checkout.begin(till.cart.current().cart_id)
    with pytest.raises(CashierError) as caught:
        till.checkout.pay(run.run_id, STRIPE_TERMINAL)
    assert caught.value.code == "card_not_available"
    assert "Stripe key" in caught.value.message
    assert till.checkout.pay(run.run_id, CASH, 5000).is_paid


def test_the_backend_without_a_token_is_left_alone(data, start):
    till = start(data, secrets=MemorySecrets())
    assert till.secrets.get(BACKEND_TOKEN) is None
    till.settings.set_backend_url("http://127.0.0.1:9")
    till.link.connect(till.sync)
    assert till.sync.tick().code == "no_backend"


OPENS = """
import sys
from pathlib import Path
from pos.app.build import build
from pos.config import Config
till = build(Config(data_dir=Path(sys.argv[1])))
offers = {it.provider_id: it.available for it in till.checkout.tenders()}
print(offers["cash"], offers["stripe_terminal"], till.secrets.problem())
till.close()
"""


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({}, "This computer has no keyring"),
        ({"PYTHON_KEYRING_BACKEND": "not_here.Keyring"}, "The system keyring could not be opened"),
    ],
    ids=["none", "one that is not there"],
)
def test_a_machine_without_any_keyring(data, chosen, said):
    """The real thing: no session bus, and no store but what the library's settings name."""
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(data), **chosen}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", OPENS, str(data)],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith(f"True False {said}")
