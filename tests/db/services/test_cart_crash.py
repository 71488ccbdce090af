"""The process is killed after each answer: the next one finds what was answered."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pos.models.database import Database
from pos.services.cart import CartService
from pos.services.customers import CustomerService
from tests.db.services.conftest import GOODS
from tests.support.catalogue import FakeCatalogue
from tests.support.till import FakeClock, make_shop, open_db

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")

OPEN = """
import os, signal, sys
from pathlib import Path
from pos.models.database import Database
from pos.pricing import Discount, DiscountKind
from pos.services.cart import CartService
from pos.services.customers import CustomerService
from tests.db.services.conftest import GOODS
from tests.support.catalogue import FakeCatalogue
from tests.support.till import FakeClock

db = Database(Path(sys.argv[1]))
cart = CartService(db, FakeCatalogue(*GOODS), FakeClock())
[ann] = CustomerService(db, FakeClock()).search("ann")
"""
SCANNING = """
while True:
    print(cart.scan("mat").cart.lines[0].quantity_milli, flush=True)
"""
DYING = """
first = lambda: cart.current().lines[0].id
ACTS = [
    lambda: cart.scan("mat").cart,
    lambda: cart.add("ten", 2500),
    lambda: cart.discount_line(first(), Discount(DiscountKind.PERCENT, 100_000)),
    lambda: cart.set_customer(ann.id).cart,
    lambda: cart.discount_order(Discount(DiscountKind.FIXED, 77)),
    lambda: cart.note_line(first(), "blue"),
    lambda: cart.change_quantity(cart.current().lines[1].id, -1000),
    lambda: cart.clear(),
    lambda: cart.undo(),
]
for number in range(int(sys.argv[2])):
    seen = ACTS[number]()
    print((number, seen.lines, seen.customer, seen.totals, seen.undo_label), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def path(tmp_path):
    with open_db(tmp_path) as db:
        make_shop(db)
        CustomerService(db, FakeClock()).create("Ann Lee")
        return db.path


def child(path, script, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", OPEN + script, str(path), *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=ROOT,
        text=True,
    )


def reopened(path):
    db = Database(path)
    try:
        seen = CartService(db, FakeCatalogue(*GOODS), FakeClock()).current()
    finally:
        db.close()
    return (seen.lines, seen.customer, seen.totals, seen.undo_label)


@pytest.mark.parametrize("crash_after", range(1, 10))
def test_a_kill_after_any_answer_leaves_that_very_cart(path, crash_after):
    process = child(path, DYING, crash_after)
    out, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, err
    last = out.splitlines()[-1]
    assert last == repr((crash_after - 1, *reopened(path)))


@pytest.mark.parametrize("scans", [3, 17, 60])
def test_a_kill_at_any_moment_loses_no_scan_that_was_answered(path, scans):
    process = child(path, SCANNING)
    answered = [process.stdout.readline() for _ in range(scans)]
    process.kill()  # most likely in the middle of the next one
    rest, _ = process.communicate(timeout=60)
    last = int([*answered, *rest.split()][-1])
    [line] = reopened(path)[0]
    assert line.quantity_milli in {last, last + 1000}
