"""Real incidents of other tills, each replayed here (scenarios.md, section 2)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from random import Random
from xml.etree.ElementTree import parse

from tests.proof.part import Figure, Part, Scale

INCIDENTS = {
    1: ("stripe-terminal-android#747", "one tap, 2 to 4 charges: queue drained beside a sale"),
    2: ("stripe-terminal-android#470", "the retry met 409; said declined, was paid"),
    3: ("stripe-terminal-ios#207, #210", "the answer was lost; said failed, had succeeded"),
    4: ("stripe-terminal-ios#100", "an old attempt's call answered in the new one"),
    5: ("woocommerce-ios#10673", "a retry made a new PaymentIntent"),
    6: ("woocommerce-gateway-stripe#3912, #831, #674", "an error shown though charged; again"),
    7: ("akash-network/console#3449", "a new key for each delivery: 2 to 3 charges"),
    8: ("ProgixDev/incacook-app#36", "the key lived in one dialog: a second order"),
    9: ("odoo#107723", "another card refused as the same request"),
    10: ("odoo#261521, #264910", "done although the capture had failed"),
    11: ("odoo#268802", "an undefined result taken for a failure"),
    12: ("odoo#122539", "finished before the terminal answered"),
    13: ("odoo#219054", "the answer went to an old canceled line"),
    14: ("wcpos#22, #27", "commands time out, a dead reader says online"),
    15: ("wcpos 0.0.20", "the total of before an edit was charged"),
    16: ("wcpos#50", "a declined card approved the order"),
    17: ("wcpos spec 2026-05-01", "a cancel would kill another counter's payment"),
    18: ("wcpos 0.0.27", "a ping of the display killed the payment"),
    19: ("wcpos StripeTerminalService", "no durable attempt: planted as a mutant and caught"),
    20: ("medusa#13301", "good orders refunded by the loser of a race"),
    21: ("odoo#40567 and five more; OCA/pos#512", "duplicate orders after a timeout"),
    22: ("odoo#152259", "two tabs sent the same queue"),
    23: ("odoo#71455, #16781, #134891", "one number on two orders: the later vanished"),
    24: ("odoo#125037", "a paid order gone after a power cut, its number given again"),
    25: ("odoo#267799, #190821, #288974, #261096", "a paid order overwritten or forgotten"),
    27: (
        "erpnext#11000 and three more; POSNext#50, #97",
        "invoices twice, sold itself in a freeze",
    ),
    28: ("hyperswitch#13182, #13379, #11491; eventyay#1405", "two refunds of $60 of $100"),
    29: ("OwnPay#222", "a pending refund called failed after a day, given twice"),
    31: ("odoo#281405, #272408, #199072; OCA/pos#1015", "more came back than was sold"),
    34: ("leafwiki#1077", "a stale journal kept the program from starting"),
}
"""Number: source and what happened there. Issues of public projects, as told in them."""

WAITING = {
    26: ("odoo#217160", "a cashier could refund: waits for roles and approvals"),
    30: (
        "pos-addons#864",
        "many returns of one order offline: waits for the offline refund policy",
    ),
    32: ("Plugin-Shop#285 and four more", "a gift card spent twice: waits for store credit"),
    33: (
        "kadyApp#27, sahidawa#3048, whatacart#28",
        "a client's total trusted: waits for price lists",
    ),
    35: ("litestream#752", "a restore failed after a kill: waits for replication"),
}
"""Incidents whose feature does not exist yet, with the reason; for docs/PROOF.md."""

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
_NUMBER = re.compile(r"test_s(\d\d)_")
Outcomes = dict[int, list[bool]]


def run(scale: Scale) -> Part:
    """Replay the incidents against real processes; a share replays some, chosen by the seed."""
    chance = Random(scale.seed)  # noqa: S311 - chooses tests, guards nothing
    asked = chance.sample(sorted(INCIDENTS), scale.count(len(INCIDENTS)))
    found = replay(asked, scale.work)
    good = [number for number in asked if found[number] and all(found[number])]
    tests = sum(len(outcomes) for outcomes in found.values())
    lost = sorted(set(asked) - set(good))
    return Part(
        "Incidents of other tills, replayed",
        (
            Figure("incidents survived", f"{len(good)} of {len(asked)}", "all", not lost),
            Figure("schedules run", f"{tests}", f"{len(asked)} or more", tests >= len(asked)),
        ),
        seeds=f"which incidents: seed {scale.seed}",
        notes=(
            *(f"S{number} waits: {source}, {why}" for number, (source, why) in WAITING.items()),
            *(f"S{number} FAILED: pytest {HERE.name} -k s{number:02}" for number in lost),
        ),
        table=_table(asked, found),
    )


def replay(numbers: list[int], work: Path) -> Outcomes:
    """Run the tests of these incidents in a process of their own; what each came to."""
    report = work / "incidents.xml"
    chosen = " or ".join(f"test_s{number:02}_" for number in numbers)
    options = ["-q", "-p", "no:cacheprovider", "-k", chosen, f"--junitxml={report}"]
    folder = work / "incidents"
    command = [sys.executable, "-m", "pytest", str(HERE), *options, f"--basetemp={folder}"]
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = {**outer, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    if not report.exists():
        raise RuntimeError(f"the incidents could not be run: {done.stdout.decode()[-2000:]}")
    return read(report)


def read(report: Path) -> Outcomes:
    """Sort the outcomes of a report by incident; a skipped test is not a survived incident."""
    found: Outcomes = defaultdict(list)
    for case in parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it just now
        match = _NUMBER.match(case.get("name", ""))
        if match:
            found[int(match[1])].append(not len(case))
    return found


def _table(asked: list[int], found: Outcomes) -> tuple[tuple[str, ...], ...]:
    rows = [("incident", "source", "what happened there", "schedules", "here")]
    for number in sorted(asked):
        outcomes = found[number]
        said = "survived" if outcomes and all(outcomes) else "FAILED"
        rows.append((f"S{number}", *INCIDENTS[number], str(len(outcomes)), said))
    return tuple(rows)
