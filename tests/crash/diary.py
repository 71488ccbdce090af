"""A witness whose notes outlive the process that it watches."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.support.witness import Event, Witness

_NAME = "diary.jsonl"


class Diary(Witness):
    """Writes down what it sees before the till can act on it; a killed process loses no line."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "till.db")
        self._file = (folder / _NAME).open("a", buffering=1)
        self._written = 0

    def close(self) -> None:
        self._file.close()

    def _note(self, what: str, about: str, answer: Any) -> None:
        super()._note(what, about, answer)
        self._keep()

    def _before(self, op: Any) -> None:
        super()._before(op)
        self._keep()

    def _keep(self) -> None:
        new = [asdict(event) for event in self.events[self._written :]]
        self._written = len(self.events)
        said = {"events": new, "reads": self.reads, "faults": self.faults}
        self._file.write(json.dumps(said) + "\n")


def read(folder: Path) -> Witness:
    """Put together what every process of this till saw."""
    seen = Witness(folder / "till.db")
    path = folder / _NAME
    for line in path.read_text().splitlines() if path.exists() else ():
        said = json.loads(line)
        seen.events += [Event(**event) for event in said["events"]]
        seen.faults += [fault for fault in said["faults"] if fault not in seen.faults]
        for intent, reads in said["reads"].items():
            seen.reads.setdefault(intent, []).extend(tuple(one) for one in reads)
    return seen
