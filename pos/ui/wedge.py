"""Tells a barcode scanner from a person, by timing alone. No Qt in here.

A keyboard-wedge scanner types 5 to 40 ms a key and ends in Enter, Tab or
silence; a person does not type six keys within 50 ms of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    """What a key press means to the recogniser."""

    TEXT = auto()  # one or more printable characters
    TERMINATOR = auto()  # Enter or Tab
    NOISE = auto()  # control characters, Ctrl and Alt combinations
    BREAK = auto()  # keys no scanner sends: arrows, Esc, F-keys, repeats


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key press; ``token`` is whatever the owner needs to deliver it later."""

    kind: Kind
    text: str
    token: Any
    at_ms: float


@dataclass(frozen=True, slots=True)
class Timing:
    """The scanner's settings; times in milliseconds, lengths in characters."""

    gap_ms: float = 50
    silence_ms: float = 100
    min_length: int = 6
    max_length: int = 128
    prefix: str = ""
    suffix: str = ""


@dataclass(slots=True)
class Verdict:
    """What the owner must do now, in this order: emit ``scans``, deliver ``typed``, then pass.

    ``too_long`` counts bursts that were swallowed because no code is that long.
    ``passes``: the key just given goes on its way at once; else it is held or swallowed.
    """

    scans: list[str] = field(default_factory=list)
    typed: list[Any] = field(default_factory=list)
    too_long: int = 0
    passes: bool = False


class WedgeBuffer:
    """Holds key presses back until it is plain who pressed them."""

    def __init__(self, timing: Timing | None = None) -> None:
        self.timing = timing or Timing()
        self._held: list[Stroke] = []
        self._ended_ms: float | None = None

    @property
    def holding(self) -> bool:
        """True while keys wait for their verdict."""
        return bool(self._held)

    def wait_ms(self) -> float:
        """How long after the newest key, without another, `expire` is due."""
        return self.timing.silence_ms if self._long_enough() else self.timing.gap_ms

    def press(self, stroke: Stroke) -> Verdict:
        """Judge one key press; a clock that jumps, either way, only ends a burst."""
        if self._held and abs(stroke.at_ms - self._held[-1].at_ms) > self._patience(stroke):
            verdict = self.expire()
        else:
            verdict = Verdict()
        if stroke.kind is Kind.BREAK:
            return self._broken(verdict)
        if stroke.kind is Kind.TERMINATOR:
            return self._terminated(stroke, verdict)
        if stroke.kind is Kind.NOISE and len(self._held) < 2:  # noqa: PLR2004  a person's Ctrl+Z
            return self._broken(verdict)
        self._held.append(stroke)
        self._ended_ms = None  # an Enter that follows belongs to this key
        return verdict

    def expire(self) -> Verdict:
        """Give the verdict on what is held: nothing more came."""
        verdict = Verdict()
        if self._long_enough():
            self._scan(verdict)
        else:
            self._give_back(verdict)
        return verdict

    def _patience(self, stroke: Stroke) -> float:
        waits = stroke.kind is Kind.TERMINATOR and self._long_enough()
        return self.timing.silence_ms if waits else self.timing.gap_ms

    def _broken(self, verdict: Verdict) -> Verdict:
        ended = self.expire()
        verdict.scans += ended.scans
        verdict.typed += ended.typed
        verdict.too_long += ended.too_long
        verdict.passes = True
        return verdict

    def _terminated(self, stroke: Stroke, verdict: Verdict) -> Verdict:
        if self._long_enough():
            self._scan(verdict)
            self._ended_ms = stroke.at_ms
            return verdict
        if not self._held and self._trailing(stroke):
            self._ended_ms = stroke.at_ms  # CR LF, or Enter and Tab: the same scan's end
            return verdict
        return self._broken(verdict)

    def _trailing(self, stroke: Stroke) -> bool:
        if self._ended_ms is None:
            return False
        return abs(stroke.at_ms - self._ended_ms) <= self.timing.gap_ms

    def _long_enough(self) -> bool:
        return _length(self._held) >= self.timing.min_length

    def _scan(self, verdict: Verdict) -> None:
        code = self._unwrapped("".join(s.text for s in self._held if s.kind is Kind.TEXT))
        if code is None:
            self._give_back(verdict)
            return
        self._held.clear()
        if len(code) > self.timing.max_length:
            verdict.too_long += 1
        elif code:
            verdict.scans.append(code)

    def _unwrapped(self, text: str) -> str | None:
        """Return the code between prefix and suffix, or None when this scanner did not send it."""
        prefix, suffix = self.timing.prefix, self.timing.suffix
        if not (text.startswith(prefix) and text.endswith(suffix)):
            return None
        return text[len(prefix) : len(text) - len(suffix)].strip()

    def _give_back(self, verdict: Verdict) -> None:
        verdict.typed += [stroke.token for stroke in self._held]
        self._held.clear()


def printable(text: str) -> str:
    """Drop control characters (a scanner's GS, a keyboard's Esc) and what cannot be printed."""
    return "".join(sign for sign in text if sign.isprintable())


def _length(held: Sequence[Stroke]) -> int:
    return sum(len(stroke.text) for stroke in held if stroke.kind is Kind.TEXT)
