"""Colours and sizes of each theme; everything on screen is built from these."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GRID = 4
"""Every distance is a multiple of this many pixels."""
TOUCH = 44
"""Smallest side of anything a finger must hit, in pixels."""
PRIMARY = 68
"""Height of the one primary action of a screen, in pixels."""
AA = 4.5
"""Smallest contrast of text on its ground (WCAG 2.2, level AA)."""
_KNEE = 0.04045  # where sRGB leaves its straight part


class Tone(StrEnum):
    """What a state means; each has a shape and a colour of its own."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. Colours are ``#rrggbb``; ``radius``, ``border`` and ``focus`` are pixels.

    ``focus`` is how wide the border of a field with the keyboard is.
    """

    name: str
    background: str
    surface: str
    line: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_hover: str
    bad_soft: str
    on_bad: str
    neutral_soft: str
    badge: str
    on_badge: str
    radius: int = 10
    border: int = 1
    focus: int = 2

    def tone(self, tone: Tone) -> tuple[str, str]:
        """Return the text colour and the ground of a state."""
        return {
            Tone.OK: (self.ok, self.ok_soft),
            Tone.WARN: (self.warn, self.warn_soft),
            Tone.BAD: (self.bad, self.bad_soft),
            Tone.INFO: (self.accent, self.accent_soft),
            Tone.NEUTRAL: (self.muted, self.neutral_soft),
        }[tone]

    def text_pairs(self) -> list[tuple[str, str]]:
        """Every (text, ground) that this program paints; a test holds them to `AA`."""
        grounds = (self.background, self.surface, self.accent_soft, self.neutral_soft)
        pairs = [(ink, ground) for ink in (self.text, self.muted) for ground in grounds]
        pairs += [(self.text, ground) for ground in (self.ok_soft, self.warn_soft, self.bad_soft)]
        pairs += [(self.muted, self.warn_soft), (self.muted, self.ok_soft)]
        pairs += [self.tone(tone) for tone in Tone]
        pairs += [(ink, self.surface) for ink in (self.accent, self.ok, self.warn, self.bad)]
        pairs += [(self.on_accent, self.accent), (self.on_accent, self.accent_hover)]
        pairs += [(self.on_bad, self.bad), (self.on_bad, self.bad_hover)]
        return [*pairs, (self.surface, self.text), (self.on_badge, self.badge)]


LIGHT = Tokens(
    name="light",
    background="#f4f5f7",
    surface="#ffffff",
    line="#e2e5ea",
    text="#16191d",
    muted="#5d6673",
    accent="#2457e6",
    accent_hover="#1d49c6",
    accent_soft="#e8eefe",
    on_accent="#ffffff",
    ok="#0f7b4a",
    ok_soft="#e3f4ec",
    warn="#9a5b00",
    warn_soft="#fdf1dc",
    bad="#b3261e",
    bad_hover="#962019",
    bad_soft="#fce8e6",
    on_bad="#ffffff",
    neutral_soft="#eef0f3",
    badge="#243447",
    on_badge="#ffffff",
)

DARK = Tokens(
    name="dark",
    background="#0f1216",
    surface="#181c22",
    line="#2f3742",
    text="#eef1f5",
    muted="#a6b0bd",
    accent="#7fa6ff",
    accent_hover="#9dbbff",
    accent_soft="#1c2a4a",
    on_accent="#0a1226",
    ok="#56cd95",
    ok_soft="#12301f",
    warn="#f0b950",
    warn_soft="#38290c",
    bad="#ff8f86",
    bad_hover="#ffaaa3",
    bad_soft="#3f1a17",
    on_bad="#2a0806",
    neutral_soft="#252b33",
    badge="#dfe5ee",
    on_badge="#16191d",
)

HIGH_CONTRAST = Tokens(
    name="high-contrast",
    background="#ffffff",
    surface="#ffffff",
    line="#000000",
    text="#000000",
    muted="#262626",
    accent="#0031a8",
    accent_hover="#001f6e",
    accent_soft="#dfe8ff",
    on_accent="#ffffff",
    ok="#004a25",
    ok_soft="#e6f7ee",
    warn="#553000",
    warn_soft="#fff1d6",
    bad="#860000",
    bad_hover="#5c0000",
    bad_soft="#ffe9e7",
    on_bad="#ffffff",
    neutral_soft="#f0f0f0",
    badge="#000000",
    on_badge="#ffffff",
    border=2,
    focus=4,
)

THEMES = {tokens.name: tokens for tokens in (LIGHT, DARK, HIGH_CONTRAST)}


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _KNEE else ((channel + 0.055) / 1.055) ** 2.4
