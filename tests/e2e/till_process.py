"""A till's window in a process of its own: scan what is asked for, say so, and wait to be killed.

till_process.py FOLDER CODE...
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.e2e.counter import Counter
from tests.ui.front_fixture import open_front, turn, until


def main(folder: str, *codes: str) -> None:
    """Scan the codes, then print the lines and the total that stand on the screen."""
    QApplication([])
    with open_front(Path(folder), goods="") as front:
        counter = Counter(front, None, None)
        for code in codes:
            counter.scan(code)
        until(lambda: sum(pieces for _, pieces in counter.lines) == len(codes))
        sys.stdout.write(json.dumps([counter.lines, counter.total]) + "\n")
        sys.stdout.flush()
        while True:
            turn(1000)


if __name__ == "__main__":
    main(*sys.argv[1:])
