"""``python3 dev.py simulate --seed N`` tells one run; ``--runs N`` plays many on all cores."""

from __future__ import annotations

import argparse
import sys

from tests.simulation.many import Tally, play
from tests.simulation.run import simulate


def main() -> int:
    """Return 0 when every promise held."""
    parser = argparse.ArgumentParser(prog="dev.py simulate", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--seed", type=int, help="tell the story of one run")
    what.add_argument("--runs", type=int, default=20_000, help="how many seeds to play")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    if options.seed is not None:
        return _tell(options.seed)
    return _many(options.first, options.runs)


def _tell(seed: int) -> int:
    verdict = simulate(seed, telling=True)
    for line in verdict.story:
        _say(line)
    _say(f"seed {seed}: {verdict.broken or 'every promise held'}")
    return 1 if verdict.broken else 0


def _many(first: int, runs: int) -> int:
    def bar(tally: Tally) -> None:
        done = tally.runs / runs
        filled = "#" * int(30 * done)
        broken = len(tally.broken)
        sys.stderr.write(f"\r[{filled:<30}] {tally.runs:>9,} of {runs:,} runs, {broken} broken ")
        sys.stderr.flush()

    tally = play(first, runs, bar)
    sys.stderr.write("\n")
    for seed, promise in tally.broken[:20]:
        _say(f"seed {seed}: {promise}")
    _say(
        f"{tally.runs:,} runs, {tally.sales:,} sales, {tally.crashes:,} power cuts:"
        f" {len(tally.broken)} broken promises"
    )
    return 1 if tally.broken else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
