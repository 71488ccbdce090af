"""The process is killed at any moment: the same cart stands on the same screen."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.e2e.counter import CORK, TEA
from tests.ui.front_fixture import until

ROOT = Path(__file__).resolve().parents[2]


def test_a_killed_till_shows_the_same_cart_on_the_same_screen(open_counter, tmp_path):
    words = [sys.executable, "-m", "tests.e2e.till_process", str(tmp_path / "till"), TEA, CORK, TEA]
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    till = subprocess.Popen(words, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True)
    try:
        lines, total = json.loads(till.stdout.readline())
    finally:
        till.send_signal(signal.SIGKILL)
        till.wait()
        till.stdout.close()
    assert lines == [["Green tea", 2], ["Cork block", 1]]
    counter = open_counter()
    assert counter.shell.page == "sale"
    counter.holds(("Green tea", 2), ("Cork block", 1))
    assert counter.total == total == "Charge $26.24"
    counter.scan(CORK)
    counter.holds(("Green tea", 2), ("Cork block", 2))


def test_a_till_killed_at_the_checkout_comes_back_to_the_checkout(open_counter):
    counter = open_counter()
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.charge()
    counter.close()
    again = open_counter()
    until(lambda: again.shell.page == "checkout" and again.checkout.view.tenders)
    again.touch(again.checkout.order.back)
    until(lambda: again.shell.page == "sale")
    again.holds(("Green tea", 1))
