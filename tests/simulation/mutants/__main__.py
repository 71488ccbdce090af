"""Play every mutant and a sample of pairs; exits 1 when one survives that is not equivalent."""

from __future__ import annotations

import argparse
import sys

from tests.simulation.mutants.catalogue import MUTANTS
from tests.simulation.mutants.hunt import BOUND, hunt_all, pairs
from tests.simulation.mutants.table import lines, summary


def main() -> int:
    """Return 0 when every mutant ended as it is documented."""
    parser = argparse.ArgumentParser(prog="dev.py mutants", description=__doc__)
    parser.add_argument("--bound", type=int, default=BOUND, help="runs before one survives")
    parser.add_argument("--offsets", type=int, nargs="+", default=[0], help="first seeds")
    parser.add_argument("--pairs", type=int, default=60, help="how many pairs to draw")
    options = parser.parse_args()
    wanted = [*((name,) for name in MUTANTS), *pairs(options.pairs, 1)]

    def bar(done: int, of: int) -> None:
        filled = "#" * (30 * done // of)
        sys.stderr.write(f"\r[{filled:<30}] {done} of {of} hunts ")
        sys.stderr.flush()

    rows = hunt_all(wanted, options.offsets, options.bound, bar)
    sys.stderr.write("\n")
    for line in lines(rows):
        sys.stdout.write(" | ".join(line) + "\n")
    sys.stdout.write(summary(rows) + "\n")
    return 0 if all(row.as_told for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
