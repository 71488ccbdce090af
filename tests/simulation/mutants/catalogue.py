"""Every mutant, by name."""

from __future__ import annotations

from tests.simulation.mutants.checkout import CHECKOUT
from tests.simulation.mutants.engine import Mutant
from tests.simulation.mutants.intents import INTENTS
from tests.simulation.mutants.journal import JOURNAL
from tests.simulation.mutants.keys import KEYS
from tests.simulation.mutants.reader import READER
from tests.simulation.mutants.recovery import RECOVERY
from tests.simulation.mutants.refunds import REFUNDS
from tests.simulation.mutants.sync import SYNC
from tests.simulation.mutants.timing import TIMING
from tests.simulation.mutants.truth import TRUTH

_GROUPS = (KEYS, INTENTS, TRUTH, JOURNAL, RECOVERY, REFUNDS, TIMING, READER, SYNC, CHECKOUT)
MUTANTS: dict[str, Mutant] = {mutant.name: mutant for group in _GROUPS for mutant in group}
