"""Run each bench named, or all for a new docs/PERFORMANCE.md: ``python -m bench [name ...]``.

One after another, each in a process of its own, so that they do not disturb each other.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.report import REPORT

_PREFIX = "bench_"


def main(wanted: Sequence[str]) -> int:
    """Run them; returns the worst exit code."""
    found = sorted(path.stem[len(_PREFIX) :] for path in Path(__file__).parent.glob("bench_*.py"))
    if unknown := sorted(set(wanted) - set(found)):
        print(f"no bench {', '.join(unknown)}; there are: {', '.join(found)}")
        return 2
    if not wanted:
        REPORT.unlink(missing_ok=True)
    chosen = [name for name in found if name in wanted or not wanted]
    return max(_run(number, name, len(chosen)) for number, name in enumerate(chosen, 1))


def _run(number: int, name: str, of: int) -> int:
    started = time.monotonic()
    print(f"· {name} ({number} of {of})", flush=True)
    code = subprocess.run([sys.executable, "-m", f"bench.{_PREFIX}{name}"], check=False).returncode
    verdict = f"FAILED with {code}" if code else "done"
    print(f"· {name} {verdict} ({time.monotonic() - started:.0f} s)", flush=True)
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
