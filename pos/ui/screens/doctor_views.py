"""What the page that checks this till shows."""

from __future__ import annotations

from dataclasses import dataclass

from pos.ui.tokens import Tone


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check: its state in a word, what was found and what to do."""

    key: str
    title: str
    state: str
    tone: Tone = Tone.NEUTRAL
    found: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far it is; ``words`` say what is being looked at."""

    done: int
    total: int
    words: str
