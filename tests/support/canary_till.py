"""A till into which secrets are typed wherever something can be typed; see `tests.test_canary`.

Takes its job as JSON on stdin, says which steps it did, and kills itself at the
end: nothing is closed, folded in or tidied up.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

from keyring.backend import KeyringBackend

from pos import logs
from pos.app.build import Till, build
from pos.config import Config
from pos.errors import CashierError
from pos.models.states import RefundReason
from pos.services import shop
from pos.services.refunds import RefundRequest
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, KeyringSecrets, validate_stripe_key
from pos.terminal.api import CASH, STRIPE_TERMINAL
from pos.terminal.attempt import Choice, Situation
from tests.support.catalogue import Item
from tests.support.simulator import READER, SimControl

Job = dict[str, Any]
_LIMIT = 100


class Keyring(KeyringBackend):
    """A keyring that works and is no file."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self._kept[service, username]


class Typist:
    """Does a day's work and types what should never be typed."""

    def __init__(self, till: Till, job: Job) -> None:
        self._till = till
        self._job = job
        self._cards = job["CARDS"]
        self._sim = SimControl(job["stripe"], job["sim_token"])
        self._log = logs.get("canary")

    def keys(self) -> None:
        self._till.settings.choose_reader(READER, "Front desk")
        self._till.settings.set_backend_url(self._job["backend"])
        self._till.secrets.set(STRIPE_KEY, validate_stripe_key(self._job["STRIPE"]))
        self._till.secrets.set(BACKEND_TOKEN, self._job["TOKEN"])
        self._refused(lambda: validate_stripe_key(self._job["FULL"]))
        self._refused(lambda: self._till.secrets.set(STRIPE_KEY, self._job["FULL"] + "\n"))
        self._connect()

    def cash_sale(self) -> None:
        self._fill(note=f"{self._job['CONTROL']} card {self._cards['sale note']} thanks")
        run = self._begin()
        self._till.checkout.pay(run, CASH, 5000)
        self._till.checkout.receipt_done(run)

    def card_sale(self) -> None:
        self._fill(note=self._cards["track"])
        run = self._begin()
        self._till.checkout.pay(run, STRIPE_TERMINAL)
        self._attend([self._sim.decline, self._sim.present_card])
        self._till.checkout.receipt_done(run)
        self._order = run

    def refund(self) -> None:
        note = f"back to {self._cards['refund note']} {self._job['WRONG_STRIPE']}"
        ask = RefundRequest(
            order_id=self._order, amount_minor=500, reason=RefundReason.OTHER, note=note
        )
        self._till.refunds.request(ask)
        self._attend([])

    def search(self) -> None:
        for text in (self._cards["search"], self._job["STRIPE"]):
            self._till.catalogue.page(text)
            self._till.customers.search(text)
        self._till.cart.scan(self._cards["scan"])

    def refused_by_stripe(self) -> None:
        """Stripe quotes part of a key that it does not know; the till keeps what it said."""
        self._till.secrets.set(STRIPE_KEY, self._job["WRONG_STRIPE"])
        self._fill(note="")
        run = self._begin()
        self._till.checkout.pay(run, STRIPE_TERMINAL)
        for _ in range(4):
            self._till.desk.wake()
            self._log.warning("desk", tick=str(self._till.desk.tick()))
        self._till.checkout.close_unresolved(run, f"saw {self._cards['reason']}", "Mina")
        self._till.checkout.choose(run, Choice.CANCEL)
        self._till.secrets.set(STRIPE_KEY, self._job["STRIPE"])

    def refused_by_backend(self) -> None:
        self._till.secrets.set(BACKEND_TOKEN, self._job["WRONG_TOKEN"])
        self._connect()
        self._log.warning("sync", status=str(self._till.sync.tick()))
        self._till.secrets.set(BACKEND_TOKEN, self._job["TOKEN"])
        self._connect()

    def told_backend(self) -> None:
        for _ in range(_LIMIT):
            if not self._till.sync.tick().waiting:
                return
        raise RuntimeError("the backend was not told")

    def log_lines(self) -> None:
        job = self._job
        self._log.error(
            "typed", token=job["TOKEN"], pin=job["PIN"], text=str(job), control=job["CONTROL"]
        )
        logging.getLogger("httpx").error("Authorization: Bearer %s", job["TOKEN"])
        logging.getLogger("stripe").error("key=%s", job["STRIPE"])
        for text in (job["STRIPE"], job["FULL"], *self._cards.values(), f"pin: {job['PIN']}"):
            try:
                int(f"not a number: {text}")
            except ValueError:  # whose message quotes the text
                self._log.exception("failed", key=text)

    def crash_in_thread(self) -> None:
        thread = threading.Thread(target=self._crash, name="payments")
        thread.start()
        thread.join()

    def _crash(self) -> None:
        job = self._job
        text = f"{job['CONTROL']} {job['STRIPE']} {self._cards['crash']} Bearer {job['TOKEN']}"
        raise RuntimeError(f"{text} token={job['WRONG_TOKEN']} pin={job['PIN']}")

    def crash(self) -> None:
        try:
            self._crash()
        except RuntimeError as error:
            sys.excepthook(type(error), error, error.__traceback__)

    def _connect(self) -> None:
        self._till.link.connect(self._till.sync)
        self._till.sync.tick()

    def _refused(self, attempt: Any) -> None:
        try:
            attempt()
        except CashierError as error:
            self._log.warning("refused", said=str(error), remedy=error.remedy)
            return
        raise RuntimeError("this should have been refused")

    def _fill(self, note: str) -> None:
        cart = self._till.cart.add_variant(Item("mat", "Mat", 1800))
        self._till.cart.note_line(cart.lines[0].id, f"line {self._cards['line note']}")
        self._till.cart.note(note)

    def _begin(self):
        return self._till.checkout.begin(self._till.cart.current().cart_id).run_id

    def _attend(self, customers: list[Any]) -> None:
        hands = iter(customers)
        for _ in range(_LIMIT):
            self._till.desk.wake()
            tick = self._till.desk.tick()
            if tick.trouble is not None:
                raise tick.trouble
            if not (tick.runs or tick.refunds):
                return
            for moved in tick.runs:
                self._answer(moved, hands)
        raise RuntimeError("the payment does not settle")

    def _answer(self, moved: Any, hands: Any) -> None:
        situation = moved.progress.situation
        waiting = situation is Situation.WAITING_FOR_CARD
        if waiting and self._sim.reader()["phase"] == "waiting":
            next(hands)()
        elif situation is Situation.DECLINED:
            self._till.checkout.choose(moved.run.run_id, Choice.RETRY)


STEPS = {
    "keys": Typist.keys,
    "cash sale": Typist.cash_sale,
    "declined and paid card sale": Typist.card_sale,
    "refund": Typist.refund,
    "search and scan": Typist.search,
    "refused by Stripe": Typist.refused_by_stripe,
    "refused by the backend": Typist.refused_by_backend,
    "told the backend": Typist.told_backend,
    "log lines": Typist.log_lines,
    "crash in a thread": Typist.crash_in_thread,
    "crash": Typist.crash,
}


def main() -> None:
    warnings.simplefilter("ignore", ResourceWarning)
    job = json.loads(sys.stdin.read())
    config = Config(data_dir=Path(job["data"]), stripe_url=job["stripe"])
    till = build(config, secrets=KeyringSecrets("c", backend=Keyring()), preset=shop.DEMO)
    logs.configure(config.logs, level=logging.DEBUG)
    logs.install_excepthook(config.logs, show=lambda text: print(text, flush=True))  # noqa: T201  as the window would
    typist = Typist(till, job)
    for name, step in STEPS.items():
        step(typist)
        sys.stdout.write(f"step {name}\n")
        sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
