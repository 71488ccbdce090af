"""Every target by its name."""

from __future__ import annotations

from tests.proof.fuzz import amounts, importing, orders, paper, scanning, typing_in, wire
from tests.proof.fuzz.engine import Target

TARGETS: dict[str, Target] = {
    name: target
    for module in (importing, scanning, typing_in, wire, paper, amounts, orders)
    for name, target in module.TARGETS.items()
}
