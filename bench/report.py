"""docs/PERFORMANCE.md: a place for each bench, and every goal with its figure on top."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "PERFORMANCE.md"

_HEAD = "| goal | wanted | measured | met | if not, why |\n|---|---|---|---|---|\n"
_SUMMARY = ("<!-- goals -->\n", "<!-- /goals -->\n")
_INTRODUCTION = """# Performance

Ratios to a bare program in the same run (`bench/floors/`), at least 15 rounds in shuffled
order, medians of the rounds' ratios; `python3 dev.py bench` writes all of this anew.

"""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted of one figure and what it came to; ``cause`` is shown where it is missed."""

    name: str
    measured: float
    limit: float
    unit: str = "x"
    cause: str = ""

    @property
    def met(self) -> bool:
        return self.measured <= self.limit

    def line(self) -> str:
        """Return a row of the table of goals."""
        met, why = ("yes", "") if self.met else ("**no**", self.cause)
        space = "" if self.unit == "x" else " "
        figures = f"≤ {self.limit:g}{space}{self.unit} | {self.measured:.3g}{space}{self.unit}"
        return f"| {self.name} | {figures} | {met} | {why} |\n"


def machine() -> str:
    """Name what was measured on, and when."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    return f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}; {day}"


def write_section(
    key: str, title: str, body: str, goals: Sequence[Goal] = (), report: Path = REPORT
) -> None:
    """Print a bench's text and put it in its place, its goals also on top.

    ``key`` marks the place and names the bench; a new key is appended.
    """
    wanted = "\n" + _HEAD + "".join(goal.line() for goal in goals) if goals else ""
    how = f"{machine()}; `python3 dev.py bench {key}`."
    section = f"## {title}\n\n{body.rstrip()}\n{wanted}\n{how}\n"
    sys.stdout.write(section + "\n")
    text = report.read_text("utf-8") if report.exists() else _INTRODUCTION
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(_with_summary(_placed(text, key, section)), "utf-8")


def _placed(text: str, key: str, section: str) -> str:
    begin, end = f"<!-- bench:{key} -->\n", f"<!-- /bench:{key} -->\n"
    head, found, rest = text.partition(begin)
    tail = rest.partition(end)[2] if found else ""
    joint = "" if found or head.endswith("\n\n") else "\n"
    return f"{head}{joint}{begin}{section}{end}{tail}"


def _with_summary(text: str) -> str:
    """Gather the goals of all sections above the first of them."""
    begin, end = _SUMMARY
    if begin in text:
        head, _, rest = text.partition(begin)
        text = head + rest.partition(end)[2].lstrip("\n")
    head, mark, rest = text.partition("<!-- bench:")
    lines = [part.partition("\n\n")[0].rstrip("\n") for part in rest.split(_HEAD)[1:]]
    if not lines:
        return text
    rows = "".join(f"{each}\n" for each in lines)
    return f"{head}{begin}{_HEAD}{rows}\n{machine()}\n{end}\n{mark}{rest}"
