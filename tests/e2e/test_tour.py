"""The tour as anybody starts it, on a machine without a display."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pos.app.tour.take import STEPS

ROOT = Path(__file__).parents[2]
SCREENS = {
    *("sale", "variant-chooser", "customer-chooser", "new-customer", "discount", "unknown-code"),
    *("cash", "card-waiting", "declined", "unknown", "done", "receipt", "offline", "recovered"),
    *("purchases", "refund", "refunded", "customers", "import-report"),
    *("settings-shop", "settings-taxes", "settings-tenders", "settings-key", "settings-reader"),
    *("settings-backend", "settings-import", "settings-look", "settings-location"),
    *("settings-language", "settings-owner", "settings-receipt", "settings-register"),
}
LOOKS = {"1366x768-light", "1366x768-dark", "1920x1080-light", "1920x1080-dark"}
CHECKED = {
    "import": r"5 products new, lines 4, 6, 7 left out with their reasons",
    "cash sale": r"R1-000001, \$25\.20 exact, outbox 1 → backend R1-000001",
    "unknown code": r"\d{13} shown with .*; the next scan was sold",
    "customer": r"Ji-woo Park created here, found among 3 by name; 5 came by sync",
    "line discount": r"10 % off the pass is \$15\.00, .*",
    "card sale": r"R1-000002, .*, 1 PaymentIntent, 2 charges: 1 declined, 1 taken",
    "offline": r"R1-000003 in cash, .*; card off: needs internet; 1 waiting",
    "back online": r"R1-000003 reached the backend once, .*",
    "killed, card asked for": r"started again, same screen: R1-000004, one order, one charge .*",
    "killed, card approved": r"started again, same screen: R1-000005, one order, one charge .*",
    "second click": r"one run, one order R1-000006, .*",
    "refund to the card": r"\$5\.23 of R1-000002 to the card, once, .*",
    "refund in cash": r"\$13\.50 of R1-000001 in cash, nothing asked of Stripe",
    "sync": r"6 orders of \$252\.92, 2 refunds of \$18\.73, both sides",
    "stripe": r"3 card sales, 3 PaymentIntents, \$201\.64",
    "receipts": r"1 to 6 without a gap",
    "secrets": r"no key or token in \d+ files",
}


def bare(folder: Path) -> dict[str, str]:
    """Neither a display nor a home: what `env -i` leaves."""
    if os.name != "posix":
        return dict(os.environ)
    return {"PATH": os.defpath, "HOME": str(folder / "home"), "PYTHONUTF8": "1"}


@pytest.mark.timeout(400)
@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="these always have a display")
def test_the_demo_without_a_display_says_so_and_takes_the_whole_tour(tmp_path):
    pictures = tmp_path / "pictures"
    done = subprocess.run(
        [sys.executable, "-m", "pos", "demo", "--screenshots", str(pictures)],
        cwd=ROOT,
        env=bare(tmp_path),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=380,
    )
    said = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert said[0] == "There is no display here, so the tour runs instead of the window."
    steps = dict(line.removeprefix("ok  ").split(": ", 1) for line in said[1:-1])
    assert list(steps) == [name for name, _ in STEPS]
    wrong = [name for name, words in CHECKED.items() if not re.fullmatch(words, steps[name])]
    assert not wrong, done.stdout
    assert said[-1].startswith(f"The tour is well: {len(STEPS)} steps in ")
    assert {each.name for each in pictures.iterdir()} == LOOKS
    for look in pictures.iterdir():
        assert {each.stem for each in look.glob("*.png")} == SCREENS


@pytest.mark.timeout(120)
def test_a_tour_that_is_off_says_where_and_fails(tmp_path):
    """Plant a fault in one step: what the screen shows is not what must be there."""
    planted = (
        "import sys\n"
        "from pos.app.tour import arranging, take, waiting\n"
        "waiting.until.__defaults__ = (1.0,)\n"
        "def wrong(walk):\n"
        "    walk.hands.reads('Reader on fire')\n"
        "take.STEPS = (('settings', wrong), ('import', arranging.bring))\n"
        "sys.exit(take.take_tour(None, 'light'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", planted],
        cwd=ROOT,
        env={**bare(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )
    said = done.stdout.splitlines()
    assert done.returncode == 1, done.stderr
    assert said[0] == "OFF settings: waited 1 s in vain for “Reader on fire” on the screen"
    assert "Harbour Studio" in said[1], "what could be read instead is told"
    assert len(said) == 2, "nothing after the step that is off"
