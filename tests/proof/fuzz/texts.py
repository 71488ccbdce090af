"""Texts and bytes that programs trip over, for every target."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

NASTY = (
    "",
    " ",
    "\x00",
    "\x1b[2J",
    "\x1b@\x1dV\x00",
    "\x7f",
    "\x85",
    "\ud800",
    "\u202e0.01",
    "\u2066a\u2069",
    "\u200b",
    "\ufeff",
    "\ue000",
    "\u0301" * 40,
    "\N{HANGUL SYLLABLE GAG}" * 30,
    "\N{SLICE OF PIZZA}\u200d\N{SLICE OF PIZZA}",
    "'; DROP TABLE product; --",
    '" OR name:*',
    "name:a* NEAR(b c)",
    "a AND NOT b",
    "^a",
    "%_\\",
    "<b>x</b><img src=file:///etc/passwd>",
    "&amp;&#0;&#xD800;",
    "=1+1",
    "-0",
    "1e9",
    "1E+12",
    "NaN",
    "9" * 40,
    "0.001",
    "\N{ARABIC-INDIC DIGIT ONE}2",
    "\N{SUPERSCRIPT TWO}",
    "'4006381333931",
    "a\nb",
    "a\r\nb",
    "\u2028",
    "word " * 60,
    "W" * 300,
)

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def shown_safely(text: str) -> bool:
    """Say whether a text has no control, no line end and no mark that turns its direction.

    Characters that this Python does not know yet are fine: next year's emoji are.
    """
    bad = {"Cc", "Cs", "Zl", "Zp"}
    return not any(unicodedata.category(char) in bad or char in _TURNING for char in text)


any_text = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=40),
    st.text(st.characters(codec=None), max_size=12),  # lone surrogates too
    st.text(st.sampled_from("aA0 \"'*:^-+(){}[]%_\\/.,;\t\n\x00\x1b"), max_size=24),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=4).map("".join),
)
"""Any text at all, the troublesome ones often."""

any_word = any_text.filter(lambda text: text.isprintable() and bool(text.strip()))
"""A text that can be printed and says something."""
